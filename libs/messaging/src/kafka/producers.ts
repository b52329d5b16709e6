import { Partitioners, type Producer } from 'kafkajs';
import type { Report } from '../delivery/surroundings.js';
import { type KafkaConnection, openClient } from './kafka-client.js';
import type { Network } from './network.js';

/** A producer that is used until the first send of it fails. */
export interface Generation {
  readonly producer: Producer;
  readonly network: Network;
  sending: number;
  retired: boolean;
}

/**
 * The producer of a queue, and its successors: after a failed send the driver gives the next message the failed one's sequence number,
 * which the broker then takes for a repetition and drops. So a producer never outlives a failure (K1).
 */
export class Producers {
  private opening: Promise<Generation> | undefined;
  /** How many were made, the first included. */
  made = 0;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly report: Report,
    private readonly network: () => Network,
  ) {}

  async current(): Promise<Generation> {
    this.opening ??= this.open();
    const opening = this.opening;
    try {
      return await opening;
    } catch (error) {
      if (this.opening === opening) this.opening = undefined;
      throw error;
    }
  }

  /** No new send begins on it; it is closed when those under way have ended. */
  async retire(generation: Generation): Promise<void> {
    generation.retired = true;
    if ((await this.opening?.catch(() => undefined)) === generation) this.opening = undefined;
    if (generation.sending === 0) generation.network.cut();
  }

  async close(): Promise<void> {
    const generation = await this.opening?.catch(() => undefined);
    this.opening = undefined;
    if (!generation) return;
    await generation.producer.disconnect();
    generation.network.cut();
  }

  private async open(): Promise<Generation> {
    const network = this.network();
    const producer = openClient(this.connection, this.report, network).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    this.made += 1;
    try {
      await producer.connect();
    } catch (error) {
      network.cut();
      throw error;
    }
    return { producer, network, sending: 0, retired: false };
  }
}
