import { scopeList } from './scopes.js';
import { auditSubject, cloudModel, quotaSubject } from './subject.js';

describe('the subject of limits', () => {
  it.each([
    ['organisation', { kind: 'organisation', name: 'organisation' }],
    ['team:research', { kind: 'team', name: 'research' }],
    ['team:a:b', { kind: 'team', name: 'a:b' }],
    ['user:ada@example.com', { kind: 'user', name: 'ada@example.com' }],
    ['key:3f8c2a1b', { kind: 'key', name: '3f8c2a1b' }],
  ])('is read from %s', (text, subject) => {
    expect(quotaSubject(text)).toEqual(subject);
  });

  it.each(['team', 'team:', 'node:a', 'organisation:x', 'research', ''])('is not %j', (text) => {
    expect(() => quotaSubject(text)).toThrow(/organisation, team:NAME/);
  });
});

describe('the subject of audit entries', () => {
  it('is a kind, or one thing of it', () => {
    expect(auditSubject('key')).toEqual({ kind: 'key', id: undefined });
    expect(auditSubject('node_price:n-1')).toEqual({ kind: 'node_price', id: 'n-1' });
    expect(auditSubject('quota:team:a')).toEqual({ kind: 'quota', id: 'team:a' });
    for (const text of [':x', 'quota:node:a']) expect(() => auditSubject(text)).toThrow();
  });
});

describe('a cloud model', () => {
  it('is a provider and an id that may hold slashes', () => {
    expect(cloudModel('together/Qwen/Qwen3-32B')).toEqual({
      provider: 'together',
      model: 'Qwen/Qwen3-32B',
    });
    for (const text of ['gpt-4o', '/gpt-4o', 'openai/']) expect(() => cloudModel(text)).toThrow();
  });
});

describe('scopes', () => {
  it('are a list with commas', () => {
    expect(scopeList('generate, models')).toEqual(['generate', 'models']);
    expect(scopeList('models,models')).toEqual(['models']);
    for (const text of ['', 'all', 'generate,']) expect(() => scopeList(text)).toThrow();
  });
});
