import { EventStoreDBClient } from '@eventstore/db-client';
import { all, event, failureOf, until } from './double/conversation.js';
import { type RunningDouble, startDouble } from './double/start-double.js';

// TLS with credentials, and several nodes that are found by gossip.

describe('with TLS and credentials', () => {
  let double: RunningDouble;
  beforeAll(async () => {
    double = await startDouble({ tls: true, credentials: 'admin:changeit' });
  }, 120_000);
  afterAll(() => double.stop());
  const at = (url: string) => EventStoreDBClient.connectionString(url);

  it('takes the right ones, in every call', async () => {
    const client = at(double.url);
    const options = { expectedRevision: 'no_stream' as const };
    await client.appendToStream('secured-1', event(1), options);
    const credentials = { username: 'admin', password: 'changeit' };
    await client.appendToStream('secured-2', event(1), { ...options, credentials });
    expect(await all(client.readStream('secured-1'))).toHaveLength(1);
    await client.tombstoneStream('secured-2');
    await client.dispose();
  });

  it.each([
    ['wrong ones', 'admin:wrong@'],
    ['none', ''],
  ])('refuses %s', async (_, user) => {
    const client = at(double.url.replace('admin:changeit@', user));
    expect(await failureOf(client.appendToStream('secured-3', event(1)))).toMatchObject({ type: 'access-denied' });
    expect(await failureOf(all(client.readStream('secured-1')))).toMatchObject({ type: 'access-denied' });
    expect(await failureOf(client.tombstoneStream('secured-1'))).toMatchObject({ type: 'access-denied' });
    await client.dispose();
  });

  it('is not believed without its certificate', async () => {
    const client = at(double.url.replace(/&tlsCAFile=.*/, ''));
    expect(await failureOf(all(client.readStream('secured-1')))).toMatchObject({ type: 'unavailable' });
    await client.dispose();
  });
});

describe('with three nodes', () => {
  let double: RunningDouble;
  let client: EventStoreDBClient;
  let places: string[];
  beforeAll(async () => {
    double = await startDouble({ nodes: 3 });
    places = /esdb:\/\/(.*)\?/.exec(double.url)![1]!.split(',');
  }, 120_000);
  beforeEach(() => {
    client = EventStoreDBClient.connectionString(double.url);
  });
  afterEach(() => client.dispose());
  afterAll(() => double.stop());

  it('a client finds the leader by the gossip of any of them, listed or discovered', async () => {
    const discover = EventStoreDBClient.connectionString(`esdb+discover://${places[2]}?tls=false`);
    await double.faults.next('append', 'not-ready', { node: 0, times: 2 });
    for (const one of [client, discover]) {
      expect(await failureOf(one.appendToStream('led-0', event(1)))).toMatchObject({ type: 'unknown' });
    }
    await discover.dispose();
  });

  it('a follower does what it is asked, unless the leader is asked for', async () => {
    const follower = EventStoreDBClient.connectionString(`esdb://${places[1]}?tls=false`);
    await follower.appendToStream('led-1', event(1), { expectedRevision: 'no_stream' });
    expect(await all(client.readStream('led-1'))).toHaveLength(1);
    const port = Number(places[0]!.split(':')[1]);
    for (const options of [{}, { credentials: { username: 'nobody', password: 'nothing' } }]) {
      const another = EventStoreDBClient.connectionString(`esdb://${places[1]}?tls=false`);
      const asked = { ...options, requiresLeader: true };
      const notLeader = { type: 'not-leader', leader: { address: '127.0.0.1', port } };
      expect(await failureOf(another.appendToStream('led-1', event(2), asked))).toMatchObject(notLeader);
      // It goes to the leader that it was told of.
      expect(await another.appendToStream('led-1', event(2), asked)).toMatchObject({ success: true });
      await another.dispose();
    }
    await follower.dispose();
  });

  it('a new leader is found when the old one is gone', async () => {
    await client.appendToStream('led-2', event(1));
    await double.faults.elect(2);
    await double.faults.down(0);
    await until('it is found', () =>
      client.appendToStream('led-2', event(3), { requiresLeader: true }).then(
        () => true,
        () => false,
      ),
    );
    await double.faults.up(0);
  });
});
