// The options of every dropdown, in the order they are shown.

import type { ArchiveFormat, Interval, OnClose, Theme } from './api';
import { backup, common } from './strings';

const list = <V extends string>(names: Record<V, string>, order: V[]) => order.map((value) => ({ value, label: names[value] }));

export const intervals = list<Interval>(backup.intervals, ['never', 'daily', 'weekly', 'monthly']);
export const formats = list<ArchiveFormat>(backup.formats, ['nnbackupz', 'backstop']);
export const themes = list<Theme>(common.appearance.themes, ['system', 'light', 'dark']);
export const closes = list<OnClose>(common.appearance.closes, ['ask', 'tray', 'quit']);
