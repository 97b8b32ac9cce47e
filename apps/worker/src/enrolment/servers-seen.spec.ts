import { serversSeenFrom } from './servers-seen.pure.js';

describe('the NATS servers of a cluster, from a machine that joins', () => {
  it.each([
    ['nats://n.example.net:4222', 'nats://n.example.net:4222'],
    ['nats://0.0.0.0:4222', 'nats://box.local:4222'],
    ['nats://[::]:4222', 'nats://box.local:4222'],
    ['nats://0.0.0.0:4222,tls://n:4223', 'nats://box.local:4222,tls://n:4223'],
    ['nats://0.0.0.0', 'nats://box.local'],
    ['n:4222', 'n:4222'],
  ])('%s are %s', (named, seen) => {
    expect(serversSeenFrom('http://box.local:7070/', named)).toBe(seen);
  });

  it('may be at an IPv6 address', () => {
    expect(serversSeenFrom('http://[fd00::5]:7070', 'nats://0.0.0.0:4222')).toBe(
      'nats://[fd00::5]:4222',
    );
  });
});
