/** Lets the worker program join a cluster: the machine's key is the worker's, and stays with it. */
import { execFile } from 'node:child_process';
import { CliError, EXIT } from '../cli-error.js';
import { WORKER_MAIN } from './node-child.js';

const TIMEOUT_MS = 30_000;

export interface ClusterToJoin {
  /** Of a controller, `http://host:port`. */
  url: string;
  token: string;
}

/** Resolves when the credentials are saved. Throws {@link CliError} with the reason why not. */
export function joinCluster(
  { url, token }: ClusterToJoin,
  { home, nodeName }: { home: string; nodeName: string },
): Promise<void> {
  const env = {
    ...process.env,
    CORRAL_HOME: home,
    CORRAL_NODE_NAME: nodeName,
    CORRAL_JOIN_URL: url,
    CORRAL_JOIN_TOKEN: token,
  };
  return new Promise((resolve, reject) => {
    const options = { env, timeout: TIMEOUT_MS, windowsHide: true };
    execFile(process.execPath, [WORKER_MAIN, 'join'], options, (fault, _output, complaint) => {
      if (fault === null) return resolve();
      const reason = complaint.trim().split('\n').at(-1) || fault.message;
      if (fault.code === EXIT.unreachable) {
        reject(new CliError(reason, EXIT.unreachable, 'Is that the address of the controller?'));
      } else {
        reject(new CliError(reason, fault.code === EXIT.refused ? EXIT.refused : EXIT.fault));
      }
    });
  });
}
