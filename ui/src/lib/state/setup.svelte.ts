// The first steps: which one is open and what they have gathered.

import type * as api from '../api';
import { overview } from './overview.svelte';
import { type Part, restoreFlow } from './restore.svelte';
import { session } from './session.svelte';

export const setupSteps = ['protect', 'key', 'notes', 'where', 'first'] as const;
export type SetupStep = (typeof setupSteps)[number];

class Setup {
  step = $state<SetupStep | null>(null);
  created = $state.raw<api.CreatedAccount | null>(null);
  /** Archives that were opened before there was a library to restore into; their plan follows the last step. */
  archives = $state.raw<api.OpenedArchive[]>([]);
  /** What was ticked of them. */
  part = $state.raw<Part | null>(null);
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

  keep(archives: api.OpenedArchive[], part: Part | null = null) {
    this.archives = archives;
    this.part = part;
  }

  /** After the folder: to the plan of the archives in hand, or to the first backup. */
  async afterFolder() {
    await overview.load();
    if (this.archives.length > 0) {
      this.restoring = true;
      this.step = null;
      this.hand();
    } else this.step = 'first';
  }

  /** Hands on to their plan what was opened before. */
  hand() {
    const { archives, part } = this;
    this.keep([]);
    restoreFlow.take(archives, undefined, part);
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
    this.keep([]);
    this.restoring = false;
  }
}

export const setup = new Setup();
