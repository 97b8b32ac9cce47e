/** Starts a real provider of single sign-on (oidc-provider-process.mjs) as a process of its own. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What the provider says of a person. */
export interface ProviderPerson {
  sub: string;
  email: string;
  email_verified: boolean;
  name: string;
}

export class OidcProvider {
  private constructor(private readonly child: ChildProcess) {}

  /** @param redirectUri the only one that it sends anybody to */
  static async start(port: number, redirectUri: string): Promise<OidcProvider> {
    const child = fork(
      join(import.meta.dirname, 'oidc-provider-process.mjs'),
      [String(port), redirectUri],
      // It warns of keys that are only good for tests.
      { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] },
    );
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error('the provider did not start');
      }),
    ]);
    return new OidcProvider(child);
  }

  /** The settings of a controller that uses the provider at that port. */
  static settings(port: number): Record<string, string> {
    return {
      CORRAL_OIDC_ISSUER: `http://127.0.0.1:${port}`,
      CORRAL_OIDC_CLIENT_ID: 'corral',
      CORRAL_OIDC_CLIENT_SECRET: 'known to both',
    };
  }

  /** Whoever comes from now on is this person. */
  async present(person: ProviderPerson): Promise<void> {
    const heard = once(this.child, 'message');
    this.child.send(person);
    await heard;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}
