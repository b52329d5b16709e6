import type { CDPSession } from 'playwright-core';
import { DashboardScreen } from './dashboard.screen.js';
import { everyKindOfVideo, onPlan } from './situations.js';
import { Stage, type Who } from './stage.js';
import { until } from './until.js';

const FIRST_VIEW_BYTES = 100_000;
const LARGEST_PAINT_MS = 1_000;
/** Below this nobody sees a shift (web.dev: good is up to 0.1). */
const SHIFT = 0.05;

describe('the first view, with nothing kept from before', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
    await onPlan(stage.client, 'ada', 'gallery-premium');
    await everyKindOfVideo(stage.client, 'ada');
    await onPlan(stage.client, 'newcomer');
  });
  afterAll(() => stage.close());
  afterEach(async () => expect(await stage.leave()).toEqual([]));

  const pages: readonly (readonly [name: string, path: string, who: Who])[] = [
    ['the dashboard with videos', '/', { accountId: 'ada' }],
    ['the dashboard of a newcomer', '/', { accountId: 'newcomer' }],
    ['the sandbox', '/?account=ada', 'staff'],
    ['the support desk', '/support', 'staff'],
    ['the sign-in page', '/sign-in', 'nobody'],
  ];
  it.each(pages)('of %s is light and soon there, and nothing in it jumps', async (name, path, who) => {
    const visitor = await stage.visit(who);
    const session = await visitor.context.newCDPSession(visitor.page);
    const bytes = await countBytes(session);
    await visitor.page.addInitScript(watchPaint);
    await DashboardScreen.open(visitor, path);
    await visitor.page.waitForLoadState('load');
    // Until what it shows is there: pictures that are seen have come, and no more is under way.
    await until(
      'it is quiet',
      () => quiet(bytes),
      (isQuiet) => isQuiet,
    );
    const { largestMs, shift } = await visitor.page.evaluate(
      () => (globalThis as unknown as { paint: { largestMs: number; shift: number } }).paint,
    );
    process.stderr.write(
      `  ${name}: ${Math.round(bytes.sum / 1000)} kB, largest paint after ${Math.round(largestMs)} ms, shift ${shift.toFixed(3)}\n`,
    );
    expect(bytes.sum).toBeLessThan(FIRST_VIEW_BYTES);
    expect(largestMs).toBeGreaterThan(0);
    expect(largestMs).toBeLessThan(LARGEST_PAINT_MS);
    expect(shift).toBeLessThan(SHIFT);
  });
});

interface Counted {
  sum: number;
  lastAt: number;
}

const QUIET_MS = 700;

function quiet({ lastAt }: Counted): boolean {
  return performance.now() - lastAt > QUIET_MS;
}

/** What really came over the wire, headers and compressed bodies, by the browser's own account. */
async function countBytes(session: CDPSession): Promise<Counted> {
  const counted: Counted = { sum: 0, lastAt: performance.now() };
  const streams = new Set<string>();
  await session.send('Network.enable');
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (response.mimeType === 'text/event-stream') streams.add(requestId);
    counted.sum += response.encodedDataLength;
    counted.lastAt = performance.now();
  });
  session.on('Network.dataReceived', ({ encodedDataLength, requestId }) => {
    counted.sum += encodedDataLength;
    if (!streams.has(requestId)) counted.lastAt = performance.now();
  });
  return counted;
}

function watchPaint(): void {
  const paint = { largestMs: 0, shift: 0 };
  Object.assign(globalThis, { paint });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) paint.largestMs = entry.startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
      if (!entry.hadRecentInput) paint.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}
