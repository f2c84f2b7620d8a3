import { expect, test } from 'vitest';

import type { Recovery } from './api';
import { besides, recoveryLine, recoveryTitle } from './recovery';

const lost = [{ code: 'checksum_mismatch', message: 'A part is damaged.', item: '3-chunk' }];
const recovery = (over: Partial<Recovery> = {}): Recovery => ({ notes: 1187, notes_stated: 1198, attachments: 316, attachments_stated: 318, percent: 99, lost, ...over });

test.each([
  [{}, '99 % of the notes can be recovered'],
  [{ percent: 100, notes: 1198 }, 'Every note of this backup can be recovered'],
  [{ percent: null, notes_stated: null, notes: 1 }, '1 note can be recovered'],
  [{ percent: 0, notes: 0 }, 'No note of this backup can be recovered'],
])('a title claims no more than is known: %o', (over, title) => {
  expect(recoveryTitle(recovery(over))).toBe(title);
});

test('afterwards it says what was', () => {
  expect(recoveryTitle(recovery(), true)).toBe('99 % of the notes were recovered');
  expect(recoveryTitle(recovery({ percent: null }), true)).toBe('1,187 notes recovered');
});

test.each([
  [{}, 'Whole in it: 1,187 of 1,198 notes, 316 of 318 attachments.'],
  [{ notes_stated: null, attachments_stated: null }, 'Whole in it: 1,187 notes, 316 attachments. How many notes it was made with is not known.'],
  [{ attachments: 0, attachments_stated: 0 }, 'Whole in it: 1,187 of 1,198 notes.'],
  [{ notes: 5, notes_stated: 4, attachments: 0, attachments_stated: null }, 'Whole in it: 5 notes.'],
])('a line counts what is whole: %o', (over, line) => {
  expect(recoveryLine(recovery(over))).toBe(line);
});

test('a loss is told once', () => {
  const other = { code: 'stray', message: 'A stray file.', item: null };
  expect(besides(recovery(), [...lost, other])).toEqual([other]);
  expect(besides(null, lost)).toEqual(lost);
});
