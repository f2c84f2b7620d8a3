// A plan or a result in one sentence.

import type { ChangeCounts, OpenedArchive, PlanSummary } from './api';
import { count } from './format';
import { restore, words } from './strings';

/** How many items would change. Nothing to do is worth saying before the button, not after. */
export const changing = (counts: ChangeCounts): number => counts.added + counts.updated + counts.removed;

const named = (n: number) => (n === 0 ? restore.plan.none : count(n));

/** "Adds 9 notes, updates 1, removes none." */
export function planLine(plan: PlanSummary, undo: boolean): string {
  if (changing(plan.items) === 0 && plan.attachments === 0) return undo ? restore.plan.nothingUndo : restore.plan.nothing;
  const { added, updated, removed } = plan.notes;
  return restore.plan.sum(added === 0 ? restore.plan.noNotes : words.notes(added, count(added)), named(updated), named(removed));
}

/** "9 added, 1 updated, none removed". */
export const changeLine = (counts: ChangeCounts): string =>
  restore.result.sum(named(counts.added), named(counts.updated), named(counts.removed));

/** The one name, or the first and how many more. */
export const namesOf = ([first, ...more]: OpenedArchive[]): string =>
  more.length === 0 ? (first?.name ?? '') : restore.names(first?.name ?? '', count(more.length));

/** What a plan removes, in words: the notes, or where there are none of them, the rest. */
export function removed(plan: PlanSummary): { title: string; note: string; ask: string } | null {
  const { items, notes } = plan;
  if (items.removed === 0) return null;
  const all = words.items(items.removed, count(items.removed));
  const those = notes.removed > 0 ? words.notes(notes.removed, count(notes.removed)) : all;
  return {
    title: notes.removed > 0 ? restore.plan.removesTitle(those) : restore.plan.removesItems(all),
    note: items.removed > notes.removed && notes.removed > 0 ? restore.plan.removesNote(all) : restore.plan.removesSafe,
    ask: restore.plan.removeAsk(those),
  };
}
