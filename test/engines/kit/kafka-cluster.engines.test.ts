import kafkajs from 'kafkajs';
import { type Broker, type Kafka, startKafka } from './kafka.js';
import { until } from './until.js';

const WAIT_MS = 60_000;
const REQUEST_MS = 2_000;
const TOPIC = 'words';

describe('three brokers of Kafka 4.4.0 behind proxies', () => {
  let kafka: Kafka;
  let client: kafkajs.Kafka;
  let admin: kafkajs.Admin;

  beforeAll(async () => {
    kafka = await startKafka({ brokers: 3, version: '4.4.0', proxied: true });
    client = new kafkajs.Kafka({
      brokers: kafka.bootstrap,
      logLevel: kafkajs.logLevel.NOTHING,
      requestTimeout: REQUEST_MS,
      connectionTimeout: REQUEST_MS,
      retry: { retries: 1 },
    });
    admin = client.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }], waitForLeaders: true });
  });
  afterAll(async () => {
    await admin?.disconnect();
    await kafka?.stop();
  });

  it('say what they are, and advertise the proxies', async () => {
    expect(kafka.version).toBe('Apache Kafka 4.4.0');
    const { brokers } = await admin.describeCluster();
    expect(brokers.map(({ port }) => port).sort()).toEqual(kafka.brokers.map(({ proxy }) => proxy?.port).sort());
  });

  it('keep three copies of a topic, and two must be in step', async () => {
    expect((await partition()).isr).toHaveLength(3);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [
        { type: kafkajs.ConfigResourceTypes.TOPIC, name: TOPIC, configNames: ['min.insync.replicas', 'unclean.leader.election.enable'] },
      ],
    });
    expect(resources[0]?.configEntries.map(({ configValue }) => configValue)).toEqual(['2', 'false']);
  });

  it('have written what a proxy loses the answer of', async () => {
    const producer = client.producer({ retry: { retries: 0 } });
    await producer.connect();
    await producer.send({ topic: TOPIC, acks: -1, messages: [{ key: 'key', value: 'answered' }] });
    const leader = await leading();
    const before = await written();
    leader.proxy?.cutAnswers();
    await expect(producer.send({ topic: TOPIC, acks: -1, messages: [{ key: 'key', value: 'not answered' }] })).rejects.toThrow();
    await leader.proxy?.pass();
    expect(await until('the messages', WAIT_MS, written)).toBe(before + 1);
    await producer.disconnect();
  });

  it('go on when their leader is killed, and take it back when it comes again', async () => {
    const leader = await leading();
    const before = await written();
    await leader.kill();
    const next = await until('another leader', WAIT_MS, async () => {
      const now = await leading();
      return now.id === leader.id ? undefined : now;
    });
    expect(next.id).not.toBe(leader.id);
    await until('a message to it', WAIT_MS, async () => {
      const producer = client.producer();
      try {
        await producer.connect();
        return await producer.send({ topic: TOPIC, acks: -1, messages: [{ key: 'key', value: 'after' }] });
      } finally {
        await producer.disconnect();
      }
    });
    expect(await until('the messages', WAIT_MS, written)).toBeGreaterThan(before);
    await leader.start();
    await until('three copies in step', WAIT_MS, async () => (await partition()).isr.length === 3 || undefined);
  });

  async function partition(): Promise<kafkajs.PartitionMetadata> {
    const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
    return topics[0]?.partitions[0] as kafkajs.PartitionMetadata;
  }

  async function leading(): Promise<Broker> {
    const { leader } = await partition();
    return kafka.brokers.find(({ id }) => id === leader) as Broker;
  }

  async function written(): Promise<number> {
    const [offsets] = await admin.fetchTopicOffsets(TOPIC);
    return Number(offsets?.high);
  }
});
