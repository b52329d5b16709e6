import { isMissingTable } from './failures.js';
import type { Query } from './query.js';

/** Our tables, one step after the other; a step is never changed once it was shipped. The last one's number is the version. */
const STEPS: readonly string[] = [
  `CREATE TABLE event_sourcing.generations (
     number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     projection text COLLATE "C" NOT NULL,
     version text NOT NULL,
     log_id text NOT NULL,
     tables text NOT NULL,
     live boolean NOT NULL,
     checkpoint numeric NOT NULL DEFAULT 0,
     made_at timestamptz NOT NULL DEFAULT now(),
     CONSTRAINT one_live_and_one_rebuilt UNIQUE (projection, live)
   ) WITH (fillfactor = 50);
   CREATE TABLE event_sourcing.notes (key text COLLATE "C" PRIMARY KEY, value text NOT NULL) WITH (fillfactor = 70);
   CREATE TABLE event_sourcing.leases (
     name text COLLATE "C" PRIMARY KEY,
     owner text NOT NULL,
     until timestamptz NOT NULL,
     fence bigint NOT NULL
   ) WITH (fillfactor = 50);`,
];

/**
 * Makes our tables, or brings them up to date: one process at a time, however many start at once. Throws where they were made
 * by a newer program, which this one must not touch.
 */
export async function migrate(query: Query, transaction: (work: (query: Query) => Promise<void>) => Promise<void>): Promise<void> {
  if ((await storedVersion(query)) === STEPS.length) return;
  await transaction(async (inTransaction) => {
    await inTransaction(`SELECT pg_advisory_xact_lock(hashtextextended('event_sourcing layout', 0))`);
    await inTransaction('CREATE SCHEMA IF NOT EXISTS event_sourcing');
    await inTransaction('CREATE TABLE IF NOT EXISTS event_sourcing.layout (version integer NOT NULL)');
    const version = (await storedVersion(inTransaction)) ?? 0;
    for (const step of STEPS.slice(version)) {
      for (const statement of step.split(';').filter((text) => text.trim() !== '')) await inTransaction(statement);
    }
    await inTransaction('DELETE FROM event_sourcing.layout');
    await inTransaction(`INSERT INTO event_sourcing.layout VALUES (${STEPS.length})`);
  });
}

async function storedVersion(query: Query): Promise<number | undefined> {
  const version = await query('SELECT version FROM event_sourcing.layout').then(
    ([row]) => row?.[0] as number | undefined,
    (error: unknown) => {
      if (!isMissingTable(error)) throw error;
      return undefined;
    },
  );
  if (version !== undefined && version > STEPS.length) {
    throw new Error(`the tables in schema event_sourcing have version ${version}, made by a newer program; this one knows ${STEPS.length}`);
  }
  return version;
}
