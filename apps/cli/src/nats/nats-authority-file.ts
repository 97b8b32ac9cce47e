/** The file that holds a {@link NatsAuthority}: made once, mode 0600. */
import { makeNatsAuthority, parseNatsAuthority, type NatsAuthority } from '@corral/bus';
import { CliError, EXIT } from '../cli-error.js';
import { readFileIfAny, writePrivateFile } from '../home/private-file.js';

/** Reads it, and makes it where it is missing. Throws {@link CliError} when it cannot be used. */
export async function openNatsAuthority(file: string): Promise<NatsAuthority> {
  const kept = readFileIfAny(file);
  if (kept !== undefined) return authorityIn(file, kept);
  const made = await makeNatsAuthority();
  writePrivateFile(file, JSON.stringify(made));
  return made;
}

/** One that has to be there. Throws {@link CliError}. */
export function readNatsAuthority(file: string): NatsAuthority {
  const kept = readFileIfAny(file);
  if (kept !== undefined) return authorityIn(file, kept);
  throw new CliError(`${file} (NATS_AUTHORITY_FILE) is missing.`, EXIT.usage);
}

function authorityIn(file: string, text: string): NatsAuthority {
  try {
    return parseNatsAuthority(text);
  } catch (cause) {
    throw new CliError(
      `${file} cannot be used: ${(cause as Error).message}.`,
      EXIT.fault,
      'Restore it from a backup. Without it every machine has to join again: delete it to make new keys.',
      { cause },
    );
  }
}
