import type { Failure } from '@corral/contracts';
import { collectAnswer } from '../core/collect.js';
import type { ChoiceEvent, Completion } from '../core/completion.js';
import { RecordedCompletion } from '../../testing/recorded-completion.js';
import { streamAnswer } from '../core/stream.js';
import { openAiDialect } from './openai-dialect.js';
import { chatShape } from '../openai-chat/chat-shape.js';
import { completionShape } from '../openai-completions/completion-shape.js';

const OVERLOADED: Failure = { code: 'overloaded', message: 'busy' };

function text(content: string, choice = 0): ChoiceEvent {
  return { choice, event: { type: 'text', text: content, tokens: 1, logprobs: undefined } };
}
function finished(choice = 0, reason: 'stop' | 'length' = 'stop'): ChoiceEvent {
  return { choice, event: { type: 'finished', reason } };
}
function failed(choice = 0): ChoiceEvent {
  return { choice, event: { type: 'failed', failure: OVERLOADED, retryAfterMs: 1000 } };
}

async function streamed(completion: Completion, includeUsage = false): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of await streamAnswer(
    completion,
    openAiDialect(chatShape, includeUsage),
  )) {
    pieces.push(piece);
  }
  return pieces.join('');
}

/** The JSON of each event, or its raw text where it is none. */
function eventsOf(sse: string): unknown[] {
  return sse
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const data = event.replace(/^data: /, '');
      return data.startsWith('{') ? (JSON.parse(data) as unknown) : event;
    });
}

describe('a collected answer', () => {
  it('joins the text of each choice and counts the tokens', async () => {
    const completion = new RecordedCompletion(
      [[text('a'), text('x', 1)], [text('b'), finished()], [finished(1, 'length')]],
      2,
    );
    expect(await collectAnswer(completion, openAiDialect(chatShape, false))).toEqual({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 5,
      model: 'm',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'ab', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
        {
          index: 1,
          message: { role: 'assistant', content: 'x', refusal: null },
          logprobs: null,
          finish_reason: 'length',
        },
      ],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 2,
        total_tokens: 5,
        prompt_tokens_details: { cached_tokens: 1 },
      },
    });
  });

  it('fails as a whole, and stops the other choices, when one fails', async () => {
    const completion = new RecordedCompletion([[text('a')], [failed(1)]], 2);
    await expect(collectAnswer(completion, openAiDialect(chatShape, false))).rejects.toMatchObject({
      failure: OVERLOADED,
      retryAfterMs: 1000,
    });
    expect(completion.cancelled).toBe(true);
  });

  it('puts the echo before the text of a completion', async () => {
    const completion = new RecordedCompletion([[text(' time'), finished()]]);
    expect(
      await collectAnswer(completion, openAiDialect(completionShape(['Once']), false)),
    ).toMatchObject({
      id: 'cmpl-1',
      choices: [{ text: 'Once time', index: 0, finish_reason: 'stop' }],
    });
  });
});

describe('a streamed answer', () => {
  it('opens with the role, gives text as it comes, and ends with the reason and [DONE]', async () => {
    const sse = await streamed(new RecordedCompletion([[text('a')], [text('b'), finished()]]));
    const events = eventsOf(sse);
    expect(events.at(-1)).toBe('data: [DONE]');
    expect(events.slice(0, -1)).toMatchObject([
      { object: 'chat.completion.chunk', choices: [{ delta: { role: 'assistant', content: '' } }] },
      { choices: [{ delta: { content: 'a' }, finish_reason: null }] },
      { choices: [{ delta: { content: 'b' } }] },
      { choices: [{ delta: {}, finish_reason: 'stop' }] },
    ]);
  });

  it('adds one last chunk with the usage, and null before it, when asked to', async () => {
    const events = eventsOf(
      await streamed(new RecordedCompletion([[text('a'), finished()]]), true),
    );
    expect(events.at(-2)).toMatchObject({ choices: [], usage: { total_tokens: 5 } });
    expect(events[0]).toMatchObject({ usage: null });
  });

  it('sends nothing for a token whose text is held back', async () => {
    const events = eventsOf(await streamed(new RecordedCompletion([[text('')], [finished()]])));
    expect(events).toHaveLength(3);
  });

  it('keeps a waiting client connected with comments', async () => {
    const sse = await streamed(
      new RecordedCompletion([[{ waiting: 'position 3 of 7' }], [text('a'), finished()]]),
    );
    expect(sse).toContain(': waiting, position 3 of 7\n\n');
  });

  it('throws a failure that comes before anything else', async () => {
    const completion = new RecordedCompletion([[failed()]]);
    await expect(streamAnswer(completion, openAiDialect(chatShape, false))).rejects.toMatchObject({
      failure: OVERLOADED,
    });
  });

  it('reports a failure half way in the stream, and does not say [DONE]', async () => {
    const completion = new RecordedCompletion([[text('a')], [failed()]]);
    const sse = await streamed(completion);
    expect(eventsOf(sse).at(-1)).toMatchObject({ error: { code: 'overloaded', message: 'busy' } });
    expect(sse).not.toContain('[DONE]');
    expect(completion.cancelled).toBe(true);
  });

  it('stops the generations when the reader leaves', async () => {
    const completion = new RecordedCompletion([[text('a')], [text('b')], [finished()]]);
    for await (const piece of await streamAnswer(completion, openAiDialect(chatShape, false))) {
      expect(piece).toContain('"a"');
      break;
    }
    expect(completion.cancelled).toBe(true);
  });
});
