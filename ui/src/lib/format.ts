// Numbers, sizes and dates as people say them. Pure: the moment "now" comes in as an argument.

import { words } from './strings/words';

/** The reader's language. WebKitGTK calls the plain locale of a bare system "c", which Intl refuses. */
function language(): string {
  try {
    return Intl.getCanonicalLocales(navigator.language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

/** Dates are part of English sentences, so they stay English; a reader's own English decides the clock. */
const dateLocale = (): string => (language().startsWith('en') ? language() : 'en-GB');

/** How long a way to write dates is kept, in milliseconds: a page is drawn in that, nobody travels in it. */
const KEPT = 1000;
let kept = { since: 0, ways: new Map<string, Intl.DateTimeFormat>() };

/** A way to write dates. To make one takes longer than to use it, so those of one drawing are shared; they hold the time zone in which they were made, so not for long. */
export function dates(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const age = Date.now() - kept.since;
  if (age < 0 || age >= KEPT) kept = { since: Date.now(), ways: new Map() };
  const name = locale + JSON.stringify(options);
  const way = kept.ways.get(name) ?? new Intl.DateTimeFormat(locale, options);
  kept.ways.set(name, way);
  return way;
}

/** With the thousands mark of the reader's own language. */
export function count(value: number): string {
  return new Intl.NumberFormat(language()).format(value);
}

/** A size with a space before its unit, as "412 MB". Steps of 1,000, as file managers count. */
export function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const number = new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);
  return `${number} ${units[unit] ?? ''}`;
}

/** How long something takes, in the one or two units that matter. */
export function span(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return words.seconds(whole);
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return words.minutes(minutes);
  return words.hours(Math.round(minutes / 60));
}

/** Days between two moments by the calendar, not by hours: yesterday 23:59 is one day ago. */
function dayDistance(then: Date, now: Date): number {
  const start = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((start(then) - start(now)) / 86_400_000);
}

function time(date: Date): string {
  return dates(dateLocale(), { timeStyle: 'short' }).format(date);
}

function day(date: Date, now: Date): string {
  const days = dayDistance(date, now);
  if (days === 0) return words.today;
  if (days === -1) return words.yesterday;
  if (days === 1) return words.tomorrow;
  const near = Math.abs(days) < 7;
  const sameYear = date.getFullYear() === now.getFullYear();
  const parts: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long' };
  if (near) parts.weekday = 'long';
  if (!sameYear) parts.year = 'numeric';
  return dates(dateLocale(), parts).format(date).replace(',', '');
}

/** A moment with its time: "today 08:03", "Friday 20 November 19:24". */
export function moment(ms: number, now: number = Date.now()): string {
  const date = new Date(ms);
  return `${day(date, new Date(now))} ${time(date)}`;
}

/** A moment by its day alone, with the time only while that is near: "today 08:03", "2 November". */
export function dayWords(ms: number, now: number = Date.now()): string {
  const date = new Date(ms);
  const near = Math.abs(dayDistance(date, new Date(now))) <= 1;
  return near ? moment(ms, now) : day(date, new Date(now));
}

/** The same words at the start of a line. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
