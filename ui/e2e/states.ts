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
const calm = { last_verified: ago(6 * HOUR), last_verified_full: ago(20 * DAY), next: ahead(18 * HOUR) };
const old = { last_verified: ago(10 * DAY), last_verified_full: ago(20 * DAY), next: null };

function state(name: string, title: string, word: string, protection: object, facts: object = calm, over: object = {}): State {
  return { name, title, word, world: { signedIn: true, running: progress, overview: { status: { protection, ...facts }, ...over } } };
}
const failed = (name: string, title: string, code: string, reason: string) =>
  state(name, title, 'Failed', { state: 'failed', reason, code }, { ...calm, last_verified: ago(30 * HOUR), next: ahead(0.25 * HOUR) });

export const states: State[] = [
  state('protected', 'Protected', 'Protected', { state: 'protected' }),
  state('protected-by-hand', 'Protected, automatic backups off', 'Protected', { state: 'protected' }, { ...calm, next: null }, { interval: 'never', interval_full: 'never' }),
  state('protected-no-attachments', 'Protected, none with attachments yet', 'Protected', { state: 'protected' }, { ...calm, last_verified_full: null }),
  state('due', 'Due', 'Due', { state: 'due' }, { ...calm, last_verified: ago(30 * HOUR), next: null }),
  state('overdue', 'Overdue', 'Overdue by 9 days', { state: 'overdue', days: 9 }, old),
  failed('failed-disk-gone', 'Failed: the drive is away', 'disk_gone', 'The drive with the backups folder is not there. Your earlier backups are as they were.'),
  failed('failed-no-space', 'Failed: the drive is full', 'no_space', 'The drive is full: 412 MB needed, 96 MB free. Your earlier backups are as they were.'),
  failed('failed-read-only', 'Failed: the folder can’t be written', 'read_only', 'The backups folder can’t be written to. Your earlier backups are as they were.'),
  failed('failed-locked-out', 'Failed: nobody was signed in', 'not_logged_in', 'Nobody was signed in, so no backup was made, and nothing was written unencrypted.'),
  state('never', 'Never', 'Not backed up yet', { state: 'never' }, { last_verified: null, last_verified_full: null, next: null }),
  state('never-empty', 'Never, and no notes yet', 'Not backed up yet', { state: 'never' }, { last_verified: null, last_verified_full: null, next: null }, { notes: 0, attachments: 0 }),
  {
    ...state('running', 'Running', 'Backing up your notes', { state: 'running' }), place: 'main > .column',
  },
  state('paused', 'Paused', 'Paused', { state: 'protected' }, calm, { paused_until: ahead(18 * HOUR) }),
];
