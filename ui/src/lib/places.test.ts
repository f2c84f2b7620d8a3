import { describe, expect, test } from 'vitest';

import type { PlaceAttention, PlaceCard } from './api';
import { adviceOf, ageLine, stateOf } from './places';

const place = (over: Partial<PlaceCard> = {}): PlaceCard => ({
  id: 'notesnook-3f9a1c', kind: 'notesnook-backups', title: 'Notesnook backups', folder: '/n', merge: false, merged_at: null, files: 3, bytes: 9, verified: 3,
  damaged: 0, damaged_names: [], newest: 1, newest_verified: 1, age_days: 1, password: 'kept', attention: [], ...over,
});
const asking = (...attention: PlaceAttention[]) => place({ attention });

describe('a place in one word', () => {
  test.each<[PlaceCard, string, string]>([
    [place(), 'All good', 'ok'],
    [place({ verified: 2 }), 'Not checked yet', 'idle'],
    [asking({ kind: 'empty' }), 'Not checked yet', 'idle'],
    [asking({ kind: 'password_needed' }, { kind: 'stale', days: 23 }), 'Needs its password', 'warn'],
    [asking({ kind: 'password_wrong' }), 'Needs its password', 'warn'],
    [asking({ kind: 'damaged', files: 1 }, { kind: 'stale', days: 23 }), 'Damaged backup', 'bad'],
    [asking({ kind: 'stale', days: 23 }), 'Needs a look', 'warn'],
    [asking({ kind: 'not_merged' }), 'Needs a look', 'warn'],
    [asking({ kind: 'gone' }), 'Not there', 'warn'],
  ])('the most urgent counts: %#', (card, label, tone) => {
    expect(stateOf(card)).toMatchObject({ label, tone });
  });
});

test.each([[null, 'Notesnook has written no backup into it yet.'], [0, 'Notesnook last wrote a backup today.'], [1, 'Notesnook last wrote a backup 1 day ago.'], [23, 'Notesnook last wrote a backup 23 days ago.']])('its age: %s', (age_days, line) => {
  expect(ageLine(place({ age_days }))).toBe(line);
});

test('each reason has its line, damage in red and by name', () => {
  const card = { ...asking({ kind: 'damaged', files: 4 }, { kind: 'stale', days: 9 }, { kind: 'empty' }), damaged: 4, damaged_names: ['a', 'b', 'c', 'd'] };
  const advice = adviceOf(card);
  expect(advice.map(({ kind, tone }) => [kind, tone])).toEqual([['damaged', 'bad'], ['stale', 'warn']]);
  expect(advice[0]?.text).toContain('4 backups are damaged: a, b, c, …');
});
