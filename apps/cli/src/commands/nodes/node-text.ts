/** Nodes as a person reads them. */
import type { NodeView } from '@corral/contracts/http';
import { facts } from '../../output/facts.js';
import { formatMinute } from '../../output/figures.js';
import { formatBytes, table } from '../../output/table.js';

export function nodeTable(nodes: NodeView[]): string {
  return table(
    ['ID', 'NAME', 'STATE', 'MEMORY USED', 'BY OTHERS', 'REPLICAS', 'LABELS'],
    nodes.map((node) => [
      node.id,
      node.name,
      stateText(node),
      eachDevice(node, (d) => `${formatBytes(d.usedBytes)} of ${formatBytes(d.totalBytes)}`),
      eachDevice(node, (d) => (d.foreignBytes === null ? '?' : formatBytes(d.foreignBytes))),
      `${readyReplicas(node)}/${node.assignedReplicas}`,
      labelText(node.labels),
    ]),
    'No nodes. Start one with: corral worker start',
  );
}

/** `ready`, and what an admin or the node itself adds to that: `ready, drained`. */
export function stateText(node: NodeView): string {
  const parts: string[] = [node.state];
  if (node.revokedAt !== null) parts.push('revoked');
  if (node.drainedAt !== null) parts.push(node.assignedReplicas > 0 ? 'draining' : 'drained');
  else if (node.cordonedAt !== null) parts.push('cordoned');
  if (node.yielding) parts.push('yielding');
  return parts.join(', ');
}

export function nodeFacts(node: NodeView): string {
  const { platform, version } = node;
  const replicas = node.replicas.map(({ deployment, state, activeSlots, slots }) => {
    return `${deployment} ${state} ${activeSlots}/${slots} slots`;
  });
  const since = (at: string | null): string => (at === null ? 'no' : `since ${formatMinute(at)}`);
  const rows: [string, string][] = [
    ['Node', node.name],
    ['Id', node.id],
    ['State', stateText(node)],
    ['Heard of', node.silentMs === null ? 'not yet' : `${(node.silentMs / 1000).toFixed(1)} s ago`],
    ['Version', version ?? 'unknown'],
    ['Machine', platform === null ? 'unknown' : machineText(platform)],
    ['Memory used', eachDevice(node, deviceText) || 'unknown'],
    ['Labels', labelText(node.labels) || 'none'],
    ['Worked out', labelText(node.builtInLabels) || 'nothing'],
    ['Cordoned', since(node.cordonedAt)],
    ['Drained', since(node.drainedAt)],
    ['Polite', node.polite ? 'yes' : 'no'],
    ['Replicas', replicas.join('; ') || 'none'],
    ['Models', node.models.map(({ fileName }) => fileName).join(', ') || 'none'],
  ];
  if (node.revokedAt !== null) rows.push(['Revoked', since(node.revokedAt)]);
  return [facts(rows), ...node.problems].join('\n');
}

function machineText({ os, arch, cores, cpuModel }: NonNullable<NodeView['platform']>): string {
  return `${os} ${arch}, ${cores} cores, ${cpuModel}`;
}

function readyReplicas({ replicas }: NodeView): number {
  return replicas.filter(({ state }) => state === 'ready').length;
}

function deviceText(device: NodeView['devices'][number]): string {
  const { usedBytes, totalBytes, ownBytes, foreignBytes } = device;
  const whose =
    ownBytes === null || foreignBytes === null
      ? ''
      : ` (${formatBytes(ownBytes)} by Corral, ${formatBytes(foreignBytes)} by others)`;
  return `${formatBytes(usedBytes)} of ${formatBytes(totalBytes)}${whose}`;
}

function eachDevice(
  { devices }: NodeView,
  text: (device: NodeView['devices'][number]) => string,
): string {
  return devices.map((device) => `${device.id} ${text(device)}`).join(', ');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(' ');
}
