/** Bytes in GiB for arithmetic in messages, one decimal: `9.4`. Pure. */
export function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
