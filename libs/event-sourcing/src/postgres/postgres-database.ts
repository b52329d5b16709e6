import pg from 'pg';
import { EngineUnavailableError } from '../engine-unavailable.js';
import { isAway, isMissingTable, isRepeatable, leavesConnectionWhole } from './failures.js';
import { migrate } from './layout.migrations.js';
import type { Query, SqlValue } from './query.js';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with the parameters that `pg` takes (`sslmode`, `sslrootcert`, …). */
  readonly url: string;
  readonly log: (message: string) => void;
  /** Connections at most; default 10. Who finds none free within `connectTimeoutMs` is told that the engine is away. */
  readonly poolSize?: number;
  /** How long to wait for a connection, in ms; default 5,000. */
  readonly connectTimeoutMs?: number;
  /** How long one statement may take, in ms; default 15,000. A second later it is given up, answered or not. */
  readonly statementTimeoutMs?: number;
}

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** How much later than the server the client gives up on a statement: then the server is frozen, or the network is. */
const ANSWER_GRACE_MS = 1_000;
/** A transaction that does nothing for so long is a frozen process that holds locks: the server ends it. */
const IDLE_TRANSACTION_MS = 30_000;
/** How often what hit a deadlock or a lock time-out is tried in all. */
const TRIES = 4;
/** How long a change of tables waits for those who use them. */
const LOCK_TIMEOUT_MS = 2_000;

/**
 * A PostgreSQL database with our own tables in schema `event_sourcing`, made or brought up to date with the first use. Whatever
 * means that the server is away or overloaded is thrown as EngineUnavailableError: then what was asked may have happened or not.
 */
export class PostgresDatabase {
  private readonly pool: pg.Pool;
  private layout: Promise<void> | undefined;

  constructor(private readonly options: PostgresOptions) {
    const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.poolSize ?? POOL_SIZE,
      connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
      keepAlive: true,
      application_name: 'event-sourcing',
    });
    this.pool.on('error', (error) => options.log(`POSTGRESQL: an idle connection was lost (${String(error)})`));
    // A connection that is lost while it is lent out says so by an event, too, beside the error of the statement in flight.
    this.pool.on('connect', (client) => client.on('error', (error) => options.log(`POSTGRESQL: a connection was lost (${String(error)})`)));
  }

  /** Runs one statement in a transaction of its own. */
  async query(sql: string, values: readonly SqlValue[] = []): Promise<readonly (readonly unknown[])[]> {
    await this.ready();
    return this.repeated((client) => run(client, sql, values));
  }

  /** Runs statements in one transaction; `work` may run more than once, and writes nothing where it throws. */
  async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    await this.ready();
    return this.inTransaction(work);
  }

  /** Resolves where the server answers and can be written to; readiness probes ask it. */
  async ping(): Promise<void> {
    const [row] = await this.query('SELECT pg_is_in_recovery()');
    if (row?.[0] === true) throw new EngineUnavailableError('PostgreSQL is a standby that only reads');
  }

  /** Waits for what is in flight and ends all connections. */
  async close(): Promise<void> {
    await this.pool.end();
  }

  private ready(): Promise<void> {
    this.layout ??= migrate(
      (sql) => this.repeated((client) => run(client, sql, [])),
      (work) => this.inTransaction(work),
    ).catch((error: unknown) => {
      this.layout = undefined;
      throw error;
    });
    return this.layout;
  }

  private inTransaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.repeated(async (client) => {
      await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
      try {
        const result = await work((sql, values = []) => run(client, sql, values));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        if (leavesConnectionWhole(error) || !isAway(error)) await client.query('ROLLBACK');
        throw error;
      }
    });
  }

  private async repeated<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.lend(work);
      } catch (error) {
        if (isMissingTable(error)) this.layout = undefined; // somebody may have put an empty database in place of ours
        const repeatable = isRepeatable(error);
        if (repeatable && tries < TRIES) {
          this.options.log(`POSTGRESQL: ${String(error)}; try ${tries + 1} of ${TRIES}`);
        } else if (repeatable || isAway(error)) {
          throw new EngineUnavailableError(`PostgreSQL cannot be reached, see DATABASE_URL: ${String(error)}`, { cause: error });
        } else {
          throw error;
        }
      }
    }
  }

  private async lend<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let whole = true;
    try {
      return await work(client);
    } catch (error) {
      whole = leavesConnectionWhole(error);
      throw error;
    } finally {
      client.release(!whole);
    }
  }
}

async function run(client: pg.PoolClient, sql: string, values: readonly SqlValue[]): Promise<readonly (readonly unknown[])[]> {
  const { rows } = await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' });
  return rows;
}
