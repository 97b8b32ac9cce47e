import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { Failure } from '@corral/contracts';
import type { AuthenticatedKey, KeyedRequest } from '../api-keys/authenticated-key.js';
import { FailureFilter } from '../common/failure.filter.js';
import { RecordedCompletion } from '../testing/recorded-completion.js';
import { TOY_DIALECT } from '../testing/toy-dialect/toy-dialect.js';
import type { CompletionCall } from './completion-call.js';
import { CompletionService } from './completion.service.js';
import type { ChoiceEvent } from './core/completion.js';
import type { Dialect } from './core/dialect.js';
import { serve, type Reply } from './core/serve.js';
import { DIALECTS } from './dialects.js';

const KEY: AuthenticatedKey = {
  keyId: 'key',
  publicId: 'public',
  name: 'a key',
  teamId: 'team',
  userId: null,
  scopes: ['generate'],
  expiresAt: null,
  cacheScope: 'team',
};
const BUSY: Failure = { code: 'overloaded', message: 'busy' };
const DONE: ChoiceEvent = { choice: 0, event: { type: 'finished', reason: 'stop' } };
const FAILED: ChoiceEvent = {
  choice: 0,
  event: { type: 'failed', failure: BUSY, retryAfterMs: 2_000 },
};
const said = (text: string): ChoiceEvent => ({
  choice: 0,
  event: { type: 'text', text, tokens: 1, logprobs: undefined },
});

describe('a dialect that is one folder and one entry of the registry', () => {
  let app: NestFastifyApplication;
  let url: string;
  let events: ChoiceEvent[][] = [];

  beforeAll(async () => {
    const entries = [...DIALECTS, TOY_DIALECT];
    const completions = {
      answer: (call: CompletionCall, dialect: Dialect, reply: Reply) =>
        serve(new RecordedCompletion(events), dialect, call.streaming, reply),
    };
    const module = await Test.createTestingModule({
      controllers: [...TOY_DIALECT.controllers],
      providers: [{ provide: CompletionService, useValue: completions }],
    }).compile();
    module.useLogger(false);
    app = module.createNestApplication<NestFastifyApplication>(
      new FastifyAdapter({ bodyLimit: 100 }),
    );
    // As the access guard does.
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('preHandler', (request: KeyedRequest, _reply, done) => {
        request.apiKey = KEY;
        done();
      });
    app.useGlobalFilters(new FailureFilter(entries.map(({ errors }) => errors)));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  async function ask(path: string, body: object) {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  it('answers with a body of its own', async () => {
    events = [[said('a')], [said('b'), DONE]];
    const { status, headers, text } = await ask('/toy/say', { about: 'x', stream: false });
    expect([status, headers.get('toy-left'), text]).toEqual([200, '', '{"said":["ab"]}']);
  });

  it('streams in its own form', async () => {
    events = [[said('a')], [{ waiting: 'a slot' }], [DONE]];
    const { headers, text } = await ask('/toy/say', { about: 'x', stream: true });
    expect(headers.get('content-type')).toBe('text/toy');
    expect(text).toBe('m says\n0: a\nwaits for a slot\n0 ends: stop\n2 tokens\n');
  });

  it('tells a failure in its own form, with the status that the failure has', async () => {
    events = [[FAILED]];
    const { status, headers, text } = await ask('/toy/say', { about: 'x', stream: true });
    expect([status, headers.get('retry-after'), text]).toEqual([503, '2', '{"oops":"busy"}']);
  });

  it('tells a failure half way in the stream, and nothing after it', async () => {
    events = [[said('a')], [FAILED], [DONE]];
    const { text } = await ask('/toy/say', { about: 'x', stream: true });
    expect(text).toBe('m says\n0: a\noops: busy\n');
  });

  it('tells failures that come before its handler in its own form', async () => {
    const { status, text } = await ask('/toy/say', { about: 'x'.repeat(200), stream: true });
    expect([status, Object.keys(JSON.parse(text) as object)]).toEqual([413, ['oops']]);
  });

  it('answers paths below its own that nobody serves, and leaves others to their dialect', async () => {
    expect(JSON.parse((await ask('/toy/nothing', {})).text)).toHaveProperty('oops');
    expect(JSON.parse((await ask('/v1/nothing', {})).text)).toHaveProperty('error.type');
    expect(JSON.parse((await ask('/elsewhere', {})).text)).toHaveProperty('error.code');
  });
});
