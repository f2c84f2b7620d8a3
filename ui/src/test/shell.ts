// Stands in for the shell: answers by command name, and remembers what was asked.

import { mockIPC } from '@tauri-apps/api/mocks';

import type { Overview, Problem, ProblemCode } from '../lib/api';

type Answers = Record<string, (args: Record<string, unknown>) => unknown>;

export interface Call { command: string; args: Record<string, unknown> }

/** Every command of `answers` is answered; any other is refused, as the real shell does. */
export function shell(answers: Answers): Call[] {
  const calls: Call[] = [];
  mockIPC((command, payload) => {
    const args = (payload ?? {}) as Record<string, unknown>;
    calls.push({ command, args });
    const answer = answers[command];
    if (!answer) throw new Error(`no such command: ${command}`);
    return answer(args);
  });
  return calls;
}

export const problem = (code: ProblemCode, message = 'It did not work.', hint: string | null = null): Problem => ({ code, message, hint, details: ['where'] });

export const overviewOf = (over: Partial<Overview> = {}): Overview => ({
  status: { protection: { state: 'protected' }, last_verified: null, last_verified_full: null, next: null, next_full: null, overdue_days: null, overdue_full_days: null, waiting: null, missing: null, copies: null },
  interval: 'daily', interval_full: 'monthly', paused_until: null, reminders: 'never', keep: 'many', keep_agreed: true, deleting_paused: null, skip_unchanged: true, recheck: true, battery_limit: 0, notices_on_success: false,
  copies_folder: null, copies_warnings: [], encryption: true, format: 'nnbackupz', folder: '/home/mira/backups', folder_warnings: [], notes: 3, attachments: 0, proof_due: false, recovery_key_unconfirmed: false, on_close: 'ask', undo: null, ...over,
});
