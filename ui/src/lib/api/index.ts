// The one door to the shell: a function for each command and each event, and nothing else.
// Every rejection is a Problem. No other file imports @tauri-apps.

import { Channel, convertFileSrc } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import { commands } from './bindings';
import { toProblem } from './problem';
import type * as T from './types';

export type * from './types';
export { toProblem } from './problem';

/** The same command, whose rejections are Problems. */
function door<A extends unknown[], R>(command: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await command(...args);
    } catch (caught) {
      throw toProblem(caught);
    }
  };
}

type Watch = (progress: T.JobProgress) => void;

function channel(watch: Watch): Channel<T.JobProgress> {
  const made = new Channel<T.JobProgress>();
  made.onmessage = watch;
  return made;
}

// Accounts
export const appState = door(commands.appState);
export const passwordStrength = door(commands.passwordStrength);
export const suggestPassphrase = door(commands.suggestPassphrase);
export const createAccount = door(commands.createAccount);
export const signIn = door(commands.signIn);
export const signInWithRecoveryKey = door(commands.signInWithRecoveryKey);
export const signOut = door(commands.signOut);
export const changePassword = door(commands.changePassword);
export const showRecoveryKey = door(commands.showRecoveryKey);
export const newRecoveryKey = door(commands.newRecoveryKey);
export const confirmRecoveryKey = door(commands.confirmRecoveryKey);
export const saveRecoveryKey = door(commands.saveRecoveryKey);
export const renameAccount = door(commands.renameAccount);
export const deleteAccount = door(commands.deleteAccount);
export const checkPassword = door(commands.checkPassword);
export const addSampleNotes = door(commands.addSampleNotes);

// Settings
export const overview = door(commands.overview);
export const setInterval = door(commands.setInterval);
export const setEncryption = door(commands.setEncryption);
export const setFormat = door(commands.setFormat);
export const pickFolder = door(commands.pickFolder);
export const defaultFolder = door(commands.defaultFolder);
export const useFolder = door(commands.useFolder);
export const useCopiesFolder = door(commands.useCopiesFolder);
export const choose = door(commands.choose);
export const pauseBackups = door(commands.pauseBackups);
export const prunePlan = door(commands.prunePlan);
export const prove = door(commands.prove);
export const prune = door((token: string, watch: Watch) => commands.prune(token, channel(watch)));
export const agreeToKeep = door(commands.agreeToKeep);
export const acceptDrop = door(commands.acceptDrop);
export const openFolder = door(commands.openFolder);
export const setTheme = door(commands.setTheme);
export const setOnClose = door(commands.setOnClose);
export const closeWindow = door(commands.closeWindow);

// This desktop
export const desktopFacts = door(commands.desktopFacts);
export const setAutostart = door(commands.setAutostart);
export const lead = door(commands.lead);

// Jobs
export const createBackup = door((attachments: boolean, password: string | null, watch: Watch) =>
  commands.createBackup(attachments, password, channel(watch)));
export const cancelJob = door(commands.cancelJob);
export const runningJob = door(commands.runningJob);
export const archives = door(commands.archives);
export const pickArchive = door(commands.pickArchive);
export const pickArchives = door(commands.pickArchives);
export const openKnown = door(commands.openKnown);
export const holdKnown = door(commands.holdKnown);
export const checkArchive = door((token: string, full: boolean, watch: Watch) =>
  commands.checkArchive(token, full, channel(watch)));
export const runs = door(commands.runs);
export const runDetails = door(commands.runDetails);
export const report = door(commands.report);
export const saveReport = door(commands.saveReport);
export const backupSizes = door(commands.backupSizes);
export const pinArchive = door(commands.pinArchive);
export const deletion = door(commands.deletion);
export const deleteArchive = door(commands.deleteArchive);
export const showInFolder = door(commands.showInFolder);
export const unlockArchive = door(commands.unlockArchive);
export const planRestore = door((tokens: string[], mode: T.RestoreMode, only: string[], salvage: boolean, watch: Watch) =>
  commands.planRestore(tokens, mode, only, salvage, channel(watch)));
export const saveCopy = door((token: string, password: string | null, watch: Watch) =>
  commands.saveCopy(token, password, channel(watch)));
export const applyPlan = door((plan: string, watch: Watch) => commands.applyPlan(plan, channel(watch)));
export const planUndo = door(commands.planUndo);

// Places
export const places = door(commands.places);
export const discoverPlaces = door(commands.discoverPlaces);
export const pickPlace = door(commands.pickPlace);
export const addPlace = door(commands.addPlace);
export const removePlace = door(commands.removePlace);
export const setPlacePassword = door(commands.setPlacePassword);
export const setPlaceMerge = door(commands.setPlaceMerge);
export const checkPlace = door((place: string, watch: Watch) => commands.checkPlace(place, channel(watch)));
export const placeArchives = door(commands.placeArchives);

// Notes, of the library (null) or of an archive that is looked at (its token)
export const lookInto = door((token: string, watch: Watch) => commands.lookInto(token, channel(watch)));
export const notebooks = door(commands.notebooks);
export const notes = door(commands.notes);
export const notePlaces = door(commands.notePlaces);
export const notePreview = door(commands.notePreview);
export const saveAttachment = door(commands.saveAttachment);
/** Where the window gets a picture of a note from: see `pictures.rs`. */
export const pictureAddress = (archive: string | null, hash: string): string =>
  convertFileSrc(`${archive ?? 'library'}/${hash}`, 'backstop');

// Events. Each gives back what stops listening.
type Stop = () => void;
const on = <P>(event: string, then: (payload: P) => void): Promise<Stop> =>
  listen<P>(event, ({ payload }) => then(payload));

export const onOverviewChanged = (then: () => void) => on<null>('overview_changed', then);
export const onLead = (then: () => void) => on<null>('lead', then);
export const onCloseRequested = (then: (question: T.CloseQuestion) => void) => on<T.CloseQuestion>('close_requested', then);
export const onArchivesDropped = (then: (dropped: T.ArchivesDropped) => void) =>
  on<T.ArchivesDropped>('archives_dropped', then);
export const onDragOver = (then: () => void) => on<null>('drag_over', then);
export const onDragLeave = (then: () => void) => on<null>('drag_leave', then);
