/** Questions to one engine that are waiting for their answer. Each has a deadline. */
import type { EngineCommand, EngineEvent, Failure } from '@corral/contracts';
import type { EngineProcess } from './engine-process.js';

type Question = Extract<EngineCommand, { type: 'ask' }>['question'];
type Answer = Extract<EngineEvent, { type: 'answer' }>;

export type EngineAnswer =
  { ok: true; tokens?: number[]; text?: string } | { ok: false; failure: Failure };

const DEADLINE_MS = 10_000;
const GONE: Failure = { code: 'engine_crashed', message: 'The engine process has just ended.' };

export class EngineAsks {
  private nextId = 0;
  private readonly waiting = new Map<number, (answer: EngineAnswer) => void>();

  /** Resolves with the answer or with the reason why there is none; never rejects. */
  ask(engine: EngineProcess, question: Question): Promise<EngineAnswer> {
    const askId = this.nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const message = `The engine gave no answer within ${DEADLINE_MS / 1000} s.`;
        settle({ ok: false, failure: { code: 'deadline_exceeded', message } });
      }, DEADLINE_MS);
      const settle = (answer: EngineAnswer): void => {
        clearTimeout(timer);
        this.waiting.delete(askId);
        resolve(answer);
      };
      this.waiting.set(askId, settle);
      if (!engine.send({ type: 'ask', askId, question })) settle({ ok: false, failure: GONE });
    });
  }

  answered({ askId, tokens, text, failure }: Answer): void {
    const settle = this.waiting.get(askId);
    settle?.(failure === undefined ? { ok: true, tokens, text } : { ok: false, failure });
  }

  /** The engine is gone: everything still waiting gets this. */
  abandon(failure: Failure): void {
    for (const settle of [...this.waiting.values()]) settle({ ok: false, failure });
  }
}
