import { statfs } from 'node:fs/promises';

/** Bytes that this process may still write where the folder is. */
export async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
