import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { openClient } from './kafka-client.js';

describe('a client of brokers that are away', () => {
  it('says so once for all its tries', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const said: string[] = [];
    const admin = openClient({ brokers: [`127.0.0.1:${port}`] }, (problem) => said.push(problem)).admin();
    await expect(admin.connect()).rejects.toThrow();
    expect(said.filter((problem) => problem.includes('Connection error: connect ECONNREFUSED')).length).toBeGreaterThan(0);
    expect(said).toEqual([...new Set(said)]);
  });
});
