import { describe, expect, test } from 'vitest';

import { customKeep, keepWords, policyOf, spansOf, spanTyped } from './keep';

describe('how many backups are kept', () => {
  test.each([
    ['all', 'all', 'No backup is ever deleted by itself.'],
    ['many', 'many', '7 daily, 5 weekly, 12 monthly, 3 yearly, with and without attachments.'],
    ['some', 'some', '3 daily, 3 weekly, 3 monthly, 1 yearly, with and without attachments.'],
    ['14/0/6/0', 'custom', '14 daily, 6 monthly, with and without attachments.'],
    ['0/0/0/0', 'custom', 'Only the last verified backup, with and without attachments.'],
  ])('%s', (keep, policy, said) => {
    expect(policyOf(keep)).toBe(policy);
    expect(keepWords(keep)).toBe(said);
  });

  test('numbers go to the engine and come back', () => {
    const spans = { daily: 7, weekly: 0, monthly: 12, yearly: 999 };
    expect(spansOf(customKeep(spans))).toEqual(spans);
    expect(spansOf('all')).toBeNull();
  });

  test.each([['7', 7], [' 12 ', 12], ['0', 0], ['999', 999], ['', null], ['1000', null], ['-1', null], ['1.5', null], ['1e2', null], ['x', null]])('typed %j', (typed, number) => {
    expect(spanTyped(typed)).toBe(number);
  });
});
