// How much of a damaged backup is whole, in words. Pure.

import type { Recovery, Warning } from './api';
import { count } from './format';
import { restore, words } from './strings';

const say = restore.recovery;

/** "96 % of the notes can be recovered", or how many where nobody knows of how many; `done`: were. */
export function recoveryTitle({ notes, percent }: Recovery, done = false): string {
  if (notes === 0) return say.none;
  if (percent === null) return (done ? say.doneUnknown : say.titleUnknown)(words.notes(notes, count(notes)));
  return (done ? say.done : say.title)(percent, count(percent));
}

/** How many notes and attachments are whole, of how many. */
export function recoveryLine({ notes, notes_stated, attachments, attachments_stated }: Recovery): string {
  const of = (whole: number, stated: number | null, named: (n: number, shown: string) => string) =>
    stated === null || stated < whole ? named(whole, count(whole)) : say.of(count(whole), named(stated, count(stated)));
  const files = attachments === 0 && !attachments_stated ? null : of(attachments, attachments_stated, words.attachments);
  const line = say.line(of(notes, notes_stated, words.notes), files);
  return notes_stated === null ? `${line} ${say.unknown}` : line;
}

/** The warnings that are not already told as a loss. */
export function besides(recovery: Recovery | null, warnings: Warning[]): Warning[] {
  const told = new Set((recovery?.lost ?? []).map(({ message, item }) => `${item ?? ''} ${message}`));
  return warnings.filter(({ message, item }) => !told.has(`${item ?? ''} ${message}`));
}
