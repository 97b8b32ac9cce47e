/**
 * A process dies while answers are being written. The client sees a pause, or a clear error; what
 * died comes back by itself; no slot and no usage row is lost.
 */
import type OpenAI from 'openai';
import { Corral, eventually } from '../support/corral.js';

const STREAMS = 6;
const LONG = [{ role: 'user' as const, content: 'Count from 1 to 50.' }];

let corral: Corral;
let client: OpenAI;
let undisturbed: string;
/** Requests sent so far: each must end up as one usage row. */
let asked = 0;

beforeAll(async () => {
  corral = await Corral.start();
  client = corral.client();
  undisturbed = await ask(() => undefined);
}, 180_000);
afterAll(() => corral.stop());

/** Streams the long answer under greedy decoding; `onText` is called with each piece. */
async function ask(onText: (text: string) => void): Promise<string> {
  asked += 1;
  const stream = await client.chat.completions.create({
    model: corral.model,
    messages: LONG,
    temperature: 0,
    stream: true,
  });
  let text = '';
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content ?? '';
    text += piece;
    if (piece !== '') onText(piece);
  }
  return text;
}

async function enginePid(): Promise<number | null> {
  const { nodes } = await corral.overview();
  return nodes[0]?.replicas[0]?.enginePid ?? null;
}

/** Kills the process once every stream has begun; gives what each stream came to. */
async function killUnderLoad(pid: number): Promise<PromiseSettledResult<string>[]> {
  const begun = new Set<number>();
  let killed = false;
  const answers = Array.from({ length: STREAMS }, (_, index) =>
    ask(() => {
      begun.add(index);
      if (begun.size < Math.min(STREAMS, 4) || killed) return;
      killed = true;
      process.kill(pid, 'SIGKILL');
    }),
  );
  const outcomes = await Promise.allSettled(answers);
  expect(killed).toBe(true);
  return outcomes;
}

async function expectRecovered(): Promise<void> {
  expect(await ask(() => undefined)).toBe(undisturbed);
  await eventually('every slot is free', async () => {
    const replicas = (await corral.overview()).nodes.flatMap((node) => node.replicas);
    return replicas.length > 0 && replicas.every(({ activeSlots }) => activeSlots === 0);
  });
  const rows = await eventually('a usage row for each request', async () => {
    const found = await corral.requests();
    return found.length >= asked ? found : null;
  });
  expect(rows).toHaveLength(asked);
}

describe('kill -9 under load', () => {
  it('of the engine: every answer is completed, to the letter', async () => {
    const pid = await enginePid();
    if (pid === null) throw new Error('no engine');
    const outcomes = await killUnderLoad(pid);
    expect(outcomes).toEqual(
      Array.from({ length: STREAMS }, () => ({ status: 'fulfilled', value: undisturbed })),
    );
    await expectRecovered();
    expect(await enginePid()).not.toBe(pid);
    const rows = (await corral.requests()).slice(1, STREAMS + 1);
    expect(rows.some(({ attempts }) => attempts > 1)).toBe(true);
  }, 60_000);

  it('of the worker: every answer is completed, to the letter', async () => {
    const pid = await corral.pidOf('worker');
    const outcomes = await killUnderLoad(pid);
    expect(outcomes).toEqual(
      Array.from({ length: STREAMS }, () => ({ status: 'fulfilled', value: undisturbed })),
    );
    await expectRecovered();
    expect(await corral.pidOf('worker')).not.toBe(pid);
  }, 60_000);

  it('of the NATS server: every answer is completed, to the letter', async () => {
    const pid = await corral.pidOf('nats');
    const outcomes = await killUnderLoad(pid);
    expect(outcomes).toEqual(
      Array.from({ length: STREAMS }, () => ({ status: 'fulfilled', value: undisturbed })),
    );
    await expectRecovered();
    expect(await corral.pidOf('nats')).not.toBe(pid);
  }, 60_000);
});
