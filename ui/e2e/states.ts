// Every state of the status card, as a picture of it for the documents: what it is called there, the world that it
// is shown in, and the word that it must bear.

/** The moment of all pictures. */
export const AT = new Date('2026-11-22T14:03:00Z');

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ago = (ms: number) => AT.getTime() - ms;
const ahead = (ms: number) => AT.getTime() + ms;

export interface State {
  name: string;
  title: string;
  word: string;
  world: object;
  /** What to draw, if it is not the card: a running backup takes the place of the whole page. */
  place?: string;
}

const progress = { stage: 'encrypting', items_done: 602, items_total: 1204, bytes_done: 206_000_000, bytes_total: 412_000_000, seconds_left: 40 };
const calm = { last_verified: ago(6 * HOUR), last_verified_full: ago(20 * DAY), next: ahead(18 * HOUR), next_full: ahead(10 * DAY), overdue_days: null, overdue_full_days: null, waiting: null, missing: null, copies: null };
const old = { ...calm, last_verified: ago(10 * DAY), next: null, next_full: null };
const never = { ...calm, last_verified: null, last_verified_full: null, next: null, next_full: null };

function state(name: string, title: string, word: string, protection: object, facts: object = calm, over: object = {}): State {
  return { name, title, word, world: { signedIn: true, running: progress, overview: { status: { protection, ...facts }, ...over } } };
}
const failed = (name: string, title: string, code: string, reason: string, waiting: object | null = null) =>
  state(name, title, 'Failed', { state: 'failed', reason, code, with_attachments: false }, { ...calm, last_verified: ago(30 * HOUR), next: ahead(0.25 * HOUR), waiting });

/** A verified backup of this morning whose file can't be seen: the folder is away, or the file is gone from it. */
const missing = (away: boolean) => ({ name: 'library-2026-11-22-08-03-15.nnbackupz', folder: '/media/mira/Elements/Backstop/backups', verified: ago(6 * HOUR), attachments_included: false, away });
const copies = { copies_folder: '/media/mira/Second/Backstop/backups' };

export const states: State[] = [
  state('protected', 'Protected', 'Protected', { state: 'protected' }),
  state('protected-by-hand', 'Protected, automatic backups off', 'Protected', { state: 'protected' }, { ...calm, next: null, next_full: null }, { interval: 'never', interval_full: 'never' }),
  state('protected-only-full', 'Protected, only backups with attachments by themselves', 'Protected', { state: 'protected' }, { ...calm, next: ahead(10 * DAY) }, { interval: 'never' }),
  state('protected-no-attachments', 'Protected, none with attachments yet', 'Protected', { state: 'protected' }, { ...calm, last_verified_full: null }),
  state('protected-copies', 'Protected, copies are missing', 'Protected', { state: 'protected' }, { ...calm, copies: { away: true, missing: 3 } }, copies),
  state('due', 'Due', 'Due', { state: 'due' }, { ...calm, last_verified: ago(30 * HOUR), next: null }),
  state('due-full', 'Due: with attachments', 'Due', { state: 'due' }, { ...calm, last_verified_full: ago(30.25 * DAY), next_full: null }),
  state('due-gone', 'Due: the last backup is gone', 'Due', { state: 'due' }, { ...calm, last_verified: ago(30 * HOUR), next: null, missing: missing(false) }),
  state('overdue', 'Overdue: the notes', 'Overdue by 9 days', { state: 'overdue', days: 9 }, { ...old, overdue_days: 9 }),
  state('overdue-full', 'Overdue: with attachments', 'Overdue by 12 days', { state: 'overdue', days: 12 }, { ...calm, last_verified_full: ago(42 * DAY), next_full: null, overdue_full_days: 12 }),
  state('overdue-both', 'Overdue: both', 'Overdue by 12 days', { state: 'overdue', days: 12 }, { ...old, last_verified_full: ago(42 * DAY), overdue_days: 9, overdue_full_days: 12 }),
  state('overdue-battery', 'Overdue, and waiting for the mains', 'Overdue by 9 days', { state: 'overdue', days: 9 }, { ...old, overdue_days: 9, waiting: { on: 'battery', charge: 18, limit: 30 } }, { interval_full: 'never' }),
  state('overdue-paused', 'Overdue, and paused', 'Overdue by 9 days', { state: 'overdue', days: 9 }, { ...old, overdue_days: 9, waiting: { on: 'pause', until: ahead(18 * HOUR) } }, { paused_until: ahead(18 * HOUR) }),
  failed('failed-disk-gone', 'Failed: the drive is away', 'disk_gone', 'The drive with the backups folder is not there. Your earlier backups are as they were.', { on: 'disk', again: ahead(0.25 * HOUR) }),
  failed('failed-no-space', 'Failed: the drive is full', 'no_space', 'The drive is full: 412 MB needed, 96 MB free. Your earlier backups are as they were.'),
  failed('failed-read-only', 'Failed: the folder can’t be written', 'read_only', 'The backups folder can’t be written to. Your earlier backups are as they were.', { on: 'disk', again: ahead(0.25 * HOUR) }),
  failed('failed-locked-out', 'Failed: nobody was signed in', 'not_logged_in', 'Nobody was signed in, so no backup was made, and nothing was written unencrypted.'),
  state('away', 'Out of reach: the folder is away', 'Out of reach', { state: 'away' }, { ...calm, missing: missing(true) }),
  state('never', 'Never', 'Not backed up yet', { state: 'never' }, never),
  state('never-gone', 'Never: the only backup is gone', 'No backup left', { state: 'never' }, { ...never, missing: missing(false) }),
  state('never-empty', 'Never, and no notes yet', 'Not backed up yet', { state: 'never' }, never, { notes: 0, attachments: 0 }),
  {
    ...state('running', 'Running', 'Backing up your notes', { state: 'running' }), place: 'main > .column',
  },
  state('waiting-battery', 'Waiting for the mains', 'Waiting', { state: 'due' }, { ...calm, last_verified: ago(30 * HOUR), next: null, waiting: { on: 'battery', charge: 18, limit: 30 } }),
  state('paused', 'Paused', 'Paused', { state: 'protected' }, { ...calm, waiting: { on: 'pause', until: ahead(18 * HOUR) } }, { paused_until: ahead(18 * HOUR) }),
];
