import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { type EventStoreServer, startEventStore } from './event-store.js';
import { type Kafka, startKafka } from './kafka.js';
import { type Postgres, startPostgres } from './postgres.js';
import { type S3, startS3 } from './s3.js';
import { sharedEventStore, sharedKafka, sharedPostgres, sharedS3 } from './shared.js';
import { until } from './until.js';

const WAIT_MS = 30_000;

describe('Kafka of the kit', () => {
  let kafka: Kafka;
  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(() => kafka?.stop());

  it('says what it is', () => {
    expect(kafka.version).toBe('Apache Kafka 3.9.2');
    expect(kafka.bootstrap).toEqual([`127.0.0.1:${kafka.brokers[0]?.port}`]);
  });

  it('keeps its messages when it is killed and started again', async () => {
    await produced(kafka.bootstrap, 'kept', 'before the kill');
    await kafka.brokers[0]?.kill();
    await kafka.brokers[0]?.start();
    expect(await consumed(kafka.bootstrap, 'kept')).toBe('before the kill');
  });

  it('answers nothing while it is frozen, and goes on when it is thawed', async () => {
    kafka.brokers[0]?.freeze();
    await expect(listTopics(kafka.bootstrap)).rejects.toThrow();
    kafka.brokers[0]?.thaw();
    expect(await until('topics', WAIT_MS, () => listTopics(kafka.bootstrap))).toContain('kept');
  });
});

describe('PostgreSQL of the kit', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  it('says what it is', () => {
    expect(postgres.version).toMatch(/^PostgreSQL \d+\.\d+$/);
  });

  it('keeps what was committed when it is killed and started again', async () => {
    const url = await postgres.database('kept');
    await query(url, 'CREATE TABLE words (word text)');
    await query(url, `INSERT INTO words VALUES ('kept')`);
    await postgres.kill();
    await expect(query(url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await postgres.start();
    expect(await query(url, 'SELECT word FROM words')).toEqual([{ word: 'kept' }]);
  });

  it('makes a database that is asked for again empty again', async () => {
    await query(await postgres.database('again'), 'CREATE TABLE words (word text)');
    await expect(query(await postgres.database('again'), 'SELECT word FROM words')).rejects.toThrow('does not exist');
  });
});

describe('S3 of the kit', () => {
  let s3: S3;
  beforeAll(async () => {
    s3 = await startS3();
  });
  afterAll(() => s3?.stop());

  it('says what it is', () => {
    expect(s3.version).toBe('versitygw v1.8.0');
    expect(s3.filesUrl).toBe(`s3://files/kit?endpoint=${s3.endpoint}&region=us-east-1`);
  });

  it('keeps its objects when it is killed and started again', async () => {
    await s3.bucket('kept');
    await s3Client(s3).send(new PutObjectCommand({ Bucket: 'kept', Key: 'a/word', Body: 'kept', ContentType: 'text/plain' }));
    await s3.kill();
    await s3.start();
    const { Body, ContentType } = await s3Client(s3).send(new GetObjectCommand({ Bucket: 'kept', Key: 'a/word' }));
    expect(await Body?.transformToString()).toBe('kept');
    expect(ContentType).toBe('text/plain');
  });

  it('refuses a wrong secret', async () => {
    const wrong = s3Client(s3, 'not the secret');
    await expect(wrong.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });
});

describe('the event store of the kit', () => {
  let eventStore: EventStoreServer;
  beforeAll(async () => {
    eventStore = await startEventStore();
  });
  afterAll(() => eventStore?.stop());

  it('is the real one where there is one, else the double, and says so', () => {
    expect(eventStore.kind).toBe(process.env['EVENT_STORE_URL'] ? 'real' : 'double');
    expect(eventStore.version).toMatch(eventStore.kind === 'real' ? /^EventStoreDB \d/ : /double/);
    expect(eventStore.url).toMatch(/^esdb/);
  });
});

describe('the shared engines', () => {
  it('are the same for all who ask', async () => {
    expect(await sharedKafka()).toEqual(await sharedKafka());
    expect((await sharedEventStore()).url).toBe((await sharedEventStore()).url);
    expect((await sharedS3()).endpoint).toBe((await sharedS3()).endpoint);
    expect((await sharedPostgres()).url).toBe((await sharedPostgres()).url);
  });

  it('give databases and buckets', async () => {
    expect(await query(await (await sharedPostgres()).database('kit'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await (await sharedS3()).bucket('kit', 'here')).toMatch(/^s3:\/\/kit\/here\?endpoint=http/);
    await produced((await sharedKafka()).bootstrap, 'kit', 'shared');
  });
});

function kafkaClient(brokers: string[]): kafkajs.Kafka {
  return new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING, requestTimeout: 3_000, retry: { retries: 3 } });
}

async function produced(bootstrap: string[], topic: string, value: string): Promise<void> {
  const client = kafkaClient(bootstrap);
  const [admin, producer] = [client.admin(), client.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic }], waitForLeaders: true });
  await producer.send({ topic, acks: -1, messages: [{ key: 'key', value }] });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

async function consumed(bootstrap: string[], topic: string): Promise<string | undefined> {
  const consumer = kafkaClient(bootstrap).consumer({ groupId: `readers-of-${topic}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const value = await new Promise<string | undefined>((resolve, reject) => {
    consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) }).catch(reject);
  });
  await consumer.disconnect();
  return value;
}

async function listTopics(bootstrap: string[]): Promise<string[]> {
  const admin = kafkaClient(bootstrap).admin();
  try {
    await admin.connect();
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function s3Client({ endpoint, env }: S3, secretAccessKey = env.AWS_SECRET_ACCESS_KEY): S3Client {
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey };
  return new S3Client({ endpoint, region: env.AWS_REGION, credentials, forcePathStyle: true });
}
