import { execFileSync } from 'node:child_process';
import { curlExample } from './curl-example.js';

/** The arguments that a shell makes of the pasted text. */
function argumentsOf(command: string): string[] {
  const text = command.replace('curl', `printf '%s\\n'`);
  const env = { ...process.env, CORRAL_API_KEY: 'sk-from-env' };
  return execFileSync('sh', ['-c', text], { encoding: 'utf8', env }).trimEnd().split('\n');
}

describe('The example request', () => {
  it('is one command when pasted into a shell', () => {
    const args = argumentsOf(curlExample('http://127.0.0.1:7070/v1', 'corral-demo', 'sk-1'));

    expect(args).toContain('http://127.0.0.1:7070/v1/chat/completions');
    expect(args).toContain('Authorization: Bearer sk-1');
    expect(JSON.parse(args.at(-1) ?? '')).toMatchObject({ model: 'corral-demo', stream: true });
  });

  it('reads the key from a variable when there is none to show', () => {
    const args = argumentsOf(curlExample('http://127.0.0.1:7070/v1', 'corral-demo'));

    expect(args).toContain('Authorization: Bearer sk-from-env');
  });
});
