// What the history page makes of runs: filters, words and the steps of the chart. Pure.

import type { RunCard, RunOutcome, RunQuery, SizePoint } from './api';
import type { IconName } from './components/icons';
import { capital, count, dates, moment, size, span } from './format';
import { history as say, words } from './strings';

export const PAGE = 50;
const DAY = 86_400_000;

export type KindChoice = keyof typeof say.kindChoices;
export type OutcomeChoice = keyof typeof say.outcomeChoices;
export type TimeChoice = keyof typeof say.timeChoices;
export interface Choices { kind: KindChoice; outcome: OutcomeChoice; time: TimeChoice; place: string }
export const EVERYTHING: Choices = { kind: 'all', outcome: 'all', time: 'all', place: '' };

const kinds: Record<KindChoice, RunQuery['kinds']> = { all: [], backups: ['backup'], restores: ['restore', 'undo'], checks: ['verify', 'proof'], care: ['prune', 'copy'] };
const outcomes: Record<OutcomeChoice, RunOutcome[]> = {
  all: [], good: ['completed', 'completed_with_warnings'], nothing: ['nothing_new'], bad: ['failed', 'left_running'], cancelled: ['cancelled'],
};
const days: Record<TimeChoice, number | null> = { all: null, month: 30, year: 365 };

export function queryOf(choices: Choices, offset: number, now: number = Date.now()): RunQuery {
  const back = days[choices.time];
  return { kinds: kinds[choices.kind], outcomes: outcomes[choices.outcome], place: choices.place || null, from: back === null ? null : now - back * DAY, until: null, offset, limit: PAGE };
}

type Tone = 'idle' | 'ok' | 'warn' | 'bad' | 'info';
const badges: Record<RunOutcome, { tone: Tone; icon: IconName }> = {
  running: { tone: 'info', icon: 'pending' }, completed: { tone: 'ok', icon: 'check' }, completed_with_warnings: { tone: 'warn', icon: 'alert' },
  nothing_new: { tone: 'idle', icon: 'same' }, cancelled: { tone: 'idle', icon: 'pause' }, failed: { tone: 'bad', icon: 'close' }, left_running: { tone: 'bad', icon: 'failed' },
};

/** Icon and word of how a run ended; a backup that was read back is called verified. */
export function badge(run: RunCard): { tone: Tone; icon: IconName; label: string } {
  const verified = run.kind === 'backup' && run.outcome === 'completed' && run.archives.every((archive) => archive.verified) && run.archives.length > 0;
  return { ...badges[run.outcome], label: verified ? say.verified : say.outcomes[run.outcome] };
}

export const kindOf = (run: RunCard): string => say.kinds[run.kind] ?? run.kind;

/** The grey line below the date. */
export function facts(run: RunCard): string[] {
  const made = run.archives.length > 0;
  const changed = run.items.added + run.items.updated + run.items.removed > 0;
  const restores = run.kind === 'restore' || run.kind === 'undo';
  return [
    ...(run.kind === 'backup' ? [run.attachments_included ? say.with : say.without] : []),
    ...(made ? [size(run.bytes), words.notes(run.notes, count(run.notes))] : []),
    ...(made && run.attachments > 0 ? [words.attachments(run.attachments, count(run.attachments))] : []),
    ...(restores && changed ? [say.changes(count(run.items.added), count(run.items.updated), count(run.items.removed))] : []),
    ...(run.deleted.length > 0 ? [say.deleted(words.backups(run.deleted.length, count(run.deleted.length)))] : []),
    ...(run.copied.length > 0 ? [say.copiedOver(words.backups(run.copied.length, count(run.copied.length)))] : []),
    ...(run.duration_ms === null ? [] : [span(run.duration_ms / 1000)]),
    run.automatic ? say.automatic : say.byHand,
    ...(made && run.archives.every((archive) => archive.id === null) ? [say.gone] : []),
  ];
}

/** Why a run went as it did; nothing new is said with its date. */
export function why(run: RunCard, now?: number): string | null {
  if (run.outcome === 'nothing_new' && run.since !== null) return say.since(moment(run.since, now));
  return run.reason;
}

export interface Month<T> { key: string; title: string; rows: T[] }

/** Rows under the months they began in, in their order. */
export function months<T>(rows: T[], at: (row: T) => number, now: number = Date.now()): Month<T>[] {
  const made: Month<T>[] = [];
  for (const row of rows) {
    const date = new Date(at(row));
    const key = `${date.getFullYear()}-${date.getMonth()}`;
    const last = made.at(-1);
    if (last?.key === key) last.rows.push(row);
    else made.push({ key, title: monthName(date, new Date(now)), rows: [row] });
  }
  return made;
}

const monthName = (date: Date, now: Date): string =>
  capital(dates('en-GB', date.getFullYear() === now.getFullYear() ? { month: 'long' } : { month: 'long', year: 'numeric' }).format(date));

/** At most so many steps: of backups that share one, the one that fell the most stands for them, else the newest. */
export function steps(points: SizePoint[], most: number): SizePoint[] {
  const each = Math.max(1, Math.ceil(points.length / most));
  const made: SizePoint[] = [];
  // From the newest back, so that the newest step is whole.
  for (let end = points.length; end > 0; end -= each) {
    const share = points.slice(Math.max(0, end - each), end);
    made.unshift(share.reduce((best, point) => ((point.drop ?? 0) >= (best.drop ?? 0) ? point : best)));
  }
  return made;
}

/** The height of each step, 0 to 100, from nothing to the highest. */
export function heights(values: number[]): number[] {
  const top = Math.max(1, ...values);
  return values.map((value) => Math.round((value / top) * 1000) / 10);
}

/** Where a new month begins below the chart, no two too near each other. */
export function ticks(points: SizePoint[], least = 4): { at: number; label: string }[] {
  const made: { at: number; label: string }[] = [];
  let before: number | null = null;
  const long = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0) > 366 * DAY;
  const words = dates('en-GB', long ? { month: 'short', year: 'numeric' } : { month: 'short' });
  points.forEach((point, at) => {
    const month = new Date(point.at).getMonth();
    const near = made.length > 0 && at - (made.at(-1)?.at ?? 0) < least;
    if (month !== before && !near) {
      made.push({ at, label: words.format(point.at) });
      before = month;
    }
  });
  return made;
}
