// Restoring: the plan, its modes, ticks, damage, and the undo; by keyboard alone where it says so.

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';

import { PASSWORD } from './screens';
import { calls, shown, tabTo, walk } from './walk';

/** What the last plan was ordered with. */
const ordered = (page: Page) => page.evaluate(() => (window as unknown as { __WORLD__: { ordered: unknown } }).__WORLD__.ordered);

test('four clicks by keyboard: restore a file, and undo it', () => walk({ signedIn: true }, async (page) => {
  await shown(page, 'Protected');
  await page.keyboard.press('Control+o');
  await shown(page, 'Unlock this backup');
  await page.keyboard.type('not it');
  await page.keyboard.press('Enter');
  await page.getByText('The file itself is whole').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await shown(page, 'The plan');
  await page.getByText('Adds 9 notes, updates 1, removes none.').waitFor();
  await tabTo(page, 'button', 'Restore 10 notes');
  await page.keyboard.press('Enter');
  await shown(page, 'Restore finished');
  await tabTo(page, 'button', 'Undo');
  await page.keyboard.press('Enter');
  await shown(page, 'Undo the restore');
  await tabTo(page, 'button', 'Undo');
  await page.keyboard.press('Enter');
  await shown(page, 'Restore undone');
}));

test('some notes are ticked and restored, by keyboard alone', () => walk({ signedIn: true, locked: false }, async (page) => {
  await shown(page, 'Protected');
  await page.keyboard.press('Control+o');
  await shown(page, 'The plan');
  await tabTo(page, 'button', 'Look inside');
  await page.keyboard.press('Enter');
  await tabTo(page, 'treeitem', 'All notes');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  // Of the kitchen only the bread has notes here; the other notebook holds nothing and is ticked with it.
  await page.getByText('6 notes ticked, in 1 notebook').waitFor();
  expect(await page.getByRole('treeitem', { name: /Kitchen/ }).getAttribute('aria-checked')).toBe('true');
  expect(await page.getByRole('treeitem', { name: 'All notes' }).getAttribute('aria-checked')).toBe('mixed');
  await tabTo(page, 'option', /^Sourdough, the slow way Today/);
  await page.keyboard.press('Space');
  await page.getByText('5 notes ticked, in 1 notebook').waitFor();
  expect(await page.getByRole('treeitem', { name: /Kitchen/ }).getAttribute('aria-checked')).toBe('mixed');
  await tabTo(page, 'button', 'Continue to plan');
  await page.keyboard.press('Enter');
  await shown(page, 'The plan');
  await page.getByText(/^5 notes from notesnook-backup/).waitFor();
  expect(await ordered(page)).toEqual({ mode: 'merge', only: ['preserves', 'n1', 'n2', 'n3', 'n4', 'n5'] });
  expect(await page.getByRole('radio', { name: /^Exactly as/ }).isDisabled()).toBe(true);
  await page.getByText('of a part, everything else would be removed').waitFor();
  // The ticks are there again, and none of them is the whole backup.
  await tabTo(page, 'button', 'Look inside');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Clear');
  await page.keyboard.press('Enter');
  await page.getByText('240 notes, no attachments').waitFor();
  await tabTo(page, 'option', /^Sourdough, the slow way Today/);
  await page.keyboard.press('Control+a');
  await page.getByText('236 notes ticked, in 2 notebooks').waitFor();
  await page.getByText('236 of 240 ticked').waitFor();
}));

test('a restore that removes says so in numbers, and asks once more', () => walk({ signedIn: true, locked: false }, async (page) => {
  await shown(page, 'Protected');
  await page.keyboard.press('Control+o');
  await shown(page, 'The plan');
  await tabTo(page, 'radio', /^Merge/);
  for (const mode of ['overwrite', 'copy']) {
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => ordered(page)).toEqual({ mode, only: [] });
  }
  await page.getByRole('button', { name: 'Add 12 notes' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.getByText('14 notes will be removed from your library').waitFor();
  await page.getByText('Adds 9 notes, updates 2, removes 14.').waitFor();
  await tabTo(page, 'button', 'Restore');
  await page.keyboard.press('Enter');
  await shown(page, 'Remove 14 notes?');
  // The safe answer has the focus.
  await page.keyboard.press('Enter');
  expect(await calls(page)).not.toContain('apply_plan');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Remove and restore');
  await page.keyboard.press('Enter');
  await shown(page, 'Restore finished');
}));

test('a refused mode says why, and another one is at hand', () => walk({ signedIn: true, locked: false, doubtful: true }, async (page) => {
  await shown(page, 'Protected');
  await page.keyboard.press('Control+o');
  await shown(page, 'The plan');
  await tabTo(page, 'radio', /^Merge/);
  await page.keyboard.press('ArrowUp');
  await page.getByText('This archive may not be whole').first().waitFor();
  expect(await page.getByRole('button', { name: /^Restore/ }).count()).toBe(0);
  await tabTo(page, 'button', 'Merge instead');
  await page.keyboard.press('Enter');
  await page.getByText('Adds 9 notes, updates 1, removes none.').waitFor();
}));

test('of a damaged backup what is whole is planned, and each loss told', () => walk({ signedIn: true, locked: false, damaged: true }, async (page) => {
  await shown(page, 'Protected');
  await page.keyboard.press('Control+o');
  await shown(page, 'The plan');
  await page.getByText('96 % of the notes can be recovered').first().waitFor();
  await page.getByText('1,187 of 1,236 notes, 316 of 318 attachments').waitFor();
  expect(await page.getByRole('radio', { name: /^Exactly as/ }).isDisabled()).toBe(true);
  await page.getByText('what its damage hides would be removed').waitFor();
  await page.getByText('What is missing or may be changed: 3 things').click();
  await page.getByText('oven-door.jpg is lost').waitFor();
  await tabTo(page, 'button', 'Save a clean copy');
  await page.keyboard.press('Enter');
  await page.getByText('Saved notesnook-backup-2026-11-20-whole.nnbackupz: 1,187 notes, checked.').first().waitFor();
  await tabTo(page, 'button', 'Look inside');
  await page.keyboard.press('Enter');
  await page.getByText('96 % of the notes can be recovered').first().waitFor();
  await tabTo(page, 'button', 'Restore into my library');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Restore 10 notes');
  await page.keyboard.press('Enter');
  await shown(page, 'Restore finished, with parts missing');
  await page.getByText('oven-door.jpg is lost').waitFor();
}));

test('several backups are unlocked in turn and merged', () => walk({ signedIn: true, several: 3 }, async (page) => {
  await shown(page, 'Protected');
  await page.keyboard.press('Control+o');
  await page.getByText('Backup 1 of 3.').waitFor();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  // The second has the same password; the third is asked for.
  await page.getByText('Backup 3 of 3.').waitFor();
  await page.getByText('old-laptop-2.backstop').waitFor();
  await page.keyboard.type('another one');
  await page.keyboard.press('Enter');
  await shown(page, 'The plan');
  await page.getByText('From 3 backups merged').waitFor();
  expect(await page.getByRole('list', { name: 'Backups' }).getByRole('listitem').count()).toBe(3);
}));

test('a restore of an earlier day is undone from the first page', () => walk({ signedIn: true, overview: { undo: { run: 'r1', at: 1_790_000_000_000, items: {}, notes: 17, attachments: 6 } } }, async (page) => {
  await page.getByText('It can still be undone.').waitFor();
  await tabTo(page, 'button', 'Undo');
  await page.keyboard.press('Enter');
  await shown(page, 'Undo the restore');
  await tabTo(page, 'button', 'Undo');
  await page.keyboard.press('Enter');
  await shown(page, 'Restore undone');
  await tabTo(page, 'button', 'Done');
  await page.keyboard.press('Enter');
  await shown(page, 'Restore');
  expect(await page.getByText('It can still be undone.').count()).toBe(0);
}));

test('a file opened first is carried through the first steps to its plan', () => walk({}, async (page) => {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  await press('Open a backup I have');
  await page.getByLabel('Password', { exact: true }).last().fill(PASSWORD);
  await press('Unlock');
  await press('Restore into my library');
  await page.getByLabel('Your name').fill('Mira');
  await press('Suggest a passphrase');
  await press('Create account');
  await press('Remind me later');
  await page.getByText('waits for the plan').waitFor();
  await press('Continue');
  await press('Continue');
  await shown(page, 'The plan');
  await press('Restore 10 notes');
  await press('Make the first backup');
  await shown(page, 'Make your first backup');
}));

test('a dropped file opens its plan; a dropped letter says what it is', () => walk({ signedIn: true }, async (page) => {
  await shown(page, 'Protected');
  await page.evaluate("window.__EMIT__('archives_dropped', { problem: { code: 'not_an_archive', message: 'letter.odt is not a backup.', hint: null, details: [] } })");
  await page.getByText('letter.odt is not a backup.').first().waitFor();
  await page.evaluate("window.__EMIT__('archives_dropped', { archives: [{ token: 't9', name: 'mine.nnbackupz', bytes: 9, format: 'nnbackupz', format_version: '6.1', created: null, encrypted: false, attachments_included: false, locked: false }] })");
  await shown(page, 'The plan');
}));
