import { rm } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { asked, liveAWhile, startService } from './stopped-service.js';

describe('verifying a service that goes on', () => {
  it('finds nothing while accounts change and read models follow, and lets others have their turn', async () => {
    const service = await startService();
    await liveAWhile(service.base, 3);
    let going = true;
    const grant = (n: number) =>
      asked(service.base, 'POST', `/accounts/a-${n % 40}/grants`, { credits: 1, source: 'goodwill', reason: 'load' }, `load-${n}`);
    const load = Array.from({ length: 8 }, async (_, lane) => {
      let granted = 0;
      for (; going; granted++) await grant(lane + granted * 8);
      return granted;
    });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    for (let round = 0; round < 15; round++)
      expect(await asked(service.base, 'POST', '/ops/verify', {})).toMatchObject({ ok: true, problems: [] });
    delay.disable();
    going = false;
    const granted = (await Promise.all(load)).reduce((sum, one) => sum + one, 0);
    const last = await asked(service.base, 'POST', '/ops/verify', {});
    expect(last).toMatchObject({ ok: true });
    expect(granted).toBeGreaterThan(100);
    expect(last['events']).toBeGreaterThan(granted);
    expect(delay.percentile(99) / 1e6).toBeLessThan(250);
    await service.stop();
    await rm(service.dataDir, { recursive: true, force: true });
  });
});
