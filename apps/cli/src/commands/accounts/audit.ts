import type { Command } from 'commander';
import type { AuditEntry } from '@corral/contracts/http';
import { auditedId } from '../../admin/subject-id.js';
import type { AuditPage } from '../../admin/audit-api.js';
import { wholeNumber } from '../../arguments/amount.js';
import { auditSubject } from '../../arguments/subject.js';
import { formatMinute } from '../../output/figures.js';
import { table } from '../../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';

interface AuditFlags extends Flags {
  subject?: ReturnType<typeof auditSubject>;
  limit: number;
  before?: string;
}

const EXAMPLES = `
Examples:
  corral audit
  corral audit --subject team:research
  corral audit --subject quota:team:research
  corral audit --subject key --limit 200
  corral audit --json | jq '.data[] | select(.action == "key.revoke")'`;

/** A longer one belongs to `--json`. */
const CHANGE_CHARACTERS = 120;

export function addAudit(program: Command): void {
  withClientOptions(program.command('audit'))
    .description('who changed what, the newest first')
    .option('--subject <subject>', 'of one kind, or one thing: team, team:NAME', auditSubject)
    .option('--limit <n>', 'entries, 1,000 at most', wholeNumber(1), 50)
    .option('--before <id>', 'the page after the one that ended by naming this')
    .addHelpText('after', EXAMPLES)
    .action(async ({ subject, limit, before, ...flags }: AuditFlags) => {
      const client = adminClient(flags);
      const page = await client.audit.page({
        limit,
        before,
        subjectKind: subject?.kind,
        subjectId:
          subject?.id === undefined ? undefined : await auditedId(client, subject.kind, subject.id),
      });
      print(flags.json, page, auditText(page));
    });
}

export function auditText({ data, next }: AuditPage): string {
  const entries = table(
    ['WHEN', 'WHO', 'WHAT', 'SUBJECT', 'CHANGE'],
    data.map((entry) => [
      formatMinute(entry.createdAt),
      entry.actor.email ?? (entry.actor.kind === 'admin_token' ? 'admin token' : entry.actor.kind),
      entry.action,
      `${entry.subject.kind}:${entry.subject.id}`,
      changeText(entry),
    ]),
    'No entries.',
  );
  return next === null ? entries : `${entries}\n\nThere are more: --before ${next}`;
}

/** The fields that differ: `role: developer → lead, …`. Of a new thing its fields, of one that is gone none. */
function changeText({ before, after }: AuditEntry): string {
  if (after === null || after === undefined) return '';
  const old = fieldsOf(before);
  const changed = Object.entries(fieldsOf(after)).filter(
    ([name, value]) => JSON.stringify(old[name]) !== JSON.stringify(value),
  );
  const text = changed
    .map(([name, value]) =>
      name in old ? `${name}: ${short(old[name])} → ${short(value)}` : `${name}: ${short(value)}`,
    )
    .join(', ');
  return text.length <= CHANGE_CHARACTERS ? text : `${text.slice(0, CHANGE_CHARACTERS - 1)}…`;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function short(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}
