import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { ran } from './desk.client.js';
import { cached, fromDebian, onPath, run } from './installing.js';
import { type BrokerPorts, serverProperties } from './kafka.properties.js';
import { freshFolder, OwnedProcess, removeFolder } from './owned.js';
import { freePort } from './ports.js';
import { type Proxy, startProxy } from './proxy.js';
import { until } from './until.js';

const READY_MS = 90_000;
const ASK_MS = 3_000;
const HEAP_ALONE_MB = 512;
const HEAP_OF_THREE_MB = 256;
const CLUSTER_ID_BYTES = 16;

/** Pinned versions, each with the logger that its jars do without. */
const LOGGERS = { '3.9.2': 'slf4j-reload4j', '4.4.0': 'slf4j-simple' } as const;
const LOGGER_VERSION = '1.7.36';

export type KafkaVersion = keyof typeof LOGGERS;

export interface Broker {
  readonly id: number;
  /** Where clients find it: the proxy's port where there is one. */
  readonly port: number;
  readonly proxy?: Proxy;
  /** kill -9. Its proxy refuses, as a dead port does. */
  kill(): Promise<void>;
  /** Starts it again on its data, and waits until it answers and is part of the cluster. Its proxy passes again. */
  start(): Promise<void>;
  /** SIGSTOP: its connections stand and nothing answers. */
  freeze(): void;
  thaw(): void;
}

export interface Kafka {
  readonly bootstrap: string[];
  readonly brokers: Broker[];
  /** What the brokers say that they are: `Apache Kafka 3.9.2`. */
  readonly version: string;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

export interface KafkaOptions {
  /** Three: replication 3, `min.insync.replicas` 2, no unclean election. */
  readonly brokers?: 1 | 3;
  readonly version?: KafkaVersion;
  /** Clients reach each broker through a proxy that can cut; brokers reach each other past it. */
  readonly proxied?: boolean;
}

/** Apache Kafka itself in KRaft mode, every broker a controller too, topics only where somebody creates them. */
export async function startKafka({ brokers: count = 1, version = wantedVersion(), proxied = false }: KafkaOptions = {}): Promise<Kafka> {
  const jars = await installKafka(version);
  const home = freshFolder('kafka');
  writeFileSync(join(home, 'log4j.properties'), LOG4J);
  const cluster = await Promise.all(Array.from({ length: count }, (_, index) => portsOf(index + 1, proxied)));
  const clusterId = `v${randomBytes(CLUSTER_ID_BYTES).toString('base64url').slice(1)}`;
  const servers = cluster.map((ports) => new BrokerProcess(jars, home, ports, cluster));
  await Promise.all(servers.map((server) => server.format(clusterId)));
  await Promise.all(servers.map((server) => server.start()));
  const told = `Apache Kafka ${servers[0]?.version()}`;
  await ran('Kafka', count === 1 ? told : `${told} (${count} brokers)`);
  return {
    bootstrap: cluster.map(({ advertised }) => `127.0.0.1:${advertised}`),
    brokers: servers.map((server) => server.handle()),
    version: told,
    stop: async () => {
      await Promise.all(servers.map((server) => server.kill()));
      for (const { proxy } of cluster) await proxy?.close();
      removeFolder(home);
    },
  };
}

/** KAFKA_VERSION, where somebody asks for another than the usual one. */
function wantedVersion(): KafkaVersion {
  const wanted = process.env['KAFKA_VERSION'] || '3.9.2';
  if (wanted in LOGGERS) return wanted as KafkaVersion;
  throw new Error(`KAFKA_VERSION must be one of ${Object.keys(LOGGERS).join(', ')}`);
}

/** Fetches the jars of a version once; answers their folder. */
export async function installKafka(version: KafkaVersion): Promise<string> {
  await fromDebian(['openjdk-17-jre-headless'], () => onPath('java'));
  return cached(`kafka-${version}`, async (folder) => {
    await fromDebian(['maven'], () => onPath('mvn'));
    const dependency = (group: string, artifact: string, pinned: string) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${pinned}</version></dependency>`;
    writeFileSync(
      join(folder, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
       <groupId>engines</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging><dependencies>
       ${dependency('org.apache.kafka', 'kafka_2.13', version)}${dependency('org.slf4j', LOGGERS[version], LOGGER_VERSION)}
       </dependencies></project>`,
    );
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
    await run('mvn', ['-q', '-B', '-f', join(folder, 'pom.xml'), ...goal]);
  });
}

class BrokerProcess {
  private readonly properties: string;
  private readonly log: string;
  private process: OwnedProcess | undefined;

  constructor(
    private readonly jars: string,
    private readonly home: string,
    private readonly ports: BrokerPorts,
    private readonly cluster: readonly BrokerPorts[],
  ) {
    this.properties = join(home, `${ports.id}.properties`);
    this.log = join(home, `${ports.id}.log`);
    writeFileSync(this.properties, serverProperties(ports, cluster, join(home, `data-${ports.id}`)));
  }

  async format(clusterId: string): Promise<void> {
    await run('java', [...this.java(HEAP_OF_THREE_MB), 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', this.properties]);
  }

  async start(): Promise<void> {
    const args = [...this.java(this.cluster.length > 1 ? HEAP_OF_THREE_MB : HEAP_ALONE_MB), 'kafka.Kafka', this.properties];
    const process = new OwnedProcess({ name: `Kafka ${this.ports.id}`, command: 'java', args, log: this.log, cwd: this.home });
    this.process = process;
    await until(`Kafka broker ${this.ports.id}`, READY_MS, async () => {
      process.mustRun();
      const { brokers } = await describeCluster(this.ports.internal);
      const there = brokers.some(({ nodeId }) => nodeId === this.ports.id);
      return (there && (this.complete || brokers.length === this.cluster.length)) || undefined;
    });
    this.complete = true;
    await this.ports.proxy?.pass();
  }

  /** After the first start the others may be dead on purpose. */
  private complete = false;

  async kill(): Promise<void> {
    await this.process?.kill();
    // As the port of a dead server does; the proxy alone would take connections and then close them.
    await this.ports.proxy?.refuse();
  }

  /** As the running server told in its log. */
  version(): string {
    return /Kafka version: (\S+)/.exec(this.process?.said() ?? '')?.[1] ?? 'of unknown version';
  }

  handle(): Broker {
    return {
      id: this.ports.id,
      port: this.ports.advertised,
      ...(this.ports.proxy ? { proxy: this.ports.proxy } : {}),
      kill: () => this.kill(),
      start: () => this.start(),
      freeze: () => this.process?.freeze(),
      thaw: () => this.process?.thaw(),
    };
  }

  private java(heapMb: number): string[] {
    const logging = [`-Dlog4j.configuration=file:${join(this.home, 'log4j.properties')}`, ...SIMPLE_LOGGER];
    return [`-Xmx${heapMb}m`, '-XX:+UseSerialGC', ...logging, '-cp', join(this.jars, '*')];
  }
}

/** Both loggers: warnings, and the package whose parser tells the version when a server starts. */
const TELLS_VERSION = 'org.apache.kafka.common.utils';
const SIMPLE_LOGGER = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', `-Dorg.slf4j.simpleLogger.log.${TELLS_VERSION}=info`];
const LOG4J = `log4j.rootLogger=WARN, out
log4j.logger.${TELLS_VERSION}=INFO
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %m (%c)%n
`;

async function portsOf(id: number, proxied: boolean): Promise<BrokerPorts> {
  const [client, internal, controller] = [await freePort(), await freePort(), await freePort()];
  if (!proxied) return { id, client, internal, controller, advertised: client };
  const proxy = await startProxy(client);
  return { id, client, internal, controller, advertised: proxy.port, proxy };
}

async function describeCluster(port: number): Promise<{ readonly brokers: readonly { readonly nodeId: number }[] }> {
  const client = new kafkajs.Kafka({
    brokers: [`127.0.0.1:${port}`],
    clientId: 'engine-kit',
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: ASK_MS,
    requestTimeout: ASK_MS,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    return await admin.describeCluster();
  } finally {
    await admin.disconnect();
  }
}
