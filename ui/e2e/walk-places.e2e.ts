// The page of places; by keyboard alone where it says so.

import { expect, test } from 'vitest';

import { calls, shown, tabTo, walk } from './walk';

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
