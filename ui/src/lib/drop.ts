// Where an opened or dropped file goes: to its plan when someone is signed in, else it is shown.

import type { ArchiveDropped } from './api';
import { contents } from './state/contents.svelte';
import { job } from './state/job.svelte';
import { restoreFlow } from './state/restore.svelte';
import { router } from './state/router.svelte';
import { session } from './state/session.svelte';
import { setup } from './state/setup.svelte';

/** Keeps an opened archive until there is an account to restore into. */
export function keepForLater(): void {
  setup.keep(restoreFlow.archive);
}

/** Shows what is in an archive that was just opened. */
export function lookInside(): void {
  if (restoreFlow.archive) void contents.open(restoreFlow.archive);
}

export function dropped(file: ArchiveDropped): void {
  if (job.kind) return;
  const inSteps = setup.step !== null;
  const inShell = session.account !== null && !inSteps;
  if (inShell) {
    contents.close();
    router.open('restore');
  }
  if ('problem' in file) restoreFlow.problem = file.problem;
  else if (inShell) restoreFlow.take(file);
  else restoreFlow.take(file, inSteps ? keepForLater : lookInside);
}
