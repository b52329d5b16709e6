import type { Lease, Ownership } from '../ownership.port.js';
import type { PostgresDatabase } from './postgres-database.js';

/** Leases in PostgreSQL, a row for each piece of work, by the database's clock. A row stays when it is free, and so its fence grows on. */
export class PostgresOwnership implements Ownership {
  constructor(private readonly database: PostgresDatabase) {}

  async acquire(name: string, owner: string, leaseMs: number): Promise<Lease | undefined> {
    const until = `clock_timestamp() + $3 * interval '1 millisecond'`;
    const [row] = await this.database.query(
      `INSERT INTO event_sourcing.leases AS held (name, owner, until, fence) VALUES ($1, $2, ${until}, 1)
       ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = ${until}, fence = held.fence + 1
         WHERE held.owner = excluded.owner OR held.until <= clock_timestamp()
       RETURNING fence`,
      [name, owner, leaseMs],
    );
    return row && { name, owner, fence: BigInt(row[0] as string) };
  }

  async renew({ name, owner, fence }: Lease, leaseMs: number): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE event_sourcing.leases SET until = clock_timestamp() + $4 * interval '1 millisecond'
       WHERE name = $1 AND owner = $2 AND fence = $3 AND until > '-infinity' RETURNING name`,
      [name, owner, String(fence), leaseMs],
    );
    return rows.length > 0;
  }

  async release({ name, owner, fence }: Lease): Promise<void> {
    await this.database.query(`UPDATE event_sourcing.leases SET until = '-infinity' WHERE name = $1 AND owner = $2 AND fence = $3`, [
      name,
      owner,
      String(fence),
    ]);
  }
}
