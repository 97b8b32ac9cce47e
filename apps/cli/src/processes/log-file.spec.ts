import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFile } from './log-file.js';

describe('A log file', () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'log-'));
    path = join(dir, 'a.log');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('gives each line when it is whole', () => {
    const log = new LogFile(path);

    expect(log.append('one\ntw')).toEqual(['one']);
    expect(log.append('o\n')).toEqual(['two']);
  });

  it('keeps the last lines, the unfinished one included', () => {
    const log = new LogFile(path);
    log.append('one\n\ntwo\nthree');

    expect(log.tail(2)).toEqual(['two', 'three']);
  });

  it('never takes more than twice its limit on disk', () => {
    const log = new LogFile(path, 100);
    for (let n = 0; n < 50; n += 1) log.append('x'.repeat(30) + '\n');

    expect(statSync(path).size).toBeLessThanOrEqual(100);
    expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(100);
  });

  it('goes on after the lines of an earlier run', () => {
    new LogFile(path).append('first\n');
    new LogFile(path).append('second\n');

    expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
  });

  it('survives a folder that cannot be written', () => {
    const log = new LogFile(join(dir, 'missing', 'a.log'));

    expect(log.append('one\n')).toEqual(['one']);
    expect(log.fault?.message).toContain('ENOENT');
    expect(existsSync(log.path)).toBe(false);
  });
});
