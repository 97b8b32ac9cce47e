/**
 * The account that PostgreSQL runs under. It refuses to be root, so that root starts it as
 * `postgres`, which is made if need be. That account cannot pass through a folder such as /root
 * (mode 0700); where the programs or the data lie below one, it gets the single capability that
 * lets it: less than moving a user's data elsewhere, and far less than running as root.
 */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { CliError, EXIT } from '../cli-error.js';

const run = promisify(execFile);
const ACCOUNT = 'postgres';
const PROBE_TIMEOUT_MS = 15_000;
const OWN_SERVER = 'Start Corral as an ordinary user, or set DATABASE_URL to your own PostgreSQL.';

interface Account {
  uid: number;
  gid: number;
}

/** What to spawn; the account is `spawn`'s to change to where it is named. */
export interface AccountCommand extends Partial<Account> {
  file: string;
  args: string[];
}

export interface RunAs {
  /** Owner of the data; absent: the user that Corral itself runs as. */
  owner?: Account;
  command(file: string, args: string[]): AccountCommand;
}

const AS_SELF: RunAs = { command: (file, args) => ({ file, args }) };

/**
 * @param program one of PostgreSQL's own, run once to see that the account can start it
 * @param folders that it has to reach
 */
export async function postgresAccount(program: string, folders: string[]): Promise<RunAs> {
  if (process.getuid?.() !== 0) return AS_SELF;
  const owner = (await lookUp()) ?? (await create());
  if (await canPassThrough([program, ...folders], owner)) {
    return { owner, command: (file, args) => ({ file, args, ...owner }) };
  }
  for (const capability of ['dac_read_search', 'dac_override']) {
    const candidate = withCapability(owner, capability);
    if (await starts(candidate, program)) return candidate;
  }
  throw new CliError(
    `The account ${ACCOUNT} cannot enter ${dirname(program)}, and PostgreSQL does not run as root.`,
    EXIT.fault,
    OWN_SERVER,
  );
}

/** util-linux's setpriv becomes the program it starts, so that the process id stays the same. */
function withCapability(owner: Account, capability: string): RunAs {
  return {
    owner,
    command: (file, args) => ({
      file: 'setpriv',
      args: [
        `--reuid=${owner.uid}`,
        `--regid=${owner.gid}`,
        '--clear-groups',
        `--inh-caps=+${capability}`,
        `--ambient-caps=+${capability}`,
        '--',
        file,
        ...args,
      ],
    }),
  };
}

async function lookUp(): Promise<Account | null> {
  try {
    const [uid, gid] = await Promise.all([
      run('id', ['-u', ACCOUNT], { timeout: PROBE_TIMEOUT_MS }),
      run('id', ['-g', ACCOUNT], { timeout: PROBE_TIMEOUT_MS }),
    ]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    // `id` fails for an account that is not there.
    return null;
  }
}

async function create(): Promise<Account> {
  const limits = { timeout: PROBE_TIMEOUT_MS };
  try {
    await run('groupadd', ['--system', '--force', ACCOUNT], limits);
    await run('useradd', ['--system', '--gid', ACCOUNT, '--no-create-home', ACCOUNT], limits);
    const made = await lookUp();
    if (made !== null) return made;
  } catch (cause) {
    const message = `PostgreSQL does not run as root, and the account ${ACCOUNT} could not be made.`;
    throw new CliError(message, EXIT.fault, OWN_SERVER, { cause });
  }
  throw new CliError(`The account ${ACCOUNT} could not be made.`, EXIT.fault, OWN_SERVER);
}

/** Whether every folder above these lets the account through. */
async function canPassThrough(paths: string[], { uid, gid }: Account): Promise<boolean> {
  const above = new Set(paths.flatMap((path) => ancestors(path)));
  for (const folder of above) {
    const { mode, uid: owner, gid: group } = await stat(folder);
    const needed = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & needed) === 0) return false;
  }
  return true;
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...ancestors(parent)];
}

async function starts(candidate: RunAs, program: string): Promise<boolean> {
  const { file, args } = candidate.command(program, ['--version']);
  try {
    await run(file, args, { timeout: PROBE_TIMEOUT_MS });
    return true;
  } catch {
    // A container without the capability, or a system without setpriv.
    return false;
  }
}
