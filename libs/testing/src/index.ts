export * from './gguf/model-shape.js';
export { writeGguf, writeGgufHeaderOnly, type GgufOptions } from './gguf/write-gguf.js';
export { MODEL_FAMILIES, type ModelFamily, type Quantization } from './gguf/model-families.js';
export { writeFamilyHeader } from './gguf/write-family.js';
export { writeMalformedGguf, GGUF_FAULTS, type GgufFault } from './gguf/malformed-gguf.js';
export { CHATML_TEMPLATE, SPECIAL_TOKENS } from './gguf/byte-vocabulary.js';
export {
  FAKE_VOCABULARY,
  fakePromptText,
  fakeSeed,
  fakeText,
  fakeTokenId,
  fakeTokenText,
} from './fake-engine/fake-tokens.js';
export { fakeTemplate, type FakeOptions } from './fake-engine/fake-options.js';
export { fakeEngineEntry } from './fake-engine/entry.js';
export { startPostgres, type PostgresServer } from './postgres/start-postgres.js';
export { startNats, type NatsServer } from './nats/start-nats.js';
export { until } from './until.js';
export { freePort } from './free-port.js';
export { TcpProxy } from './tcp-proxy.js';
