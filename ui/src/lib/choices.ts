// The options of every dropdown, in the order they are shown.

import type { ArchiveFormat, Interval, OnClose, Theme } from './api';
import type { Policy } from './keep';
import { automatic, backup, common } from './strings';

const list = <V extends string>(names: Record<V, string>, order: V[]) => order.map((value) => ({ value, label: names[value] }));

export const intervals = list<Interval>(automatic.intervals, ['never', 'daily', 'weekly', 'monthly']);
export const fullIntervals = list<Interval>(automatic.intervals, ['never', 'weekly', 'monthly']);
export const formats = list<ArchiveFormat>(backup.formats, ['nnbackupz', 'backstop']);
export const policies = list<Policy>(automatic.keep.policies, ['all', 'many', 'some', 'custom']);
export const themes = list<Theme>(common.appearance.themes, ['system', 'light', 'dark']);
export const closes = list<OnClose>(common.appearance.closes, ['ask', 'tray', 'quit']);
