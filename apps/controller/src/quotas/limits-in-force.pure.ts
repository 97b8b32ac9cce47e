/** What the limits of key, user, team and organisation come to together, where they are no counts. Pure. */
import { PRIORITIES, type Limits, type Priority } from '@corral/contracts/http';

export interface LimitsInForce {
  /** Null: every deployment. */
  allowedModels: ReadonlySet<string> | null;
  maxContextTokens: number | null;
  maxOutputTokens: number | null;
  priority: Priority;
}

/** The tightest of each. */
export function limitsInForce(chain: readonly Limits[]): LimitsInForce {
  let allowed: Set<string> | null = null;
  for (const { allowedModels } of chain) {
    if (allowedModels === null) continue;
    allowed = allowed === null ? new Set(allowedModels) : common(allowed, allowedModels);
  }
  const lowest = Math.max(
    0,
    ...chain.map(({ priority }) => PRIORITIES.indexOf(priority ?? 'interactive')),
  );
  return {
    allowedModels: allowed,
    maxContextTokens: smallest(chain.map(({ maxContextTokens }) => maxContextTokens)),
    maxOutputTokens: smallest(chain.map(({ maxOutputTokens }) => maxOutputTokens)),
    priority: PRIORITIES[lowest] ?? 'interactive',
  };
}

function common(allowed: ReadonlySet<string>, models: readonly string[]): Set<string> {
  return new Set(models.filter((model) => allowed.has(model)));
}

function smallest(values: readonly (number | null)[]): number | null {
  const given = values.filter((value) => value !== null);
  return given.length === 0 ? null : Math.min(...given);
}
