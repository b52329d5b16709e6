import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, type LoadResult, post } from './load.js';
import type { Figures } from './figures.js';
import { ServiceUnderLoad } from './service.js';

const ACCOUNTS = 2_000;
const CREDITS_EACH = 1_000;
const RUNS = [
  { connections: 1, requests: 3_000 },
  { connections: 64, requests: 40_000 },
];

/** Durable POST /v1/videos beside the same route doing nothing, in one run; rates of answers, and of videos with every subscription at rest. */
export async function createVideoBench(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'create-video-bench-'));
  const service = await ServiceUnderLoad.start(folder, ACCOUNTS, CREDITS_EACH);
  const figures: Record<string, number> = {};
  try {
    await service.rest();
    await measured(service, '/v1/nothing', 64, 20_000, 'warm');
    await measured(service, '/v1/videos', 64, 20_000, 'warm');
    await service.rest();
    for (const { connections, requests } of RUNS) {
      const at = `, ${connections} connections`;
      const cpuBegin = await service.cpuUs();
      const nothing = await measured(service, '/v1/nothing', connections, requests, `n${connections}`);
      const cpuNothing = await service.cpuUs();
      const begin = performance.now();
      const videos = await measured(service, '/v1/videos', connections, requests, `v${connections}`);
      await service.rest();
      const perSecondAtRest = Math.round(requests / ((performance.now() - begin) / 1_000));
      const cpuVideos = await service.cpuUs();
      figures[`nothing/s${at}`] = nothing.perSecond;
      figures[`videos/s answered${at}`] = videos.perSecond;
      figures[`videos/s at rest${at}`] = perSecondAtRest;
      figures[`videos p50 ms${at}`] = videos.p50Ms;
      figures[`videos p99 ms${at}`] = videos.p99Ms;
      figures[`nothing, CPU µs each${at}`] = Math.round((cpuNothing - cpuBegin) / requests);
      figures[`videos at rest, CPU µs each${at}`] = Math.round((cpuVideos - cpuNothing) / requests);
      figures[`answered of nothing${at}`] = ratio(videos.perSecond, nothing.perSecond);
      figures[`at rest of nothing${at}`] = ratio(perSecondAtRest, nothing.perSecond);
    }
    figures['memory MB'] = await service.memoryMb();
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}

function measured({ ready }: ServiceUnderLoad, path: string, connections: number, requests: number, run: string): Promise<LoadResult> {
  const { port, staffToken, accounts } = ready;
  const request = (n: number): string => {
    const { accountId, artworkId } = accounts[(n * 7919) % accounts.length] as { accountId: string; artworkId: string };
    const headers = { authorization: `Bearer ${staffToken}`, 'idempotency-key': `${run}-${n}` };
    return post(path, headers, JSON.stringify({ accountId, roomId: 'living-room', artworkId, title: `Bench ${n}` }));
  };
  return load({ port, connections, requests, request, expectStatus: 201 });
}

const ratio = (a: number, b: number): number => Number((a / b).toFixed(2));
