// The notebooks as a tree, flattened in the order they are shown. Pure.

import type { NotebookNode } from './api';

export interface TreeRow { node: NotebookNode; level: number; open: boolean; parent: string | null; children: boolean }

/** Rows that show when `open` are the opened notebooks. One whose parent is unknown stands at the top. */
export function visibleRows(nodes: NotebookNode[], open: ReadonlySet<string>): TreeRow[] {
  const known = new Set(nodes.map((node) => node.id));
  const under = new Map<string | null, NotebookNode[]>();
  for (const node of nodes) {
    const parent = node.parent !== null && known.has(node.parent) ? node.parent : null;
    under.set(parent, [...(under.get(parent) ?? []), node]);
  }
  const rows: TreeRow[] = [];
  // A notebook inside itself must not hang the window.
  const seen = new Set<string>();
  const walk = (parent: string | null, level: number) => {
    const here = [...(under.get(parent) ?? [])].sort((a, b) => a.title.localeCompare(b.title));
    for (const node of here) {
      if (seen.has(node.id)) continue;
      seen.add(node.id);
      const children = under.has(node.id);
      rows.push({ node, level, open: open.has(node.id), parent, children });
      if (children && open.has(node.id)) walk(node.id, level + 1);
    }
  };
  walk(null, 1);
  return rows;
}
