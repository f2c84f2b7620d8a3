// How the facts of the status card become one word and one sentence.

import type { Overview, ProblemCode, Protection } from './api';
import type { IconName } from './components/icons';
import { capital, count, dayWords, moment } from './format';
import { backup, words } from './strings';

export type Tone = 'idle' | 'ok' | 'warn' | 'bad' | 'info';
export interface Face { word: string; tone: Tone; icon: IconName }

/** How the card looks. A pause is its word while nothing worse is. */
export function face({ status: { protection, waiting, missing }, paused_until }: Overview): Face {
  const calm = protection.state === 'protected' || protection.state === 'due';
  if (paused_until !== null && calm) return { word: backup.states.paused, tone: 'idle', icon: 'pause' };
  if (waiting?.on === 'battery' && calm) return { word: backup.states.waiting, tone: 'info', icon: 'pause' };
  if (protection.state === 'never' && missing !== null) return { word: backup.states.neverLeft, tone: 'warn', icon: 'alert' };
  return { word: stateWord(protection), tone: stateTone(protection), icon: stateIcon(protection) };
}

export type Fix = 'again' | 'select' | 'open';

/** What may put right what a failure is about, the likeliest first. Two at most. */
export function fixes(code: ProblemCode): Fix[] {
  if (code === 'no_space') return ['open', 'select'];
  if (code === 'disk_gone') return ['again', 'select'];
  if (code === 'read_only') return ['select', 'again'];
  return ['again'];
}

export function stateWord(protection: Protection): string {
  if (protection.state === 'overdue') {
    return protection.days > 0
      ? backup.states.overdue(words.days(protection.days, count(protection.days)))
      : backup.states.overdueToday;
  }
  return backup.states[protection.state];
}

export function stateTone(protection: Protection): Tone {
  const tones: Record<Protection['state'], Tone> = {
    protected: 'ok', due: 'info', overdue: 'warn', failed: 'bad', away: 'info', never: 'idle', running: 'info',
  };
  return tones[protection.state];
}

export function stateIcon(protection: Protection): IconName {
  const icons: Record<Protection['state'], IconName> = {
    protected: 'shieldOk', due: 'clock', overdue: 'alert', failed: 'failed', away: 'folder', never: 'shield', running: 'spinner',
  };
  return icons[protection.state];
}

/** What the card says: first what is wrong, if something is, then when backups were made and will be. */
export function statusLines(overview: Overview, now: number = Date.now()): string[] {
  const { protection } = overview.status;
  if (protection.state === 'running') return [backup.runningLine];
  const wrong = protection.state === 'failed' ? backup.failedLine(protection.reason) : protection.state === 'overdue' ? overdueLine(overview) : null;
  return [wrong, missingLine(overview, now), dates(overview, now)].filter((line) => line !== null);
}

/** Why the last verified backup is not to be seen. That its disk is away, a failure has said already. */
function missingLine({ status: { missing, protection } }: Overview, now: number): string | null {
  if (missing === null) return null;
  if (!missing.away) return backup.gone(moment(missing.verified, now));
  return protection.state === 'failed' && protection.code === 'disk_gone' ? null : backup.away(missing.folder);
}

/** What is wrong with the folder for copies, if something is. */
export function copiesLine({ status: { copies } }: Overview): string | null {
  if (copies === null) return null;
  const lacks = copies.missing > 0 ? backup.copiesMissing(copies.missing, words.backups(copies.missing, count(copies.missing))) : null;
  const said = [copies.away ? backup.copiesAway : null, lacks].filter((part) => part !== null);
  return said.length > 0 ? said.join(' ') : null;
}

/** Which of the two kinds is overdue, where there are two. */
function overdueLine({ status, interval_full }: Overview): string | null {
  const { overdue_days: notes, overdue_full_days: full } = status;
  const days = (number: number) => words.days(number, count(number));
  if (full !== null) return notes === null ? backup.overdueFull : backup.overdueBoth(days(notes), days(full));
  return notes === null || interval_full === 'never' ? null : backup.overdueNotes;
}

/** What comes next, or what is waited for. */
function nextLine({ status, interval, interval_full, paused_until }: Overview, now: number): string | null {
  const { next, next_full: full, waiting } = status;
  const coming = (at: number) => moment(Math.max(at, now), now);
  if (paused_until !== null) return backup.pausedUntil(moment(paused_until, now));
  if (waiting?.on === 'battery') return backup.waitingBattery(String(waiting.charge), String(waiting.limit));
  if (waiting?.on === 'disk') return waiting.again === null ? backup.waitingDisk : backup.waitingDiskUntil(coming(waiting.again));
  if (status.protection.state === 'due') return backup.nextNow;
  if (next !== null) return backup.next(coming(next), full === null || full === next ? null : dayWords(Math.max(full, now), now));
  if (interval === 'never' && interval_full === 'never' && status.last_verified !== null) return backup.nextNever;
  return null;
}

/** One sentence after another, none left out that the reader needs. */
function dates(overview: Overview, now: number): string {
  const { status } = overview;
  const said: string[] = [];
  if (status.last_verified === null) {
    said.push(status.missing !== null ? backup.neverLeft : overview.notes === 0 ? backup.neverEmpty : backup.never);
  } else {
    const full = status.last_verified_full;
    said.push(backup.last(moment(status.last_verified, now), full === null ? null : dayWords(full, now)));
    if (full === null && overview.attachments > 0) said.push(backup.noFull);
  }
  const next = nextLine(overview, now);
  if (next !== null) said.push(next);
  const copies = copiesLine(overview);
  if (copies !== null) said.push(copies);
  return said.map(capital).join(' ');
}
