import { render, screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import { problem, shell } from '../../test/shell';
import type { ArchiveCard, OpenedArchive } from '../api';
import CheckDialog from '../components/CheckDialog.svelte';
import { check } from './check.svelte';
import { job } from './job.svelte';
import { restoreFlow } from './restore.svelte';

const archive = (locked: boolean): OpenedArchive => ({
  token: 't', name: 'mine.nnbackupz', bytes: 9, format: 'nnbackupz', format_version: '6.1', created: null, encrypted: true, attachments_included: false, locked,
});

describe('checking a backup', () => {
  const known: ArchiveCard = {
    id: 'a', name: 'mine.nnbackupz', path: '/x', format: 'nnbackupz', place: null, created: null, attachments_included: true, encrypted: true, notes: 3, bytes: 9,
    verified: 'never', verified_at: null, pinned: false, automatic: null, copy: false, copied: false, newer: false,
  };
  const result = (sound: boolean, full = true) => ({ name: known.name, full, sound, items_read: 40, notes: 11, attachments: 2, not_read: full ? 0 : 9, recovery: null, findings: sound ? [] : [{ code: 'checksum_mismatch', message: 'A part is damaged.', item: null }] });

  test('damage is named together with what is whole', async () => {
    shell({ hold_known: () => 't5', check_archive: () => result(false) });
    await check.ofKnown(known, true);
    render(CheckDialog);
    expect(screen.getByRole('heading', { name: 'Part of this backup is damaged' })).toBeTruthy();
    expect(screen.getByText('What is whole can still be read and restored. Whole: 11 notes, 2 attachments.')).toBeTruthy();
    expect(screen.getByText('A part is damaged.')).toBeTruthy();
    check.close();
  });

  test('of nothing whole is not said that a part is damaged', async () => {
    shell({ hold_known: () => 't5', check_archive: () => ({ ...result(false), items_read: 0, notes: 0, attachments: 0 }) });
    await check.ofKnown(known, true);
    render(CheckDialog);
    expect(screen.getByRole('heading', { name: 'This backup is damaged' })).toBeTruthy();
    expect(screen.getByText('Nothing in it can be read. Your other backups are not affected.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Look at what is whole' })).toBeNull();
    check.close();
  });

  test('a quick check says what it did not read', async () => {
    const calls = shell({ hold_known: () => 't5', check_archive: () => result(true, false) });
    await check.ofKnown(known, false);
    render(CheckDialog);
    expect(screen.getByText(/The 9 bytes inside were not read/)).toBeTruthy();
    expect(calls.find(({ command }) => command === 'check_archive')?.args).toMatchObject({ token: 't5', full: false });
    // And leads on to the check that reads all of it.
    screen.getByRole('button', { name: 'Check every byte' }).click();
    await expect.poll(() => calls.filter(({ command }) => command === 'check_archive').map(({ args }) => args['full'])).toEqual([false, true]);
    await expect.poll(() => job.kind).toBeNull();
    check.close();
  });

  test('a locked one asks for its password, then is checked', async () => {
    let opened = false;
    shell({
      hold_known: () => 't5', open_known: () => archive(true), unlock_archive: () => { opened = true; return archive(false); },
      check_archive: ({ token }) => { if (token === 't5') throw problem('secret_required'); return result(true); },
    });
    await check.ofKnown(known, true);
    await expect.poll(() => restoreFlow.unlocking).toBe(true);
    await restoreFlow.unlock('right', null);
    await expect.poll(() => check.result?.sound).toBe(true);
    expect(opened).toBe(true);
    check.close();
    restoreFlow.close();
  });
});
