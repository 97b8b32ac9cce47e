import type { Command } from 'commander';
import { createProgram } from './program.js';

/** Runs the program with its output kept; gives what it wrote and how it ended. */
async function run(...args: string[]): Promise<{ output: string; code: string | undefined }> {
  const program = createProgram('1.2.3');
  let output = '';
  for (const command of everyCommand(program)) {
    command.configureOutput({
      writeOut: (text) => (output += text),
      writeErr: (text) => (output += text),
    });
  }
  const ended = await program.parseAsync(['node', 'corral', ...args]).then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );
  return { output, code: ended };
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

describe('The command line', () => {
  const commands = everyCommand(createProgram('1.2.3')).map(pathOf);
  const leaves = commands.filter(
    (path) =>
      !commands.some((other) => other.length > path.length && path.every((p, i) => p === other[i])),
  );

  it('lists its exit codes', async () => {
    expect((await run('--help')).output).toContain('the data folder or the port is in use');
  });

  /** These do something themselves, beside having commands below them. */
  const names = [...leaves.map((path) => path.join(' ')), 'usage', 'costs', 'join-token'];

  it.each(names)('explains %s', async (name) => {
    const { output, code } = await run(...name.split(' '), '--help');

    expect(code).toBe('commander.helpDisplayed');
    expect(output).toContain(`Usage: corral ${name}`);
  });

  it.each(names)('prints JSON for %s when asked', async (name) => {
    expect((await run(...name.split(' '), '--help')).output).toContain('--json');
  });

  it.each([
    ['an unknown command', ['fly']],
    ['an unknown option', ['status', '--fast']],
    ['a missing argument', ['keys', 'create']],
    ['a missing option', ['deploy', 'model.gguf']],
    ['a number that is none', ['deploy', 'm.gguf', '--name', 'a', '--slots', 'many']],
    ['an expiry of no days', ['keys', 'create', 'a', '--expires', '0']],
    ['an unknown subcommand', ['costs', 'prices', 'remove']],
    ['a subject that is none', ['quota', 'show', 'everyone']],
    ['an unknown group', ['usage', '--by', 'colour']],
    ['a day that is none', ['costs', '--from', '2026-02-30']],
  ])('refuses %s and says where help is', async (_, args) => {
    const { output, code } = await run(...args);

    expect(code).toMatch(/^commander\.(unknown|missing|invalid)/);
    expect(output).toContain('--help');
  });
});
