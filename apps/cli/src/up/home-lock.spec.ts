import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockHome } from './home-lock.js';

describe('The lock of a data folder', () => {
  let dir: string;
  let file: string;
  /** The processes that live, by number, with the time of their start. */
  let living: Map<number, string>;
  const as = (ownPid: number): ReturnType<typeof lockHome> =>
    lockHome(file, { ownPid, identityOf: (pid) => living.get(pid) ?? null });

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'lock-'));
    file = join(dir, 'lock');
    living = new Map([
      [100, '100 noon'],
      [200, '200 noon'],
    ]);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is taken when nobody has it', () => {
    expect(as(100).ok).toBe(true);
  });

  it('is refused to a second process, which is told who has it', () => {
    as(100);

    expect(as(200)).toEqual({ ok: false, ownerPid: 100 });
  });

  it('can be taken again once it was released', () => {
    const first = as(100);
    if (first.ok) first.release();

    expect(as(200).ok).toBe(true);
  });

  it('is taken over from a process that is gone', () => {
    as(100);
    living.delete(100);

    expect(as(200).ok).toBe(true);
  });

  it('is taken over when the number of its owner now belongs to another process', () => {
    as(100);
    living.set(100, '100 evening');

    expect(as(200).ok).toBe(true);
  });

  it('is taken over when its file was left without content', () => {
    writeFileSync(file, '');

    expect(as(200).ok).toBe(true);
  });

  it('is not released by a process that has lost it', () => {
    const first = as(100);
    living.delete(100);
    as(200);
    if (first.ok) first.release();

    expect(existsSync(file)).toBe(true);
  });

  it('leaves nothing else in the folder', () => {
    as(100);
    living.delete(100);
    as(200);

    expect(readdirSync(dir)).toEqual(['lock']);
  });
});
