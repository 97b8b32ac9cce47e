export * from './bus.js';
export * from './bus-error.js';
export { WorkQueue, type WorkQueueOptions } from './work-queue.js';
export { LastValues, type LastValuesOptions } from './last-values.js';
