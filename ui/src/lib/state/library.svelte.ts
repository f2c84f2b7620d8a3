// Reading notes, of the library or of an opened archive: which notebook, which words, which page, which note.

import { createContext } from 'svelte';

import * as api from '../api';
import type { Picks } from './picks.svelte';

export const PAGE = 100;
/** The most that one question gives. */
const MOST = 500;
/** What the tree shows besides notebooks. */
export type Shelf = { kind: 'all' } | { kind: 'trash' } | { kind: 'notebook'; id: string };

export class Notes {
  /** `archive` is the token of the one that is looked at; null is the library. */
  constructor(readonly archive: string | null) {}

  /** The ticks, where some of the notes can be chosen. */
  picks = $state.raw<Picks | null>(null);
  notebooks = $state.raw<api.NotebookNode[]>([]);
  shelf = $state.raw<Shelf>({ kind: 'all' });
  words = $state('');
  /** Words from the search box of the shell, until the page takes them. */
  wanted: string | null = null;
  offset = $state(0);
  page = $state.raw<api.NotePage | null>(null);
  loading = $state(false);
  chosen = $state<string | null>(null);
  preview = $state.raw<api.NotePreview | null>(null);
  problem = $state<api.Problem | null>(null);
  /** Only the newest question's answer counts. */
  private asked = 0;
  private askedNote = 0;

  async load() {
    try {
      this.notebooks = await api.notebooks(this.archive);
    } catch (caught) {
      this.problem = api.toProblem(caught);
      return;
    }
    await this.list();
  }

  /** Takes what the shell's search box asked for: every notebook, these words. */
  async useWanted() {
    if (this.wanted === null) return;
    this.words = this.wanted;
    this.wanted = null;
    await this.show({ kind: 'all' });
  }

  async show(shelf: Shelf) {
    this.shelf = shelf;
    this.offset = 0;
    await this.list();
  }

  async search(words: string) {
    this.words = words;
    this.offset = 0;
    await this.list();
  }

  async turn(by: number) {
    this.offset = Math.max(0, this.offset + by * PAGE);
    await this.list();
  }

  private async list() {
    this.asked += 1;
    const mine = this.asked;
    this.loading = true;
    this.chosen = null;
    this.preview = null;
    try {
      const page = await this.ask(this.offset, PAGE);
      if (mine !== this.asked) return;
      this.page = page;
      this.problem = null;
    } catch (caught) {
      if (mine === this.asked) this.problem = api.toProblem(caught);
    } finally {
      if (mine === this.asked) this.loading = false;
    }
  }

  private ask(offset: number, limit: number) {
    return api.notes(this.archive, {
      notebook: this.shelf.kind === 'notebook' ? this.shelf.id : null,
      trashed: this.shelf.kind === 'trash',
      words: this.words.trim() === '' ? null : this.words.trim(),
      offset,
      limit,
    });
  }

  /** The ids of all that the list is about, those of its other pages too. */
  async found(): Promise<string[]> {
    const ids: string[] = [];
    for (let total = 1; ids.length < total;) {
      const page = await this.ask(ids.length, MOST);
      ids.push(...page.notes.map(({ id }) => id));
      total = page.notes.length === 0 ? 0 : page.total;
    }
    return ids;
  }

  async read(note: api.NoteRow) {
    this.askedNote += 1;
    const mine = this.askedNote;
    this.chosen = note.id;
    try {
      const preview = await api.notePreview(this.archive, note.id, note.app);
      if (mine === this.askedNote && this.chosen === note.id) this.preview = preview;
    } catch (caught) {
      if (mine === this.askedNote) this.problem = api.toProblem(caught);
    }
  }

  closeNote() {
    this.chosen = null;
    this.preview = null;
  }

  clear() {
    this.notebooks = [];
    this.page = null;
    this.shelf = { kind: 'all' };
    this.words = '';
    this.offset = 0;
    this.closeNote();
  }
}

export const library = new Notes(null);

/** The notes that the panes around a component show. */
export const [notesHere, provideNotes] = createContext<Notes>();
