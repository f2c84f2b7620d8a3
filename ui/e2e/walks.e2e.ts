// The ways through the window that people take most, by keyboard alone where it says so.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Bench, looks, type Sheet } from './browser';
import { PASSWORD } from './screens';

let bench: Bench;
beforeAll(async () => { bench = await Bench.start(); });
afterAll(() => bench.stop());

async function walk(world: object, way: (page: Page, sheet: Sheet) => Promise<void>) {
  const sheet = await bench.open(world);
  try {
    await way(sheet.page, sheet);
    expect(sheet.problems).toEqual([]);
  } finally {
    await sheet.close();
  }
}

type Role = Parameters<Page['getByRole']>[0];

/** Presses Tab until the focus is on what has this role and name. */
async function tabTo(page: Page, role: Role, name: string | RegExp) {
  const wanted = page.getByRole(role, { name, exact: typeof name === 'string' });
  await wanted.waitFor();
  for (let press = 0; press < 60; press += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach the ${role} ${String(name)}`);
}

const shown = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, exact: typeof name === 'string' }).waitFor();
const calls = (page: Page) => page.evaluate(() => (window as unknown as { __WORLD__: { calls: string[] } }).__WORLD__.calls);

test('four clicks by keyboard: create backup', () => walk({ signedIn: true }, async (page) => {
  await tabTo(page, 'button', 'Create backup');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await shown(page, 'Backup finished');
  await page.getByText('412 MB · verified').waitFor();
  await tabTo(page, 'button', 'Done');
  await page.keyboard.press('Enter');
  await shown(page, 'Protected');
}));

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

test('four clicks by keyboard: encryption moves only after the right password', () => walk({ signedIn: true }, async (page) => {
  const toggle = page.getByRole('switch', { name: 'Backup encryption' });
  await tabTo(page, 'switch', 'Backup encryption');
  await page.keyboard.press('Space');
  await shown(page, 'Turn off backup encryption?');
  await page.keyboard.type('not it');
  await page.keyboard.press('Enter');
  await page.getByText('This is not the password of this account.').waitFor();
  expect(await toggle.getAttribute('aria-checked')).toBe('true');
  await page.keyboard.press('Control+a');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('[role=switch][aria-checked=false]').waitFor();
  expect(await toggle.evaluate((element) => element === document.activeElement)).toBe(true);
  // Escape changes nothing.
  await page.keyboard.press('Space');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  expect(await toggle.getAttribute('aria-checked')).toBe('false');
}));

test('a folder of Notesnook backups: found, added, opened, merged and removed by keyboard', () => walk({ signedIn: true, lockedPlace: true, found: [
  { token: 'place-1', folder: '/home/mira/Documents/Notesnook/backups', files: 12, bytes: 412_000_000, newest: Date.now() - 86_400_000 },
] }, async (page) => {
  await shown(page, 'Protected');
  await tabTo(page, 'link', 'Places');
  await page.keyboard.press('Enter');
  await shown(page, 'Found on this computer');
  await tabTo(page, 'button', 'Add /home/mira/Documents/Notesnook/backups');
  await page.keyboard.press('Enter');
  await page.getByText('Needs its password').waitFor();
  await tabTo(page, 'button', 'Enter password of Notesnook backups');
  await page.keyboard.press('Enter');
  await shown(page, 'Password of these backups');
  await page.keyboard.type('not it');
  await page.keyboard.press('Enter');
  await page.getByText('The file is whole').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('harbour-lantern-42');
  await page.keyboard.press('Enter');
  await page.getByText('All good').waitFor();
  await page.getByText('Notesnook last wrote a backup 1 day ago.').waitFor();
  await tabTo(page, 'switch', /^Merge into the library/);
  await page.keyboard.press('Space');
  await page.locator('[role=switch][aria-checked=true]').waitFor();
  expect(await calls(page)).toContain('set_place_merge');
  await page.getByText(/^merged today/).waitFor();
  await tabTo(page, 'button', 'More for Notesnook backups');
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Remove from places' }).press('Enter');
  await shown(page, 'Remove Notesnook backups?');
  await tabTo(page, 'button', 'Remove');
  await page.keyboard.press('Enter');
  await shown(page, 'Found on this computer');
}));

test('four clicks by keyboard: an interval', () => walk({ signedIn: true }, async (page) => {
  await tabTo(page, 'combobox', 'Automatic backups');
  await page.keyboard.press('w');
  await expect.poll(() => page.getByRole('combobox', { name: 'Automatic backups', exact: true }).inputValue()).toBe('weekly');
  expect(await calls(page)).toContain('set_interval');
}));

test('what runs by itself is chosen by keyboard alone', () => walk({ signedIn: true }, async (page) => {
  const value = (name: string) => page.getByRole('combobox', { name, exact: true }).inputValue();
  await tabTo(page, 'combobox', 'Automatic backups with attachments');
  await page.keyboard.press('w');
  await expect.poll(() => value('Automatic backups with attachments')).toBe('weekly');
  await tabTo(page, 'combobox', 'Backup reminders');
  await page.keyboard.press('d');
  await expect.poll(() => value('Backup reminders')).toBe('daily');
  await tabTo(page, 'combobox', 'Keep');
  await page.keyboard.press('c');
  await shown(page, 'How many backups to keep');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('many');
  await page.keyboard.press('Enter');
  await page.getByText('From 0 to 999.').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('14');
  await page.keyboard.press('Enter');
  await shown(page, 'Keep: Custom');
  await page.keyboard.press('Escape');
  await page.getByText('14 daily, 5 weekly, 12 monthly, 3 yearly').waitFor();
  expect(await value('Keep')).toBe('custom');
}));

test('nothing is deleted before its plan was seen and agreed to, by keyboard alone', () => walk({ signedIn: true, overview: { keep_agreed: false } }, async (page) => {
  await page.getByText('Nothing is deleted before you have seen the plan.').waitFor();
  await tabTo(page, 'combobox', 'Keep');
  await page.keyboard.press('s');
  await shown(page, 'Keep: Some');
  await page.keyboard.press('Escape');
  await page.getByText('Nothing is deleted before you have seen the plan.').waitFor();
  expect(await calls(page)).not.toContain('agree_to_keep');
  await tabTo(page, 'button', 'See the plan');
  await page.keyboard.press('Enter');
  await shown(page, 'Keep: Some');
  await tabTo(page, 'button', 'Agree');
  await page.keyboard.press('Enter');
  await page.getByText('The others go by themselves.').waitFor();
  expect(await calls(page)).not.toContain('prune');
  await tabTo(page, 'button', 'See the plan');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Delete now');
  await page.keyboard.press('Enter');
  await shown(page, /^7 backups deleted/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}));

test('deleting goes on once the owner has seen why it paused, by keyboard alone', () => walk({ signedIn: true, overview: { deleting_paused: { can_accept: true, message: 'The newest backup has 37 % fewer notes than before.' } } }, async (page) => {
  await page.getByText('37 % fewer notes than before').waitFor();
  await tabTo(page, 'button', 'I have seen it');
  await page.keyboard.press('Enter');
  await page.getByText('Older backups go by themselves again.').first().waitFor();
  await page.getByText('37 % fewer notes than before').waitFor({ state: 'detached' });
}));

test('a restore is tried with what the reader remembers, by keyboard alone', () => walk({ signedIn: true, overview: { proof_due: true } }, async (page) => {
  await tabTo(page, 'button', 'Try a restore');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Try a restore' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Type the password first.').waitFor();
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('This is not its password.').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('Flour, water, salt').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('Does your password still open your backups?').waitFor({ state: 'detached' });
}));

test('copies go to a second folder until that is cleared, by keyboard alone', () => walk({ signedIn: true }, async (page) => {
  await tabTo(page, 'button', 'Select a folder for copies');
  await page.keyboard.press('Enter');
  await shown(page, 'Use this folder for copies?');
  await page.keyboard.press('Enter');
  await page.getByText('Every backup is copied here').waitFor();
  await tabTo(page, 'button', 'Clear the folder for copies');
  await page.keyboard.press('Enter');
  await page.getByText('A second folder, best on another disk').waitFor();
}));

test('a pause is made and ended by keyboard alone', () => walk({ signedIn: true }, async (page) => {
  await tabTo(page, 'link', 'Notifications');
  await page.keyboard.press('Enter');
  await shown(page, 'Notifications');
  await tabTo(page, 'button', 'Pause for a day');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing runs by itself until tomorrow').waitFor();
  await tabTo(page, 'switch', 'Finished backups');
  await page.keyboard.press('Space');
  await page.locator('[role=switch][aria-checked=true][aria-labelledby=success]').waitFor();
  await tabTo(page, 'combobox', 'On battery');
  await page.keyboard.press('ArrowDown');
  await page.getByText('Below this charge, automatic backups wait').waitFor();
  await tabTo(page, 'switch', 'Start with the system');
  await page.keyboard.press('Space');
  await page.locator('[role=switch][aria-checked=true][aria-labelledby=autostart]').waitFor();
  await tabTo(page, 'link', 'Backup & export');
  await page.keyboard.press('Enter');
  await shown(page, 'Paused');
  await tabTo(page, 'button', 'Resume');
  await page.keyboard.press('Enter');
  await shown(page, 'Protected');
}));

test('the format of backups, by keyboard', () => walk({ signedIn: true }, async (page) => {
  await page.getByText('whoever steals a file can try a password of your account every 0.02 seconds').waitFor();
  await tabTo(page, 'combobox', 'Backup format');
  await page.keyboard.press('b');
  await page.getByText('each try at the password takes half a second').waitFor();
  await expect.poll(() => page.getByRole('combobox', { name: 'Backup format' }).inputValue()).toBe('backstop');
}));

/** What the last plan was ordered with. */
const ordered = (page: Page) => page.evaluate(() => (window as unknown as { __WORLD__: { ordered: unknown } }).__WORLD__.ordered);

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

test('a plain backup asks for the password first, and only then runs', () => walk({ signedIn: true, overview: { encryption: false } }, async (page) => {
  await shown(page, 'Protected');
  await page.keyboard.press('Control+b');
  await page.keyboard.press('Enter');
  await shown(page, 'Confirm with your password');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await shown(page, 'Backup finished');
}));

test('cancelling keeps nothing and says so', () => walk({ signedIn: true, hold: 'writing' }, async (page) => {
  await shown(page, 'Protected');
  await page.keyboard.press('Control+b');
  await page.keyboard.press('Enter');
  await page.getByText('Writing 602 of 1,204').waitFor();
  await tabTo(page, 'button', 'Cancel backup');
  await page.keyboard.press('Enter');
  await page.getByText('Backup cancelled. Nothing of it was kept').first().waitFor();
  await shown(page, 'Protected');
}));

test('the first steps, by keyboard alone', () => walk({}, async (page) => {
  await tabTo(page, 'button', 'Set up backups');
  await page.keyboard.press('Enter');
  await tabTo(page, 'textbox', 'Your name');
  await page.keyboard.type('Mira');
  await tabTo(page, 'button', 'Suggest a passphrase');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Create account');
  await page.keyboard.press('Enter');
  await shown(page, 'Keep this recovery key');
  const key = await page.locator('ol[aria-label^="Recovery key"] li').evaluateAll((items) => items.map((item) => item.lastChild?.textContent ?? ''));
  await tabTo(page, 'button', 'Continue');
  await page.keyboard.press('Enter');
  await shown(page, 'Do you have it at hand?');
  for (const field of await page.getByLabel(/^Group/).all()) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
    await field.focus();
    await page.keyboard.type((key[Number(label.replace('Group ', '')) - 1] ?? '').toLowerCase());
  }
  await page.keyboard.press('Enter');
  await shown(page, 'Your notes');
  await tabTo(page, 'radio', /^Restore a backup I have/);
  await page.keyboard.press('ArrowDown');
  await tabTo(page, 'button', 'Continue');
  await page.keyboard.press('Enter');
  await shown(page, 'Where backups go');
  await tabTo(page, 'button', 'Continue');
  await page.keyboard.press('Enter');
  await shown(page, 'Make your first backup');
  await tabTo(page, 'button', 'Create backup');
  await page.keyboard.press('Enter');
  await shown(page, 'Backup finished');
  await tabTo(page, 'button', 'Go to Backup & export');
  await page.keyboard.press('Enter');
  await shown(page, 'Protected');
}));

test('a file is read without an account, by keyboard alone', () => walk({}, async (page) => {
  await tabTo(page, 'button', 'Open a backup I have');
  await page.keyboard.press('Enter');
  await shown(page, 'Unlock this backup');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await shown(page, 'notesnook-backup-2026-11-20.nnbackupz');
  await tabTo(page, 'option', /^Sourdough, the slow way Today/);
  await page.keyboard.press('Enter');
  await page.getByText('strong white flour').waitFor();
  const drawn = page.getByRole('img', { name: 'loaf.jpg' });
  await expect.poll(() => drawn.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await tabTo(page, 'button', 'Save loaf.jpg as a file');
  await page.keyboard.press('Enter');
  await page.getByText('Saved loaf.jpg.').first().waitFor();
  await tabTo(page, 'searchbox', 'Search notes');
  await page.keyboard.type('nothing');
  await page.getByText('No note has these words').waitFor();
  await tabTo(page, 'button', 'Check');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await shown(page, 'This backup is whole');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Back');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Set up backups');
}));

test('a picture that is not in the backup leaves its name', () => walk({ signedIn: true, noPictures: true }, async (page, sheet) => {
  await page.evaluate(() => { location.hash = '#/browse'; });
  await tabTo(page, 'option', /^Sourdough, the slow way Today/);
  await page.keyboard.press('Enter');
  await page.locator('.attachment', { hasText: 'loaf.jpg' }).waitFor();
  expect(await page.getByRole('img', { name: 'loaf.jpg' }).count()).toBe(0);
  // Chromium says of each picture that it did not come.
  sheet.problems.length = 0;
}));

test('a damaged backup is checked from the list, and what is whole is looked at', () => walk({ signedIn: true }, async (page) => {
  await page.evaluate(() => { location.hash = '#/restore'; });
  await page.getByRole('button', { name: /^More for the backup of/i }).nth(2).waitFor();
  const name = await page.getByRole('button', { name: /^More for the backup of/i }).nth(2).getAttribute('aria-label');
  await tabTo(page, 'button', name ?? '');
  await page.keyboard.press('Enter');
  await page.keyboard.press('c');
  await page.keyboard.press('Enter');
  await shown(page, 'Part of this backup is damaged');
  await page.getByText('99 % of the notes can be recovered.').waitFor();
  await tabTo(page, 'button', 'Look at what is whole');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Restore into my library');
  await page.keyboard.press('Enter');
  await shown(page, 'The plan');
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

test('skip link, search, drawer and shortcuts', () => walk({ signedIn: true }, async (page, sheet) => {
  await shown(page, 'Protected');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  await page.keyboard.press('/');
  await page.keyboard.type('encryp');
  await tabTo(page, 'button', 'Backup encryption');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByRole('switch').evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Control+f');
  await page.keyboard.type('sourdough');
  await page.keyboard.press('Enter');
  await shown(page, 'Browse');
  expect(await page.getByRole('searchbox', { name: 'Search notes' }).inputValue()).toBe('sourdough');
  await page.keyboard.press('Control+,');
  await shown(page, 'Backup & export');
  const narrow = looks.find(({ name }) => name === '320');
  if (narrow) await sheet.look(narrow);
  await tabTo(page, 'button', 'Open menu');
  await page.keyboard.press('Enter');
  await tabTo(page, 'link', 'About');
  await sheet.picture('drawer-320');
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Open menu');
}));

test('the tree and the list of notes by keyboard', () => walk({ signedIn: true }, async (page) => {
  await page.evaluate(() => { location.hash = '#/browse'; });
  await tabTo(page, 'treeitem', 'All notes');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Bread');
  await page.keyboard.press('Enter');
  await page.locator('[role=treeitem][aria-selected=true]', { hasText: 'Bread' }).waitFor();
  await page.keyboard.press('ArrowLeft');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Kitchen');
  await tabTo(page, 'option', /^Sourdough/);
  await page.keyboard.press('ArrowDown');
  await page.getByRole('heading', { name: 'Starter feeding log' }).waitFor();
}));

test('closing the window asks, and remembers', () => walk({ signedIn: true }, async (page) => {
  await shown(page, 'Protected');
  await page.evaluate("window.__EMIT__('close_requested', { tray: false })");
  await shown(page, 'Keep Backstop running?');
  await tabTo(page, 'button', 'Keep running');
  await page.keyboard.press('Enter');
  await expect.poll(() => calls(page)).toContain('close_window');
  expect(await page.getByRole('dialog').count()).toBe(0);
}));

test('signing out and in again', () => walk({ signedIn: true }, async (page) => {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).last().click();
  await page.evaluate(() => { location.hash = '#/profile'; });
  await press('Sign out');
  await shown(page, 'Sign out of Mira Lindqvist?');
  await press('Sign out');
  await shown(page, 'Sign in');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await shown(page, 'Protected');
}));

test('the history by keyboard: choose, pin, delete the last one only after saying so', () => walk({ signedIn: true, last: true }, async (page) => {
  await tabTo(page, 'link', 'History');
  await page.keyboard.press('Enter');
  await shown(page, 'History');
  await page.getByText('Cut off').waitFor();
  const rows = page.locator('main li');
  expect(await rows.count()).toBe(50);
  await tabTo(page, 'combobox', 'Outcome');
  await page.keyboard.press('f');
  await expect.poll(() => rows.count()).toBe(2);
  await page.getByText('The drive “Elements” is full').waitFor();
  await page.getByRole('combobox', { name: 'Outcome' }).selectOption('all');
  await page.getByText('50 of 69 runs').waitFor();
  await page.getByRole('button', { name: 'Show 19 more' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => rows.count()).toBe(69);
  const menu = page.getByRole('button', { name: /^More for Backup of today/ });
  await menu.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('p');
  await page.keyboard.press('Enter');
  await page.getByText('Pinned', { exact: true }).first().waitFor();
  await menu.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await shown(page, /^Delete the backup of today/);
  const go = page.getByRole('button', { name: 'Delete', exact: true });
  expect(await go.isDisabled()).toBe(true);
  await tabTo(page, 'checkbox', 'Delete my last verified backup');
  await page.keyboard.press('Space');
  await tabTo(page, 'button', 'Delete');
  await page.keyboard.press('Enter');
  await page.getByText('is in the trash').first().waitFor();
  await expect.poll(() => menu.count()).toBe(1);
}));
