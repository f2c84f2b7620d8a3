// Bringing notes back: open, unlock, plan, apply, and undo. A plan is shown before anything changes.

import * as api from '../api';
import { isDamage } from '../problems';
import { restore as say } from '../strings';
import { job } from './job.svelte';
import { notices } from './notices.svelte';
import { overview } from './overview.svelte';
import { session } from './session.svelte';

export type RestoreStep = 'plan' | 'result';

/** Which part of a backup is restored. */
export interface Part {
  /** Ids of the only items, with what belongs to them. */
  only: string[];
  /** The ticks that they were made of, and how many notes those are. */
  ticked: ReadonlySet<string>;
  notes: number;
}

class RestoreFlow {
  /** The archives in hand, merged by the plan; locked ones wait for the unlock dialog. */
  archives = $state.raw<api.OpenedArchive[]>([]);
  /** The part that was ticked; null is all of it. */
  part = $state.raw<Part | null>(null);
  unlocking = $state(false);
  opening = $state(false);
  /** Set while the task covers the window. */
  step = $state<RestoreStep | null>(null);
  undo = $state(false);
  mode = $state<api.RestoreMode>('merge');
  plan = $state.raw<api.PlanSummary | null>(null);
  /** The backup is damaged: the plan takes what is whole. */
  salvage = $state(false);
  /** Notes that are only here, as the last merge or overwrite told: what `exact` would remove. */
  absent = $state<number | null>(null);
  result = $state.raw<api.RestoreResult | null>(null);
  problem = $state<api.Problem | null>(null);
  private undoRun = '';
  /** Another mode was chosen while a plan was made: that one is made next. */
  private changed = false;
  /** Where an opened archive goes next: to its plan, or only into the hand (first steps). */
  private then: () => void = () => void this.makePlan();

  /** The archive in hand, or the first of several. */
  get archive(): api.OpenedArchive | null {
    return this.archives[0] ?? null;
  }

  /** No plan came of the mode that was chosen: another one may do. */
  get unplanned(): boolean {
    return this.problem !== null && this.plan === null && !this.undo;
  }

  /** The one whose password is asked for. */
  get locked(): api.OpenedArchive | null {
    return this.unlocking ? (this.archives.find(({ locked }) => locked) ?? null) : null;
  }

  /** Opens one from the list, or lets the reader pick files. Who has no account looks into one at a time. */
  async open(from: { known: string } | 'files', then?: () => void) {
    if (this.opening || job.kind) return;
    this.problem = null;
    this.opening = true;
    try {
      this.take(await this.picked(from), then);
    } catch (caught) {
      this.problem = api.toProblem(caught);
    } finally {
      this.opening = false;
    }
  }

  private async picked(from: { known: string } | 'files'): Promise<api.OpenedArchive[]> {
    if (from !== 'files') return [await api.openKnown(from.known)];
    if (session.account) return api.pickArchives();
    const one = await api.pickArchive();
    return one ? [one] : [];
  }

  /** Takes archives that were opened, by whatever way, and goes on or asks for their passwords. */
  take(opened: api.OpenedArchive[], then?: () => void, part: Part | null = null) {
    if (opened.length === 0) return;
    this.problem = null;
    this.archives = opened;
    this.part = part;
    this.absent = null;
    this.salvage = false;
    this.then = then ?? (() => void this.makePlan());
    if (opened.some(({ locked }) => locked)) this.unlocking = true;
    else this.then();
  }

  /** Tries a secret, and the same one on the others. A Problem is thrown for the dialog to show. */
  async unlock(password: string | null, key: string | null) {
    const asked = this.locked;
    if (!asked) return;
    const opened = [await api.unlockArchive(asked.token, password, key)];
    for (const other of this.archives.filter(({ locked, token }) => locked && token !== asked.token)) {
      const same = await api.unlockArchive(other.token, password, key).catch(() => null);
      if (same) opened.push(same);
    }
    this.archives = this.archives.map((archive) => opened.find(({ token }) => token === archive.token) ?? archive);
    // The dialog asks for the next, unless it was closed in the meantime.
    if (!this.unlocking || this.locked) return;
    this.unlocking = false;
    this.then();
  }

  stopUnlocking() {
    this.unlocking = false;
    this.archives = [];
    this.part = null;
  }

  /** Restores only what was ticked, or all of it again. */
  async choose(part: Part | null) {
    this.part = part;
    await this.makePlan(part && this.mode === 'exact' ? 'merge' : this.mode);
  }

  async makePlan(mode: api.RestoreMode = this.mode) {
    if (this.archives.length === 0) return;
    this.mode = mode;
    this.undo = false;
    if (job.kind === 'plan') {
      this.changed = true;
      return job.cancel();
    }
    const tokens = this.archives.map(({ token }) => token);
    await this.planWith('plan', (watch) => api.planRestore(tokens, mode, this.part?.only ?? [], this.salvage, watch));
    if (this.plan && (mode === 'merge' || mode === 'overwrite')) this.absent = this.plan.only_here;
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
    this.changed = false;
    try {
      const plan = await job.run(kind, work);
      if (!this.changed) this.plan = plan;
    } catch (caught) {
      const problem = api.toProblem(caught);
      // Of a damaged backup what is whole is planned: the plan says how much that is. Never exactly.
      const whole = kind === 'plan' && !this.undo && !this.salvage && this.mode !== 'exact' && isDamage(problem.code);
      if (whole) this.salvage = this.changed = true;
      if (!this.changed) this.stopped(problem);
    }
    if (this.changed) await this.makePlan();
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
    this.archives = [];
    this.part = null;
    this.plan = null;
    this.absent = null;
    this.salvage = false;
    this.result = null;
    this.problem = null;
    this.undo = false;
    this.mode = 'merge';
  }
}

export const restoreFlow = new RestoreFlow();
