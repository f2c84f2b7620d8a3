// What a Problem's code means for the window. Decisions are made on the code, never on its words.

import type { ProblemCode } from './api';

const damage = new Set<ProblemCode>(['archive_cut', 'checksum_mismatch', 'chunk_missing', 'chunk_repeated', 'entry_mismatch', 'decryption_failed', 'invalid_content', 'nothing_inside']);
const folder = new Set<ProblemCode>(['no_space', 'disk_gone', 'read_only']);

/** The file is damaged: another file may be whole. */
export const isDamage = (code: ProblemCode): boolean => damage.has(code);

/** The backups directory cannot be used: another one can be chosen. */
export const isFolder = (code: ProblemCode): boolean => folder.has(code);
