// What crosses the door, as the window names it. The shapes are those of `bindings.ts`, which is
// generated from the commands and the engine's own types.

import type { Code } from './bindings';

export type {
  AccountCard,
  AppState,
  ArchiveCard,
  ArchiveFormat,
  ArchivesDropped,
  BackupResult,
  Change,
  ChangeCounts,
  CheckResult,
  CloseChoice,
  CloseQuestion,
  ContentsCard,
  CreatedAccount,
  FolderChoice,
  Interval,
  JobProgress,
  KeyGroup,
  KeychainState,
  NoteAttachment,
  NotePage,
  NotePlace,
  NotePreview,
  NoteQuery,
  NoteRow,
  NotebookNode,
  OnClose,
  OpenedArchive,
  OutcomeWord,
  Overview,
  PlanSummary,
  PlannedChange,
  Problem,
  Protection,
  Recovery,
  RestoreMode,
  RestoreResult,
  SavedCopy,
  StageWord,
  StatusCard,
  Strength,
  Theme,
  UndoOffer,
  Verified,
  Warning,
} from './bindings';

/** What the window branches on. */
export type ProblemCode = Code;
