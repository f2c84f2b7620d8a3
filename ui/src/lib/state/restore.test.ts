import { render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';

import { problem, shell } from '../../test/shell';
import type { OpenedArchive } from '../api';
import UndoLine from '../components/UndoLine.svelte';
import { restoreFlow } from './restore.svelte';

const archive = (locked: boolean): OpenedArchive => ({
  token: 't', name: 'mine.nnbackupz', bytes: 9, format: 'nnbackupz', format_version: '6.1', created: null, encrypted: true, attachments_included: false, locked,
});
const counts = { added: 17, updated: 0, removed: 0, identical: 0, kept: 0, failed: 0 };
const plan = { token: 'p', items: {}, notes: {}, only_here: 0, attachments: 0, changes: [], recovery: null, warnings: [] };

describe('restore', () => {
  beforeEach(() => { restoreFlow.close(); restoreFlow.unlocking = false; });

  test('a locked archive waits for its secret, then its plan is made', async () => {
    const calls = shell({ pick_archive: () => archive(true), unlock_archive: () => archive(false), plan_restore: () => plan });
    await restoreFlow.open('files');
    expect(restoreFlow.unlocking).toBe(true);
    expect(restoreFlow.step).toBeNull();
    await restoreFlow.unlock(null, 'KEY');
    await expect.poll(() => restoreFlow.plan).not.toBeNull();
    expect(restoreFlow.step).toBe('plan');
    expect(calls.find(({ command }) => command === 'unlock_archive')?.args).toEqual({ token: 't', password: null, recoveryKey: 'KEY' });
  });

  test('a cancelled dialog leaves everything as it was', async () => {
    shell({ pick_archive: () => null });
    await restoreFlow.open('files');
    expect(restoreFlow.archive).toBeNull();
    expect(restoreFlow.problem).toBeNull();
  });

  test('another mode is another plan', async () => {
    const calls = shell({ open_known: () => archive(false), plan_restore: () => plan });
    await restoreFlow.open({ known: 'a' });
    await expect.poll(() => restoreFlow.plan).not.toBeNull();
    await restoreFlow.makePlan('overwrite');
    expect(calls.filter(({ command }) => command === 'plan_restore').map(({ args }) => args['mode'])).toEqual(['merge', 'overwrite']);
  });

  test('a mode that is chosen while a plan is made takes its place', async () => {
    const asked: ((plan: unknown) => void)[] = [];
    const calls = shell({ open_known: () => archive(false), cancel_job: () => null, plan_restore: () => new Promise((resolve) => asked.push(resolve)) });
    await restoreFlow.open({ known: 'a' });
    await expect.poll(() => asked.length).toBe(1);
    await restoreFlow.makePlan('overwrite');
    expect(calls.map(({ command }) => command)).toContain('cancel_job');
    // It had ended before the cancel came: that plan is not the one that was asked for.
    asked[0]?.({ ...plan, token: 'old' });
    await expect.poll(() => asked.length).toBe(2);
    expect(restoreFlow.plan).toBeNull();
    asked[1]?.({ ...plan, token: 'new' });
    await expect.poll(() => restoreFlow.plan?.token).toBe('new');
    expect(restoreFlow.mode).toBe('overwrite');
  });

  test('a part that was ticked is ordered, and never exactly', async () => {
    const calls = shell({ open_known: () => archive(false), plan_restore: () => plan });
    await restoreFlow.open({ known: 'a' });
    await restoreFlow.makePlan('exact');
    await restoreFlow.choose({ only: ['n1'], ticked: new Set(['n1']), notes: 1 });
    await restoreFlow.choose(null);
    expect(calls.filter(({ command }) => command === 'plan_restore').slice(1).map(({ args }) => [args['mode'], args['only']])).toEqual([['exact', []], ['merge', ['n1']], ['merge', []]]);
  });

  test('a refused mode leaves the others to be chosen', async () => {
    shell({ open_known: () => archive(false), plan_restore: ({ mode }) => { if (mode === 'exact') throw problem('invalid_content', 'It may not be whole.'); return { ...plan, only_here: 14 }; } });
    await restoreFlow.open({ known: 'a' });
    await expect.poll(() => restoreFlow.absent).toBe(14);
    await restoreFlow.makePlan('exact');
    expect(restoreFlow.unplanned).toBe(true);
    await restoreFlow.makePlan('merge');
    expect(restoreFlow.unplanned).toBe(false);
  });

  test('of a damaged one what is whole is planned at once, and never exactly', async () => {
    const calls = shell({ open_known: () => archive(false), plan_restore: ({ salvage }) => { if (!salvage) throw problem('checksum_mismatch'); return plan; } });
    await restoreFlow.open({ known: 'a' });
    await expect.poll(() => restoreFlow.plan).not.toBeNull();
    expect(calls.filter(({ command }) => command === 'plan_restore').map(({ args }) => args['salvage'])).toEqual([false, true]);
    expect(restoreFlow.salvage).toBe(true);
    restoreFlow.close();
    shell({ plan_restore: () => { throw problem('archive_cut'); } });
    restoreFlow.take([archive(false)]);
    await expect.poll(() => restoreFlow.unplanned).toBe(true);
  });

  test('one secret is tried on all of several; the rest are asked for', async () => {
    const locked = (token: string) => ({ ...archive(true), token });
    const calls = shell({
      unlock_archive: ({ token, password }) => { if (password !== (token === 'b' ? 'other' : 'mine')) throw problem('wrong_secret'); return { ...archive(false), token }; },
      plan_restore: () => plan,
    });
    restoreFlow.take([locked('a'), locked('b'), locked('c')]);
    expect(restoreFlow.locked?.token).toBe('a');
    await expect(restoreFlow.unlock('wrong', null)).rejects.toMatchObject({ code: 'wrong_secret' });
    await restoreFlow.unlock('mine', null);
    expect(restoreFlow.locked?.token).toBe('b');
    expect(restoreFlow.step).toBeNull();
    await restoreFlow.unlock('other', null);
    await expect.poll(() => restoreFlow.plan).not.toBeNull();
    expect(calls.find(({ command }) => command === 'plan_restore')?.args).toMatchObject({ tokens: ['a', 'b', 'c'] });
  });

  test('the undo of a restore is offered by the overview, whoever made the restore', async () => {
    shell({ plan_undo: () => plan });
    render(UndoLine, { undo: { run: 'r1', at: Date.now(), items: counts, notes: 17, attachments: 6 } });
    expect(screen.getByText(/^Restored today .*: 17 notes\. It can still be undone\.$/)).toBeTruthy();
    screen.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => restoreFlow.plan).not.toBeNull();
    expect(restoreFlow.undo).toBe(true);
    restoreFlow.close();
  });
});
