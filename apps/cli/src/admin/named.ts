/** Finds what a person named, where the API wants an id. Names are accepted where only one has it. */
import type { ApiKeyView, NodeView, TeamView, UserView } from '@corral/contracts/http';
import { CliError, EXIT } from '../cli-error.js';

/** Nothing has the id or the name. */
export class UnknownName extends CliError {}

/**
 * The one thing with that id, else the one with that name. Throws {@link CliError} (refused) when
 * there is none, or when several have the name.
 * @param what as in `There is no <what> "x"`
 * @param hint where the reader finds the right one
 */
export function named<T extends { id: string }>(
  what: string,
  things: readonly T[],
  text: string,
  namesOf: (thing: T) => readonly string[],
  hint: string,
): T {
  const byId = things.find((thing) => thing.id === text);
  if (byId !== undefined) return byId;
  const found = things.filter((thing) => namesOf(thing).includes(text));
  if (found.length > 1) {
    const ids = found.map((thing) => thing.id).join(', ');
    throw new CliError(
      `${found.length} ${what}s are called "${text}".`,
      EXIT.refused,
      `Give one of the ids: ${ids}`,
    );
  }
  if (found[0] !== undefined) return found[0];
  throw new UnknownName(`There is no ${what} "${text}".`, EXIT.refused, hint);
}

export function teamNamed(teams: readonly TeamView[], text: string): TeamView {
  return named('team', teams, text, (team) => [team.name], '`corral teams list` shows all.');
}

/** By e-mail in any case, or by id. */
export function userNamed(users: readonly UserView[], text: string): UserView {
  const hint = '`corral users list` shows all.';
  return named('user', users, text.includes('@') ? text.toLowerCase() : text, emailsOf, hint);
}

function emailsOf(user: UserView): string[] {
  return [user.email.toLowerCase()];
}

/** By id, by a public id as the list shows it, else by the name of a key that is not revoked. */
export function keyNamed(keys: readonly ApiKeyView[], text: string): ApiKeyView {
  // First, since anybody may call a key by the public id of another.
  const byPublicId = keys.find(
    (key) => key.publicId === text || key.overlapping.some((secret) => secret.publicId === text),
  );
  if (byPublicId !== undefined) return byPublicId;
  const namesOf = (key: ApiKeyView): string[] => (key.revokedAt === null ? [key.name] : []);
  return named('key', keys, text, namesOf, '`corral keys list` shows all.');
}

export function nodeNamed(nodes: readonly NodeView[], text: string): NodeView {
  return named('node', nodes, text, (node) => [node.name], '`corral status` shows all.');
}
