// The one catalogue: every word the window says. Plain, short, sentence case.

export { account } from './account';
export { automatic } from './automatic';
export { backup } from './backup';
export { browse } from './browse';
export { common } from './common';
export { history } from './history';
export { notifications } from './notifications';
export { places } from './places';
export { restore } from './restore';
export { setup } from './setup';
export { words } from './words';
