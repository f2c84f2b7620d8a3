// What runs by itself: when, what is kept, a pause, a proof; by keyboard alone where it says so.

import { expect, test } from 'vitest';

import { PASSWORD } from './screens';
import { calls, shown, tabTo, walk } from './walk';

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

test.each([
  { missing: 'tray', desktop: { tray: false, keychain: 'available' }, says: 'This desktop shows none. Backstop runs all the same: start it again to bring the window back.' },
  { missing: 'keychain', desktop: { tray: true, keychain: 'absent' }, says: 'This desktop has no keychain. Sign in once after each start of Backstop, and backups go on.' },
])('a desktop without a $missing is said, with what to do, and backups are made', ({ desktop, says }) => walk({ signedIn: true, desktop: { notices: true, autostart: false, ...desktop } }, async (page) => {
  await tabTo(page, 'link', 'Notifications');
  await page.keyboard.press('Enter');
  await shown(page, 'This desktop');
  await page.getByText(says).waitFor();
  expect(await page.getByText('Not here').count()).toBe(1);
  await tabTo(page, 'link', 'Backup & export');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Create backup');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await shown(page, 'Backup finished');
}));
