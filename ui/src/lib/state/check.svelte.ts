// Checking a backup again: its progress and what was found, in one dialog.

import * as api from '../api';
import { restore as say } from '../strings';
import { contents } from './contents.svelte';
import { job } from './job.svelte';
import { notices } from './notices.svelte';
import { restoreFlow } from './restore.svelte';

class Check {
  /** The name of the file in hand, while the dialog is open. */
  name = $state<string | null>(null);
  result = $state.raw<api.CheckResult | null>(null);
  problem = $state<api.Problem | null>(null);
  /** Counts the checks that ended, so that lists know when they are out of date. */
  ended = $state(0);
  private known: string | null = null;
  private hold: () => Promise<string> = () => Promise.reject(new Error('nothing is checked'));

  /** Checks one from the list. One that is locked asks for its password first. */
  async ofKnown(archive: api.ArchiveCard, full: boolean) {
    if (job.kind) return;
    this.known = archive.id;
    await this.run(archive.name, full, () => api.holdKnown(archive.id));
  }

  /** Checks one that is open. */
  async ofOpened(archive: api.OpenedArchive, full: boolean) {
    if (job.kind) return;
    this.known = null;
    await this.run(archive.name, full, () => Promise.resolve(archive.token));
  }

  private async run(name: string, full: boolean, hold: () => Promise<string>) {
    this.name = name;
    this.hold = hold;
    this.result = null;
    this.problem = null;
    try {
      const token = await hold();
      this.result = await job.run('check', (watch) => api.checkArchive(token, full, watch));
      notices.say(this.result.sound ? say.check.sound : say.check.damaged, !this.result.sound);
    } catch (caught) {
      this.failed(api.toProblem(caught), full);
    } finally {
      this.ended += 1;
    }
  }

  private failed(problem: api.Problem, full: boolean) {
    const known = this.known;
    if (problem.code === 'cancelled') {
      this.close();
      notices.show(say.check.cancelled);
    } else if (problem.code === 'secret_required' && known !== null) {
      this.close();
      void restoreFlow.open({ known }, () => { if (restoreFlow.archive) void this.ofOpened(restoreFlow.archive, full); });
    } else {
      this.problem = problem;
      notices.say(problem.message, true);
    }
  }

  /** Reads all of what was only looked over. */
  async inFull() {
    if (this.name !== null && !job.kind) await this.run(this.name, true, this.hold);
  }

  /** Shows what is still whole: the notes of the archive, damage and all. */
  async look() {
    const known = this.known;
    this.close();
    if (known !== null) await restoreFlow.open({ known }, () => { if (restoreFlow.archive) void contents.open(restoreFlow.archive); });
  }

  close() {
    this.name = null;
    this.result = null;
    this.problem = null;
  }
}

export const check = new Check();
