import { ManualMachineClock } from '#event-sourcing/testing';
import { Registry } from 'prom-client';
import { type Gauge, readGauges, ShownGauges } from './gauges.js';

const gauge = (name: string, value: number): Gauge => ({ name, help: name, values: [{ value }] });

describe('gauges', () => {
  it('are those that can be read: what fails, or does not answer in time, is left out and told of', async () => {
    const clock = new ManualMachineClock(0);
    const told: string[] = [];
    const reading = readGauges(
      [async () => [gauge('there', 1)], () => Promise.reject(new Error('the brokers are away')), () => new Promise<never>(() => undefined)],
      { clock, log: (line) => told.push(line) },
    );
    await clock.advance(3_000);
    expect(await reading).toEqual([gauge('there', 1)]);
    expect(told).toEqual([
      'metrics: some cannot be read now: Error: the brokers are away',
      'metrics: some cannot be read now: Error: no answer within 3000 ms',
    ]);
  });

  it('that cannot be read any more are not shown as they once were', async () => {
    const registry = new Registry();
    const shown = new ShownGauges(registry);
    shown.show([gauge('one', 1), gauge('two', 2)]);
    expect(await registry.metrics()).toMatch(/^one 1\n[^]*^two 2$/m);
    shown.show([gauge('one', 3)]);
    expect(await registry.metrics()).toMatch(/^one 3$/m);
    expect(await registry.metrics()).not.toMatch(/^two 2$/m);
  });
});
