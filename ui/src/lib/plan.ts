// A plan or a result in one sentence.

import type { ChangeCounts, PlanSummary } from './api';
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
