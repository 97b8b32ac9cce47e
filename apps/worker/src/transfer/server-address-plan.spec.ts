import {
  advertisedUrls,
  bindHostOf,
  natsEndpoint,
  type AddressFacts,
} from './server-address-plan.pure.js';

function facts(change: Partial<AddressFacts> = {}): AddressFacts {
  return {
    host: null,
    url: null,
    routeAddress: '10.0.0.5',
    interfaceAddresses: ['10.0.0.5', '172.17.0.1'],
    ...change,
  };
}

describe('the file server’s address', () => {
  it('is this machine’s own while NATS is on it', () => {
    const alone = facts({ routeAddress: '127.0.0.1' });
    expect(bindHostOf(alone)).toBe('127.0.0.1');
    expect(advertisedUrls(alone, 80)).toEqual(['http://127.0.0.1:80']);
  });

  it('is the one that leads to NATS, and all interfaces listen', () => {
    expect(bindHostOf(facts())).toBe('0.0.0.0');
    expect(advertisedUrls(facts(), 80)).toEqual(['http://10.0.0.5:80']);
  });

  it('may be of either family', () => {
    const six = facts({ routeAddress: 'fd00::5' });
    expect(bindHostOf(six)).toBe('::');
    expect(advertisedUrls(six, 80)).toEqual(['http://[fd00::5]:80']);
  });

  it('is what is configured', () => {
    expect(bindHostOf(facts({ host: '192.0.2.1' }))).toBe('192.0.2.1');
    expect(advertisedUrls(facts({ host: '192.0.2.1' }), 80)).toEqual(['http://192.0.2.1:80']);
    const url = 'http://gateway:9000';
    expect(advertisedUrls(facts({ url }), 80)).toEqual([url]);
  });

  it('is any of the machine’s when it serves others, but NATS is on it', () => {
    const server = facts({ host: '0.0.0.0', routeAddress: '127.0.0.1' });
    expect(advertisedUrls(server, 80)).toEqual([
      'http://10.0.0.5:80',
      'http://172.17.0.1:80',
      'http://127.0.0.1:80',
    ]);
  });

  it('stays at home when there is no way to NATS', () => {
    expect(bindHostOf(facts({ routeAddress: null }))).toBe('127.0.0.1');
  });
});

describe('the first NATS server', () => {
  it.each([
    ['nats://nats.example:4333', { host: 'nats.example', port: 4333 }],
    ['nats://user:pass@a:1, nats://b:2', { host: 'a', port: 1 }],
    ['tls://a', { host: 'a', port: 4222 }],
    ['a:4333', { host: 'a', port: 4333 }],
    ['nats://[::1]:4222', { host: '::1', port: 4222 }],
    ['', null],
  ])('of %s is %j', (servers, endpoint) => {
    expect(natsEndpoint(servers)).toEqual(endpoint);
  });
});
