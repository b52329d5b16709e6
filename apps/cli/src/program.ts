import type { AllotmentView, CreditsView, LedgerLine, Page } from '#contracts';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addMoving, type MovingSurroundings } from './moving.js';
import { MoveRefusedError } from './move-refused.js';
import { RefusedError, type Service, UnreachedError } from './service.http.js';
import { creditCount, type ListedKey, type ParkedMessage, shownAccount, shownKeys, shownLedger, shownParked } from './shown.js';
import type { Verification } from '#videos';

/** What the commands run on. */
export interface Surroundings extends MovingSurroundings {
  readonly service: Service;
  /** The data folder that `verify` may look into itself when its service has stopped; undefined: ask the service only. */
  readonly dataDir: string | undefined;
  /** A request key of its own for each grant that names none. */
  readonly freshKey: () => string;
  readonly out: (text: string) => void;
}

/** 0: done. 1: the service or what was to be moved refused, or verifying found problems. 2: the command is wrong, or nobody could be asked. */
const exits = { done: 0, refused: 1, notAsked: 2 } as const;

interface AllotmentAnswer {
  readonly allotment: AllotmentView;
  readonly credits: CreditsView;
}

/** Runs one command line (without node and script) and answers the exit code. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exit: number = exits.done;
  const program = programOn(surroundings, (code) => (exit = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.notAsked;
    if (!(error instanceof RefusedError || error instanceof MoveRefusedError || error instanceof UnreachedError)) throw error;
    if (error instanceof RefusedError && program.opts()['json'] === true) surroundings.out(`${JSON.stringify(error.problem, null, 2)}\n`);
    surroundings.err(`${error.message}\n`);
    return error instanceof UnreachedError ? exits.notAsked : exits.refused;
  }
}

function programOn(surroundings: Surroundings, exitWith: (code: number) => void): Command {
  const { service, out, err } = surroundings;
  const program = new Command('credits')
    .description('Inspect and look after the credits of accounts, on the running service.')
    .option('--json', 'print what the service answers, as JSON')
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError('Run it with --help to see how it is used.')
    .addHelpText('after', '\nThe service: CREDITS_URL, else PORT on this machine. The key: STAFF_API_KEY, else staff.key in DATA_DIR.');
  const show = <T>(answer: T, shown: (answer: T) => string): void =>
    out(`${program.opts()['json'] === true ? JSON.stringify(answer, null, 2) : shown(answer)}\n`);
  const part = encodeURIComponent;

  program
    .command('account <accountId>')
    .description("an account's credits")
    .option('--at <instant>', 'as shown at a past instant, RFC 3339')
    .action(async (accountId: string, { at }: { at?: string }) => {
      const query = at === undefined ? '' : `?at=${part(at)}`;
      show(await service.ask<CreditsView>('GET', `/accounts/${part(accountId)}/credits${query}`), shownAccount);
    });

  program
    .command('ledger <accountId>')
    .description('every line of its history, newest first')
    .option('--limit <lines>', 'so many lines at most', wholeNumber, 50)
    .action(async (accountId: string, { limit }: { limit: number }) => {
      show(await listed<LedgerLine>(service, `/accounts/${part(accountId)}/ledger`, limit), ({ items }) => shownLedger(items));
    });

  program
    .command('grant <accountId>')
    .description('give credits')
    .argument('<credits>', 'how many', wholeNumber)
    .requiredOption('--reason <text>', 'why, for the ledger')
    .addOption(new Option('--source <source>', 'what they are').choices(['goodwill', 'purchase']).default('goodwill'))
    .option('--actor <name>', 'who gives them')
    .option('--ticket <ticket>', 'the support ticket')
    .option('--expires-at <instant>', 'their end, RFC 3339; none: never')
    .option('--valid-from <instant>', 'usable from then on, RFC 3339; none: now')
    .option('--key <key>', 'the request key: the same one again gives nothing twice')
    .action(async (accountId: string, credits: number, { key = surroundings.freshKey(), ...grant }: { key?: string }) => {
      const body = { credits, ...grant };
      try {
        const answer = await service.ask<AllotmentAnswer>('POST', `/accounts/${part(accountId)}/grants`, body, { 'idempotency-key': key });
        show(
          answer,
          ({ allotment }) => `Gave ${creditCount(allotment.quantity)} (allotment ${allotment.id}).\n${shownAccount(answer.credits)}`,
        );
      } catch (error) {
        if (error instanceof UnreachedError) err(`Whether it was given is not known; to repeat it safely, add --key ${key}\n`);
        throw error;
      }
    });

  program
    .command('revoke <accountId> <allotmentId>')
    .description('take back what is left of one allotment')
    .requiredOption('--reason <text>', 'why, for the ledger')
    .option('--actor <name>', 'who takes it back')
    .action(async (accountId: string, allotmentId: string, body: object) => {
      const answer = await service.ask<AllotmentAnswer>(
        'POST',
        `/accounts/${part(accountId)}/allotments/${part(allotmentId)}/revoke`,
        body,
      );
      show(answer, ({ credits }) => `Took back what was left of allotment ${allotmentId}.\n${shownAccount(credits)}`);
    });

  addOperations(program, surroundings, show, exitWith);
  addMoving(program, surroundings, show, () => exitWith(exits.refused));
  return program;
}

type Show = <T>(answer: T, shown: (answer: T) => string) => void;

function addOperations(program: Command, { service, dataDir }: Surroundings, show: Show, exitWith: (code: number) => void): void {
  program
    .command('verify')
    .description('check the log, the invariants and the read models; of a stopped service, its data folder')
    .action(async () => {
      const verification = await stoppedOr(dataDir, () => service.ask<Verification>('POST', '/ops/verify', {}));
      show(verification, shownVerification);
      if (!verification.ok) exitWith(exits.refused);
    });

  program
    .command('rebuild [readModel]')
    .description('make one read model, or all, anew from the log')
    .action(async (name?: string) => {
      const answer = await service.ask<{ readonly rebuilt: readonly string[] }>('POST', '/ops/rebuild', name === undefined ? {} : { name });
      show(answer, ({ rebuilt }) => `Made anew: ${rebuilt.join(', ')}.`);
    });

  const parked = program.command('parked').description('messages that were set aside');
  parked
    .command('list')
    .description('each with its reason, oldest first')
    .option('--limit <messages>', 'so many at most', wholeNumber, 50)
    .action(async ({ limit }: { limit: number }) =>
      show(await listed<ParkedMessage>(service, '/ops/parked', limit), ({ items }) => shownParked(items)),
    );
  for (const [verb, description, done] of [
    ['replay', 'put one on its topic again', 'is on its topic again'],
    ['discard', 'drop one for good', 'is dropped'],
  ] as const) {
    parked
      .command(`${verb} <id>`)
      .description(description)
      .action(async (id: string) =>
        show(await service.ask('POST', `/ops/parked/${encodeURIComponent(id)}/${verb}`), () => `Message ${id} ${done}.`),
      );
  }

  const keys = program.command('keys').description('API keys of machines and staff');
  keys
    .command('create <name>')
    .description('make one; its token is shown this once')
    .requiredOption('--scopes <scopes>', 'what it may do, separated by commas: credits:read,videos:create …')
    .action(async (name: string, { scopes }: { scopes: string }) => {
      const body = { name, scopes: scopes.split(',').map((scope) => scope.trim()) };
      const answer = await service.ask<ListedKey & { readonly token: string }>('POST', '/ops/keys', body);
      show(answer, ({ id, token }) => `Key ${id} ("${name}") is made. Its token, shown this once:\n${token}`);
    });
  keys
    .command('list')
    .description('all of them, without their secrets')
    .action(async () =>
      show(await service.ask<{ readonly items: readonly ListedKey[] }>('GET', '/ops/keys'), ({ items }) => shownKeys(items)),
    );
  keys
    .command('revoke <id>')
    .description('it opens nothing from now on')
    // An id may begin with a dash, which would be taken for an option: such a key must not be the one that cannot be revoked.
    .allowUnknownOption()
    .action(async (id: string) =>
      show(
        await service.ask<ListedKey>('DELETE', `/ops/keys/${encodeURIComponent(id)}`),
        ({ name }) => `Key ${id} ("${name}") opens nothing any more.`,
      ),
    );
}

/** A stopped service's folder is looked into here; otherwise the service is asked. The engines are loaded only for that. */
async function stoppedOr(dataDir: string | undefined, ask: () => Promise<Verification>): Promise<Verification> {
  if (dataDir === undefined) return ask();
  const { verifyStopped } = await import('./stopped-folder.js');
  return (await verifyStopped(dataDir)) ?? (await ask());
}

/** Follows a list's pages up to `limit` items. */
async function listed<T>(service: Service, path: string, limit: number): Promise<Page<T>> {
  const items: T[] = [];
  let nextCursor: string | null = null;
  do {
    const size = Math.min(100, limit - items.length);
    const cursor: string = nextCursor === null ? '' : `&cursor=${encodeURIComponent(nextCursor)}`;
    const page: Page<T> = await service.ask<Page<T>>('GET', `${path}?limit=${size}${cursor}`);
    items.push(...page.items);
    nextCursor = page.nextCursor;
  } while (nextCursor !== null && items.length < limit);
  return { items, nextCursor };
}

function shownVerification({ ok, events, streams, problems }: Verification): string {
  const looked = `${events} events in ${streams} streams`;
  return ok ? `All is well: ${looked} and everything made of them.` : `${problems.length} problems in ${looked}:\n${problems.join('\n')}`;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}
