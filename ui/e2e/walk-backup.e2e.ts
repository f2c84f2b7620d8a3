// Making backups, and choosing how they are made; by keyboard alone where it says so.

import { expect, test } from 'vitest';

import { PASSWORD } from './screens';
import { calls, shown, tabTo, walk } from './walk';

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

test('four clicks by keyboard: an interval', () => walk({ signedIn: true }, async (page) => {
  await tabTo(page, 'combobox', 'Automatic backups');
  await page.keyboard.press('w');
  await expect.poll(() => page.getByRole('combobox', { name: 'Automatic backups', exact: true }).inputValue()).toBe('weekly');
  expect(await calls(page)).toContain('set_interval');
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

test('the format of backups, by keyboard', () => walk({ signedIn: true }, async (page) => {
  await page.getByText('whoever steals a file can try a password of your account every 0.02 seconds').waitFor();
  await tabTo(page, 'combobox', 'Backup format');
  await page.keyboard.press('b');
  await page.getByText('each try at the password takes half a second').waitFor();
  await expect.poll(() => page.getByRole('combobox', { name: 'Backup format' }).inputValue()).toBe('backstop');
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
