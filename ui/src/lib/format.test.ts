import { describe, expect, test, vi } from 'vitest';

import { count, dates, dayWords, moment, size, span } from './format';

const now = new Date(2026, 10, 22, 12, 0).getTime();
const at = (year: number, month: number, day: number, hour = 8, minute = 3) => new Date(year, month - 1, day, hour, minute).getTime();

describe('moments are said as people say them', () => {
  test.each([
    [at(2026, 11, 22), 'today 08:03'],
    [at(2026, 11, 21, 23, 59), 'yesterday 23:59'],
    [at(2026, 11, 23), 'tomorrow 08:03'],
    [at(2026, 11, 20), 'Friday 20 November 08:03'],
    [at(2026, 11, 2), '2 November 08:03'],
    [at(2025, 3, 3), '3 March 2025 08:03'],
  ])('%#', (ms, words) => {
    expect(moment(ms, now)).toBe(words);
  });

  test('a far day needs no time, a near one does', () => {
    expect(dayWords(at(2026, 11, 2), now)).not.toContain(':');
    expect(dayWords(at(2026, 11, 22), now)).toContain('today');
    expect(dayWords(at(2026, 11, 22), now)).toContain(':');
  });
});

describe('ways to write dates', () => {
  const month = { month: 'long' } as const;

  test('are shared by one drawing, and made anew for a later one', () => {
    vi.useFakeTimers();
    const first = dates('en-GB', month);
    expect(dates('en-GB', month)).toBe(first);
    expect(dates('en-GB', { month: 'short' })).not.toBe(first);
    expect(dates('en-US', month)).not.toBe(first);
    vi.advanceTimersByTime(1000);
    expect(dates('en-GB', month)).not.toBe(first);
    const later = dates('en-GB', month);
    vi.setSystemTime(0);
    expect(dates('en-GB', month), 'the clock was set back').not.toBe(later);
    vi.useRealTimers();
  });
});

describe('sizes', () => {
  test.each([[0, '0 bytes'], [999, '999 bytes'], [1000, '1 kB'], [9_412_000, '9.4 MB'], [412_000_000, '412 MB'], [999_600_000, '1 GB'], [212_000_000_000, '212 GB']])('%i bytes are %s', (bytes, words) => {
    expect(size(bytes)).toBe(words);
  });
});

test.each(['C', '', 'not a language'])('a system whose language is “%s” still gets numbers and dates', (language) => {
  vi.stubGlobal('navigator', { language });
  expect(count(1204)).toBe('1,204');
  expect(moment(at(2026, 11, 22), now)).toContain('today');
});

test('numbers have a thousands mark', () => expect(count(1204)).toBe('1,204'));

test.each([[0.2, '1 second'], [20, '20 seconds'], [60, '1 minute'], [3500, '58 minutes'], [7200, '2 hours']])('%d seconds are %s', (seconds, words) => {
  expect(span(seconds)).toBe(words);
});
