// What the page "Backup & export" shows, kept fresh.

import * as api from '../api';
import { stateWord } from '../status';
import { automatic, backup, common } from '../strings';
import { guarded, type SecretWords } from './secret.svelte';
import { job } from './job.svelte';
import { notices } from './notices.svelte';
import { session } from './session.svelte';

const POLL_MS = 500;
const ELSEWHERE_MS = 3000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

class OverviewStore {
  data = $state<api.Overview | null>(null);
  problem = $state<api.Problem | null>(null);
  /** A backup that the schedule started: this window follows it by asking. */
  private polling = false;

  async load() {
    try {
      this.take(await api.overview());
      this.problem = null;
    } catch (caught) {
      this.problem = api.toProblem(caught);
      // Signed out from elsewhere: the window follows.
      if (this.problem.code === 'not_logged_in') void session.load();
    }
  }

  clear() {
    this.data = null;
    this.problem = null;
  }

  take(next: api.Overview | undefined) {
    if (!next) return;
    const before = this.data?.status.protection;
    const now = next.status.protection;
    this.data = next;
    if (before && before.state !== now.state && now.state !== 'running') {
      const urgent = now.state === 'failed' || (now.state === 'overdue' && now.days > 1);
      notices.say(stateWord(now), urgent);
    }
    if (now.state === 'running' && !job.kind) void this.follow();
  }

  /** Every change goes through here: the page shows what the engine says afterwards. */
  private async change(words: SecretWords, run: (password: string | null) => Promise<api.Overview>) {
    this.problem = null;
    try {
      this.take(await guarded(words, run));
    } catch (caught) {
      this.problem = api.toProblem(caught);
    }
  }

  setInterval(interval: api.Interval) {
    return this.change(plainWords(automatic.secret), (password) => api.setInterval(interval, password));
  }

  /** Asks for no password: neither format can be read without one while encryption is on. */
  setFormat(format: api.ArchiveFormat) {
    return this.change(plainWords(''), () => api.setFormat(format));
  }

  useFolder(token: string) {
    return this.change(plainWords(backup.plainSecret.folder), (password) => api.useFolder(token, password));
  }

  /** A setting that a word or a number says. Only intervals can ask for the password. */
  choose(choice: api.Choice) {
    return this.change(plainWords(automatic.secret), (password) => api.choose(choice, password));
  }

  /** Where copies go; null: nowhere any more. */
  async useCopies(token: string | null) {
    await this.change(plainWords(automatic.copies.secret), (password) => api.useCopiesFolder(token, password));
    if (token === null && !this.problem) notices.show(automatic.copies.cleared);
  }

  pause(on: boolean) {
    return this.change(plainWords(''), () => api.pauseBackups(on));
  }

  turnOnEncryption() {
    return this.change(
      { title: backup.turnOn, confirm: backup.turnOn, doing: backup.turnOff.doing },
      (password) => api.setEncryption(true, password),
    );
  }

  private async follow() {
    if (this.polling) return;
    this.polling = true;
    job.begin('backup');
    try {
      let progress = await api.runningJob();
      // The command line makes one: there is nothing to follow, only its end to wait for.
      if (!progress) await pause(ELSEWHERE_MS);
      for (; progress; progress = await api.runningJob()) {
        job.follow(progress);
        await pause(POLL_MS);
      }
    } catch {
      // The job is gone or the engine is: the overview below says which.
    } finally {
      this.polling = false;
      job.end();
      await this.load();
    }
  }

  /** Whether the running job was started by the schedule, not by this window. */
  get automatic(): boolean {
    return this.polling;
  }
}

export function plainWords(lead: string): SecretWords {
  return { title: common.secret.title, lead, confirm: common.secret.confirm, doing: common.secret.confirming };
}

export const overview = new OverviewStore();
