/**
 * A second machine, as far as its network goes: a Linux network namespace of its own with one wire
 * to this machine's, which a test may pull out. Takes root and the `ip` tool.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NAME = `corral-${process.pid}`;
/** Interface names have 15 letters at most. */
const HERE = `ca${process.pid}`;
const THERE = `cb${process.pid}`;

export class SecondMachine {
  /** What goes before a command that is to run there. */
  readonly launcher = ['ip', 'netns', 'exec', NAME];

  private constructor(
    /** This machine's address, as the second one sees it. */
    readonly hereAddress: string,
  ) {}

  /** Resolves when both see each other. Why it cannot be made on this machine, as a string. */
  static async make(): Promise<SecondMachine | string> {
    if (process.platform !== 'linux') return 'network namespaces are of Linux';
    // One of many small networks that nobody routes (RFC 2544), so that two runs are not in each other's way.
    const network = `198.18.${process.pid % 250}`;
    const machine = new SecondMachine(`${network}.1`);
    try {
      await ip('netns', 'add', NAME);
      await ip('link', 'add', HERE, 'type', 'veth', 'peer', 'name', THERE, 'netns', NAME);
      await ip('addr', 'add', `${network}.1/30`, 'dev', HERE);
      await ip('link', 'set', HERE, 'up');
      await ip('-n', NAME, 'addr', 'add', `${network}.2/30`, 'dev', THERE);
      await ip('-n', NAME, 'link', 'set', 'lo', 'up');
      await machine.plugIn();
    } catch (error) {
      await machine.remove();
      return `a network namespace cannot be made here: ${String(error)}`;
    }
    return machine;
  }

  /** Nothing arrives on either side any more, and nobody is told. */
  async unplug(): Promise<void> {
    await ip('-n', NAME, 'link', 'set', THERE, 'down');
  }

  async plugIn(): Promise<void> {
    await ip('-n', NAME, 'link', 'set', THERE, 'up');
  }

  /** To be called when nothing runs there any more. */
  async remove(): Promise<void> {
    // The other end of the wire goes with it, and the namespace may not have come to be.
    await ip('link', 'del', HERE).catch(() => undefined);
    await ip('netns', 'del', NAME).catch(() => undefined);
  }
}

async function ip(...args: string[]): Promise<void> {
  await run('ip', args);
}
