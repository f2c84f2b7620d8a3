// What can be done with a known backup, as the entries of its menu.

import type { ArchiveCard } from '../api';
import { history, restore } from '../strings';
import type { MenuItem } from './Menu.svelte';

export interface ArchiveActs {
  look: (archive: ArchiveCard) => void;
  restore: (archive: ArchiveCard) => void;
  check: (archive: ArchiveCard, full: boolean) => void;
  show: (archive: ArchiveCard) => void;
  /** Only where the page is for it. */
  pin?: (archive: ArchiveCard, pinned: boolean) => void;
  remove?: (archive: ArchiveCard) => void;
}

/** The menu; `more` comes before what deletes. */
export function archiveItems(archive: ArchiveCard, acts: ArchiveActs, more: MenuItem[] = []): MenuItem[] {
  const { pin, remove } = acts;
  return [
    { label: history.browse, icon: 'book', choose: () => acts.look(archive) },
    { label: history.check, icon: 'shieldOk', note: restore.check.fullNote, choose: () => acts.check(archive, true) },
    { label: restore.check.quick, icon: 'check', note: restore.check.quickNote, choose: () => acts.check(archive, false) },
    ...(pin ? [pinItem(archive, pin)] : []),
    { label: history.restore, icon: 'restore', choose: () => acts.restore(archive) },
    { label: history.show, icon: 'folder', choose: () => acts.show(archive) },
    ...more,
    ...(remove ? [{ label: history.delete, icon: 'bin', danger: true, choose: () => remove(archive) } as const] : []),
  ];
}

const pinItem = (archive: ArchiveCard, pin: (archive: ArchiveCard, pinned: boolean) => void): MenuItem => ({
  label: archive.pinned ? history.unpin : history.pin,
  icon: 'pin',
  note: archive.pinned ? history.unpinNote : history.pinNote,
  choose: () => pin(archive, !archive.pinned),
});
