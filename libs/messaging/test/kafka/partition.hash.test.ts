import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { partitionOf } from '../../src/kafka/partition.hash.js';

describe('the partition of a key', () => {
  it("is that of Kafka's default partitioner, for keys of every length and script", () => {
    const theirs = Partitioners.DefaultPartitioner();
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.uuid(), fc.constant(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 60 }), (key, partitions) => {
        const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
          partitionId,
          leader: 1,
          replicas: [],
          isr: [],
          partitionErrorCode: 0,
        }));
        expect(partitionOf(key, partitions)).toBe(
          theirs({ topic: 't', partitionMetadata, message: { key: Buffer.from(key), value: null } }),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
