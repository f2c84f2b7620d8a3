// How many backups are kept, as the engine writes it ("many", "7/5/12/3") and as people read it.

import type { Keep } from './api';
import { capital, count } from './format';
import { automatic } from './strings';

export type Policy = 'all' | 'many' | 'some' | 'custom';
export const spanNames = ['daily', 'weekly', 'monthly', 'yearly'] as const;
export type Spans = Record<(typeof spanNames)[number], number>;

const known: Record<'many' | 'some', Spans> = {
  many: { daily: 7, weekly: 5, monthly: 12, yearly: 3 },
  some: { daily: 3, weekly: 3, monthly: 3, yearly: 1 },
};

export function policyOf(keep: Keep): Policy {
  return keep === 'all' || keep === 'many' || keep === 'some' ? keep : 'custom';
}

/** The numbers behind the word; none if everything stays. */
export function spansOf(keep: Keep): Spans | null {
  const policy = policyOf(keep);
  if (policy === 'all') return null;
  if (policy !== 'custom') return known[policy];
  const [daily = 0, weekly = 0, monthly = 0, yearly = 0] = keep.split('/').map(Number);
  return { daily, weekly, monthly, yearly };
}

export const customKeep = (spans: Spans): Keep => spanNames.map((name) => spans[name]).join('/');

/** "7 daily, 5 weekly, 12 monthly, 3 yearly", without what is not kept at all. */
export function keepWords(keep: Keep): string {
  const say = automatic.keep;
  const spans = spansOf(keep);
  if (!spans) return say.all;
  const parts = spanNames.filter((name) => spans[name] > 0).map((name) => `${count(spans[name])} ${say.spans[name]}`);
  return parts.length === 0 ? say.lastOnly : capital(say.counts(parts.join(', ')));
}

/** What was typed for one of the numbers; null if it is none. */
export function spanTyped(text: string): number | null {
  const trimmed = text.trim();
  return /^\d{1,3}$/.test(trimmed) ? Number(trimmed) : null;
}
