export * from './bus.js';
export * from './bus-error.js';
