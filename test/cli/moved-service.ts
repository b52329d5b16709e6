import sharp from 'sharp';
import { asked } from '../verifying/stopped-service.js';

/** Orders a video that then waits for a worker; answers its id. */
export async function order(at: string, accountId: string): Promise<string> {
  const form = new FormData();
  form.set('accountId', accountId);
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  form.set('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'picture.png');
  const { artworkId } = await asked(at, 'POST', '/artworks', form);
  const [room] = (await asked(at, 'GET', '/rooms'))['items'] as { readonly roomId: string }[];
  const ordered = await asked(at, 'POST', '/videos', { accountId, roomId: room?.roomId, artworkId, title: 'Still waits' }, 'waits');
  return (ordered['video'] as { readonly videoId: string }).videoId;
}

/** Credits, ledgers, videos and keys as the service shows them. Addresses name its port, positions its log; progress is in no log. */
export async function everythingShown(at: string, accounts: number): Promise<unknown> {
  const paths = Array.from({ length: accounts }, (_, n) => `a-${n}`).flatMap((account) => [
    `/accounts/${account}/credits`,
    `/accounts/${account}/ledger?limit=100`,
    `/videos?accountId=${account}&limit=100`,
  ]);
  const answers: Record<string, unknown> = {};
  for (const path of [...paths, '/ops/keys']) answers[path] = await asked(at, 'GET', path);
  return JSON.parse(JSON.stringify(answers, (name, value: unknown) => (/position|url$|^progress$/i.test(name) ? undefined : value)));
}
