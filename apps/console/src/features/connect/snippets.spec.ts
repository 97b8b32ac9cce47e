import { SNIPPET_LANGUAGES, snippetFor } from './snippets';

const TARGET = { baseUrl: 'http://corral.lan:7070/v1', model: 'team/qwen3-coder:8b' };

describe.each(SNIPPET_LANGUAGES)('the example in %s', (language) => {
  const snippet = snippetFor(language, TARGET);

  it('names this endpoint and a model that is deployed here', () => {
    expect(snippet).toContain(TARGET.baseUrl);
    expect(snippet).toContain(TARGET.model);
  });

  it('takes the key from the environment', () => {
    expect(snippet).toContain('CORRAL_API_KEY');
  });
});

describe('the example for curl', () => {
  it('sends a body that is JSON', () => {
    const body = /-d '([^']*)'/.exec(snippetFor('curl', TARGET))?.[1];
    expect(JSON.parse(body ?? '')).toEqual({
      model: TARGET.model,
      messages: [{ role: 'user', content: 'Hello' }],
    });
  });
});
