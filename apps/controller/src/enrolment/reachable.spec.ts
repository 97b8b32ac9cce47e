import { addressForOthers, isReachableFrom } from './reachable.pure.js';

describe('a NATS server that machines are sent to', () => {
  it.each([
    ['nats://127.0.0.1:4222', '127.0.0.1', true],
    ['nats://127.0.0.1:4222', '::1', true],
    ['nats://localhost:4222', '::ffff:127.0.0.1', true],
    ['nats://127.0.0.1:4222', '10.0.0.7', false],
    ['nats://[::1]:4222', '10.0.0.7', false],
    ['localhost', 'fd00::7', false],
    ['nats://10.0.0.5:4222', '10.0.0.7', true],
    ['nats://0.0.0.0:4222', '10.0.0.7', true],
    ['tls://nats.example.net', '10.0.0.7', true],
    ['nats://127.0.0.1:4222, nats://10.0.0.5:4222', '10.0.0.7', true],
  ])('%s, asked for from %s: %s', (servers, address, reachable) => {
    expect(isReachableFrom(servers, address)).toBe(reachable);
  });
});

describe('the address that a join token names', () => {
  const addresses = ['10.0.0.5', 'fd00::5'];
  it.each([
    ['http://127.0.0.1:7070', '0.0.0.0', addresses, 'http://10.0.0.5:7070'],
    ['http://localhost:7070', '::', ['fd00::5'], 'http://[fd00::5]:7070'],
    ['http://box.local:7070', '0.0.0.0', addresses, 'http://box.local:7070'],
    ['http://127.0.0.1:7070', '127.0.0.1', addresses, 'http://127.0.0.1:7070'],
    ['http://127.0.0.1:7070', '0.0.0.0', [], 'http://127.0.0.1:7070'],
  ])('asked at %s, listening on %s with %j: %s', (asked, host, own, told) => {
    expect(addressForOthers(asked, host, own)).toBe(told);
  });
});
