// A notice was pressed: the window goes to the place where its one action is done.

import * as api from '../api';
import { backupFlow } from './backup.svelte';
import { keepFlow } from './keep.svelte';
import { overview } from './overview.svelte';
import { router } from './router.svelte';

class Lead {
  /** "Try a restore" is open. */
  proving = $state(false);

  private readonly places: Record<api.NoticeAction, () => void> = {
    open: () => this.home(),
    back_up_now: () => this.home(),
    sign_in: () => this.home(),
    choose_folder: () => this.home('directory'),
    choose_copies: () => this.home('copies'),
    see_plan: () => { this.home('keep'); void keepFlow.show(); },
    try_restore: () => { this.home(); this.proving = true; },
    show_history: () => router.open('history'),
    show_places: () => router.open('places'),
  };

  /** The window has just opened: goes where a notice leads, unless its person has gone somewhere by then. */
  async begin() {
    const { moves } = router;
    await overview.load();
    await this.follow(() => router.moves === moves);
  }

  /** Asks where to go, and goes there if that is still wished. Rows are there once the overview is. */
  async follow(wished = () => true) {
    const action = await api.lead().catch(() => null);
    if (action === null) return;
    if (!overview.data) await overview.load();
    if (wished()) this.places[action]();
  }

  /** "Backup & export", without the result that may lie over its rows. */
  private home(row: string | null = null) {
    backupFlow.dismiss();
    router.open('backup', row);
  }
}

export const lead = new Lead();
