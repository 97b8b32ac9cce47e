import { requestOf } from '../testing/requests.js';
import { parseCommand } from './commands.pure.js';

describe('parseCommand', () => {
  it('takes a whole command', () => {
    const message = { type: 'start', key: 'k', request: requestOf(), remainingMs: null };
    expect(parseCommand(message)).toEqual({ ok: true, command: message });
  });

  it('refuses a start in the stream that it would have begun', () => {
    const request = { ...requestOf(), maxTokens: -1 };
    const parsed = parseCommand({ type: 'start', key: 'k', request, remainingMs: null });
    expect(parsed).toMatchObject({
      ok: false,
      reply: {
        type: 'step',
        streams: [{ key: 'k', finish: { reason: 'error', failure: { code: 'invalid_request' } } }],
      },
    });
  });

  it('refuses a question in its answer', () => {
    expect(parseCommand({ type: 'ask', askId: 3, question: {} })).toMatchObject({
      ok: false,
      reply: { type: 'answer', askId: 3, failure: { code: 'invalid_request' } },
    });
  });

  it('has no reply for what names nobody', () => {
    for (const message of [null, 'x', 7, [], {}, { type: 'nonsense' }, { type: 'start' }]) {
      expect(parseCommand(message)).toMatchObject({ ok: false, reply: null });
    }
  });

  it('never repeats what a message said', () => {
    const request = { ...requestOf(), stop: 'my secret words' };
    const parsed = parseCommand({ type: 'start', key: 'k', request, remainingMs: null });
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
});
