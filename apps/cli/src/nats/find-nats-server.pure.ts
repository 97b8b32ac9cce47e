/**
 * Where to get `nats-server` from, in order: the machine's own, a copy kept in the data folder,
 * the official build, and on Debian the distribution's package. Pure but for its port.
 */

/** A place either gives the program's path or says in a few words why it cannot. */
export type PlaceResult = { path: string } | { missing: string };

export interface NatsPlaces {
  onPath(): Promise<PlaceResult>;
  keptCopy(): Promise<PlaceResult>;
  officialBuild(): Promise<PlaceResult>;
  debianPackage(): Promise<PlaceResult>;
}

export type NatsSearch =
  | { found: true; path: string; place: keyof NatsPlaces }
  | { found: false; tried: { place: keyof NatsPlaces; reason: string }[] };

const ORDER = ['onPath', 'keptCopy', 'officialBuild', 'debianPackage'] as const;

/** The first place that has it; later places are not looked at. A place that throws has it not. */
export async function findNatsServer(places: NatsPlaces): Promise<NatsSearch> {
  const tried: { place: keyof NatsPlaces; reason: string }[] = [];
  for (const place of ORDER) {
    const result = await places[place]().catch((error: Error) => ({ missing: error.message }));
    if ('path' in result) return { found: true, path: result.path, place };
    tried.push({ place, reason: result.missing });
  }
  return { found: false, tried };
}

const PLACE_NAMES: Record<keyof NatsPlaces, string> = {
  onPath: 'PATH',
  keptCopy: 'data folder',
  officialBuild: 'download',
  debianPackage: 'Debian package',
};

/** One line for the reader of what was tried. */
export function describeSearch(tried: { place: keyof NatsPlaces; reason: string }[]): string {
  return tried.map(({ place, reason }) => `${PLACE_NAMES[place]}: ${reason}`).join('; ');
}
