import { TextReader } from './text-reader.pure.js';

describe('TextReader', () => {
  it('passes text on as it comes', () => {
    const reader = new TextReader();
    expect(reader.read(5, 'a <think>')).toEqual([{ kind: 'text', text: 'a <think>' }]);
    expect(reader.read(6, 'b')).toEqual([{ kind: 'text', text: 'b' }]);
  });

  it('returns no part for a token without text', () => {
    expect(new TextReader().read(1, '')).toEqual([]);
  });

  it('holds nothing back until the end', () => {
    const reader = new TextReader();
    reader.read(5, 'a');
    expect(reader.end()).toEqual([]);
  });
});
