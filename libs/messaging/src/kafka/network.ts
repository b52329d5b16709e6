import net from 'node:net';
import tls from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const keepAliveAfterMs = 60_000;

/** The sockets of some clients, so that they can all be cut: kafkajs leaves some open when it is told to disconnect in the midst of something. */
export class Network {
  private readonly sockets = new Set<net.Socket>();
  isCut = false;

  readonly socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.isCut) return new net.Socket().destroy(new Error('the connection was given up'));
    const socket = ssl
      ? tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : net.connect({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveAfterMs);
    this.sockets.add(socket);
    // The driver hears it too, but stops listening before its sockets are closed.
    socket.on('error', () => this.sockets.delete(socket));
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };

  /** Ends all connections without a goodbye, and lets none be opened again. */
  cut(): void {
    this.isCut = true;
    // With an error: of a socket that only closes the driver takes no notice, and its requests and timers stay.
    for (const socket of this.sockets) socket.destroy(new Error('the connection was given up'));
  }
}
