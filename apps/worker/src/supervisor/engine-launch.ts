/**
 * How an engine is started so that it ends with this worker, whatever state it is in. One that runs
 * sees its channel close and ends itself; one that is stopped (SIGSTOP, a debugger) sees nothing and
 * would be left behind, with all its memory, when the worker is killed. On Linux the kernel can be
 * told to kill it then (prctl(2), PR_SET_PDEATHSIG): `setpriv` of util-linux asks for that and
 * becomes the engine, so process id and channel are the engine's own.
 */
import { execFile } from 'node:child_process';

/** What `fork` runs an engine with. */
export interface EngineLaunch {
  execPath: string;
  execArgv: string[];
}

/** Node itself. Debugger and loader flags of this process are not meant for the engine. */
export const PLAIN_LAUNCH: EngineLaunch = { execPath: process.execPath, execArgv: [] };

const DIES_WITH_PARENT = ['--pdeathsig', 'KILL'];

/** Through `setpriv` where it can do this (found out by trying it), else {@link PLAIN_LAUNCH}. */
export async function findEngineLaunch(): Promise<EngineLaunch> {
  if (process.platform !== 'linux') return PLAIN_LAUNCH;
  const trial = [...DIES_WITH_PARENT, process.execPath, '--version'];
  const works = await new Promise<boolean>((resolve) => {
    execFile('setpriv', trial, { timeout: 5_000 }, (fault) => resolve(fault === null));
  });
  if (!works) return PLAIN_LAUNCH;
  return { execPath: 'setpriv', execArgv: [...DIES_WITH_PARENT, process.execPath] };
}
