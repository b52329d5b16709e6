import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteReadModels } from '../../src/sqlite/sqlite-read-models.js';
import { MemoryReadModelDisk, MemoryReadModels } from '../../src/testing/memory-read-models.js';
import { readModelsContract } from '../../src/testing/read-models.contract.js';
import type { ReadModelPlace } from '../../src/testing/read-models.situation.js';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

const implementations: Record<string, () => Promise<ReadModelPlace>> = {
  memory: async () => {
    const disk = new MemoryReadModelDisk();
    return { open: async () => new MemoryReadModels(disk) };
  },
  SQLite: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'views-'));
    folders.push(folder);
    return {
      open: async () =>
        new SqliteReadModels(folder, (message) => {
          throw new Error(message);
        }),
    };
  },
};

describe.each(Object.entries(implementations))('read models in %s', (_, make) => {
  it.each(readModelsContract.map((clause) => [clause.sentence, clause] as const))('%s', async (_sentence, clause) => {
    await clause.run(make);
  });
});
