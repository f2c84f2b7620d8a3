// The one door to the shell: a function for each command and each event, and nothing else.
// Every rejection is a Problem. No other file imports @tauri-apps.

import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import { toProblem } from './problem';
import type * as T from './types';

export type * from './types';
export { toProblem } from './problem';

async function call<R>(command: string, args: Record<string, unknown> = {}): Promise<R> {
  try {
    return await invoke<R>(command, args);
  } catch (caught) {
    throw toProblem(caught);
  }
}

type Watch = (progress: T.JobProgress) => void;

function channel(watch: Watch): Channel<T.JobProgress> {
  const made = new Channel<T.JobProgress>();
  made.onmessage = watch;
  return made;
}

// Accounts
export const appState = () => call<T.AppState>('app_state');
export const passwordStrength = (password: string) => call<T.Strength>('password_strength', { password });
export const suggestPassphrase = () => call<string>('suggest_passphrase');
export const createAccount = (name: string, password: string, keep: boolean, insist: boolean) =>
  call<T.CreatedAccount>('create_account', { name, password, keep, insist });
export const signIn = (account: string, password: string, keep: boolean) =>
  call<T.KeychainState>('sign_in', { account, password, keep });
export const signInWithRecoveryKey = (account: string, key: string, newPassword: string, keep: boolean) =>
  call<T.KeychainState>('sign_in_with_recovery_key', { account, key, newPassword, keep });
export const signOut = () => call<null>('sign_out');
export const changePassword = (old: string, newPassword: string, insist: boolean) =>
  call<null>('change_password', { old, new: newPassword, insist });
export const showRecoveryKey = (password: string) => call<string[]>('show_recovery_key', { password });
export const newRecoveryKey = (password: string) => call<string[]>('new_recovery_key', { password });
export const confirmRecoveryKey = (groups: T.KeyGroup[]) => call<boolean>('confirm_recovery_key', { groups });
export const saveRecoveryKey = (password: string | null) => call<boolean>('save_recovery_key', { password });
export const renameAccount = (name: string) => call<null>('rename_account', { name });
export const deleteAccount = (password: string) => call<null>('delete_account', { password });
export const checkPassword = (password: string) => call<boolean>('check_password', { password });
export const addSampleNotes = () => call<number>('add_sample_notes');

// Settings
export const overview = () => call<T.Overview>('overview');
export const setInterval = (interval: T.Interval, password: string | null) =>
  call<T.Overview>('set_interval', { interval, password });
export const setEncryption = (on: boolean, password: string | null) =>
  call<T.Overview>('set_encryption', { on, password });
export const pickFolder = () => call<T.FolderChoice | null>('pick_folder');
export const defaultFolder = () => call<T.FolderChoice>('default_folder');
export const useFolder = (token: string, password: string | null) =>
  call<T.Overview>('use_folder', { token, password });
export const openFolder = () => call<null>('open_folder');
export const setTheme = (theme: T.Theme) => call<null>('set_theme', { theme });
export const setOnClose = (onClose: T.OnClose) => call<null>('set_on_close', { onClose });
export const closeWindow = (choice: T.CloseChoice, remember: boolean) =>
  call<null>('close_window', { choice, remember });

// Jobs
export const createBackup = (attachments: boolean, password: string | null, watch: Watch) =>
  call<T.BackupResult>('create_backup', { attachments, password, progress: channel(watch) });
export const cancelJob = () => call<null>('cancel_job');
export const runningJob = () => call<T.JobProgress | null>('running_job');
export const archives = () => call<T.ArchiveCard[]>('archives');
export const pickArchive = () => call<T.OpenedArchive | null>('pick_archive');
export const openKnown = (archive: string) => call<T.OpenedArchive>('open_known', { archive });
export const unlockArchive = (token: string, password: string | null, recoveryKey: string | null) =>
  call<T.OpenedArchive>('unlock_archive', { token, password, recoveryKey });
export const planRestore = (token: string, mode: T.RestoreMode, watch: Watch) =>
  call<T.PlanSummary>('plan_restore', { token, mode, progress: channel(watch) });
export const applyPlan = (plan: string, watch: Watch) =>
  call<T.RestoreResult>('apply_plan', { plan, progress: channel(watch) });
export const planUndo = (run: string) => call<T.PlanSummary>('plan_undo', { run });

// The library
export const notebooks = () => call<T.NotebookNode[]>('notebooks');
export const notes = (query: T.NoteQuery) => call<T.NotePage>('notes', { query });
export const notePreview = (id: string, app: string) => call<T.NotePreview>('note_preview', { id, app });

// Events. Each gives back what stops listening.
type Stop = () => void;
const on = <P>(event: string, then: (payload: P) => void): Promise<Stop> =>
  listen<P>(event, ({ payload }) => then(payload));

export const onOverviewChanged = (then: () => void) => on<null>('overview_changed', then);
export const onCloseRequested = (then: (question: T.CloseQuestion) => void) => on<T.CloseQuestion>('close_requested', then);
export const onArchiveDropped = (then: (dropped: T.ArchiveDropped) => void) =>
  on<T.ArchiveDropped>('archive_dropped', then);
export const onDragOver = (then: () => void) => on<null>('drag_over', then);
export const onDragLeave = (then: () => void) => on<null>('drag_leave', then);
