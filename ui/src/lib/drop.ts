// Where opened or dropped files go: to their plan when someone is signed in, else the one is shown.

import type { ArchivesDropped } from './api';
import { contents } from './state/contents.svelte';
import { job } from './state/job.svelte';
import { restoreFlow } from './state/restore.svelte';
import { router } from './state/router.svelte';
import { session } from './state/session.svelte';
import { setup } from './state/setup.svelte';
import { restore } from './strings';

/** Keeps opened archives until there is a library to restore into. */
export function keepForLater(): void {
  setup.keep(restoreFlow.archives);
}

/** Shows what is in an archive that was just opened. */
export function lookInside(): void {
  if (restoreFlow.archive) void contents.open(restoreFlow.archive);
}

export function dropped(files: ArchivesDropped): void {
  if (job.kind) return;
  const inSteps = setup.step !== null;
  const inShell = session.account !== null && !inSteps;
  if (inShell) {
    contents.close();
    router.open('restore');
  }
  if ('problem' in files) restoreFlow.problem = files.problem;
  else if (inShell) restoreFlow.take(files.archives);
  else if (inSteps) restoreFlow.take(files.archives, keepForLater);
  else if (files.archives.length > 1) restoreFlow.problem = { code: 'usage', message: restore.oneToLook, hint: restore.oneToLookHint, details: [] };
  else restoreFlow.take(files.archives, lookInside);
}
