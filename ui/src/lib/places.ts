// How a place stands, in words. Pure.

import type { PlaceAttention, PlaceCard } from './api';
import type { IconName } from './components/icons';
import { places as say, words } from './strings';
import { count } from './format';

export type Tone = 'ok' | 'idle' | 'warn' | 'bad';
export interface PlaceState { tone: Tone; icon: IconName; label: string }

const states: Record<PlaceAttention['kind'], PlaceState> = {
  gone: { tone: 'warn', icon: 'alert', label: say.badges.gone },
  password_needed: { tone: 'warn', icon: 'key', label: say.badges.password },
  password_wrong: { tone: 'warn', icon: 'key', label: say.badges.password },
  damaged: { tone: 'bad', icon: 'failed', label: say.badges.damaged },
  empty: { tone: 'idle', icon: 'here', label: say.badges.waiting },
  stale: { tone: 'warn', icon: 'clock', label: say.badges.look },
  not_merged: { tone: 'warn', icon: 'alert', label: say.badges.look },
};

/** The one word for a place: the most urgent that it asks for. */
export function stateOf(place: PlaceCard): PlaceState {
  const first = place.attention[0];
  if (first) return states[first.kind];
  const open = place.files - place.verified;
  return open > 0 ? { tone: 'idle', icon: 'here', label: say.badges.waiting } : { tone: 'ok', icon: 'check', label: say.badges.ok };
}

/** When the app last wrote a backup. */
export function ageLine(place: PlaceCard): string {
  if (place.age_days === null) return say.never;
  return place.age_days === 0 ? say.wroteToday : say.wrote(words.days(place.age_days, count(place.age_days)));
}

export interface Advice { kind: PlaceAttention['kind']; tone: 'warn' | 'bad'; text: string }

/** What somebody should know or do, a line each, and how it sounds. */
export function adviceOf(place: PlaceCard): Advice[] {
  return place.attention.flatMap((why) => {
    const text = textOf(why, place);
    return text === null ? [] : [{ kind: why.kind, tone: why.kind === 'damaged' ? 'bad' : 'warn', text } satisfies Advice];
  });
}

function textOf(why: PlaceAttention, place: PlaceCard): string | null {
  switch (why.kind) {
    case 'gone': return say.gone;
    case 'password_needed': return say.passwordNeeded;
    case 'password_wrong': return say.passwordWrong;
    case 'damaged': return say.damaged(why.files, namesOf(place));
    case 'stale': return say.stale;
    case 'not_merged': return say.notMerged;
    case 'empty': return null;
  }
}

const NAMED = 3;

function namesOf(place: PlaceCard): string {
  const named = place.damaged_names.slice(0, NAMED).join(', ');
  return place.damaged > NAMED ? `${named}, …` : named;
}
