import { invalidBody } from './invalid-body.pure.js';

describe('a body that does not fit', () => {
  it('is told by the first field at fault, as a person would write it', () => {
    const path = ['messages', 2, { key: 'content' }];
    expect(invalidBody([{ message: 'must be text', path }, { message: 'another' }])).toEqual({
      code: 'invalid_value',
      message: 'messages[2].content: must be text.',
      param: 'messages[2].content',
    });
  });

  it('names no field when it is wrong as a whole', () => {
    expect(invalidBody([{ message: 'must be an object', path: [] }])).toMatchObject({
      message: 'The body is not valid: must be an object.',
      param: null,
    });
  });
});
