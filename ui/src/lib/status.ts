// How the facts of the status card become one word and one sentence.

import type { Overview, Protection } from './api';
import type { IconName } from './components/icons';
import { capital, count, dayWords, moment } from './format';
import { backup, words } from './strings';

export type Tone = 'idle' | 'ok' | 'warn' | 'bad' | 'info';

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
    protected: 'ok', due: 'info', overdue: 'warn', failed: 'bad', never: 'idle', running: 'info',
  };
  return tones[protection.state];
}

export function stateIcon(protection: Protection): IconName {
  const icons: Record<Protection['state'], IconName> = {
    protected: 'shieldOk', due: 'clock', overdue: 'alert', failed: 'failed', never: 'shield', running: 'spinner',
  };
  return icons[protection.state];
}

/** One sentence after another, none left out that the reader needs. */
export function statusSentence(overview: Overview, now: number = Date.now()): string {
  const { status } = overview;
  if (status.protection.state === 'running') return backup.runningLine;
  const said: string[] = [];
  if (status.protection.state === 'failed') said.push(backup.failedLine(status.protection.reason));
  if (status.last_verified === null) {
    said.push(overview.notes === 0 ? backup.neverEmpty : backup.never);
  } else {
    const full = status.last_verified_full;
    said.push(backup.last(moment(status.last_verified, now), full === null ? null : dayWords(full, now)));
    if (full === null && overview.attachments > 0) said.push(backup.noFull);
  }
  if (status.protection.state === 'due') said.push(backup.nextNow);
  else if (status.next !== null) said.push(backup.next(moment(Math.max(status.next, now), now)));
  else if (overview.interval === 'never' && status.last_verified !== null) said.push(backup.nextNever);
  return said.map(capital).join(' ');
}
