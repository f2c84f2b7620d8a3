// Looking into a backup without restoring it: no account is needed, and nothing is changed.

import * as api from '../api';
import { job } from './job.svelte';
import { Notes } from './library.svelte';
import { Picks } from './picks.svelte';
import { notices } from './notices.svelte';

class Contents {
  archive = $state.raw<api.OpenedArchive | null>(null);
  card = $state.raw<api.ContentsCard | null>(null);
  notes = $state.raw<Notes | null>(null);
  problem = $state<api.Problem | null>(null);

  /** Reads an archive that is open, and shows what is in it; `ticked` are those of an earlier look. */
  async open(archive: api.OpenedArchive, ticked?: ReadonlySet<string>) {
    this.close();
    this.archive = archive;
    try {
      const card = await job.run('look', (watch) => api.lookInto(archive.token, watch));
      if (this.archive !== archive) return;
      const notes = new Notes(archive.token);
      await notes.load();
      const picks = new Picks(notes, ticked);
      await picks.load(archive.token);
      if (this.archive !== archive) return;
      notes.picks = picks;
      this.card = card;
      this.notes = notes;
    } catch (caught) {
      const problem = api.toProblem(caught);
      if (problem.code === 'cancelled') this.close();
      else {
        this.problem = problem;
        notices.say(problem.message, true);
      }
    }
  }

  close() {
    this.archive = null;
    this.card = null;
    this.notes = null;
    this.problem = null;
  }
}

export const contents = new Contents();
