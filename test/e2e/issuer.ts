import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Environment } from './service.js';

const name = 'https://shop.example';
const audience = 'video-credits';
const minuteSeconds = 60;

/** A shop's sign-in: signs tokens for its customers and publishes the key. */
export class Issuer {
  /** Whether its keys can be had. */
  up = true;

  private constructor(
    private readonly server: Server,
    private readonly privateKey: CryptoKey,
  ) {}

  static async start(): Promise<Issuer> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k-1', alg: 'ES256' }] });
    const server = createServer((_request, response) => {
      if (issuer.up) response.setHeader('content-type', 'application/json').end(keys);
      else response.writeHead(500).end();
    });
    const issuer = new Issuer(server, privateKey);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return issuer;
  }

  /** What a service needs to know to take its tokens. */
  get environment(): Environment {
    const { port } = this.server.address() as AddressInfo;
    return { JWT_ISSUER: name, JWT_AUDIENCE: audience, JWT_JWKS_URL: `http://127.0.0.1:${port}/jwks`, JWT_ACCOUNT_CLAIM: 'account' };
  }

  /** A customer's token, good for a minute where nothing else is said. */
  token(account: unknown, claims: JWTPayload = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ iss: name, aud: audience, account, exp: now + minuteSeconds, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k-1' })
      .sign(this.privateKey);
  }

  stop(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise((closed) => this.server.close(closed));
  }
}
