// The options of every dropdown, in the order they are shown.

import type { ArchiveFormat, Interval, OnClose, Theme } from './api';
import type { Policy } from './keep';
import { automatic, backup, common, notifications } from './strings';

const BATTERY_LIMITS = [0, 10, 20, 30, 50, 80];

const list = <V extends string>(names: Record<V, string>, order: V[]) => order.map((value) => ({ value, label: names[value] }));

export const intervals = list<Interval>(automatic.intervals, ['never', 'daily', 'weekly', 'monthly']);
export const fullIntervals = list<Interval>(automatic.intervals, ['never', 'weekly', 'monthly']);
export const formats = list<ArchiveFormat>(backup.formats, ['nnbackupz', 'backstop']);
export const policies = list<Policy>(automatic.keep.policies, ['all', 'many', 'some', 'custom']);
export const themes = list<Theme>(common.appearance.themes, ['system', 'light', 'dark']);
export const closes = list<OnClose>(common.appearance.closes, ['ask', 'tray', 'quit']);

/** Charges to wait below; one that was chosen on the command line is offered too. */
export function batteryLimits(chosen: number): { value: string; label: string }[] {
  const limits = [...new Set([...BATTERY_LIMITS, chosen])].sort((one, other) => one - other);
  return limits.map((limit) => ({
    value: String(limit),
    label: limit === 0 ? notifications.batteryRuns : notifications.batteryBelow(String(limit)),
  }));
}
