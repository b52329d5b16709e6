import { compareWithReference } from './account.model.js';
import { disagreements } from './example.js';
import { examples } from './examples.js';
import { RealAccount } from './real-account.js';

const commands = Number(process.env['MODEL_COMMANDS'] ?? 6_000);
const seed = Number(process.env['MODEL_SEED'] ?? 1);

describe('the real account', () => {
  it.each(examples)('rule $rule: $title', async (example) => {
    expect(await disagreements(example, (plans) => new RealAccount(plans))).toEqual([]);
  });

  it('answers and shows what the reference does, after every step of random histories', async () => {
    const report = await compareWithReference((plans) => new RealAccount(plans), { commands, seed });
    expect(report.commands).toBeGreaterThanOrEqual(commands);
  }, 1_800_000);
});
