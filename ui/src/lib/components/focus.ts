// Where the focus goes when a screen changes: to its heading, so that it is read and Tab goes on from there.

import type { Attachment } from 'svelte/attachments';

// The first screen of all keeps the usual start: Tab reaches "Skip to content" first.
let started = false;

export const focusHeading: Attachment<HTMLElement> = (heading) => {
  if (!started) {
    started = true;
    return;
  }
  // A dialog that is closing gives the focus back first.
  queueMicrotask(() => {
    if (document.querySelector('dialog[open]')) return;
    heading.focus({ preventScroll: true });
    // A new screen starts at its top, however far the last one was scrolled.
    if (heading.tagName === 'H1') window.scrollTo(0, 0);
  });
};

/** A list that scrolls is a stop of its own, so that the keyboard can scroll it; one that does not is none. */
export const scrollable: Attachment<HTMLElement> = (list) => {
  if (typeof ResizeObserver === 'undefined') return;
  const watching = new ResizeObserver(() => {
    if (list.scrollHeight > list.clientHeight) list.tabIndex = 0;
    else list.removeAttribute('tabindex');
  });
  watching.observe(list);
  return () => watching.disconnect();
};
