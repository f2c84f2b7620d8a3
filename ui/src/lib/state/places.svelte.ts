// The places beside the library, and what is done with them. Each change shows what the engine says afterwards.

import * as api from '../api';
import { places as say } from '../strings';
import { job } from './job.svelte';
import { notices } from './notices.svelte';
import { askPassword } from './secret.svelte';

class PlacesStore {
  list = $state.raw<api.PlaceCard[] | null>(null);
  found = $state.raw<api.FoundPlace[]>([]);
  problem = $state<api.Problem | null>(null);
  /** The place that is being checked, or the token of the one that is being added. */
  busy = $state<string | null>(null);

  async load() {
    await this.attempt(async () => {
      this.list = await api.places();
    });
    this.list ??= [];
  }

  /** Looks for folders that are no places yet. Nothing is added by it. */
  async discover() {
    try {
      this.found = await api.discoverPlaces();
    } catch {
      // A search that fails finds nothing; a folder can still be chosen.
      this.found = [];
    }
  }

  async pick() {
    await this.attempt(async () => {
      const token = await api.pickPlace();
      if (token !== null) await this.add(token);
    });
  }

  /** Adds a folder, and has everything in it checked. */
  async add(token: string): Promise<boolean> {
    let added: api.PlaceCard | null = null;
    this.busy = token;
    await this.attempt(async () => {
      added = await api.addPlace(token);
    });
    this.busy = null;
    if (!added) return false;
    const place: api.PlaceCard = added;
    this.list = [...(this.list ?? []), place];
    this.found = this.found.filter((found) => found.token !== token);
    notices.show(say.added);
    await this.check(place.id, true);
    return true;
  }

  /** Looks for new files now. While another job runs, that job's end is waited for by the engine's own look. */
  async check(id: string, quiet = false) {
    if (job.kind) return;
    this.busy = id;
    await this.attempt(async () => {
      this.put(await job.run('check', (watch) => api.checkPlace(id, watch)));
      if (!quiet) notices.show(say.checked);
    }, quiet ? ['busy', 'cancelled'] : ['cancelled']);
    this.busy = null;
  }

  async enterPassword(id: string) {
    await this.attempt(async () => {
      const card = await askPassword(say.password, (password) => api.setPlacePassword(id, password));
      if (!card) return;
      this.put(card);
      await this.check(id, true);
    });
  }

  async setMerge(id: string, merge: boolean) {
    await this.attempt(async () => {
      this.put(await api.setPlaceMerge(id, merge));
    });
    if (merge && !this.problem) await this.check(id, true);
  }

  async remove(id: string) {
    await this.attempt(async () => {
      await api.removePlace(id);
      this.list = (this.list ?? []).filter((place) => place.id !== id);
      notices.show(say.removed);
    });
    await this.discover();
  }

  private put(card: api.PlaceCard) {
    this.list = (this.list ?? []).map((place) => (place.id === card.id ? card : place));
  }

  private async attempt(work: () => Promise<void>, passed: api.ProblemCode[] = []) {
    this.problem = null;
    try {
      await work();
    } catch (caught) {
      const problem = api.toProblem(caught);
      if (!passed.includes(problem.code)) this.problem = problem;
    }
  }
}

export const places = new PlacesStore();
