// A notice that was pressed leads the window to the place where its one action is done.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Bench } from './browser';

let bench: Bench;
beforeAll(async () => { bench = await Bench.start(); });
afterAll(() => bench.stop());

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
const focusOn = async (page: Page, name: string) => {
  const wanted = page.getByRole('button', { name, exact: true });
  await expect.poll(() => wanted.evaluate((element) => element === document.activeElement)).toBe(true);
};

const ways: [string, (page: Page) => Promise<void>][] = [
  ['open', (page) => heading(page, 'Protected')],
  ['choose_folder', (page) => focusOn(page, 'Select backups directory')],
  ['choose_copies', (page) => focusOn(page, 'Select a folder for copies')],
  ['see_plan', (page) => heading(page, 'Keep: Many')],
  ['try_restore', (page) => heading(page, 'Try a restore')],
  ['show_history', (page) => heading(page, 'History')],
  ['show_places', (page) => heading(page, 'Places')],
];

test.each(ways)('a window that is opened for it: %s', async (lead, arrived) => {
  const sheet = await bench.open({ signedIn: true, lead });
  try {
    await arrived(sheet.page);
    expect(sheet.problems).toEqual([]);
  } finally {
    await sheet.close();
  }
});

test('a window that is open comes from where it is, once', async () => {
  const sheet = await bench.open({ signedIn: true });
  const { page } = sheet;
  try {
    await heading(page, 'Protected');
    await page.evaluate('window.__FAKE__.lead = "show_history"; window.__EMIT__("lead")');
    await heading(page, 'History');
    await page.getByRole('link', { name: 'About', exact: true }).click();
    await heading(page, 'About');
    await page.evaluate('window.__EMIT__("lead")');
    await page.evaluate('new Promise((done) => setTimeout(done, 100))');
    await heading(page, 'About');
    expect(sheet.problems).toEqual([]);
  } finally {
    await sheet.close();
  }
});
