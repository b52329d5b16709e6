import { readFileSync } from 'node:fs';
import { InvalidPlansError, readPlans } from './plans.reader.js';

const shipped: unknown = JSON.parse(readFileSync(new URL('./plans.json', import.meta.url), 'utf8'));
const basic = { id: 'artist-basic', name: 'Artist Basic', creditsPerCycle: 1, cycle: 'P30D' };
const trial = { id: 'trial', name: 'Trial', creditsInTotal: 1 };

describe('the plan catalogue', () => {
  it('ships with the plans of rule 1', () => {
    const { cyclePlans, trial: shippedTrial } = readPlans(shipped);
    expect([...cyclePlans.values()].map(({ name, id, creditsPerCycle, cycle }) => [name, id, creditsPerCycle, cycle])).toEqual([
      ['Artist Basic', 'artist-basic', 1, 'P30D'],
      ['Artist Advanced', 'artist-advanced', 1, 'P30D'],
      ['Artist Premium', 'artist-premium', 2, 'P30D'],
      ['Gallery Basic', 'gallery-basic', 4, 'P30D'],
      ['Gallery Advanced', 'gallery-advanced', 8, 'P30D'],
      ['Gallery Premium', 'gallery-premium', 16, 'P30D'],
    ]);
    expect(shippedTrial).toEqual(trial);
  });

  it('may name calendar months (rule 2)', () => {
    expect(readPlans({ version: 1, plans: [{ ...basic, cycle: 'P1M' }, trial] }).cyclePlans.get('artist-basic')).toEqual({
      ...basic,
      cycle: 'P1M',
    });
  });

  it.each([
    ['nothing', null, 'the catalogue must be an object'],
    ['a list', [], 'the catalogue must be an object'],
    ['another version', { version: 2, plans: [basic] }, 'version must be 1'],
    ['no plans', { version: 1, plans: [trial] }, 'at least one other'],
    ['no trial', { version: 1, plans: [basic] }, 'must have the plan "trial"'],
    ['the trial twice', { version: 1, plans: [trial, trial] }, 'plans[1]: the id "trial" is there twice'],
    ['an unknown member', { version: 1, plans: [basic], extra: 1 }, '"extra"'],
    ['the same id twice', { version: 1, plans: [basic, basic] }, 'plans[1]: the id "artist-basic" is there twice'],
    ['an id with a space', { version: 1, plans: [{ ...basic, id: 'a b' }] }, 'plans[0].id must be'],
    ['a blank name', { version: 1, plans: [{ ...basic, name: ' ' }] }, 'plans[0].name must be'],
    ['half a credit', { version: 1, plans: [{ ...basic, creditsPerCycle: 0.5 }] }, 'plans[0].creditsPerCycle must be'],
    ['no credit', { version: 1, plans: [{ ...basic, creditsPerCycle: 0 }] }, 'plans[0].creditsPerCycle must be'],
    ['a number in quotes', { version: 1, plans: [{ ...basic, creditsPerCycle: '1' }] }, 'plans[0].creditsPerCycle must be'],
    ['another cycle', { version: 1, plans: [{ ...basic, cycle: 'P7D' }] }, 'plans[0].cycle must be'],
    ['a trial with a cycle', { version: 1, plans: [{ ...trial, cycle: 'P30D' }] }, 'plans[0] has "cycle"'],
    ['a plan without a cycle', { version: 1, plans: [{ id: 'x', name: 'X', creditsPerCycle: 1 }] }, 'plans[0].cycle is missing'],
  ])('is refused with %s', (_what, catalogue, words) => {
    expect(() => readPlans(catalogue)).toThrow(InvalidPlansError);
    expect(() => readPlans(catalogue)).toThrow(words);
  });
});
