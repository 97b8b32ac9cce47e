/* eslint-disable no-control-regex */

/**
 * Text that cannot move the cursor, change colours or begin a new line: names come from everyone
 * who has an account, and are read by admins at a terminal.
 */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    '\ufffd',
  );
}
