/** The code of an error that the system raised (`ENOENT`, `EACCES`, …); null for any other fault. */
export function systemErrorCode(fault: unknown): string | null {
  const hasCode = typeof fault === 'object' && fault !== null && 'code' in fault;
  return hasCode && typeof fault.code === 'string' ? fault.code : null;
}
