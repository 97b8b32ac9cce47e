import { facts } from './facts.js';
import { table } from './table.js';

describe('A table', () => {
  it('pads texts on the right and figures on the left', () => {
    expect(
      table(
        ['NAME', 'USED'],
        [
          ['a', '1,000'],
          ['long', '5'],
        ],
        'none',
        ['USED'],
      ),
    ).toBe(['NAME   USED', 'a     1,000', 'long      5'].join('\n'));
  });

  it('says something else when it has no rows', () => {
    expect(table(['NAME'], [], 'No keys.')).toBe('No keys.');
  });

  it('shows no control characters of names that others have chosen', () => {
    const text = table(['NAME'], [['a\u001b[2Jb\nc\u202e']], '');

    expect(text.split('\n')).toEqual(['NAME', 'a�[2Jb�c�']);
  });
});

describe('Facts', () => {
  it('stand beside their labels', () => {
    expect(
      facts([
        ['Cost', '$1.00'],
        ['Requests', '7'],
      ]),
    ).toBe('Cost      $1.00\nRequests  7');
  });
});
