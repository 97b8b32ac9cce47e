import { FAKE_DEFAULTS, fakeOptionsOf, fakeTemplate, withPromptOptions } from './fake-options.js';

describe('the options of a fake engine', () => {
  it('travel in the chat template of a spec', () => {
    expect(fakeOptionsOf(fakeTemplate({ loadMs: 5 }))).toEqual({ ...FAKE_DEFAULTS, loadMs: 5 });
  });

  it('stay at their defaults under a real chat template', () => {
    expect(fakeOptionsOf('{% for message in messages %}{% endfor %}')).toEqual(FAKE_DEFAULTS);
    expect(fakeOptionsOf(null)).toEqual(FAKE_DEFAULTS);
  });

  it('can be changed by a prompt for its own generation', () => {
    const prompt = 'user:please [[fake {"crashAfterTokens":3}]] fail\n';
    expect(withPromptOptions(FAKE_DEFAULTS, prompt).crashAfterTokens).toBe(3);
  });

  it('refuse a value out of range instead of ignoring it', () => {
    expect(() => fakeOptionsOf('{"loadMs":-1}')).toThrow(/loadMs/);
  });
});
