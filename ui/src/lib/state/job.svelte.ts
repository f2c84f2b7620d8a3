// The one running job and how far it is. The bar only ever moves forward.

import * as api from '../api';
import { backup } from '../strings';
import { notices } from './notices.svelte';

export type JobKind = 'backup' | 'plan' | 'restore' | 'undo' | 'look' | 'check' | 'copy' | 'prune';
export const stages: api.StageWord[] = ['reading', 'encrypting', 'writing', 'checking'];

class Job {
  kind = $state<JobKind | null>(null);
  progress = $state.raw<api.JobProgress | null>(null);
  /** 0 to 1 over all stages. */
  fraction = $state(0);
  /** 0 to 1 within the stage, for jobs of one stage. */
  part = $state(0);
  /** The furthest stage so far. */
  stage = $state(0);
  /** Bytes a second in this stage, once there is enough to tell. */
  rate = $state<number | null>(null);
  cancelling = $state(false);

  private stageSince = 0;
  private stageBytes = 0;
  private stageName: api.StageWord | null = null;
  private halfSaid = false;

  /** Runs `work` and follows its progress. */
  async run<T>(kind: JobKind, work: (watch: (progress: api.JobProgress) => void) => Promise<T>): Promise<T> {
    this.begin(kind);
    try {
      return await work((progress) => this.follow(progress));
    } finally {
      this.end();
    }
  }

  async cancel() {
    if (this.cancelling) return;
    this.cancelling = true;
    try {
      await api.cancelJob();
    } catch {
      // There was nothing left to cancel: the job's own end tells how it went.
      this.cancelling = false;
    }
  }

  begin(kind: JobKind) {
    this.kind = kind;
    this.progress = null;
    this.fraction = 0;
    this.part = 0;
    this.stage = 0;
    this.rate = null;
    this.cancelling = false;
    this.stageName = null;
    this.halfSaid = false;
  }

  end() {
    this.kind = null;
    this.progress = null;
    this.cancelling = false;
  }

  follow(progress: api.JobProgress, now: number = performance.now()) {
    this.progress = progress;
    const index = Math.max(0, stages.indexOf(progress.stage));
    if (progress.stage !== this.stageName) {
      this.part = 0;
      this.stageName = progress.stage;
      this.stageSince = now;
      this.stageBytes = progress.bytes_done;
      this.rate = null;
      notices.say(backup.progress.announce(index + 1, stages.length, backup.progress.stages[progress.stage]));
    }
    this.part = Math.max(this.part, part(progress));
    this.stage = Math.max(this.stage, index);
    this.fraction = Math.max(this.fraction, Math.min(1, (index + part(progress)) / stages.length));
    const seconds = (now - this.stageSince) / 1000;
    if (seconds >= 0.5) this.rate = Math.max(0, progress.bytes_done - this.stageBytes) / seconds;
    if (!this.halfSaid && this.fraction >= 0.5) {
      this.halfSaid = true;
      notices.say(backup.progress.half);
    }
  }
}

/** How much of its stage is done, by bytes where they are known, else by items. */
function part(progress: api.JobProgress): number {
  if (progress.bytes_total > 0) return Math.min(1, progress.bytes_done / progress.bytes_total);
  if (progress.items_total > 0) return Math.min(1, progress.items_done / progress.items_total);
  return 0;
}

export const job = new Job();
