// What is ticked in the contents of a backup, and which ids a restore of that is ordered with. Pure.
//
// A tick stands on a note, or on a notebook that holds nothing. Whether a notebook is ticked follows from
// what is in it, however deep.

import type { NotePlace, NotebookNode } from './api';

/** No tick at all. */
export const none: ReadonlySet<string> = new Set();

export type Tick = 'none' | 'some' | 'all';

export interface Places {
  /** Every note and every empty notebook: all there is to tick. */
  all: string[];
  live: string[];
  trashed: string[];
  /** What is directly in a notebook, for its list. */
  listed: Map<string, string[]>;
  /** What is in a notebook and in those inside it, the trashed notes too: they come along with it. */
  inside: Map<string, string[]>;
  /** The notebooks at the top, and those within each. */
  under: Map<string | null, string[]>;
}

/** Lays out where everything is. A notebook inside itself is passed over the second time. */
export function placesOf(nodes: NotebookNode[], notes: NotePlace[]): Places {
  const known = new Set(nodes.map(({ id }) => id));
  const under = new Map<string | null, string[]>();
  for (const { id, parent } of nodes) push(under, parent !== null && known.has(parent) ? parent : null, id);
  const direct = new Map<string, string[]>();
  const listed = new Map<string, string[]>();
  for (const { id, notebooks, trashed } of notes) {
    for (const notebook of notebooks) {
      push(direct, notebook, id);
      if (!trashed) push(listed, notebook, id);
    }
  }
  const inside = new Map<string, string[]>();
  const walk = (id: string, above: ReadonlySet<string>): string[] => {
    const deeper = (under.get(id) ?? []).filter((child) => !above.has(child)).flatMap((child) => walk(child, new Set([...above, child])));
    const there = [...new Set([...(direct.get(id) ?? []), ...deeper])];
    const ids = there.length > 0 ? there : [id];
    inside.set(id, ids);
    return ids;
  };
  for (const { id } of nodes) if (!inside.has(id)) walk(id, new Set([id]));
  const live = notes.filter(({ trashed }) => !trashed).map(({ id }) => id);
  const trashed = notes.filter((note) => note.trashed).map(({ id }) => id);
  const empty = nodes.map(({ id }) => id).filter((id) => inside.get(id)?.[0] === id);
  return { all: [...live, ...trashed, ...empty], live, trashed, listed, inside, under };
}

function push<K>(map: Map<K, string[]>, key: K, value: string) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

export function tickOf(ids: readonly string[], ticked: ReadonlySet<string>): Tick {
  const there = ids.filter((id) => ticked.has(id)).length;
  return there === 0 ? 'none' : there === ids.length ? 'all' : 'some';
}

/** The same ticks with these ids ticked, or without them if all of them are. */
export function flipped(ids: readonly string[], ticked: ReadonlySet<string>): Set<string> {
  const next = new Set(ticked);
  const away = tickOf(ids, ticked) === 'all';
  for (const id of ids) {
    if (away) next.delete(id);
    else next.add(id);
  }
  return next;
}

/** How many notes are ticked, and in how many notebooks. */
export function ticksIn(places: Places, ticked: ReadonlySet<string>): { notes: number; notebooks: number } {
  const notes = [...places.live, ...places.trashed].filter((id) => ticked.has(id)).length;
  const notebooks = [...places.listed.values()].filter((ids) => ids.some((id) => ticked.has(id))).length;
  return { notes, notebooks };
}

/** The ids that a restore of what is ticked is ordered with: whole notebooks by their own. None: everything. */
export function orderOf(places: Places, ticked: ReadonlySet<string>): string[] {
  if (tickOf(places.all, ticked) === 'all') return [];
  const covered = new Set<string>();
  const order: string[] = [];
  const seen = new Set<string>();
  const walk = (id: string) => {
    if (seen.has(id)) return;
    seen.add(id);
    const ids = places.inside.get(id) ?? [];
    if (tickOf(ids, ticked) !== 'all') return (places.under.get(id) ?? []).forEach(walk);
    order.push(id);
    for (const inner of ids) covered.add(inner);
  };
  (places.under.get(null) ?? []).forEach(walk);
  return [...order, ...[...places.live, ...places.trashed].filter((id) => ticked.has(id) && !covered.has(id))];
}
