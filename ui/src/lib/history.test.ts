import { describe, expect, test } from 'vitest';

import type { RunCard, SizePoint } from './api';
import { EVERYTHING, badge, facts, heights, months, queryOf, steps, ticks, why } from './history';

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;
const run = (over: Partial<RunCard> = {}): RunCard => ({
  run: '20261122-080315-k3f9', kind: 'backup', automatic: true, outcome: 'completed', code: null, reason: null, started: NOW - DAY, ended: NOW - DAY + 65_000, duration_ms: 65_000,
  places: ['library'], attachments_included: false, bytes: 9_412_000, notes: 1204, attachments: 0, items: { added: 0, updated: 0, removed: 0, identical: 0, kept: 0, failed: 0 }, checked: [], deleted: [], copied: [], since: null,
  archives: [{ id: 'a1', place: 'library', name: 'library-2026.nnbackupz', path: '/home/mira/library-2026.nnbackupz', bytes: 9_412_000, notes: 1204, attachments: 0, attachments_included: false, encrypted: true, verified: true, drop: null }], ...over,
});
const point = (at: number, drop: number | null = null): SizePoint => ({ at: NOW + at * DAY, bytes: at, notes: at, drop });

test('what is chosen becomes the question', () => {
  expect(queryOf(EVERYTHING, 0, NOW)).toEqual({ kinds: [], outcomes: [], place: null, from: null, until: null, offset: 0, limit: 50 });
  expect(queryOf({ kind: 'restores', outcome: 'bad', time: 'month', place: 'library' }, 50, NOW)).toEqual({
    kinds: ['restore', 'undo'], outcomes: ['failed', 'left_running'], place: 'library', from: NOW - 30 * DAY, until: null, offset: 50, limit: 50,
  });
});

test('only a backup that was read back is called verified', () => {
  expect(badge(run()).label).toBe('Verified');
  expect(badge(run({ archives: [] })).label).toBe('Done');
  expect(badge(run({ kind: 'restore' })).label).toBe('Done');
  expect(badge(run({ outcome: 'left_running' }))).toEqual({ tone: 'bad', icon: 'failed', label: 'Cut off' });
});

test('facts are those of the kind', () => {
  expect(facts(run())).toEqual(['no attachments', '9.4 MB', '1,204 notes', '1 minute', 'automatic']);
  const gone = run().archives.map((archive) => ({ ...archive, id: null }));
  expect(facts(run({ archives: gone, automatic: false })).slice(-2)).toEqual(['by hand', 'not in the folder any more']);
  expect(facts(run({ kind: 'restore', archives: [], duration_ms: null, items: { ...run().items, added: 14, updated: 1 } }))).toEqual(['14 added, 1 updated, 0 removed', 'automatic']);
  expect(facts(run({ outcome: 'failed', archives: [], bytes: 0, notes: 0 }))).toEqual(['no attachments', '1 minute', 'automatic']);
});

test('nothing new is said with its date', () => {
  expect(why(run({ outcome: 'nothing_new', reason: 'Nothing is new.', since: NOW - 2 * DAY }), NOW)).toMatch(/^The backup of Friday 20 November .* holds all there is/);
  expect(why(run({ reason: 'The drive was full.' }), NOW)).toBe('The drive was full.');
});

test('rows stand under their months', () => {
  const at = (text: string) => new Date(text).getTime();
  const rows = [at('2026-11-20T10:00'), at('2026-11-01T10:00'), at('2026-10-31T10:00'), at('2025-10-30T10:00')];
  expect(months(rows, (row) => row, NOW).map(({ title, rows: inside }) => [title, inside.length])).toEqual([['November', 2], ['October', 1], ['October 2025', 1]]);
});

describe('the chart', () => {
  test('many backups share steps, and a drop is never lost', () => {
    const points = Array.from({ length: 1000 }, (_, at) => point(at, at === 501 ? 34 : null));
    const shown = steps(points, 48);
    expect(shown.length).toBeLessThanOrEqual(48);
    expect(shown.at(-1)).toEqual(points.at(-1));
    expect(shown.filter(({ drop }) => drop !== null)).toEqual([points[501]]);
    expect(steps(points.slice(0, 30), 48)).toEqual(points.slice(0, 30));
    expect(steps([], 48)).toEqual([]);
  });
  test('the highest reaches the top and nothing is the bottom', () => {
    expect(heights([0, 50, 200])).toEqual([0, 25, 100]);
    expect(heights([0, 0])).toEqual([0, 0]);
  });
  test('months are named once, and not too near', () => {
    const labels = ticks(Array.from({ length: 12 }, (_, at) => point(at * 7)), 4);
    expect(labels[0]).toEqual({ at: 0, label: 'Nov' });
    const years = ticks([point(0), point(400)], 1);
    expect(years.map(({ label }) => label)).toEqual(['Nov 2026', 'Dec 2027']);
    expect(labels.every(({ at }, index) => index === 0 || at - (labels[index - 1]?.at ?? 0) >= 4)).toBe(true);
  });
});
