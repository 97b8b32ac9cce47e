import { z } from 'zod';
import { SchemaPipe } from './schema.pipe.js';

const pipe = new SchemaPipe(z.object({ generation: z.int().min(1) }));

describe('a control-plane payload', () => {
  it('reaches its handler without the fields that the contract does not know', () => {
    expect(pipe.transform({ generation: 2, fromTheFuture: true })).toEqual({ generation: 2 });
  });

  it('is refused with the field at fault', () => {
    expect(() => pipe.transform({ generation: 0 })).toThrow(/^generation: /);
    expect(() => pipe.transform(null)).toThrow();
  });
});
