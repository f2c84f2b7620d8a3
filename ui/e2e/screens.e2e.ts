// Every screen in light and dark, narrow, and with text at 200 %: axe is content, nothing sticks out, no complaint.

import { afterAll, beforeAll, expect, test } from 'vitest';

import { Bench, looks } from './browser';
import { screens } from './screens';

let bench: Bench;
beforeAll(async () => { bench = await Bench.start(); });
afterAll(() => bench.stop());

const only = process.env['SCREENS']?.split(',');

test.each(screens.filter(({ name }) => !only || only.includes(name)))('$name', async ({ name, world, go }) => {
  const sheet = await bench.open(world);
  const found: string[] = [];
  try {
    await go(sheet.page);
    for (const look of looks) {
      await sheet.look(look);
      await sheet.picture(`${name}-${look.name}`);
      const wrong = [...(await sheet.tooWide()), ...(await sheet.axe())];
      found.push(...wrong.map((line) => `${look.name}: ${line}`));
    }
    expect([...found, ...sheet.problems]).toEqual([]);
  } catch (error) {
    await sheet.picture(`${name}-failed`);
    throw error;
  } finally {
    await sheet.close();
  }
});
