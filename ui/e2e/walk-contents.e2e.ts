// Looking into backups: lists, trees, notes, checks; by keyboard alone where it says so.

import { expect, test } from 'vitest';

import { PASSWORD } from './screens';
import { shown, tabTo, walk } from './walk';

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
