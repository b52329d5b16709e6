import { STAFF_KEY, startColumn } from './column.js';

/** `npm run column`: the servers column on this machine, for somebody to try it. Ends, and leaves nothing, with Ctrl-C. */
console.log('Starting Kafka, PostgreSQL, S3 and the event store (the first time they are installed, which takes minutes) …');
const column = await startColumn();
const { KAFKA_BROKERS, DATABASE_URL, FILES_URL, EVENT_STORE_URL } = column.env;
console.log(
  [
    `The servers column runs: ${column.apis.length} apis, ${column.processors.length} processors, ${column.workers.length} render workers.`,
    `Event store: ${column.eventStore.version}. ${column.kafka.version}, ${column.postgres.version}, ${column.s3.version}.`,
    'For another terminal:',
    `export API=${column.apis[0]?.base}/v1 API2=${column.apis[1]?.base}/v1 KEY='Authorization: Bearer ${STAFF_KEY}'`,
    `export KAFKA_BROKERS=${KAFKA_BROKERS} DATABASE_URL=${DATABASE_URL} EVENT_STORE_URL='${EVENT_STORE_URL}'`,
    `export FILES_URL='${FILES_URL}' AWS_ACCESS_KEY_ID=${column.s3.env.AWS_ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY=${column.s3.env.AWS_SECRET_ACCESS_KEY}`,
  ].join('\n'),
);
const end = (): void => void column.stop().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);
// Its servers alone keep no program alive.
setInterval(() => undefined, 60_000);
