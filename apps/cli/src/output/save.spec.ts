import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveTo } from './save.js';

describe('A download into a file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'save-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes all pieces, for its owner only, and gives their size', async () => {
    const file = join(folder, 'rows.csv');

    expect(await saveTo(file, pieces('a,b\n', '1,2\n'))).toBe(8);
    expect(readFileSync(file, 'utf8')).toBe('a,b\n1,2\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing when it breaks off', async () => {
    const saving = saveTo(join(folder, 'rows.csv'), pieces('a,b\n', new Error('gone')));

    await expect(saving).rejects.toThrow('gone');
    expect(readdirSync(folder)).toEqual([]);
  });
});

async function* pieces(...texts: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}
