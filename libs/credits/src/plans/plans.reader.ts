import type { CyclePlan, Plan, Plans, TrialPlan } from './plans.js';

/** The catalogue cannot be right; `message` says where and what would be. */
export class InvalidPlansError extends Error {
  override readonly name = 'InvalidPlansError';
}

/** Checks a parsed catalogue (rule 1, rule 2). Throws InvalidPlansError for anything that it does not know: a typing error must not become a plan. */
export function readPlans(json: unknown): Plans {
  const catalogue = objectAt('the catalogue', json, ['version', 'plans']);
  if (catalogue['version'] !== 1) throw new InvalidPlansError('version must be 1');
  const entries = catalogue['plans'];
  if (!Array.isArray(entries)) throw new InvalidPlansError('plans must be a list');
  const cyclePlans = new Map<string, CyclePlan>();
  let trial: TrialPlan | undefined;
  entries.forEach((entry: unknown, index) => {
    const plan = readPlan(`plans[${index}]`, entry);
    if (cyclePlans.has(plan.id) || (plan.id === 'trial' && trial !== undefined)) {
      throw new InvalidPlansError(`plans[${index}]: the id "${plan.id}" is there twice`);
    }
    if ('cycle' in plan) cyclePlans.set(plan.id, plan);
    else trial = plan;
  });
  if (trial === undefined || cyclePlans.size === 0) throw new InvalidPlansError('plans must have the plan "trial" and at least one other');
  return { cyclePlans, trial };
}

function readPlan(where: string, json: unknown): Plan {
  const isTrial = typeof json === 'object' && json !== null && 'id' in json && json.id === 'trial';
  const entry = objectAt(where, json, isTrial ? ['id', 'name', 'creditsInTotal'] : ['id', 'name', 'creditsPerCycle', 'cycle']);
  const { id, name, cycle } = entry;
  if (typeof id !== 'string' || !/^[A-Za-z0-9._:@-]{1,128}$/.test(id))
    throw new InvalidPlansError(`${where}.id must be 1 to 128 of A–Z a–z 0–9 . _ - : @`);
  if (typeof name !== 'string' || name.trim() === '' || name.length > 100)
    throw new InvalidPlansError(`${where}.name must be 1 to 100 characters`);
  if (id === 'trial') return { id, name, creditsInTotal: creditsAt(`${where}.creditsInTotal`, entry['creditsInTotal']) };
  if (cycle !== 'P30D' && cycle !== 'P1M') throw new InvalidPlansError(`${where}.cycle must be "P30D" or "P1M"`);
  return { id, name, creditsPerCycle: creditsAt(`${where}.creditsPerCycle`, entry['creditsPerCycle']), cycle };
}

function creditsAt(where: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw new InvalidPlansError(`${where} must be a whole number, 1 or more`);
  return value;
}

/** A plain object with exactly these members. */
function objectAt(where: string, json: unknown, members: readonly string[]): { readonly [member: string]: unknown } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new InvalidPlansError(`${where} must be an object`);
  const unknownMember = Object.keys(json).find((member) => !members.includes(member));
  if (unknownMember !== undefined) throw new InvalidPlansError(`${where} has "${unknownMember}", which is none of ${members.join(', ')}`);
  const missing = members.find((member) => !Object.hasOwn(json, member));
  if (missing !== undefined) throw new InvalidPlansError(`${where}.${missing} is missing`);
  return json as { readonly [member: string]: unknown };
}
