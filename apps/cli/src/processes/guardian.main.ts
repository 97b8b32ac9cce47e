import { runGuardian } from './guardian.js';

// A Ctrl-C is Corral's to handle; the guardian goes when Corral does.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
runGuardian(process);
