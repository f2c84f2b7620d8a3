// What crosses the door, as the window uses it. The shapes come from the engine's own types;
// `bindings.ts`, once generated, is their source, and this file only gives them names to import.

export type KeychainState = 'available' | 'absent' | 'locked' | 'denied';
export type Theme = 'system' | 'light' | 'dark';
export type Interval = 'never' | 'daily' | 'weekly' | 'monthly';
export type OnClose = 'ask' | 'tray' | 'quit';
export type Verified = 'full' | 'quick' | 'never' | 'damaged';
export type RestoreMode = 'merge' | 'overwrite';
export type Change = 'added' | 'updated' | 'removed' | 'identical' | 'kept';
export type OutcomeWord = 'completed' | 'completed_with_warnings' | 'cancelled' | 'failed';
export type StageWord = 'reading' | 'encrypting' | 'writing' | 'checking';
export type CloseChoice = 'tray' | 'quit';

/** What the window needs to know to ask about closing. */
export interface CloseQuestion {
  tray: boolean;
}

export interface AccountCard {
  id: string;
  name: string;
}

export interface AppState {
  accounts: AccountCard[];
  signed_in: AccountCard | null;
  keychain: KeychainState;
  version: string;
  theme: Theme;
}

export interface Strength {
  score: number;
  needed: number;
  crack_time: string;
  warning: string | null;
  suggestions: string[];
}

export interface CreatedAccount {
  account: AccountCard;
  recovery_key: string[];
  keychain: KeychainState;
}

export type Protection =
  | { state: 'protected' }
  | { state: 'due' }
  | { state: 'overdue'; days: number }
  | { state: 'failed'; reason: string; code: string }
  | { state: 'never' }
  | { state: 'running' };

export interface StatusCard {
  protection: Protection;
  last_verified: number | null;
  last_verified_full: number | null;
  next: number | null;
}

export interface Overview {
  status: StatusCard;
  interval: Interval;
  encryption: boolean;
  folder: string;
  folder_warnings: string[];
  notes: number;
  attachments: number;
  recovery_key_unconfirmed: boolean;
  on_close: OnClose;
}

export interface FolderChoice {
  token: string;
  path: string;
  free_bytes: number | null;
  warnings: string[];
}

export interface ArchiveCard {
  id: string;
  name: string;
  path: string;
  place: string | null;
  created: number | null;
  attachments_included: boolean;
  encrypted: boolean;
  notes: number | null;
  bytes: number;
  verified: Verified;
  verified_at: number | null;
  pinned: boolean;
  automatic: boolean | null;
}

export interface OpenedArchive {
  token: string;
  name: string;
  bytes: number;
  format: string;
  format_version: string;
  created: number | null;
  encrypted: boolean;
  attachments_included: boolean;
  locked: boolean;
}

export interface PlannedChange {
  change: Change;
  id: string;
  kind: string;
  title: string;
}

export interface ChangeCounts {
  added: number;
  updated: number;
  removed: number;
  identical: number;
  kept: number;
  failed: number;
}

export interface Warning {
  code: string;
  message: string;
  item: string | null;
}

export interface PlanSummary {
  token: string;
  items: ChangeCounts;
  notes: ChangeCounts;
  only_here: number;
  attachments: number;
  changes: PlannedChange[];
  warnings: Warning[];
}

export interface RestoreResult {
  run: string;
  outcome: OutcomeWord;
  items: ChangeCounts;
  notes: ChangeCounts;
  attachments: number;
  safety_archive: string | null;
  warnings: Warning[];
}

export interface BackupResult {
  run: string;
  outcome: OutcomeWord;
  name: string;
  path: string;
  bytes: number;
  notes: number;
  attachments: number;
  verified: boolean;
  encrypted: boolean;
  warnings: Warning[];
}

export interface JobProgress {
  stage: StageWord;
  items_done: number;
  items_total: number;
  bytes_done: number;
  bytes_total: number;
  seconds_left: number | null;
}

export interface NotebookNode {
  id: string;
  title: string;
  parent: string | null;
  notes: number;
}

export interface NoteQuery {
  notebook: string | null;
  trashed: boolean;
  words: string | null;
  offset: number;
  limit: number;
}

export interface NoteRow {
  id: string;
  app: string;
  title: string;
  edited: number | null;
  trashed: boolean;
  locked: boolean;
  favorite: boolean;
  pinned: boolean;
}

export interface NotePage {
  total: number;
  notes: NoteRow[];
}

export interface NotePreview {
  id: string;
  title: string;
  html: string | null;
  locked: boolean;
  created: number | null;
  edited: number | null;
  notebooks: string[];
  tags: string[];
  attachments: string[];
}

/** Two groups typed back from the recovery key. The index counts from 0. */
export interface KeyGroup {
  index: number;
  text: string;
}

/** What a dropped file turned out to be. */
export type ArchiveDropped = OpenedArchive | { problem: Problem };

/** Something that went wrong, in words for a person and a code for the window. */
export interface Problem {
  code: string;
  message: string;
  hint: string | null;
  details: string[];
}
