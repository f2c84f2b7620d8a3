// "Create backup": from the press to the result.

import * as api from '../api';
import { backup } from '../strings';
import { guardedJob } from './secret.svelte';
import { job } from './job.svelte';
import { notices } from './notices.svelte';
import { overview, plainWords } from './overview.svelte';

class BackupFlow {
  result = $state.raw<api.BackupResult | null>(null);
  problem = $state<api.Problem | null>(null);
  /** What was asked for last, so that "Try again" does the same. */
  private attachments = false;

  async create(attachments: boolean) {
    if (job.kind) return;
    this.attachments = attachments;
    this.result = null;
    this.problem = null;
    try {
      const made = await guardedJob(plainWords(backup.plainSecret.backup), (password) =>
        job.run('backup', (watch) => api.createBackup(attachments, password, watch)),
      );
      if (made) this.finish(made);
    } catch (caught) {
      const problem = api.toProblem(caught);
      if (problem.code === 'cancelled') notices.show(backup.result.cancelled);
      else this.fail(problem);
    }
    await overview.load();
  }

  again() {
    return this.create(this.attachments);
  }

  dismiss() {
    this.result = null;
    this.problem = null;
  }

  private finish(made: api.BackupResult) {
    if (made.outcome === 'cancelled') {
      notices.show(backup.result.cancelled);
      return;
    }
    this.result = made;
    notices.say(made.outcome === 'failed' ? backup.result.failed : backup.result.done, made.outcome === 'failed');
  }

  private fail(problem: api.Problem) {
    this.problem = problem;
    notices.say(problem.message, true);
  }
}

export const backupFlow = new BackupFlow();
