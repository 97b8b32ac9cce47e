/** What a replica asks of the world around it, and tells it. */
import type { Assignment, EngineEvent, Failure } from '@corral/contracts';
import type { DeviceVisibility } from './device-visibility.pure.js';
import type { EngineProcess, EngineProcessListener } from './engine-process.js';

export type StepStreams = Extract<EngineEvent, { type: 'step' }>['streams'];

/** What a replica may be started with. */
export interface LoadPermit {
  modelPath: string;
  /** Its share of the machine's threads. */
  maxThreads: number;
  loadLimitMs: number;
  /** With what spec, on which devices. */
  visibility: DeviceVisibility;
}

export type Admission =
  | { ok: true; permit: LoadPermit }
  /** `retryInMs` absent: the usual back-off. */
  | { ok: false; failure: Failure; retryable: boolean; retryInMs?: number };

export interface ReplicaPort {
  admit(assignment: Assignment): Promise<Admission>;
  /** `environment` adds to what every engine gets. */
  fork(listener: EngineProcessListener, environment: Record<string, string>): EngineProcess;
  /** State, progress or failure has changed. */
  changed(): void;
  stepped(streams: StepStreams): void;
  /** The engine is gone, and with it these attempts. */
  lost(keys: string[], failure: Failure): void;
  /** The engine sent a message that is none. */
  babbled(reason: string): void;
}
