import { afterEach, describe, expect, test } from 'vitest';

import { overviewOf, problem, shell } from '../../test/shell';
import type { PrunePlanCard } from '../api';
import { keepFlow } from './keep.svelte';
import { overview } from './overview.svelte';

const plan = (over: Partial<PrunePlanCard> = {}): PrunePlanCard => ({
  token: 'one', keep: 'some', agreed: false, paused: null, archives: [], to_delete: 3, to_keep: 4, bytes_freed: 1000, ...over,
});

afterEach(() => {
  keepFlow.close();
  overview.clear();
});

describe('how many backups are kept', () => {
  test('another policy shows its plan, and agrees to nothing', async () => {
    const calls = shell({ choose: () => overviewOf({ keep: 'some' }), prune_plan: () => plan() });
    await keepFlow.choose('some');
    expect(keepFlow.plan?.token).toBe('one');
    expect(calls.map(({ command }) => command)).toEqual(['choose', 'prune_plan']);
  });

  test('keeping everything has no plan to show', async () => {
    const calls = shell({ choose: () => overviewOf({ keep: 'all' }) });
    await keepFlow.choose('all');
    expect(keepFlow.plan).toBeNull();
    expect(calls.map(({ command }) => command)).toEqual(['choose']);
  });

  test('only what is shown is deleted, and a changed plan is shown again', async () => {
    let now = plan();
    const calls = shell({
      prune_plan: () => now,
      prune: ({ token }) => { if (token !== now.token) throw problem('destination_changed'); return { run: 'r', outcome: 'completed', deleted: ['/a', '/b'], in_trash: 2, bytes_freed: 1000, warnings: [] }; },
      overview: () => overviewOf(),
    });
    await keepFlow.show();
    now = plan({ token: 'two' });
    await keepFlow.deleteNow();
    expect(keepFlow.problem?.code).toBe('destination_changed');
    expect(keepFlow.result).toBeNull();
    expect(keepFlow.plan?.token).toBe('two');
    await keepFlow.deleteNow();
    expect(keepFlow.problem).toBeNull();
    expect(keepFlow.result?.deleted).toEqual(['/a', '/b']);
    expect(calls.filter(({ command }) => command === 'prune').map(({ args }) => args['token'])).toEqual(['one', 'two']);
  });

  test('agreeing is to the policy that is shown, and deletes nothing', async () => {
    const calls = shell({ prune_plan: () => plan(), agree_to_keep: () => plan({ agreed: true }), overview: () => overviewOf({ keep_agreed: true }) });
    await keepFlow.show();
    await keepFlow.agree();
    expect(calls.map(({ command }) => command)).toEqual(['prune_plan', 'agree_to_keep', 'overview']);
    expect(calls[1]?.args).toEqual({ keep: 'some' });
    expect(keepFlow.plan).toBeNull();
  });

  test('what can’t be accepted is said on the page', async () => {
    shell({ accept_drop: () => { throw problem('internal'); }, overview: () => overviewOf() });
    await keepFlow.accept();
    expect(overview.problem?.code).toBe('internal');
  });

  test('what can’t be planned is said on the page', async () => {
    shell({ prune_plan: () => { throw problem('disk_gone'); } });
    await keepFlow.show();
    expect(keepFlow.plan).toBeNull();
    expect(overview.problem?.code).toBe('disk_gone');
  });
});
