// The first steps, finding the way, closing, signing out; by keyboard alone where it says so.

import { expect, test } from 'vitest';

import { looks } from './browser';
import { PASSWORD } from './screens';
import { calls, shown, tabTo, walk } from './walk';

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
