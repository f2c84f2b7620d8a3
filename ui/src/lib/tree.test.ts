import { describe, expect, test } from 'vitest';

import { visibleRows } from './tree';

const node = (id: string, parent: string | null = null) => ({ id, title: id, parent, notes: 1 });
const ids = (rows: ReturnType<typeof visibleRows>) => rows.map((row) => `${'-'.repeat(row.level - 1)}${row.node.id}`);

describe('the tree of notebooks', () => {
  const nodes = [node('b'), node('a'), node('a2', 'a'), node('a1', 'a'), node('a11', 'a1')];

  test('shows closed ones closed, in the order of their titles', () => {
    expect(ids(visibleRows(nodes, new Set()))).toEqual(['a', 'b']);
    expect(ids(visibleRows(nodes, new Set(['a'])))).toEqual(['a', '-a1', '-a2', 'b']);
    expect(ids(visibleRows(nodes, new Set(['a', 'a1'])))).toEqual(['a', '-a1', '--a11', '-a2', 'b']);
  });

  test('a notebook whose parent is not known stands at the top', () => {
    expect(ids(visibleRows([node('x', 'gone')], new Set()))).toEqual(['x']);
  });

  test('notebooks inside each other do not hang the window', () => {
    expect(visibleRows([node('x', 'y'), node('y', 'x')], new Set(['x', 'y']))).toEqual([]);
  });
});
