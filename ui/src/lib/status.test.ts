import { describe, expect, test } from 'vitest';

import { overviewOf } from '../test/shell';
import type { Overview, Protection } from './api';
import { face, fixes, stateIcon, stateTone, stateWord, statusLines } from './status';

const said = (overview: Overview, at: number) => statusLines(overview, at).join(' ');
const now = new Date(2026, 10, 22, 12, 0).getTime();
const hour = 3_600_000;
const states: Protection[] = [
  { state: 'protected' }, { state: 'due' }, { state: 'overdue', days: 3 }, { state: 'failed', reason: 'The drive is full.', code: 'no_space', with_attachments: false }, { state: 'away' }, { state: 'never' }, { state: 'running' },
];
type Facts = Partial<Overview['status']> & { last?: number | null; full?: number | null; notes?: number; attachments?: number; interval?: 'never' | 'daily'; interval_full?: 'never' | 'monthly' };
const none = { next_full: null, overdue_days: null, overdue_full_days: null, waiting: null, missing: null, copies: null };
const sentence = (protection: Protection, over: Facts = {}) =>
  said(overviewOf({
    status: { ...none, protection, last_verified: over.last ?? null, last_verified_full: over.full ?? null, next: over.next ?? null, next_full: over.next_full ?? null, overdue_days: over.overdue_days ?? null, overdue_full_days: over.overdue_full_days ?? null, waiting: over.waiting ?? null, missing: over.missing ?? null, copies: over.copies ?? null },
    notes: over.notes ?? 3, attachments: over.attachments ?? 0, interval: over.interval ?? 'daily', interval_full: over.interval_full ?? 'monthly',
  }), now);

describe('the status card', () => {
  test('every state has its own word, icon and a sentence', () => {
    expect(new Set(states.map(stateWord)).size).toBe(states.length);
    expect(new Set(states.map(stateIcon)).size).toBe(states.length);
    for (const state of states) expect(sentence(state)).toMatch(/^[A-Z].*\.$/);
  });

  test('says both dates and the next', () => {
    expect(sentence({ state: 'protected' }, { last: now - 4 * hour, full: now - 480 * hour, next: now + 20 * hour })).toMatch(
      /^Last backup: today .*, verified; with attachments: 2 November\. Next: tomorrow .*\.$/,
    );
  });

  test('misses a backup with attachments only where there are attachments', () => {
    expect(sentence({ state: 'protected' }, { last: now, attachments: 2 })).toContain('None with attachments yet.');
    expect(sentence({ state: 'protected' }, { last: now, attachments: 0 })).not.toContain('attachments');
  });

  test('a failure says why and what is still safe', () => {
    const said = sentence({ state: 'failed', reason: 'The drive is full.', code: 'no_space', with_attachments: false }, { last: now - hour });
    expect(said).toContain('The drive is full.');
    expect(said).toContain('Last backup: today');
  });

  test('where there was a backup, its state is not that there never was one', () => {
    const missing = { name: 'a.nnbackupz', folder: '/a', verified: now, attachments_included: false, away: false };
    const card = (lost: typeof missing | null) => overviewOf({ status: { protection: { state: 'never' }, last_verified: null, last_verified_full: null, next: null, ...none, missing: lost } });
    expect([face(card(null)).word, face(card(missing)).word]).toEqual(['Not backed up yet', 'No backup left']);
  });

  test('never, with and without notes', () => {
    expect(sentence({ state: 'never' })).toBe('No backup has been made yet.');
    expect(sentence({ state: 'never' }, { notes: 0 })).toContain('Restore a backup you have');
  });

  test('overdue counts days', () => {
    expect(stateWord({ state: 'overdue', days: 1 })).toBe('Overdue by 1 day');
    expect(stateWord({ state: 'overdue', days: 3 })).toBe('Overdue by 3 days');
    expect(stateTone({ state: 'overdue', days: 3 })).toBe('warn');
  });

  test('a pause is the word of the card while nothing worse is', () => {
    const paused = (protection: Protection) => overviewOf({ status: { protection, last_verified: now, last_verified_full: null, next: now, ...none }, paused_until: now + 20 * hour });
    for (const protection of states) {
      const calm = protection.state === 'protected' || protection.state === 'due';
      expect(face(paused(protection)).word).toBe(calm ? 'Paused' : stateWord(protection));
      if (protection.state !== 'running') expect(said(paused(protection), now)).toMatch(/Paused until tomorrow 08:00\.$/);
    }
  });

  test.each([['disk_gone', 'again'], ['no_space', 'open'], ['read_only', 'select'], ['busy', 'again'], ['internal', 'again'], ['not_logged_in', 'again']] as const)('what %s asks for first', (code, fix) => {
    expect(fixes(code)[0]).toBe(fix);
    expect(fixes(code).length).toBeLessThanOrEqual(2);
  });

  test('of what comes next both kinds are said', () => {
    expect(sentence({ state: 'protected' }, { last: now, next: now + 20 * hour, next_full: now + 240 * hour })).toMatch(/Next: tomorrow 08:00; with attachments: 2 December\.$/);
    expect(sentence({ state: 'protected' }, { last: now, next: now + 20 * hour, next_full: now + 20 * hour })).toMatch(/Next: tomorrow 08:00\.$/);
  });

  test('overdue says which of the two kinds', () => {
    const late = (notes: number | null, full: number | null, interval_full: 'never' | 'monthly' = 'monthly') =>
      sentence({ state: 'overdue', days: 9 }, { last: now - 240 * hour, overdue_days: notes, overdue_full_days: full, interval_full });
    expect(late(9, null)).toContain('without attachments is overdue');
    expect(late(null, 9)).toContain('with attachments is overdue');
    expect(late(1, 9)).toContain('Without attachments by 1 day, with attachments by 9 days.');
    expect(late(9, null, 'never')).toMatch(/^Last backup/);
  });

  test('what is waited for is said in place of what comes next', () => {
    const waits = (waiting: NonNullable<Overview['status']['waiting']>, state: 'due' | 'failed') =>
      sentence(state === 'due' ? { state } : { state, reason: 'Away.', code: 'disk_gone', with_attachments: false }, { last: now, next: now + hour, waiting });
    expect(waits({ on: 'battery', charge: 18, limit: 30 }, 'due')).toMatch(/battery is at 18 %, and backups wait below 30 %\.$/);
    expect(waits({ on: 'disk', again: now + hour }, 'failed')).toMatch(/Waiting for the disk; tried again today 13:00\.$/);
    expect(waits({ on: 'disk', again: null }, 'failed')).toMatch(/Waiting for the disk\.$/);
    const battery = overviewOf({ status: { ...none, protection: { state: 'due' }, last_verified: now, last_verified_full: null, next: null, waiting: { on: 'battery', charge: 18, limit: 30 } } });
    expect(face(battery).word).toBe('Waiting');
  });

  test('a backup that is gone is said, with what is left', () => {
    const missing = { name: 'library-1.nnbackupz', folder: '/home/mira/backups', verified: now - hour, attachments_included: false, away: false };
    expect(sentence({ state: 'due' }, { last: now - 25 * hour, missing })).toMatch(/^The backup verified today 11:00 is not in its folder any more, so it does not count\. Last backup: yesterday 11:00, verified\./);
    expect(sentence({ state: 'never' }, { missing })).toMatch(/does not count\. No verified backup is left\.$/);
  });

  test('a backup out of reach is said once, and is not called protected', () => {
    const missing = { name: 'library-1.nnbackupz', folder: '/media/usb', verified: now - hour, attachments_included: false, away: true };
    expect(stateWord({ state: 'away' })).toBe('Out of reach');
    expect(sentence({ state: 'away' }, { last: now - hour, missing })).toMatch(/^The folder with your last backup can’t be reached now: \/media\/usb\. .* Last backup: today 11:00/);
    expect(sentence({ state: 'failed', reason: 'The disk is not there.', code: 'disk_gone', with_attachments: true }, { last: now - hour, missing })).not.toContain('/media/usb');
  });

  test.each([[false, 0, null], [false, 1, '1 backup is not copied yet.'], [true, 0, 'The folder for copies can’t be reached.'], [true, 3, 'The folder for copies can’t be reached. 3 backups are not copied yet.']] as const)('copies: away %s, missing %i', (away, missing, words) => {
    const card = sentence({ state: 'protected' }, { last: now, copies: { away, missing } });
    if (words === null) expect(card).not.toContain('cop');
    else expect(card.endsWith(words)).toBe(true);
  });

  test('switched off is said', () => {
    expect(sentence({ state: 'protected' }, { last: now, interval: 'never', interval_full: 'never' })).toContain('Automatic backups are off.');
  });
});
