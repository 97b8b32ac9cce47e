/** How a key is made on the command line. Pure. */

/** What no shell reads as anything but itself. */
const PLAIN = /^[\w.+@-]+$/;

/** @param ownerEmail whose key it is to be; null: nobody's, a service key */
export function keyCommand(ownerEmail: string | null): string {
  const command = 'corral keys create my-app';
  return ownerEmail === null ? command : `${command} --user ${quoted(ownerEmail)}`;
}

/** One word in a POSIX shell: the address comes from outside, and an admin pastes the line. */
function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
