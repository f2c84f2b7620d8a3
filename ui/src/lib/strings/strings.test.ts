import { expect, test } from 'vitest';

import * as catalogue from './index';

/** Every text, functions tried with plain values. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return texts((value as (...args: unknown[]) => unknown)(2, 'two', 'three'));
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(texts);
  return [];
}

const all = texts(catalogue);

test('there are texts', () => expect(all.length).toBeGreaterThan(200));

test.each([/!/, /\bplease\b/i, /\boops\b/i, /successful/i, /something went wrong/i, /invalid/i, /\berror\b/i, /  /])('no text has %s', (unwanted) => {
  expect(all.filter((text) => unwanted.test(text))).toEqual([]);
});

test('titles and buttons are in sentence case', () => {
  const names = ['Backstop', 'Notesnook', 'Backup'];
  const titleCase = (text: string) => {
    const words = text.split(' ');
    return words.length > 1 && words.length < 5 && words.every((word) => /^[A-Z][a-z]+$/.test(word) && !names.includes(word));
  };
  expect(all.filter(titleCase)).toEqual([]);
});
