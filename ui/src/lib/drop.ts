// Where a dropped file goes: to its plan when someone is signed in, else into the hand until then.

import type { ArchiveDropped } from './api';
import { job } from './state/job.svelte';
import { restoreFlow } from './state/restore.svelte';
import { router } from './state/router.svelte';
import { session } from './state/session.svelte';
import { setup } from './state/setup.svelte';

/** Keeps an opened archive until there is an account to restore into. */
export function keepForLater(): void {
  setup.keep(restoreFlow.archive);
}

export function dropped(file: ArchiveDropped): void {
  if (job.kind) return;
  const inShell = session.account !== null && setup.step === null;
  if (inShell) router.open('restore');
  if ('problem' in file) restoreFlow.problem = file.problem;
  else if (inShell) restoreFlow.take(file);
  else restoreFlow.take(file, keepForLater);
}
