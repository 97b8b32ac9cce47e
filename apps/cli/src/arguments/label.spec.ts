import { label } from './label.js';

describe('a label', () => {
  it('is gathered with those before it', () => {
    expect(label('zone=office', { gpu: 'a100' })).toEqual({ gpu: 'a100', zone: 'office' });
    expect(label('spare=')).toEqual({ spare: '' });
  });

  it.each(['zone', '=office', 'a b=c', 'zone=a=b'])('refuses %p', (text) => {
    expect(() => label(text)).toThrow('such as zone=office');
  });
});
