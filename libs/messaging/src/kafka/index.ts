export type { KafkaConnection } from './kafka-client.js';
export { KafkaQueue, type KafkaQueueOptions } from './kafka-queue.js';
export { createTopics, internalTopics, type TopicCreation, type TopicSettings } from './topic.settings.js';
