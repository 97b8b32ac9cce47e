/**
 * Which tenant has had how much of a deployment, so that the one that has had least is next:
 * Virtual Token Counter (Sheng et al., "Fairness in Serving Large Language Models", OSDI'24).
 *
 * A generation's prompt is charged when it is dispatched and its output as it comes, both divided
 * by the tenant's weight. A tenant that was away is lifted to the least counter of those that
 * waited meanwhile: nobody saves up a share by not using it. That least counter is the one of the
 * tenant that was chosen last, as in start-time fair queueing (Goyal et al., SIGCOMM'96), so
 * lifting costs nothing until a tenant is looked at.
 *
 * Each priority class has one of its own, so a night of batch work costs nobody the morning.
 */

/** Tenths of a prompt token. Output counts double, as in the paper; what a cache had, a tenth. */
const PROMPT_TOKEN = 10;
const CACHED_TOKEN = 1;
const OUTPUT_TOKEN = 20;

interface Account {
  /** Charged so far, in tenths of a prompt token per weight. */
  charged: number;
}

export class FairShare {
  private leastCharged = 0;
  /** One for each team that ever waited here; a team is a handful of bytes. */
  private readonly accounts = new Map<string, Account>();

  /** What the tenant counts as having had: comparable among tenants of this share only. */
  chargedTo(tenant: string): number {
    return Math.max(this.leastCharged, this.accounts.get(tenant)?.charged ?? 0);
  }

  /** The tenant with the least charged is served: its prompt is charged, at `promptTokens` for now. */
  serve(tenant: string, weight: number, promptTokens: number): ServiceCharge {
    this.leastCharged = this.chargedTo(tenant);
    const account = this.accounts.get(tenant) ?? { charged: 0 };
    account.charged = this.leastCharged;
    this.accounts.set(tenant, account);
    return new ServiceCharge(account, weight, promptTokens);
  }
}

/** What one generation is charged with, over all its attempts. */
export class ServiceCharge {
  private promptCharge = 0;

  constructor(
    private readonly account: Account,
    private readonly weight: number,
    expectedPromptTokens: number,
  ) {
    this.prompt(expectedPromptTokens, 0);
  }

  /** The prompt's real length, in place of what was charged for it so far. */
  prompt(tokens: number, cachedTokens: number): void {
    const computed = Math.max(0, tokens - cachedTokens);
    const charge = (computed * PROMPT_TOKEN + cachedTokens * CACHED_TOKEN) / this.weight;
    this.account.charged += charge - this.promptCharge;
    this.promptCharge = charge;
  }

  /** So many more tokens of output. */
  output(tokens: number): void {
    this.account.charged += (tokens * OUTPUT_TOKEN) / this.weight;
  }
}
