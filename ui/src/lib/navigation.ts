// The left navigation, and what its search box finds. Only what works is in it.

import type { IconName } from './components/icons';
import type { Page } from './state/router.svelte';
import { account, automatic, backup, common, history, notifications, places } from './strings';

export interface NavEntry { page: Page; label: string; icon: IconName }
export interface NavGroup { label: string; entries: NavEntry[] }

const say = common.nav;

export const groups: NavGroup[] = [
  { label: say.userAccount, entries: [
    { page: 'profile', label: say.profile, icon: 'person' },
    { page: 'security', label: say.security, icon: 'shield' },
  ] },
  { label: say.yourNotes, entries: [
    { page: 'places', label: places.title, icon: 'folder' },
    { page: 'browse', label: say.browse, icon: 'book' },
  ] },
  { label: say.importExport, entries: [
    { page: 'backup', label: say.backup, icon: 'backup' },
    { page: 'restore', label: say.restore, icon: 'restore' },
    { page: 'history', label: history.title, icon: 'list' },
  ] },
  { label: say.other, entries: [
    { page: 'notifications', label: notifications.title, icon: 'bell' },
    { page: 'appearance', label: say.appearance, icon: 'contrast' },
    { page: 'about', label: say.about, icon: 'info' },
  ] },
];

/** A setting that the search box can lead to; `row` is the id of its title. */
export interface Found { page: Page; label: string; row: string | null }

const settings: Found[] = [
  ...groups.flatMap((group) => group.entries.map(({ page, label }) => ({ page, label, row: null }))),
  { page: 'backup', label: backup.now, row: 'now' },
  { page: 'backup', label: backup.restore, row: 'restore' },
  { page: 'backup', label: automatic.title, row: 'automatic' },
  { page: 'backup', label: automatic.full, row: 'automatic-full' },
  { page: 'backup', label: automatic.reminders, row: 'reminders' },
  { page: 'backup', label: backup.encryption, row: 'encryption' },
  { page: 'backup', label: backup.format, row: 'format' },
  { page: 'backup', label: automatic.keep.title, row: 'keep' },
  { page: 'backup', label: backup.directory, row: 'directory' },
  { page: 'backup', label: automatic.copies.title, row: 'copies' },
  { page: 'places', label: places.add, row: 'add' },
  { page: 'profile', label: account.profile.name, row: 'name' },
  { page: 'profile', label: account.profile.signOut, row: 'sign-out' },
  { page: 'security', label: account.security.password, row: 'password' },
  { page: 'security', label: account.security.key, row: 'key' },
  { page: 'security', label: account.security.newKey, row: 'new-key' },
  { page: 'security', label: account.security.delete, row: 'delete' },
  { page: 'notifications', label: notifications.success, row: 'success' },
  { page: 'notifications', label: notifications.pause, row: 'pause' },
  { page: 'notifications', label: notifications.battery, row: 'battery' },
  { page: 'notifications', label: notifications.recheck, row: 'recheck' },
  { page: 'notifications', label: notifications.skip, row: 'skip' },
  { page: 'notifications', label: notifications.desktop.autostart, row: 'autostart' },
  { page: 'appearance', label: common.appearance.theme, row: 'theme' },
  { page: 'appearance', label: common.appearance.onClose, row: 'on-close' },
];

/** Settings whose name has every word that was typed. */
export function findSettings(typed: string): Found[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  return settings.filter(({ label }) => wanted.every((word) => label.toLowerCase().includes(word)));
}
