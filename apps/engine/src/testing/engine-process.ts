/** The built engine program as a worker sees it: forked, spoken to over IPC, every event parsed. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  engineEventSchema,
  replicaSpecSchema,
  type EngineCommand,
  type EngineEvent,
  type Finish,
  type GenerationRequest,
} from '@corral/contracts';
import type { StreamStep } from '../generation/token-stream.js';
import { requestOf } from './requests.js';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const DEADLINE_MS = 60_000;

type EventOf<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

/** All that came of one stream. */
export interface Collected {
  steps: StreamStep[];
  tokens: number[];
  text: string;
  finish: Finish;
}

export class EngineProcess {
  private static readonly running = new Set<EngineProcess>();
  readonly events: EngineEvent[] = [];
  /** What llama.cpp and the engine logged. */
  log = '';
  readonly child: ChildProcess;
  private readonly watchers = new Set<() => void>();
  private nextKey = 0;
  private nextAsk = 0;

  constructor() {
    this.child = fork(PROGRAM, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const log = (chunk: Buffer): void => void (this.log += chunk.toString());
    this.child.stdout?.on('data', log);
    this.child.stderr?.on('data', log);
    this.child.on('message', (message) => {
      this.events.push(engineEventSchema.parse(message));
      this.changed();
    });
    this.child.on('exit', () => {
      EngineProcess.running.delete(this);
      this.changed();
    });
    EngineProcess.running.add(this);
  }

  /** Ends every engine that a test, passed or failed, has left behind. */
  static async stopAll(): Promise<void> {
    await Promise.all([...EngineProcess.running].map((engine) => engine.stop()));
  }

  /** Forks an engine and loads a model with one thread; rejects when the load fails. */
  static async load(modelPath: string, spec: Record<string, unknown> = {}): Promise<EngineProcess> {
    const engine = new EngineProcess();
    engine.sendLoad(modelPath, spec);
    await engine.waitFor(() => engine.all('ready').length + engine.all('failed').length > 0);
    const failed = engine.all('failed')[0];
    if (failed) throw new Error(failed.failure.message);
    return engine;
  }

  sendLoad(modelPath: string, spec: Record<string, unknown> = {}): void {
    const parsed = replicaSpecSchema.parse({ gpuLayers: 0, contextTokens: 512, ...spec });
    this.send({ type: 'load', modelPath, spec: parsed, maxThreads: 1 });
  }

  send(command: EngineCommand): void {
    this.child.send(command);
  }

  /** Starts a stream; gives its key. */
  start(overrides: Partial<GenerationRequest> = {}, remainingMs: number | null = null): string {
    const key = `stream-${this.nextKey++}`;
    this.send({ type: 'start', key, request: requestOf(overrides), remainingMs });
    return key;
  }

  /** Waits for the end of a stream. */
  async collect(key: string): Promise<Collected> {
    await this.waitFor(() => this.steps(key).some((step) => step.finish));
    const steps = this.steps(key);
    const finish = steps.at(-1)?.finish;
    if (!finish) throw new Error('the finish is not on the last piece');
    return {
      steps,
      tokens: steps.flatMap((step) => step.tokens),
      text: steps.map((step) => step.text).join(''),
      finish,
    };
  }

  generate(overrides: Partial<GenerationRequest> = {}): Promise<Collected> {
    return this.collect(this.start(overrides));
  }

  async ask(
    question: Extract<EngineCommand, { type: 'ask' }>['question'],
  ): Promise<EventOf<'answer'>> {
    const askId = this.nextAsk++;
    this.send({ type: 'ask', askId, question });
    const answer = () => this.all('answer').find((event) => event.askId === askId);
    await this.waitFor(() => answer() !== undefined);
    return answer() ?? Promise.reject(new Error('no answer'));
  }

  steps(key: string): StreamStep[] {
    return this.all('step')
      .flatMap((event) => event.streams)
      .filter((step) => step.key === key);
  }

  all<Type extends EngineEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** The statistics after the last stream has ended. */
  async idleStats(): Promise<EventOf<'stats'>> {
    const last = () => this.all('stats').at(-1);
    await this.waitFor(() => last()?.activeSlots === 0);
    return last() ?? Promise.reject(new Error('no statistics'));
  }

  /** Statistics that are still to come, and count all that has been heard of by now. */
  async nextIdleStats(): Promise<EventOf<'stats'>> {
    const seen = this.all('stats').length;
    await this.waitFor(() => this.all('stats').length > seen);
    return this.idleStats();
  }

  /** Resolves when the condition holds; it is checked whenever something happens. */
  async waitFor(condition: () => boolean): Promise<void> {
    const startedAtMs = performance.now();
    while (!condition()) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        if (condition()) return;
        throw new Error(`the engine ended with ${this.child.exitCode}:\n${this.log}`);
      }
      const leftMs = DEADLINE_MS - (performance.now() - startedAtMs);
      if (leftMs <= 0) throw new Error(`waited in vain; the engine logged:\n${this.log}`);
      await this.change(leftMs);
    }
  }

  /** Resolves with the exit code, null when a signal ended the process. */
  async exit(): Promise<number | null> {
    while (this.child.exitCode === null && this.child.signalCode === null) {
      await this.change(DEADLINE_MS);
    }
    return this.child.exitCode;
  }

  async stop(): Promise<void> {
    if (this.child.connected) this.send({ type: 'stop' });
    await this.exit();
  }

  private change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.watchers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      this.watchers.add(done);
    });
  }

  private changed(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}
