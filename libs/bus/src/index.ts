export * from './bus.js';
export * from './bus-error.js';
export { isLoginRefused, natsConnectionOptions, type NatsLogin } from './nats-login.js';
export { WorkQueue, type WorkQueueOptions } from './work-queue.js';
export { LastValues, type LastValuesOptions } from './last-values.js';
export {
  makeNatsAuthority,
  parseNatsAuthority,
  subjectOf,
  type NatsAuthority,
} from './authority/nats-authority.js';
export { natsServerConfig, type NatsServerSettings } from './authority/nats-server-config.js';
export { revokeUsers } from './authority/revoke-users.js';
export {
  credsText,
  isUserPublicKey,
  issueControllerCreds,
  issueWorkerJwt,
  newUserKey,
  userKeyOf,
  type UserKey,
} from './authority/user-credentials.js';
