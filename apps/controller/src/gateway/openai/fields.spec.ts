import { fieldOf, withFieldNames } from './fields.pure.js';

describe('a field of a request', () => {
  it('has the name that OpenAI clients know', () => {
    expect(fieldOf(['responseFormat', 'schema'])).toBe('response_format.json_schema.schema');
  });

  it('keeps its own name where OpenAI has none', () => {
    expect(fieldOf(['acceptedTokens'])).toBe('acceptedTokens');
  });

  it('is null for a failure that is about no field', () => {
    expect(fieldOf(undefined)).toBeNull();
  });
});

describe('a message', () => {
  it('calls each field in braces as the client does, and leaves other braces alone', () => {
    expect(withFieldNames('{maxTokens} is 5, and {} or {x} stays')).toBe(
      'max_tokens is 5, and {} or {x} stays',
    );
  });
});
