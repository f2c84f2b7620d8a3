// A way through the window: a fresh world, and a keyboard. Whoever imports this gets one browser for its tests.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';

import { Bench, type Sheet } from './browser';

let bench: Bench;
beforeAll(async () => { bench = await Bench.start(); });
afterAll(() => bench.stop());

export async function walk(world: object, way: (page: Page, sheet: Sheet) => Promise<void>) {
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
export async function tabTo(page: Page, role: Role, name: string | RegExp) {
  const wanted = page.getByRole(role, { name, exact: typeof name === 'string' });
  await wanted.waitFor();
  for (let press = 0; press < 60; press += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach the ${role} ${String(name)}`);
}

export const shown = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, exact: typeof name === 'string' }).waitFor();
export const calls = (page: Page) => page.evaluate(() => (window as unknown as { __WORLD__: { calls: string[] } }).__WORLD__.calls);
