import { render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, test } from 'vitest';

import { overviewOf, problem, shell } from '../../test/shell';
import type { OpenedArchive } from '../api';
import PasswordDialog from '../components/PasswordDialog.svelte';
import { dropped } from '../drop';
import { backupFlow } from './backup.svelte';
import { contents } from './contents.svelte';
import { notices } from './notices.svelte';
import { overview } from './overview.svelte';
import { PasswordChoice } from './password.svelte';
import { restoreFlow } from './restore.svelte';
import { askPassword, guarded, guardedJob, secret } from './secret.svelte';

const words = { title: 'Confirm', confirm: 'Go on', doing: 'Checking' };
const archive = (locked: boolean): OpenedArchive => ({
  token: 't', name: 'mine.nnbackupz', bytes: 9, format: 'nnbackupz', format_version: '6.1', created: null, encrypted: true, attachments_included: false, locked,
});

async function type(text: string) {
  await tick();
  const field = screen.getByLabelText<HTMLInputElement>('Account password');
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await tick();
  field.form?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
}

describe('asking for the password', () => {
  test('not at all when it is not needed', async () => {
    expect(await guarded(words, (password) => Promise.resolve(password))).toBeNull();
  });

  test('a wrong one keeps the dialog, a right one closes it', async () => {
    render(PasswordDialog);
    const asked = guarded(words, (password) => {
      if (password === null) return Promise.reject(problem('secret_required'));
      return password === 'right' ? Promise.resolve('done') : Promise.reject(problem('wrong_secret'));
    });
    await expect.poll(() => screen.queryByRole('heading', { name: 'Confirm' })).not.toBeNull();
    await type('wrong');
    await screen.findByText('This is not the password of this account.');
    await type('right');
    expect(await asked).toBe('done');
    expect(secret.request).toBeNull();
  });

  test('any other problem closes the dialog and is thrown', async () => {
    render(PasswordDialog);
    const asked = askPassword(words, () => Promise.reject(problem('disk_gone')));
    const caught = asked.catch((thrown: unknown) => thrown);
    await type('right');
    expect(await caught).toMatchObject({ code: 'disk_gone' });
  });

  test('changing one\'s mind is no problem', async () => {
    const asked = askPassword(words, () => Promise.resolve('done'));
    secret.request?.finish(null);
    expect(await asked).toBeUndefined();
  });

  test('a long job starts only after the password was checked', async () => {
    render(PasswordDialog);
    const ran: (string | null)[] = [];
    shell({ check_password: ({ password }) => password === 'right' });
    const asked = guardedJob(words, (password) => {
      ran.push(password);
      return password === null ? Promise.reject(problem('secret_required')) : Promise.resolve('made');
    });
    await expect.poll(() => secret.request).not.toBeNull();
    await type('wrong');
    await screen.findByText('This is not the password of this account.');
    expect(ran).toEqual([null]);
    await type('right');
    expect(await asked).toBe('made');
    expect(ran).toEqual([null, 'right']);
  });
});

describe('create backup', () => {
  const result = { run: 'r', outcome: 'completed', name: 'b', path: '/b', bytes: 1, notes: 1, attachments: 0, verified: true, encrypted: true, since: null, warnings: [] };
  beforeEach(() => { backupFlow.dismiss(); notices.toast = null; });

  test('shows its result and asks for the overview again', async () => {
    const calls = shell({ create_backup: () => result, overview: () => overviewOf() });
    await backupFlow.create(true);
    expect(backupFlow.result).toMatchObject({ name: 'b' });
    expect(calls.map(({ command }) => command)).toEqual(['create_backup', 'overview']);
    expect(calls[0]?.args).toMatchObject({ attachments: true, password: null });
  });

  test.each([
    ['as an outcome', () => ({ ...result, outcome: 'cancelled', verified: false })],
    ['as a code', () => { throw problem('cancelled'); }],
  ])('a cancel %s is no failure', async (_, create) => {
    shell({ create_backup: create, overview: () => overviewOf() });
    await backupFlow.create(false);
    expect(backupFlow.result).toBeNull();
    expect(backupFlow.problem).toBeNull();
    expect(notices.toast).toContain('cancelled');
  });

  test('a failure stays until it is dealt with, and is never a toast', async () => {
    shell({ create_backup: () => { throw problem('no_space', 'The drive is full.'); }, overview: () => overviewOf() });
    await backupFlow.create(false);
    expect(backupFlow.problem).toMatchObject({ code: 'no_space' });
    expect(notices.toast).toBeNull();
  });
});

describe('looking into a backup', () => {
  const card = { notes: 17, notebooks: 3, attachments: 6, warnings: [], damaged: false, recovery: null };
  const list = { total: 0, notes: [] };

  test('its notes are asked for by its token, never those of the library', async () => {
    const calls = shell({ look_into: () => card, notebooks: () => [], notes: () => list, note_places: () => [] });
    await contents.open(archive(false));
    expect(contents.card).toEqual(card);
    const asked = calls.filter(({ command }) => ['notebooks', 'notes', 'note_places'].includes(command));
    expect(asked.map(({ args }) => args['archive'])).toEqual(['t', 't', 't']);
    contents.close();
    expect(contents.notes).toBeNull();
  });

  test('a cancel leaves, damage stays to be read', async () => {
    shell({ look_into: () => { throw problem('cancelled'); } });
    await contents.open(archive(false));
    expect(contents.archive).toBeNull();
    shell({ look_into: () => { throw problem('archive_cut', 'It is cut.'); } });
    await contents.open(archive(false));
    expect(contents.problem).toMatchObject({ code: 'archive_cut' });
    contents.close();
  });

  test('a file dropped while nobody is signed in is shown at once', async () => {
    shell({ look_into: () => card, notebooks: () => [], notes: () => list, note_places: () => [] });
    dropped({ archives: [archive(false)] });
    await expect.poll(() => contents.card).not.toBeNull();
    contents.close();
    dropped({ archives: [archive(false), archive(false)] });
    expect(contents.archive).toBeNull();
    expect(restoreFlow.problem?.message).toContain('one backup is opened at a time');
    dropped({ problem: problem('not_an_archive', 'letter.odt is not a backup.') });
    expect(restoreFlow.problem).toMatchObject({ code: 'not_an_archive' });
    restoreFlow.close();
  });
});

describe('the overview', () => {
  test('a change of state is said once, a failure at once', () => {
    overview.clear();
    overview.take(overviewOf());
    notices.polite = notices.assertive = '';
    overview.take(overviewOf());
    expect(notices.polite).toBe('');
    overview.take(overviewOf({ status: { protection: { state: 'failed', reason: 'x', code: 'disk_gone', with_attachments: true }, last_verified: null, last_verified_full: null, next: null, next_full: null, overdue_days: null, overdue_full_days: null, waiting: null, missing: null, copies: null } }));
    expect(notices.assertive).toBe('Failed');
  });

  test('what the engine refuses is shown and nothing moves', async () => {
    overview.take(overviewOf());
    shell({ set_interval: () => { throw problem('busy', 'A job is running.'); } });
    await overview.setInterval('weekly');
    expect(overview.data?.interval).toBe('daily');
    expect(overview.problem).toMatchObject({ code: 'busy' });
  });
});

describe('choosing a password', () => {
  const weak = { score: 2, needed: 4, crack_time: '3 hours', warning: null, suggestions: [] };

  test('weak needs insisting, different is refused', async () => {
    shell({ password_strength: () => weak });
    const choice = new PasswordChoice();
    choice.password = 'summer';
    choice.again = 'winter';
    await choice.measure('summer');
    expect(choice.accept()).toBe(false);
    choice.again = 'summer';
    expect(choice.accept()).toBe(false);
    choice.insist = true;
    expect(choice.accept()).toBe(true);
  });

  test('nothing is complained about before the button, but for a plain mismatch', () => {
    const choice = new PasswordChoice();
    choice.password = 'summer';
    choice.again = 'sum';
    expect([choice.passwordError, choice.againError]).toEqual([null, null]);
    choice.again = 'sux';
    expect(choice.againError).not.toBeNull();
  });

  test('an old answer does not overtake a new one', async () => {
    const answers: ((strength: unknown) => void)[] = [];
    shell({ password_strength: () => new Promise((resolve) => answers.push(resolve)) });
    const choice = new PasswordChoice();
    const first = choice.measure('a');
    const second = choice.measure('ab');
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.({ ...weak, score: 4 });
    await second;
    answers[0]?.(weak);
    await first;
    expect(choice.strength?.score).toBe(4);
  });
});
