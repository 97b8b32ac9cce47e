import type { Heartbeat } from '@corral/contracts';
import { NodeDevices } from './node-devices.pure.js';

type Device = Heartbeat['devices'][number];

const device = (id: string, powerWatts: number | null): Device => ({
  id,
  kind: id === 'cpu' ? 'cpu' : 'cuda',
  name: id,
  totalBytes: 0,
  usedBytes: 0,
  freeBytes: 0,
  powerWatts,
  ownBytes: null,
  foreignBytes: null,
});

describe('the devices of a node', () => {
  let power: NodeDevices;
  let sequence = 0;
  beforeEach(() => {
    power = new NodeDevices();
  });

  function hear(devices: Device[], activeSlots: number, at = (sequence += 1)): void {
    const replicas = [{ activeSlots }] as Heartbeat['replicas'];
    power.take({ nodeId: 'gpu-1', bootId: 'boot', sequence: at, devices, replicas });
  }

  it('draw a mean while streams run, and unknown before', () => {
    hear([device('cuda0', 40), device('cuda1', 40)], 0);
    expect(power.wattsPerDevice('gpu-1')).toBeNull();
    hear([device('cpu', null), device('cuda0', 300), device('cuda1', 200)], 3);
    expect(power.wattsPerDevice('gpu-1')).toBe(250);
  });

  it('draw what is measured last, and stays when nothing runs', () => {
    hear([device('cuda0', 200)], 1);
    hear([device('cuda0', 300)], 1);
    hear([device('cuda0', 30)], 0);
    expect(power.wattsPerDevice('gpu-1')).toBe(220);
  });

  it('take a heartbeat once', () => {
    hear([device('cuda0', 200)], 1);
    for (let again = 0; again < 9; again += 1) hear([device('cuda0', 300)], 1, 1_000);
    expect(power.wattsPerDevice('gpu-1')).toBe(220);
  });

  it('draw nobody knows what where one is not measured', () => {
    hear([device('cuda0', 200), device('cuda1', null)], 1);
    expect(power.wattsPerDevice('gpu-1')).toBeNull();
  });

  it('are its GPUs, or the CPU where there is none, and one of a node nobody heard', () => {
    hear([device('cpu', null), device('cuda0', 1), device('cuda1', 1)], 0);
    expect(power.countOf('gpu-1')).toBe(2);
    hear([device('cpu', null)], 0);
    expect(power.countOf('gpu-1')).toBe(1);
    expect(power.countOf('gpu-9')).toBe(1);
  });
});
