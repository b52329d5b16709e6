import { queueContract } from '#messaging/testing';
import { kafkaBench } from './kafka.under-test.js';

describe('the queue on Kafka', () => {
  const brokers = [process.env.KAFKA_BROKERS ?? '127.0.0.1:29192'];
  it.each(queueContract.map((clause) => [clause.sentence, clause] as const))(
    '%s',
    async (_, clause) => {
      const bench = await kafkaBench(brokers);
      const began = Date.now();
      try {
        await clause.run(bench);
      } catch (e) {
        console.log(bench.reports.slice(0, 20).join('\n'));
        throw e;
      } finally {
        console.log('clause', Date.now() - began);
        const c = Date.now();
        await bench.close();
        console.log('close', Date.now() - c, bench.reports.slice(0, 8), bench.fatal);
      }
    },
    40_000,
  );
});
