import {
  describeSearch,
  findNatsServer,
  type NatsPlaces,
  type PlaceResult,
} from './find-nats-server.pure.js';

type Results = Partial<Record<keyof NatsPlaces, PlaceResult | Error>>;

/** Places that answer as given, `missing` otherwise, and record that they were asked. */
function places(results: Results): { port: NatsPlaces; asked: string[] } {
  const asked: string[] = [];
  const place = (name: keyof NatsPlaces) => async (): Promise<PlaceResult> => {
    asked.push(name);
    const result = results[name] ?? { missing: 'not here' };
    if (result instanceof Error) throw result;
    return result;
  };
  return {
    asked,
    port: {
      onPath: place('onPath'),
      keptCopy: place('keptCopy'),
      officialBuild: place('officialBuild'),
      debianPackage: place('debianPackage'),
    },
  };
}

describe('The search for nats-server', () => {
  it("takes the machine's own and looks no further", async () => {
    const { port, asked } = places({ onPath: { path: '/usr/sbin/nats-server' } });

    expect(await findNatsServer(port)).toEqual({
      found: true,
      path: '/usr/sbin/nats-server',
      place: 'onPath',
    });
    expect(asked).toEqual(['onPath']);
  });

  it('prefers the copy in the data folder to a download', async () => {
    const { port, asked } = places({ keptCopy: { path: '/data/bin/nats-server' } });

    expect(await findNatsServer(port)).toMatchObject({ place: 'keptCopy' });
    expect(asked).toEqual(['onPath', 'keptCopy']);
  });

  it('installs a package only when all else fails', async () => {
    const { port, asked } = places({ debianPackage: { path: '/usr/sbin/nats-server' } });

    expect(await findNatsServer(port)).toMatchObject({ found: true, place: 'debianPackage' });
    expect(asked).toEqual(['onPath', 'keptCopy', 'officialBuild', 'debianPackage']);
  });

  it('goes on to the next place when one fails', async () => {
    const { port } = places({
      officialBuild: new Error('no answer within 3 s'),
      debianPackage: { path: '/usr/sbin/nats-server' },
    });

    expect(await findNatsServer(port)).toMatchObject({ found: true, place: 'debianPackage' });
  });

  it('says for each place why it had none', async () => {
    const { port } = places({ officialBuild: new Error('no answer within 3 s') });

    const search = await findNatsServer(port);

    if (search.found) throw new Error('nothing was there to be found');
    expect(describeSearch(search.tried)).toBe(
      'PATH: not here; data folder: not here; download: no answer within 3 s; Debian package: not here',
    );
  });
});
