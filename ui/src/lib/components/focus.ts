// Where the focus goes when a screen changes: to its heading, so that it is read and Tab goes on from there.

import type { Attachment } from 'svelte/attachments';

export const focusHeading: Attachment<HTMLElement> = (heading) => {
  // A dialog that is closing gives the focus back first.
  queueMicrotask(() => {
    if (!document.querySelector('dialog[open]')) heading.focus({ preventScroll: true });
  });
};
