import { expect, test } from 'vitest';

import type { NotePlace, NotebookNode } from './api';
import { flipped, orderOf, placesOf, tickOf, ticksIn } from './ticks';

const book = (id: string, parent: string | null = null): NotebookNode => ({ id, title: id, parent, notes: 0 });
const note = (id: string, notebooks: string[] = [], trashed = false): NotePlace => ({ id, notebooks, trashed });
const nodes = [book('kitchen'), book('bread', 'kitchen'), book('empty', 'kitchen'), book('work'), book('bare')];
const places = placesOf(nodes, [
  note('soup', ['kitchen']), note('rye', ['bread']), note('old rye', ['bread'], true), note('both', ['bread', 'work']), note('loose'), note('gone', [], true),
]);
const inside = (id: string) => [...(places.inside.get(id) ?? [])].sort();

test('a notebook holds what is in those inside it, and an empty one itself', () => {
  expect(inside('bread')).toEqual(['both', 'old rye', 'rye']);
  expect(inside('kitchen')).toEqual(['both', 'empty', 'old rye', 'rye', 'soup']);
  expect(inside('bare')).toEqual(['bare']);
  expect(places.listed.get('bread')).toEqual(['rye', 'both']);
  expect([places.live.length, places.trashed.length, places.all.length]).toEqual([4, 2, 8]);
});

test('a notebook is ticked by what is in it', () => {
  const some = new Set(['rye']);
  expect(tickOf(inside('bread'), some)).toBe('some');
  expect(tickOf(inside('work'), some)).toBe('none');
  expect(tickOf(inside('bread'), new Set(['rye', 'old rye', 'both']))).toBe('all');
});

test('a press ticks all of it, and a second takes the ticks away', () => {
  const once = flipped(inside('bread'), new Set(['rye', 'loose']));
  expect([...once].sort()).toEqual(['both', 'loose', 'old rye', 'rye']);
  expect([...flipped(inside('bread'), once)]).toEqual(['loose']);
});

test.each([
  ['a note by itself', ['loose'], ['loose'], { notes: 1, notebooks: 0 }],
  ['a note of a notebook, not the notebook', ['soup'], ['soup'], { notes: 1, notebooks: 1 }],
  ['whole notebooks by their ids', ['rye', 'old rye', 'both'], ['bread', 'work'], { notes: 3, notebooks: 2 }],
  ['the topmost that is whole', ['rye', 'old rye', 'both', 'soup', 'empty', 'loose'], ['kitchen', 'work', 'loose'], { notes: 5, notebooks: 3 }],
  ['an empty notebook', ['bare'], ['bare'], { notes: 0, notebooks: 0 }],
  ['from the trash', ['gone'], ['gone'], { notes: 1, notebooks: 0 }],
  ['nothing', [], [], { notes: 0, notebooks: 0 }],
])('%s', (_, ids, order, count) => {
  const ticked = new Set(ids);
  expect([...orderOf(places, ticked)].sort()).toEqual([...order].sort());
  expect(ticksIn(places, ticked)).toEqual(count);
});

test('everything ticked is the whole backup', () => {
  expect(orderOf(places, new Set(places.all))).toEqual([]);
});

test('notebooks inside each other hang nothing', () => {
  const round = placesOf([book('a', 'b'), book('b', 'a')], [note('n', ['a'])]);
  expect([...(round.inside.get('a') ?? [])]).toContain('n');
  expect(orderOf(round, new Set(['n']))).toEqual(['n']);
});
