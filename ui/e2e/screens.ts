// Every screen and how to get there, by roles and names alone.

import type { Page } from 'playwright-core';

export interface Screen { name: string; world: object; go: (page: Page) => Promise<void> }

export const PASSWORD = 'nine violins drift past copper plums';
const home = { signedIn: true };
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' }).click();
const link = (page: Page, name: string) => page.evaluate((to) => { location.hash = `#/${to}`; }, name);
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, exact: typeof name === 'string' }).waitFor();
const stay = async () => undefined;

async function protect(page: Page) {
  await press(page, 'Set up backups');
  await heading(page, 'Protect your backups');
}
async function key(page: Page) {
  await protect(page);
  await page.getByLabel('Your name').fill('Mira Lindqvist');
  await press(page, 'Suggest a passphrase');
  await press(page, 'Create account');
  await heading(page, 'Keep this recovery key');
}
async function yourNotes(page: Page) {
  await key(page);
  await press(page, 'Remind me later');
  await heading(page, 'Your notes');
}
async function where(page: Page) {
  await yourNotes(page);
  await page.getByRole('radio', { name: /Start with sample notes/ }).check();
  await press(page, 'Continue');
  await page.getByText('free', { exact: false }).first().waitFor();
}
async function unlock(page: Page) {
  await link(page, 'restore');
  await press(page, 'Restore from files');
  await heading(page, 'Unlock this backup');
}
async function plan(page: Page) {
  await unlock(page);
  await page.getByLabel('Password', { exact: true }).last().fill(PASSWORD);
  await press(page, 'Unlock');
  await page.getByText('Only here').waitFor();
}
/** The plan of files that need no password. */
async function opened(page: Page) {
  await link(page, 'restore');
  await press(page, 'Restore from files');
  await heading(page, 'The plan');
  await page.getByText('Only here').waitFor();
}
async function mode(page: Page, name: RegExp) {
  await opened(page);
  await page.getByRole('radio', { name }).check();
}
async function contents(page: Page) {
  await opened(page);
  await press(page, 'Look inside');
  await page.getByRole('option').first().waitFor();
  await page.getByRole('option').first().locator('.tick').waitFor();
}
/** The menu of a backup in the list. */
async function known(page: Page, at: number) {
  await link(page, 'restore');
  await page.getByRole('button', { name: /^More for the backup of/i }).nth(at).click();
}
async function backup(page: Page) {
  await press(page, 'Create backup');
  await page.getByRole('menuitem').first().click();
}
const dropped = { can_accept: true, message: 'The newest backup without attachments has 37 % fewer notes than before (760 notes, it was 1204), so no older one is deleted until you have looked.' };
const status = (state: object, over: object = {}) => ({ signedIn: true, overview: { status: { protection: state, last_verified: 1_790_000_000_000, last_verified_full: null, next: null, next_full: null, overdue_days: null, overdue_full_days: null, waiting: null, missing: null, copies: null, ...over } } });
const problem = { code: 'no_space', message: 'The drive “Elements” is full: 412 MB needed, 96 MB free.', hint: 'Your earlier backups are verified and safe. Free up space, or choose another folder.', details: ['os error 28'] };

const found = [
  { token: 'place-1', folder: '/home/mira/Documents/Notesnook/backups', files: 12, bytes: 412_000_000, newest: Date.now() - 86_400_000 },
  { token: 'place-2', folder: '/home/mira/Downloads', files: 1, bytes: 9_412_000, newest: Date.now() - 90 * 86_400_000 },
];

export const screens: Screen[] = [
  { name: 'welcome', world: {}, go: stay },
  { name: 'contents', world: { locked: false }, go: async (page) => { await press(page, 'Open a backup I have'); await page.getByRole('option').first().click(); await page.getByText('strong white flour').waitFor(); } },
  { name: 'contents-odd', world: { signedIn: true, bare: true, odd: [{ code: 'chunk_missing', message: 'Part 3 of the backup is missing.', item: null }] }, go: async (page) => { await known(page, 0); await page.getByRole('menuitem', { name: 'Look inside' }).click(); await page.getByText('One thing to know').click(); await page.getByRole('option').first().click(); await page.getByText('not in this backup').waitFor(); } },
  { name: 'contents-reading', world: { locked: false, hold: 'reading' }, go: async (page) => { await press(page, 'Open a backup I have'); await page.getByText('Nothing is changed by looking').waitFor(); } },
  { name: 'protect', world: {}, go: protect },
  { name: 'protect-weak', world: {}, go: async (page) => { await protect(page); await page.getByLabel('Password', { exact: true }).fill('summer26'); await page.getByText('Not strong enough yet').waitFor(); await page.getByLabel('Password again').fill('winter'); await press(page, 'Create account'); } },
  { name: 'protect-strong', world: {}, go: async (page) => { await protect(page); await press(page, 'Suggest a passphrase'); await page.getByText('Strong enough.').waitFor(); } },
  { name: 'recovery-key', world: {}, go: key },
  { name: 'recovery-key-check', world: {}, go: async (page) => { await key(page); await press(page, 'Continue'); await page.getByLabel(/^Group/).first().fill('XXXX'); await press(page, 'Continue'); await page.getByText('At least one group').waitFor(); } },
  { name: 'your-notes', world: {}, go: yourNotes },
  { name: 'your-notes-found', world: { found }, go: async (page) => { await yourNotes(page); await press(page, 'Add /home/mira/Documents/Notesnook/backups'); await page.getByText('It is one of your places now.').waitFor(); } },
  { name: 'where', world: {}, go: where },
  { name: 'first-backup', world: {}, go: async (page) => { await where(page); await press(page, 'Continue'); await heading(page, 'Make your first backup'); } },
  { name: 'sign-in', world: { accounts: [{ id: 'a1', name: 'Mira Lindqvist' }, { id: 'a2', name: 'Field journal' }] }, go: async (page) => { await page.getByLabel('Password', { exact: true }).fill('no'); await press(page, 'Sign in'); await page.getByText('not the password').first().waitFor(); } },
  { name: 'sign-in-key', world: { accounts: [{ id: 'a1', name: 'Mira Lindqvist' }] }, go: async (page) => { await press(page, 'Use the recovery key'); await heading(page, 'Set a new password'); } },
  { name: 'backup-export', world: home, go: (page) => heading(page, 'Protected') },
  { name: 'backup-menu', world: home, go: (page) => press(page, 'Create backup') },
  { name: 'backup-unconfirmed', world: { signedIn: true, overview: { recovery_key_unconfirmed: true, encryption: false, folder_warnings: ['This folder is on the same drive as your notes.'] } }, go: (page) => heading(page, 'Protected') },
  { name: 'status-overdue', world: status({ state: 'overdue', days: 3 }), go: (page) => heading(page, 'Overdue by 3 days') },
  { name: 'status-failed', world: status({ state: 'failed', reason: 'The drive “Elements” is not there.', code: 'disk_gone' }), go: (page) => heading(page, 'Failed') },
  { name: 'status-never', world: status({ state: 'never' }, { last_verified: null }), go: (page) => heading(page, 'Not backed up yet') },
  { name: 'status-paused', world: { signedIn: true, overview: { paused_until: Date.now() + 20 * 3_600_000 } }, go: (page) => heading(page, 'Paused') },
  { name: 'status-full', world: status({ state: 'failed', reason: 'The drive is full: 412 MB needed, 96 MB free.', code: 'no_space' }), go: (page) => heading(page, 'Failed') },
  { name: 'status-due', world: status({ state: 'due' }), go: (page) => heading(page, 'Due') },
  { name: 'backup-problem', world: { signedIn: true, backupProblem: problem }, go: async (page) => { await backup(page); await page.getByRole('button', { name: 'Copy details' }).waitFor(); } },
  { name: 'encryption-off', world: home, go: async (page) => { await page.getByRole('switch').click(); await heading(page, 'Turn off backup encryption?'); } },
  { name: 'folder', world: home, go: async (page) => { await press(page, 'Select backups directory'); await heading(page, 'Use this folder for backups?'); } },
  { name: 'folder-copies', world: home, go: async (page) => { await press(page, 'Select a folder for copies'); await heading(page, 'Use this folder for copies?'); } },
  { name: 'rows-chosen', world: { signedIn: true, overview: { keep: '14/0/6/1', interval_full: 'weekly', reminders: 'weekly', copies_folder: '/media/mira/Elements/Backstop/backups', copies_warnings: ['This folder is on a network (nfs4): backups fail while it can’t be reached.'] } }, go: async (page) => { await page.getByRole('combobox', { name: 'Keep' }).scrollIntoViewIfNeeded(); } },
  { name: 'keep-custom', world: home, go: async (page) => { await page.getByRole('combobox', { name: 'Keep' }).selectOption('custom'); await heading(page, 'How many backups to keep'); await page.getByLabel('Days').fill('x'); await press(page, 'Continue'); await page.getByText('From 0 to 999.').waitFor(); } },
  { name: 'keep-paused', world: { signedIn: true, overview: { deleting_paused: dropped } }, go: (page) => page.getByRole('button', { name: 'I have seen it' }).waitFor() },
  { name: 'proof', world: { signedIn: true, overview: { proof_due: true } }, go: async (page) => { await page.getByText('Does your password still open').waitFor(); await press(page, 'Try a restore'); await page.getByRole('dialog').waitFor(); } },
  { name: 'proof-done', world: { signedIn: true, overview: { proof_due: true } }, go: async (page) => { await press(page, 'Try a restore'); await page.getByLabel('Password', { exact: true }).last().fill(PASSWORD); await press(page, 'Open it'); await page.getByText('Flour, water').waitFor(); } },
  { name: 'keep-plan', world: home, go: async (page) => { await page.getByRole('combobox', { name: 'Keep' }).selectOption('some'); await heading(page, 'Keep: Some'); await page.getByText('Show what would go').click(); } },
  { name: 'keep-plan-paused', world: { signedIn: true, overview: { keep: '9/0/3/1', keep_agreed: true, deleting_paused: dropped } }, go: async (page) => { await page.getByRole('button', { name: 'See the plan' }).first().click(); await heading(page, 'Keep: Custom'); } },
  { name: 'keep-deleted', world: { signedIn: true, overview: { keep_agreed: false } }, go: async (page) => { await press(page, 'See the plan'); await press(page, 'Delete now'); await heading(page, /deleted/); } },
  { name: 'progress', world: { signedIn: true, hold: 'writing' }, go: async (page) => { await backup(page); await page.getByText('Writing 602 of 1,204').waitFor(); } },
  { name: 'result-backup', world: home, go: async (page) => { await backup(page); await heading(page, 'Backup finished'); } },
  { name: 'places-empty', world: home, go: async (page) => { await link(page, 'places'); await heading(page, 'Add a folder'); } },
  { name: 'places-found', world: { signedIn: true, found }, go: async (page) => { await link(page, 'places'); await heading(page, 'Found on this computer'); } },
  { name: 'places', world: { signedIn: true, found: found.slice(1), places: [
    { merge: true, merged_at: Date.now() - 3_600_000 },
    { id: 'notesnook-77aa01', title: 'Old laptop', folder: '/media/mira/Elements/Notesnook/backups', files: 31, verified: 29, damaged: 2, damaged_names: ['2026-10-30-08-00-2.nnbackupz', '2026-09-30-08-00-1-full.nnbackupz'], age_days: 23, attention: [{ kind: 'damaged', files: 2 }, { kind: 'stale', days: 23 }] },
    { id: 'notesnook-77aa02', title: 'Downloads', folder: '/home/mira/Downloads', files: 1, verified: 0, bytes: 9_412_000, password: 'needed', attention: [{ kind: 'password_needed' }] },
    { id: 'notesnook-77aa03', title: 'Stick', folder: '/media/mira/STICK', attention: [{ kind: 'gone' }] },
  ] }, go: async (page) => { await link(page, 'places'); await page.getByText('Old laptop').waitFor(); } },
  { name: 'places-password', world: { signedIn: true, places: [{ verified: 0, password: 'needed', attention: [{ kind: 'password_needed' }] }] }, go: async (page) => { await link(page, 'places'); await page.getByRole('button', { name: 'Enter password of Notesnook backups' }).click(); await page.getByRole('textbox', { name: 'Notesnook password' }).fill('no'); await press(page, 'Keep password'); await page.getByText('The file is whole').waitFor(); } },
  { name: 'places-remove', world: { signedIn: true, places: [{}] }, go: async (page) => { await link(page, 'places'); await press(page, 'More for Notesnook backups'); await page.getByRole('menuitem', { name: 'Remove from places' }).click(); await heading(page, 'Remove Notesnook backups?'); } },
  { name: 'restore-places', world: { signedIn: true, archives: [], places: [{}] }, go: async (page) => { await link(page, 'restore'); await heading(page, 'Notesnook backups'); } },
  { name: 'restore', world: home, go: async (page) => { await link(page, 'restore'); await page.getByRole('heading', { name: /Date not known/ }).waitFor(); } },
  { name: 'restore-menu', world: home, go: (page) => known(page, 1) },
  { name: 'check-running', world: { signedIn: true, hold: 'checking' }, go: async (page) => { await known(page, 0); await page.getByRole('menuitem', { name: /Check every byte/ }).click(); await heading(page, 'Checking the backup'); } },
  { name: 'check-sound', world: home, go: async (page) => { await known(page, 0); await page.getByRole('menuitem', { name: /Check every byte/ }).click(); await heading(page, 'This backup is whole'); } },
  { name: 'check-quick', world: home, go: async (page) => { await known(page, 0); await page.getByRole('menuitem', { name: /Quick check/ }).click(); await heading(page, 'The structure is whole'); } },
  { name: 'check-damaged', world: home, go: async (page) => { await known(page, 2); await page.getByRole('menuitem', { name: /Check every byte/ }).click(); await heading(page, 'Part of this backup is damaged'); } },
  { name: 'undo-offer', world: { signedIn: true, overview: { undo: { run: 'r1', at: 1_790_000_000_000, items: {}, notes: 17, attachments: 6 } } }, go: (page) => page.getByText('It can still be undone.').waitFor() },
  { name: 'restore-empty', world: { signedIn: true, archives: [] }, go: async (page) => { await link(page, 'restore'); await page.getByText('No backups yet').waitFor(); } },
  { name: 'history', world: home, go: async (page) => { await link(page, 'history'); await page.getByText('Cut off').waitFor(); } },
  { name: 'history-table', world: home, go: async (page) => { await link(page, 'history'); await page.getByText('Show as table').click(); await page.getByRole('cell', { name: '39 % smaller' }).scrollIntoViewIfNeeded(); } },
  { name: 'history-menu', world: home, go: async (page) => { await link(page, 'history'); await press(page, /^More for Backup of today/); await page.getByRole('menuitem', { name: 'Delete', exact: true }).waitFor(); } },
  { name: 'history-backups', world: home, go: async (page) => { await link(page, 'history'); await page.getByRole('radio', { name: 'Backups', exact: true }).check(); await page.getByRole('heading', { name: /Date not known/ }).waitFor(); } },
  { name: 'history-delete', world: { signedIn: true, last: true }, go: async (page) => { await link(page, 'history'); await press(page, /^More for Backup of today/); await page.getByRole('menuitem', { name: 'Delete', exact: true }).click(); await page.getByText('your last verified backup').waitFor(); } },
  { name: 'history-none-fit', world: { signedIn: true, unreadable: 2 }, go: async (page) => { await link(page, 'history'); await page.getByRole('combobox', { name: 'Kind' }).selectOption('restores'); await page.getByRole('combobox', { name: 'Outcome' }).selectOption('bad'); await page.getByText('No run fits').waitFor(); } },
  { name: 'history-empty', world: { signedIn: true, runs: [], archives: [] }, go: async (page) => { await link(page, 'history'); await page.getByText('Nothing has run yet').waitFor(); } },
  { name: 'drop', world: home, go: async (page) => { await page.evaluate('window.__EMIT__("drag_over")'); await page.getByText('Drop the backup to open it').waitFor(); } },
  { name: 'unlock', world: home, go: unlock },
  { name: 'unlock-key', world: home, go: async (page) => { await unlock(page); await page.getByRole('radio', { name: 'Recovery key' }).check(); } },
  { name: 'unlock-wrong', world: home, go: async (page) => { await unlock(page); await page.getByLabel('Password', { exact: true }).last().fill('no'); await press(page, 'Unlock'); await page.getByText('This is not its password').waitFor(); } },
  { name: 'unlock-damaged', world: { signedIn: true, unlockProblem: { code: 'chunk_missing', message: 'A part of this backup is missing. Your password is right.', hint: 'An older backup may be whole.', details: [] } }, go: async (page) => { await unlock(page); await page.getByLabel('Password', { exact: true }).last().fill(PASSWORD); await press(page, 'Unlock'); await heading(page, 'Part of this backup is damaged'); } },
  { name: 'restore-reading', world: { signedIn: true, hold: 'reading', locked: false }, go: async (page) => { await link(page, 'restore'); await press(page, 'Restore from files'); await page.getByText('Reading the backup and').waitFor(); } },
  { name: 'restore-plan', world: { signedIn: true, planWarnings: [{ code: 'attachment_missing', message: 'An attachment is not in this backup.', item: 'loaf.jpg' }] }, go: plan },
  { name: 'restore-plan-open', world: home, go: async (page) => { await plan(page); await page.getByText('Show').first().click(); } },
  { name: 'restore-result', world: home, go: async (page) => { await plan(page); await press(page, /^Restore 10 notes/); await heading(page, 'Restore finished'); } },
  { name: 'restore-plan-exact', world: { signedIn: true, locked: false }, go: async (page) => { await mode(page, /^Exactly as/); await page.getByText('14 notes will be removed').waitFor(); } },
  { name: 'restore-plan-ask', world: { signedIn: true, locked: false }, go: async (page) => { await mode(page, /^Exactly as/); await press(page, 'Restore'); await heading(page, 'Remove 14 notes?'); } },
  { name: 'restore-plan-refused', world: { signedIn: true, locked: false, doubtful: true }, go: async (page) => { await mode(page, /^Exactly as/); await page.getByText('may not be whole').first().waitFor(); } },
  { name: 'restore-plan-damaged', world: { signedIn: true, locked: false, damaged: true }, go: async (page) => { await opened(page); await page.getByText('3 things').click(); await page.getByText('oven-door.jpg').waitFor(); } },
  { name: 'restore-result-damaged', world: { signedIn: true, locked: false, damaged: true }, go: async (page) => { await opened(page); await press(page, 'Restore 10 notes'); await heading(page, 'Restore finished, with parts missing'); } },
  { name: 'contents-damaged', world: { signedIn: true, locked: false, damaged: true }, go: contents },
  { name: 'restore-plan-several', world: { signedIn: true, locked: false, several: 3 }, go: async (page) => { await mode(page, /^Add as new/); await page.getByText('From 3 backups').waitFor(); } },
  { name: 'unlock-several', world: { signedIn: true, several: 3 }, go: async (page) => { await unlock(page); await page.getByText('Backup 1 of 3').waitFor(); } },
  { name: 'contents-ticked', world: { signedIn: true, locked: false, odd: [{ code: 'attachment_missing', message: 'An attachment is not in this backup.', item: 'loaf.jpg' }] }, go: async (page) => {
    await contents(page); await page.getByRole('option').first().locator('.tick').click(); await page.getByRole('treeitem', { name: /Work/ }).locator('.tick').click(); await page.getByText('25 notes ticked').waitFor();
    await page.getByRole('option').first().click(); await page.getByText('strong white flour').waitFor();
  } },
  { name: 'undo-plan', world: home, go: async (page) => { await plan(page); await press(page, /^Restore 10 notes/); await press(page, 'Undo'); await page.getByText('are removed').waitFor(); } },
  { name: 'browse', world: home, go: async (page) => { await link(page, 'browse'); await page.getByRole('option').first().click(); await page.getByText('strong white flour').waitFor(); } },
  { name: 'browse-locked', world: home, go: async (page) => { await link(page, 'browse'); await page.getByRole('option').nth(4).click(); await page.getByText('This note is locked').waitFor(); } },
  { name: 'profile', world: home, go: async (page) => { await link(page, 'profile'); await heading(page, 'Profile'); } },
  { name: 'sign-out', world: home, go: async (page) => { await link(page, 'profile'); await press(page, 'Sign out'); await heading(page, 'Sign out of Mira Lindqvist?'); } },
  { name: 'security', world: home, go: async (page) => { await link(page, 'security'); await heading(page, 'Security'); } },
  { name: 'security-key', world: home, go: async (page) => { await link(page, 'security'); await press(page, 'Show the recovery key'); await page.getByLabel('Account password').fill(PASSWORD); await press(page, 'Show'); await page.getByRole('list', { name: 'Recovery key, 14 groups' }).waitFor(); } },
  { name: 'change-password', world: home, go: async (page) => { await link(page, 'security'); await press(page, 'Change password'); await heading(page, 'Change your password'); } },
  { name: 'delete-account', world: home, go: async (page) => { await link(page, 'security'); await press(page, 'Delete account'); await heading(page, 'Delete the account Mira Lindqvist?'); } },
  { name: 'notifications', world: home, go: async (page) => { await link(page, 'notifications'); await heading(page, 'Notifications'); } },
  { name: 'notifications-bare', world: { signedIn: true, desktop: { tray: false, keychain: 'absent', notices: false, autostart: true } }, go: async (page) => { await link(page, 'notifications'); await page.getByRole('heading', { name: 'Tray icon' }).scrollIntoViewIfNeeded(); } },
  { name: 'appearance', world: home, go: async (page) => { await link(page, 'appearance'); await heading(page, 'Appearance'); } },
  { name: 'about', world: home, go: async (page) => { await link(page, 'about'); await heading(page, 'About'); } },
  { name: 'closing', world: home, go: async (page) => { await page.evaluate('window.__EMIT__("close_requested", { tray: true })'); await heading(page, 'Keep Backstop running?'); } },
  { name: 'engine-fails', world: { fail: { app_state: { code: 'internal', message: 'The settings cannot be read. Nothing was changed.', hint: 'Look at the file, or move it away to start anew.', details: ['line 3'] } } }, go: (page) => page.getByRole('button', { name: 'Try again' }).waitFor() },
];
