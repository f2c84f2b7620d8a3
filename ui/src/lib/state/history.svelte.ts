// What the history page shows: a page of runs more at each press, the backups there are, and the chart.

import * as api from '../api';
import { lookInside } from '../drop';
import { EVERYTHING, queryOf, type Choices } from '../history';
import { copyText } from '../clipboard';
import { moment } from '../format';
import { history as say } from '../strings';
import { check } from './check.svelte';
import { notices } from './notices.svelte';
import { overview } from './overview.svelte';
import { restoreFlow } from './restore.svelte';
import { router } from './router.svelte';

const LIBRARY = 'library';
export const madeAt = (archive: api.ArchiveCard | api.Deletion): string => (archive.created === null ? archive.name : moment(archive.created));

class HistoryStore {
  choices = $state<Choices>({ ...EVERYTHING });
  runs = $state.raw<api.RunCard[] | null>(null);
  total = $state(0);
  recorded = $state(0);
  unreadable = $state(0);
  places = $state.raw<string[]>([]);
  archives = $state.raw<api.ArchiveCard[] | null>(null);
  /** Sizes of backups without and with attachments. */
  sizes = $state.raw<{ notes: api.SizePoint[]; full: api.SizePoint[] }>({ notes: [], full: [] });
  problem = $state<api.Problem | null>(null);
  deletion = $state<api.Deletion | null>(null);
  deleting = $state(false);
  /** The backup that is being opened. */
  opening = $state<string | null>(null);
  private asked = 0;

  /** Everything anew, as many runs as were shown. */
  async load() {
    const place = this.choices.place || LIBRARY;
    await this.try(async () => {
      // Looks into the folder first: what was moved or deleted by hand is then known to the runs too.
      this.archives = await api.archives();
      const shown = Math.min(500, Math.max(this.runs?.length ?? 0, 1));
      const [notes, full] = await Promise.all([api.backupSizes(place, false), api.backupSizes(place, true), this.fetch(0, shown)]);
      this.sizes = { notes, full };
    });
    this.runs ??= [];
    this.archives ??= [];
  }

  async choose(choice: Partial<Choices>) {
    const elsewhere = choice.place !== undefined && choice.place !== this.choices.place;
    this.choices = { ...this.choices, ...choice };
    this.runs = null;
    if (elsewhere) await this.load();
    else await this.try(() => this.fetch(0));
    this.runs ??= [];
    notices.say(say.found(String(this.total), String(this.recorded)));
  }

  more() {
    return this.try(() => this.fetch(this.runs?.length ?? 0));
  }

  private async fetch(offset: number, least = 0) {
    this.asked += 1;
    const mine = this.asked;
    const query = queryOf(this.choices, offset);
    const page = await api.runs({ ...query, limit: Math.max(query.limit, least) });
    // A later choice has overtaken this answer.
    if (mine !== this.asked) return;
    const before = new Set(offset === 0 ? [] : this.runs?.map(({ run }) => run));
    this.runs = [...(offset === 0 ? [] : this.runs ?? []), ...page.runs.filter(({ run }) => !before.has(run))];
    this.total = page.total;
    this.recorded = page.recorded;
    this.unreadable = page.unreadable;
    this.places = page.places;
  }

  private async try(work: () => Promise<void>) {
    try {
      await work();
      this.problem = null;
    } catch (caught) {
      this.problem = api.toProblem(caught);
    }
  }

  private async open(archive: api.ArchiveCard, then?: () => void) {
    this.opening = archive.id;
    await restoreFlow.open({ known: archive.id }, then);
    this.opening = null;
    // What it can't be opened for is said on the page it belongs to.
    if (restoreFlow.problem) router.open('restore');
  }

  readonly acts = {
    look: (archive: api.ArchiveCard) => void this.open(archive, lookInside),
    restore: (archive: api.ArchiveCard) => void this.open(archive),
    check: (archive: api.ArchiveCard, full: boolean) => void check.ofKnown(archive, full),
    show: (archive: api.ArchiveCard) => void this.try(() => api.showInFolder(archive.id).then(() => undefined)),
    pin: (archive: api.ArchiveCard, pinned: boolean) => void this.try(async () => {
      await api.pinArchive(archive.id, pinned);
      await this.load();
      notices.show((pinned ? say.pinned : say.unpinned)(madeAt(archive)));
    }),
    remove: (archive: api.ArchiveCard) => void this.try(async () => { this.deletion = await api.deletion(archive.id); }),
  };

  /** Deletes the backup that was asked about; `last`: even the last verified one of its kind. */
  async remove(last: boolean) {
    const asked = this.deletion;
    if (!asked || this.deleting) return;
    this.deleting = true;
    await this.try(async () => {
      const { in_trash: inTrash, warnings } = await api.deleteArchive(asked.id, last);
      const [warning] = warnings;
      if (warning) throw { code: warning.code, message: warning.message, hint: null, details: [] };
      notices.show((inTrash ? say.deleting.doneTrash : say.deleting.done)(madeAt(asked)));
    });
    this.deleting = false;
    this.deletion = null;
    const problem = this.problem;
    await this.load();
    this.problem ??= problem;
    void overview.load();
  }

  async copy(run: api.RunCard) {
    await this.try(() => this.copyText(api.runDetails(run.run)));
  }

  copyReport() {
    return this.try(() => this.copyText(api.report()));
  }

  saveReport() {
    return this.try(async () => {
      if (await api.saveReport()) notices.show(say.report.saved);
    });
  }

  /** What the engine says is fit for others to read; the window adds nothing to it. */
  private async copyText(text: Promise<string>) {
    notices.show((await copyText(await text)) ? say.copied : say.notCopied);
  }

  clear() {
    this.runs = null;
    this.archives = null;
    this.choices = { ...EVERYTHING };
    this.problem = null;
    this.deletion = null;
  }
}

export const historyStore = new HistoryStore();
