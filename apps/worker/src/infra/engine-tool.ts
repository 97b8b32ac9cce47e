/**
 * The engine program's short modes, each a child with a deadline: `probe` says what the machine
 * offers, `estimate` what a model would need. They keep the native bindings out of this process.
 */
import { execFile } from 'node:child_process';
import {
  engineEstimateSchema,
  engineProbeSchema,
  type EngineEstimate,
  type EngineProbe,
  type ReplicaSpec,
} from '@corral/contracts';
import type { z } from 'zod';

const DEADLINE_MS = 30_000;

export type ToolAnswer<T> = { ok: true; value: T } | { ok: false; reason: string };

export class EngineTool {
  constructor(
    private readonly entry: string,
    private readonly environment: Record<string, string>,
  ) {}

  probe(): Promise<ToolAnswer<EngineProbe>> {
    return this.run(['probe'], engineProbeSchema);
  }

  /** What loading `file` with `spec` would take; reads the file's header only. */
  estimate(file: string, spec: ReplicaSpec): Promise<ToolAnswer<EngineEstimate>> {
    return this.run(['estimate', file, JSON.stringify(spec)], engineEstimateSchema);
  }

  private run<S extends z.ZodType>(
    args: string[],
    schema: S,
  ): Promise<ToolAnswer<z.output<S>>> {
    const options = { env: this.environment, timeout: DEADLINE_MS, killSignal: 'SIGKILL' as const };
    return new Promise((resolve) => {
      execFile(process.execPath, [this.entry, ...args], options, (fault, stdout, stderr) => {
        const mode = args[0] ?? '';
        if (fault?.killed === true) {
          return resolve({ ok: false, reason: `${mode} took longer than ${DEADLINE_MS / 1000} s` });
        }
        if (fault) {
          const lastLine = stderr.trim().split('\n').at(-1) ?? '';
          return resolve({ ok: false, reason: `${mode} failed: ${lastLine.slice(0, 300)}` });
        }
        resolve(readLastLine(mode, stdout, schema));
      });
    });
  }
}

/** The last line is the answer; native code may have written others before it. */
function readLastLine<S extends z.ZodType>(
  mode: string,
  stdout: string,
  schema: S,
): ToolAnswer<z.output<S>> {
  try {
    const value = schema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    return { ok: true, value };
  } catch {
    return { ok: false, reason: `${mode} printed no answer that can be read` };
  }
}
