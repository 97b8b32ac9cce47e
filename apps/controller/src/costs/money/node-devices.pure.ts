/**
 * What is known of the nodes' compute devices, from heartbeats: how many there are, and what one
 * draws while it computes. The latter is a moving mean of the readings of the last few seconds in
 * which a stream was running; readings of an idle machine say nothing of what computing takes. Pure.
 */
import type { Heartbeat } from '@corral/contracts';

const NEW_SHARE = 0.2;

type Reading = Pick<Heartbeat, 'nodeId' | 'bootId' | 'sequence' | 'devices' | 'replicas'>;

interface Known {
  heartbeat: string;
  devices: number;
  watts: number | null;
}

export class NodeDevices {
  private readonly known = new Map<string, Known>();

  /** A heartbeat that was taken before changes nothing. */
  take(reading: Reading): void {
    const { nodeId, bootId, sequence, replicas } = reading;
    const heartbeat = `${bootId}/${sequence}`;
    const before = this.known.get(nodeId);
    if (before?.heartbeat === heartbeat) return;
    const known = before?.watts ?? null;
    const isComputing = replicas.some(({ activeSlots }) => activeSlots > 0);
    const watts = isComputing ? meanWatts(reading) : null;
    const mean = watts === null || known === null ? watts : known + NEW_SHARE * (watts - known);
    const devices = Math.max(1, computeDevices(reading.devices).length);
    this.known.set(nodeId, { heartbeat, devices, watts: mean ?? known });
  }

  /** 1 of a node that was not heard of. */
  countOf(nodeId: string): number {
    return this.known.get(nodeId)?.devices ?? 1;
  }

  /** Of one device of the node; null: it was never measured. */
  wattsPerDevice(nodeId: string): number | null {
    return this.known.get(nodeId)?.watts ?? null;
  }
}

/** GPUs where there are any, else the CPU. */
function computeDevices(devices: Heartbeat['devices']): Heartbeat['devices'] {
  const gpus = devices.filter(({ kind }) => kind !== 'cpu');
  return gpus.length > 0 ? gpus : devices;
}

/** Null when any of them was not measured. */
function meanWatts({ devices }: Reading): number | null {
  const computing = computeDevices(devices);
  let sum = 0;
  for (const { powerWatts } of computing) {
    if (powerWatts === null) return null;
    sum += powerWatts;
  }
  return computing.length === 0 ? null : sum / computing.length;
}
