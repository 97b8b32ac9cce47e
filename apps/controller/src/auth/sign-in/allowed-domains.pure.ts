/** Anybody the provider lets in. */
const ANY = '*';

/**
 * True when the address is of one of the domains, or they hold `*`. A subdomain is another domain;
 * no domains: nobody. Pure.
 */
export function isAllowedDomain(email: string, domains: readonly string[]): boolean {
  const at = email.lastIndexOf('@');
  const domain = email.slice(at + 1).toLowerCase();
  return at > 0 && domains.some((allowed) => allowed === ANY || allowed === domain);
}
