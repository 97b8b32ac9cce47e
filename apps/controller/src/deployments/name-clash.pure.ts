/** Names and aliases of all deployments are one space: what clients put into `model`. Pure. */

export interface NameClash {
  /** Of the deployment that comes later in the list. */
  deployment: string;
  called: string;
  /** It is called so as an alias; false: that is its name. */
  isAlias: boolean;
  takenBy: string;
}

/** The first name that two of them have; null: none is. */
export function nameClash(
  deployments: readonly { name: string; aliases: readonly string[] }[],
): NameClash | null {
  const owners = new Map<string, string>();
  for (const { name } of deployments) {
    if (owners.has(name)) return { deployment: name, called: name, isAlias: false, takenBy: name };
    owners.set(name, name);
  }
  for (const { name, aliases } of deployments) {
    for (const called of aliases) {
      const takenBy = owners.get(called);
      if (takenBy !== undefined) return { deployment: name, called, isAlias: true, takenBy };
      owners.set(called, name);
    }
  }
  return null;
}
