// Words that numbers and dates are made of.

const plural = (one: string, many: string) => (n: number, shown: string = String(n)) =>
  `${shown} ${n === 1 ? one : many}`;

export const words = {
  today: 'today',
  yesterday: 'yesterday',
  tomorrow: 'tomorrow',
  seconds: plural('second', 'seconds'),
  minutes: plural('minute', 'minutes'),
  hours: plural('hour', 'hours'),
  days: plural('day', 'days'),
  notes: plural('note', 'notes'),
  notebooks: plural('notebook', 'notebooks'),
  backups: plural('backup', 'backups'),
  attachments: plural('attachment', 'attachments'),
  items: plural('item', 'items'),
};
