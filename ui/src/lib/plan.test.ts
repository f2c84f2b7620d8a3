import { expect, test } from 'vitest';

import type { ChangeCounts, PlanSummary } from './api';
import { changeLine, changing, planLine, removed } from './plan';

const counts = (over: Partial<ChangeCounts> = {}): ChangeCounts => ({ added: 0, updated: 0, removed: 0, identical: 0, kept: 0, failed: 0, ...over });
const plan = (notes: ChangeCounts, items = notes, attachments = 0): PlanSummary => ({ token: 'p', items, notes, only_here: 0, attachments, changes: [], recovery: null, warnings: [] });

test('a plan in one sentence', () => {
  expect(planLine(plan(counts({ added: 9, updated: 1 })), false)).toBe('Adds 9 notes, updates 1, removes none.');
  expect(planLine(plan(counts({ added: 1 })), false)).toBe('Adds 1 note, updates none, removes none.');
  expect(planLine(plan(counts(), counts({ added: 2 })), false)).toBe('Adds no notes, updates none, removes none.');
});

test('a plan without changes says so', () => {
  expect(planLine(plan(counts({ identical: 5 })), false)).toContain('already here');
  expect(planLine(plan(counts({ kept: 5 })), true)).toContain('nothing left to undo');
  expect(planLine(plan(counts(), counts(), 3), false)).not.toContain('already here');
});

test('what was done', () => {
  expect(changeLine(counts({ added: 2, removed: 1 }))).toBe('2 added, none updated, 1 removed');
  expect(changing(counts({ added: 2, removed: 1, kept: 4, identical: 9 }))).toBe(3);
});

test('what goes is told in numbers, the notes first', () => {
  expect(removed(plan(counts({ added: 3 })))).toBeNull();
  expect(removed(plan(counts({ removed: 14 }), counts({ removed: 37 })))).toMatchObject({ title: '14 notes will be removed from your library', ask: 'Remove 14 notes?' });
  expect(removed(plan(counts({ removed: 14 }), counts({ removed: 37 })))?.note).toContain('37 items in all');
  expect(removed(plan(counts(), counts({ removed: 1 })))?.title).toBe('1 item will be removed from your library');
  expect(removed(plan(counts({ removed: 2 })))?.note).not.toContain('in all');
});
