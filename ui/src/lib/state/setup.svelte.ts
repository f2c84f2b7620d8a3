// The first steps: which one is open and what they have gathered.

import type * as api from '../api';
import { overview } from './overview.svelte';
import { restoreFlow } from './restore.svelte';
import { session } from './session.svelte';

export const setupSteps = ['protect', 'key', 'notes', 'where', 'first'] as const;
export type SetupStep = (typeof setupSteps)[number];

class Setup {
  step = $state<SetupStep | null>(null);
  created = $state.raw<api.CreatedAccount | null>(null);
  /** An archive that was opened before there was an account; its plan follows the last step. */
  archive = $state.raw<api.OpenedArchive | null>(null);
  /** The restore that belongs to these steps has begun: its end leads to the first backup. */
  restoring = $state(false);

  begin() {
    this.step = 'protect';
  }

  async createdAccount(created: api.CreatedAccount) {
    this.created = created;
    this.step = 'key';
    await session.load();
  }

  keep(archive: api.OpenedArchive | null) {
    this.archive = archive;
  }

  /** After the folder: to the plan of the archive in hand, or to the first backup. */
  async afterFolder() {
    await overview.load();
    if (this.archive) {
      this.restoring = true;
      this.step = null;
      const archive = this.archive;
      this.archive = null;
      restoreFlow.take(archive);
    } else this.step = 'first';
  }

  toFirstBackup() {
    this.restoring = false;
    restoreFlow.close();
    this.step = 'first';
  }

  /** Ends the first steps. The recovery key leaves the window's memory. */
  end() {
    this.step = null;
    this.created = null;
    this.archive = null;
    this.restoring = false;
  }
}

export const setup = new Setup();
