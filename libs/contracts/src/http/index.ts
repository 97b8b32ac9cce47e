export * from './admin.js';
export * from './accounts.js';
export * from './audit.js';
export * from './costs.js';
export * from './deployments.js';
export * from './keys.js';
export * from './quotas.js';
export * from './usage.js';
