/**
 * The engine program's short modes, each a child with a deadline: `probe` says what the machine
 * offers, `estimate` what a model would need here, `estimate-model` what on any machine. They keep the native bindings out of this process.
 */
import { execFile } from 'node:child_process';
import {
  engineEstimateSchema,
  engineProbeSchema,
  failureSchema,
  modelEstimateSchema,
  type EngineEstimate,
  type EngineProbe,
  type ModelEstimate,
  type ReplicaSpec,
} from '@corral/contracts';
import { z } from 'zod';

const DEADLINE_MS = 30_000;

export type ToolAnswer<T> =
  | { ok: true; value: T }
  /** `refused`: the program gave the reason itself, so that asking again gives the same. */
  | { ok: false; refused: boolean; reason: string };

export class EngineTool {
  constructor(
    private readonly entry: string,
    private readonly environment: Record<string, string>,
  ) {}

  probe(): Promise<ToolAnswer<EngineProbe>> {
    return this.run(['probe'], engineProbeSchema);
  }

  /**
   * What loading `file` with `spec` would take here; reads the file's header only. `visibility` adds
   * to the environment: which devices the engine would see.
   */
  estimate(
    file: string,
    spec: ReplicaSpec,
    visibility: Record<string, string> = {},
  ): Promise<ToolAnswer<EngineEstimate>> {
    const args = ['estimate', file, JSON.stringify(spec)];
    return this.run(args, engineEstimateSchema, visibility);
  }

  /** What it would take on any machine. */
  estimateModel(file: string, spec: ReplicaSpec): Promise<ToolAnswer<ModelEstimate>> {
    return this.run(['estimate-model', file, JSON.stringify(spec)], modelEstimateSchema);
  }

  private run<S extends z.ZodType>(
    args: string[],
    schema: S,
    visibility: Record<string, string> = {},
  ): Promise<ToolAnswer<z.output<S>>> {
    const env = { ...this.environment, ...visibility };
    const options = { env, timeout: DEADLINE_MS, killSignal: 'SIGKILL' as const };
    return new Promise((resolve) => {
      execFile(process.execPath, [this.entry, ...args], options, (fault, stdout, stderr) => {
        const mode = args[0] ?? '';
        if (fault?.killed === true) {
          resolve(failed(`${mode} took longer than ${DEADLINE_MS / 1000} s`));
        } else if (fault) {
          resolve(complaintOf(mode, stdout, stderr));
        } else {
          const value = readLastLine(stdout, schema);
          resolve(value ? { ok: true, value } : failed(`${mode} printed nothing that can be read`));
        }
      });
    });
  }
}

const refusalSchema = z.object({ failure: failureSchema });

/** The program's own words where it has some, else the end of what the runtime says. */
function complaintOf(mode: string, stdout: string, stderr: string): ToolAnswer<never> {
  const refusal = readLastLine(stdout, refusalSchema);
  if (refusal !== null) return { ok: false, refused: true, reason: refusal.failure.message };
  const lastLine = stderr.trim().split('\n').at(-1) ?? '';
  return failed(`${mode} failed: ${lastLine.slice(0, 300)}`);
}

function failed(reason: string): ToolAnswer<never> {
  return { ok: false, refused: false, reason };
}

/** The last line is the answer; native code may have written others before it. */
function readLastLine<S extends z.ZodType>(stdout: string, schema: S): z.output<S> | null {
  try {
    return schema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } catch {
    return null;
  }
}
