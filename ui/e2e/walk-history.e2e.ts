// The page of the history; by keyboard alone where it says so.

import { expect, test } from 'vitest';

import { calls, shown, tabTo, walk } from './walk';

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

test('the details of a run and the report are what the engine says, by keyboard', () => walk({ signedIn: true, many: 0 }, async (page) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await tabTo(page, 'link', 'History');
  await page.keyboard.press('Enter');
  await page.getByText('Cut off').waitFor();
  const menu = page.getByRole('button', { name: /^More for Backup/ }).last();
  await menu.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.getByText('Details copied.').first().waitFor();
  expect(await copied()).toMatch(/^Backstop: 0\.1\.0\nrun: 20261122-/);
  await tabTo(page, 'button', 'Copy details for a report');
  await page.keyboard.press('Enter');
  await expect.poll(copied).toBe('Backstop report\n');
  await tabTo(page, 'button', 'Save report');
  await page.keyboard.press('Enter');
  await page.getByText('The report was saved.').first().waitFor();
  expect(await calls(page)).toContain('save_report');
}));

test('a copy, a backup that has one, and one of a newer format are told apart in the list', () => walk({ signedIn: true, marked: true }, async (page) => {
  await tabTo(page, 'link', 'History');
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: 'Backups', exact: true }).check();
  const rows = page.locator('main li');
  await expect.poll(() => rows.count()).toBe(4);
  await rows.filter({ hasText: 'copied to the second folder' }).waitFor();
  await rows.filter({ has: page.getByText('Copy', { exact: true }) }).waitFor();
  const newer = rows.filter({ hasText: 'Newer format' });
  await newer.getByText('It is not damaged').waitFor();
  expect(await newer.getByText('Not checked').count()).toBe(0);
}));
