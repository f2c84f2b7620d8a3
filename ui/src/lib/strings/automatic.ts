// Words of everything that runs by itself: intervals, what is kept, copies, a pause.

export const automatic = {
  title: 'Automatic backups',
  note: 'Notes, notebooks, tags and history. Counted from the last verified backup.',
  full: 'Automatic backups with attachments',
  fullNote: 'The same and every attached file. It counts as a backup of the notes too.',
  reminders: 'Backup reminders',
  remindersNote: 'A notice in place of a backup, for those who make their backups by hand.',
  intervals: { never: 'Never', daily: 'Daily', weekly: 'Weekly', monthly: 'Monthly' },
  secret: 'Encryption is off, so automatic backups can be read by anyone who gets the files.',

  keep: {
    title: 'Keep',
    policies: { all: 'Everything', many: 'Many', some: 'Some', custom: 'Custom' },
    all: 'No backup is ever deleted by itself.',
    spans: { daily: 'daily', weekly: 'weekly', monthly: 'monthly', yearly: 'yearly' },
    counts: (parts: string) => `${parts}, with and without attachments.`,
    lastOnly: 'Only the last verified backup, with and without attachments.',
    change: 'Change',
    changeLabel: 'Change how many backups are kept',
    custom: {
      title: 'How many backups to keep',
      lead: 'The last backup of each of that many days, weeks, months and years stays. The last verified one always does.',
      daily: 'Days',
      weekly: 'Weeks',
      monthly: 'Months',
      yearly: 'Years',
      wrong: 'From 0 to 999.',
      confirm: 'Continue',
    },
  },

  copies: {
    title: 'Copies',
    none: 'A second folder, best on another disk: every backup is copied there, and the copy is checked.',
    some: 'Every backup is copied here, and the copy is checked.',
    select: 'Select',
    selectLabel: 'Select a folder for copies',
    clear: 'Clear',
    clearLabel: 'Clear the folder for copies',
    folder: {
      title: 'Use this folder for copies?',
      lead: 'Every backup from now on is copied there as well, and the copy is checked.',
      confirm: 'Use this folder',
    },
    secret: 'Encryption is off, so anyone who can open this folder can read the copies in it.',
    cleared: 'No more copies are made. Those that are there stay.',
  },
};
