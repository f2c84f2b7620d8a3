// Bringing notes back: open, unlock, plan, apply, and undo. A plan is shown before anything changes.

import * as api from '../api';
import { restore as say } from '../strings';
import { job } from './job.svelte';
import { notices } from './notices.svelte';
import { overview } from './overview.svelte';

export type RestoreStep = 'plan' | 'result';

class RestoreFlow {
  /** The archive in hand; locked ones wait for the unlock dialog. */
  archive = $state.raw<api.OpenedArchive | null>(null);
  unlocking = $state(false);
  opening = $state(false);
  /** Set while the task covers the window. */
  step = $state<RestoreStep | null>(null);
  undo = $state(false);
  mode = $state<api.RestoreMode>('merge');
  plan = $state.raw<api.PlanSummary | null>(null);
  result = $state.raw<api.RestoreResult | null>(null);
  problem = $state<api.Problem | null>(null);
  private undoRun = '';
  /** Where an opened archive goes next: to its plan, or only into the hand (first steps). */
  private then: () => void = () => void this.makePlan();

  /** Opens one from the list, or lets the reader pick a file. */
  async open(from: { known: string } | 'files', then?: () => void) {
    if (this.opening || job.kind) return;
    this.problem = null;
    this.opening = true;
    try {
      const opened = from === 'files' ? await api.pickArchive() : await api.openKnown(from.known);
      if (opened) this.take(opened, then);
    } catch (caught) {
      this.problem = api.toProblem(caught);
    } finally {
      this.opening = false;
    }
  }

  /** Takes an archive that was opened, by whatever way, and goes on or asks for its password. */
  take(opened: api.OpenedArchive, then?: () => void) {
    this.problem = null;
    this.archive = opened;
    this.then = then ?? (() => void this.makePlan());
    if (opened.locked) this.unlocking = true;
    else this.then();
  }

  /** Tries a secret. A Problem is thrown for the dialog to show. */
  async unlock(password: string | null, key: string | null) {
    if (!this.archive) return;
    this.archive = await api.unlockArchive(this.archive.token, password, key);
    this.unlocking = false;
    this.then();
  }

  stopUnlocking() {
    this.unlocking = false;
    this.archive = null;
  }

  async makePlan(mode: api.RestoreMode = this.mode) {
    const archive = this.archive;
    if (!archive) return;
    this.mode = mode;
    this.undo = false;
    await this.planWith('plan', (watch) => api.planRestore(archive.token, mode, watch));
  }

  async makeUndo(run: string) {
    this.undo = true;
    this.undoRun = run;
    await this.planWith('plan', () => api.planUndo(run));
  }

  /** After a problem: a fresh look at the plan, never straight to the change. */
  again() {
    return this.undo ? this.makeUndo(this.undoRun) : this.makePlan();
  }

  private async planWith(kind: 'plan', work: (watch: (progress: api.JobProgress) => void) => Promise<api.PlanSummary>) {
    this.step = 'plan';
    this.plan = null;
    this.problem = null;
    try {
      this.plan = await job.run(kind, work);
    } catch (caught) {
      this.stopped(api.toProblem(caught));
    }
  }

  async apply() {
    const plan = this.plan;
    if (!plan) return;
    this.problem = null;
    try {
      const result = await job.run(this.undo ? 'undo' : 'restore', (watch) => api.applyPlan(plan.token, watch));
      if (result.outcome === 'cancelled') await this.lookAgain();
      else this.finish(result);
    } catch (caught) {
      const problem = api.toProblem(caught);
      if (problem.code === 'cancelled') await this.lookAgain();
      else this.stopped(problem);
    }
  }

  /** A plan is good for one attempt: after a cancel a fresh one is shown. */
  private async lookAgain() {
    notices.show(say.plan.cancelled);
    await this.again();
  }

  private finish(result: api.RestoreResult) {
    this.result = result;
    this.step = 'result';
    const failed = result.outcome === 'failed';
    notices.say(failed ? say.result.failed : this.undo ? say.result.undone : say.result.done, failed);
    void overview.load();
  }

  private stopped(problem: api.Problem) {
    if (problem.code === 'cancelled') this.cancelled();
    else if (problem.code === 'secret_required' && this.archive) {
      this.step = null;
      this.unlocking = true;
    } else {
      this.problem = problem;
      notices.say(problem.message, true);
    }
  }

  private cancelled() {
    notices.show(say.plan.cancelled);
    if (!this.plan) this.close();
  }

  /** Leaves the task. The overview keeps the undo of the last restore at hand. */
  close() {
    this.step = null;
    this.archive = null;
    this.plan = null;
    this.result = null;
    this.problem = null;
    this.undo = false;
    this.mode = 'merge';
  }
}

export const restoreFlow = new RestoreFlow();
