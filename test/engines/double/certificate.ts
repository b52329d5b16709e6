import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for 127.0.0.1 that signs itself, made by `openssl`; it is its own authority. Good for two days, and gone with the process. */
export function makeCertificate(): { certificate: Buffer; key: Buffer; certificateFile: string } {
  const folder = mkdtempSync(join(tmpdir(), 'event-store-double-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const certificateFile = join(folder, 'certificate.pem');
  const keyFile = join(folder, 'key.pem');
  const asked = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync('openssl', [...asked, ...names, '-keyout', keyFile, '-out', certificateFile], { stdio: 'ignore' });
  return { certificate: readFileSync(certificateFile), key: readFileSync(keyFile), certificateFile };
}
