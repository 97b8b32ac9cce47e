/** One line on the machine, for every benchmark's head. */
import os from 'node:os';

export function machineLine() {
  const cpus = os.cpus();
  const memoryGiB = Math.round(os.totalmem() / 2 ** 30);
  return `${cpus[0]?.model.trim() ?? 'unknown CPU'}, ${os.availableParallelism()} cores, ${memoryGiB} GiB, ${os.platform()} ${os.arch()}, Node ${process.version}`;
}
