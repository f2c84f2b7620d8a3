// Whatever a command rejects with becomes a Problem here, so that no page ever sees anything else.

import type { Problem } from './types';

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const it = value as Record<string, unknown>;
  return typeof it['code'] === 'string' && typeof it['message'] === 'string';
}

/** Gives a rejected value its shape; what is not a Problem (the shell itself failed) is `internal`. */
export function toProblem(value: unknown): Problem {
  if (isProblem(value)) {
    return { code: value.code, message: value.message, hint: value.hint ?? null, details: value.details ?? [] };
  }
  const text = value instanceof Error ? value.message : String(value);
  return {
    code: 'internal',
    message: 'Backstop could not do that. Nothing was changed.',
    hint: null,
    details: [text],
  };
}
