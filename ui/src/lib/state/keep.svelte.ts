// What "Keep" would delete: the plan is shown, and only then agreed to or carried out.

import * as api from '../api';
import { count, size } from '../format';
import { automatic, words } from '../strings';
import { job } from './job.svelte';
import { notices } from './notices.svelte';
import { overview } from './overview.svelte';

const say = automatic.plan;

class KeepFlow {
  plan = $state.raw<api.PrunePlanCard | null>(null);
  /** What was deleted, once it is. */
  result = $state.raw<api.PruneResult | null>(null);
  problem = $state<api.Problem | null>(null);
  busy = $state<'plan' | 'agree' | 'delete' | 'accept' | null>(null);

  /** Keeps another policy, and shows what it would delete. */
  async choose(keep: api.Keep) {
    await overview.choose({ setting: 'keep', to: keep });
    if (!overview.problem && keep !== 'all') await this.show();
  }

  /** Shows the plan. What goes wrong before there is one, the page says. */
  async show() {
    this.problem = this.result = null;
    if (this.busy) return;
    this.busy = 'plan';
    try {
      this.plan = await api.prunePlan();
    } catch (caught) {
      overview.problem = api.toProblem(caught);
    } finally {
      this.busy = null;
    }
  }

  close() {
    this.plan = this.result = this.problem = null;
  }

  /** From now on the policy holds by itself. */
  agree() {
    const keep = this.plan?.keep;
    return this.attempt('agree', async () => {
      if (keep === undefined) return;
      await api.agreeToKeep(keep);
      this.close();
      notices.show(say.agreed);
    });
  }

  /** Deletes exactly what is shown. */
  deleteNow() {
    const token = this.plan?.token;
    return this.attempt('delete', async () => {
      if (token === undefined || job.kind) return;
      this.result = await job.run('prune', (watch) => api.prune(token, watch));
      notices.say(this.said(this.result));
    });
  }

  /** The smaller backups are right. */
  accept() {
    return this.attempt('accept', async () => {
      const plan = await api.acceptDrop();
      if (this.plan) this.plan = plan;
      notices.show(say.accepted);
    });
  }

  said(result: api.PruneResult): string {
    const many = result.deleted.length;
    return say.deleted(words.backups(many, count(many)), size(result.bytes_freed));
  }

  private async attempt(what: 'agree' | 'delete' | 'accept', work: () => Promise<void>) {
    if (this.busy) return;
    this.busy = what;
    this.problem = null;
    try {
      await work();
    } catch (caught) {
      this.problem = api.toProblem(caught);
      // Something changed in between: what is shown has to be what would be done.
      if (this.problem.code === 'destination_changed') this.plan = await api.prunePlan().catch(() => this.plan);
    } finally {
      this.busy = null;
      await overview.load();
    }
    // Without a dialog, the page says it.
    if (this.problem && !this.plan) overview.problem = this.problem;
  }
}

export const keepFlow = new KeepFlow();
