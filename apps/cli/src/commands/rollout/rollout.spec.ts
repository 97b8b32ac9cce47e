import type { RolloutPlan, RolloutView } from '@corral/contracts/http';
import { EXIT } from '../../cli-error.js';
import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { rollout } from '../../testing/views.js';

const PLAN: RolloutPlan = {
  desired: 2,
  steps: [
    {
      percent: 100,
      action: 'load',
      method: 'surge',
      revision: 2,
      nodeId: 'n-1',
      node: 'gpu-1',
      readyReplicas: 2,
      slots: 8,
    },
  ],
  outcome: 'completes',
  reason: null,
};

describe('corral rollout', () => {
  let server: AdminServer;
  const last = (change: Partial<RolloutView> = {}): void =>
    server.answer('GET /rollouts', { data: [rollout(change), rollout({ id: 'older' })] });
  beforeEach(async () => {
    server = await AdminServer.start();
    last();
  });
  afterEach(() => server.stop());

  it('begins one with what is named, and leaves the rest to the controller', async () => {
    server.answer('POST /rollouts', { rollout: rollout(), plan: PLAN }, 201);
    const what = ['--model', 'new.gguf', '--set', 'slots=8', '--set', 'kvCacheType=q8_0'];
    const how = ['--canary', '10,50%', '--bake', '5m', '--max-unavailable', '1'];

    const { output } = await runCorral(server, 'rollout', 'start', 'coder', ...what, ...how);

    expect(server.changes[0]?.body).toEqual({
      deployment: 'coder',
      model: 'new.gguf',
      spec: { slots: 8, kvCacheType: 'q8_0' },
      dryRun: false,
      strategy: { canarySteps: [10, 50], bakeS: 300, maxUnavailable: 1 },
    });
    expect(output).toContain('coder: revision 1 to 2');
  });

  it('shows the plan of a dry run', async () => {
    server.answer('POST /rollouts', { rollout: null, plan: PLAN }, 201);
    const args = ['rollout', 'start', 'coder', '--set', 'slots=8', '--dry-run'];
    expect((await runCorral(server, ...args)).output).toMatch(
      /^100 % +load +2 +gpu-1 +beside the others +2 of 2 +8$/m,
    );
    const pauses = { ...PLAN, steps: [], outcome: 'pauses', reason: 'gpu-1 is full.' };
    server.answer('POST /rollouts', { rollout: null, plan: pauses }, 201);
    expect((await runCorral(server, ...args)).output).toContain('stop there: gpu-1 is full.');
    expect(JSON.parse((await runCorral(server, ...args, '--json')).output)).toEqual(pauses);
  });

  it.each([
    ['--canary', '50,10'],
    ['--canary', '100'],
    ['--bake', 'long'],
    ['--set', 'slots'],
    ['--method', 'hope'],
  ])('refuses %s %s', async (flag, value) => {
    const { error } = await runCorral(server, 'rollout', 'start', 'coder', flag, value);
    expect(error?.message).toContain(flag);
    expect(server.asked).toEqual([]);
  });

  it('shows how far the last one is, and what has happened', async () => {
    last({ weight: 10 });
    const { output } = await runCorral(server, 'rollout', 'status', 'coder');
    expect(output).toContain('progressing, 10 % of the keys, 2 old and 1 new of 2 ready');
    expect(output).toContain('2026-11-01T08:00:01Z  It begins.');
    expect(server.asked[0]?.path).toBe('/rollouts?deployment=coder');
  });

  it('lists them', async () => {
    last({ state: 'rolled_back', reason: 'The file is cut off.', endedAt: '2026-11-01T09:00:00Z' });
    expect((await runCorral(server, 'rollout', 'history', 'coder')).output).toMatch(
      /2026-11-01T09:00:00Z +1 +2 +rolled back +The file is cut off\./,
    );
  });

  it.each(['pause', 'resume', 'promote'])('can %s the last one', async (action) => {
    server.answer(`POST /rollouts/o-1/${action}`, rollout());
    expect((await runCorral(server, 'rollout', action, 'coder')).error).toBeUndefined();
    expect(server.changes.map(({ path }) => path)).toEqual([`/rollouts/o-1/${action}`]);
  });

  it('fails with the reason when the one it watches is rolled back', async () => {
    const reason = 'Revision 2 was rolled back: the file is cut off.';
    const ended = { state: 'rolled_back', reason, endedAt: '2026-11-01T09:00:00Z' } as const;
    server.answer('GET /rollouts/o-1', rollout(ended));
    const { error } = await runCorral(server, 'rollout', 'status', 'coder', '--watch');
    expect(error).toMatchObject({ message: reason, exitCode: EXIT.refused });
  });

  it('rolls back what is under way', async () => {
    server.answer('POST /rollouts/o-1/rollback', rollout({ state: 'rolled_back' }));
    expect((await runCorral(server, 'rollout', 'undo', 'coder')).output).toContain('rolled back');
  });

  it('goes back to the revision before a completed one, or to any by its number', async () => {
    last({ state: 'completed', fromRevision: 4, toRevision: 5, endedAt: '2026-11-01T09:00:00Z' });
    server.answer('POST /rollouts', { rollout: rollout(), plan: PLAN }, 201);
    await runCorral(server, 'rollout', 'undo', 'coder');
    await runCorral(server, 'rollout', 'undo', 'coder', '--to', '2');
    expect(server.changes.map(({ body }) => body)).toEqual([
      { deployment: 'coder', revision: 4 },
      { deployment: 'coder', revision: 2 },
    ]);
  });

  it('says that there was none', async () => {
    server.answer('GET /rollouts', { data: [] });
    const { error } = await runCorral(server, 'rollout', 'status', 'coder');
    expect(error).toMatchObject({ message: "There was no rollout of 'coder'." });
  });
});
