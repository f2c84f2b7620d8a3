// Asking for the account password when, and only when, the engine wants it.

import * as api from '../api';

export interface SecretWords {
  title: string;
  lead?: string | undefined;
  confirm: string;
  doing: string;
  danger?: boolean;
  keep?: string;
  /** Of another password than the account's: what it is called, and what is said of a wrong one. */
  label?: string;
  wrong?: string;
}

interface Request {
  words: SecretWords;
  attempt: (password: string) => Promise<void>;
  finish: (problem: api.Problem | null) => void;
}

class Secret {
  request = $state.raw<Request | null>(null);
}

export const secret = new Secret();

/**
 * Opens the password dialog and does `run` with what is typed. A wrong password keeps the dialog
 * open; any other Problem closes it and is thrown. `undefined` when the reader changed their mind.
 */
export function askPassword<T>(words: SecretWords, run: (password: string) => Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let outcome: T | undefined;
    secret.request = {
      words,
      attempt: async (password) => {
        outcome = await run(password);
      },
      finish: (problem) => {
        secret.request = null;
        if (problem) reject(problem);
        else resolve(outcome);
      },
    };
  });
}

/** Does `run` without a password, and asks for one if the engine says `secret_required`. */
export async function guarded<T>(words: SecretWords, run: (password: string | null) => Promise<T>): Promise<T | undefined> {
  try {
    return await run(null);
  } catch (caught) {
    if (api.toProblem(caught).code !== 'secret_required') throw caught;
    return askPassword(words, run);
  }
}

/** As `guarded`, for long jobs: the dialog closes once the password is known to be right. */
export async function guardedJob<T>(words: SecretWords, run: (password: string | null) => Promise<T>): Promise<T | undefined> {
  try {
    return await run(null);
  } catch (caught) {
    if (api.toProblem(caught).code !== 'secret_required') throw caught;
  }
  const password = await askPassword(words, async (typed) => {
    if (await api.checkPassword(typed)) return typed;
    const wrong: api.Problem = { code: 'wrong_secret', message: '', hint: null, details: [] };
    throw wrong;
  });
  return password === undefined ? undefined : run(password);
}
