import { isReachableFrom } from './reachable.js';

describe('a NATS server that machines are sent to', () => {
  it.each([
    ['nats://127.0.0.1:4222', '127.0.0.1', true],
    ['nats://127.0.0.1:4222', '::1', true],
    ['nats://localhost:4222', '::ffff:127.0.0.1', true],
    ['nats://127.0.0.1:4222', '10.0.0.7', false],
    ['nats://[::1]:4222', '10.0.0.7', false],
    ['localhost', 'fd00::7', false],
    ['nats://10.0.0.5:4222', '10.0.0.7', true],
    ['tls://nats.example.net', '10.0.0.7', true],
    ['nats://127.0.0.1:4222, nats://10.0.0.5:4222', '10.0.0.7', true],
  ])('%s, asked for from %s: %s', (servers, address, reachable) => {
    expect(isReachableFrom(servers, address)).toBe(reachable);
  });
});
