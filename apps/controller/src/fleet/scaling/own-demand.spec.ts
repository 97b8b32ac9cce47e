import type { GenerationReport } from '../../scheduling/core/generation.js';
import { OwnDemand, type Asking } from './own-demand.pure.js';

function submitted(asking: Asking, attempts: number): Asking {
  asking.generation = { report: { attempts } as GenerationReport };
  return asking;
}

describe('what is asked of a controller', () => {
  it('waits until its first attempt has begun', () => {
    const demand = new OwnDemand();
    submitted(demand.begin('m', 0), 1);
    submitted(demand.begin('m', 100), 0);
    submitted(demand.begin('m', 400), 0);
    expect(demand.load(1_000)).toEqual([{ name: 'm', waiting: 2, longestWaitMs: 900, idleMs: 0 }]);
  });

  it('is idle from the end of the last one on', () => {
    const demand = new OwnDemand();
    const [one, other] = [demand.begin('m', 0), demand.begin('m', 0)];
    demand.end(one, 500);
    expect(demand.load(900)[0]).toMatchObject({ idleMs: 0 });
    demand.end(other, 1_000);
    demand.end(other, 2_000);
    expect(demand.load(3_000)).toEqual([
      { name: 'm', waiting: 0, longestWaitMs: 0, idleMs: 2_000 },
    ]);
  });

  it('is kept apart by deployment, and says nothing of those never asked for', () => {
    const demand = new OwnDemand();
    demand.begin('m', 0);
    demand.begin('n', 0);
    expect(demand.load(0).map(({ name }) => name)).toEqual(['m', 'n']);
    expect(new OwnDemand().load(0)).toEqual([]);
  });
});
