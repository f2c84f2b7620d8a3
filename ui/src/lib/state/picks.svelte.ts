// Which notes of an opened backup are ticked to be restored. Nothing ticked means all of it.

import * as api from '../api';
import { flipped, none, orderOf, placesOf, type Places, type Tick, tickOf, ticksIn } from '../ticks';
import type { Notes, Shelf } from './library.svelte';

export class Picks {
  /** Null until it is known where the notes are. */
  places = $state.raw<Places | null>(null);
  ticked = $state.raw(none);
  readonly number = $derived(this.places ? ticksIn(this.places, this.ticked) : { notes: 0, notebooks: 0 });

  /** `ticked` are those of an earlier look. */
  constructor(private readonly notes: Notes, ticked: ReadonlySet<string> = none) {
    this.ticked = ticked;
  }

  async load(archive: string) {
    this.places = placesOf(this.notes.notebooks, await api.notePlaces(archive));
  }

  /** What a row of the tree stands for. */
  idsOf(shelf: Shelf): readonly string[] {
    if (!this.places) return [];
    if (shelf.kind === 'all') return this.places.live;
    if (shelf.kind === 'trash') return this.places.trashed;
    return this.places.inside.get(shelf.id) ?? [];
  }

  tick(ids: readonly string[]): Tick {
    return tickOf(ids, this.ticked);
  }

  flip(ids: readonly string[]) {
    this.ticked = flipped(ids, this.ticked);
  }

  clear() {
    this.ticked = none;
  }

  /** The ids for the plan; none for everything. */
  order(): string[] {
    return this.places ? orderOf(this.places, this.ticked) : [];
  }

  /** The notes that the list is about, as far as that is known without asking: none of a long search. */
  listedNow(): readonly string[] {
    const { shelf, words, page } = this.notes;
    if (!this.places || !page) return [];
    if (page.total <= page.notes.length) return page.notes.map(({ id }) => id);
    if (words.trim() !== '') return [];
    return shelf.kind === 'notebook' ? (this.places.listed.get(shelf.id) ?? []) : this.idsOf(shelf);
  }

  /** The notes that the list is about, those of its other pages too. */
  async listed(): Promise<readonly string[]> {
    const now = this.listedNow();
    return now.length > 0 ? now : this.notes.found();
  }
}
