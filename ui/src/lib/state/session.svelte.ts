// Who is signed in, and how the window looks.

import * as api from '../api';

class Session {
  state = $state<api.AppState | null>(null);
  problem = $state<api.Problem | null>(null);

  /** Asks the engine again: at the start, and after signing in or out. */
  async load() {
    try {
      this.state = await api.appState();
      this.problem = null;
      this.paint(this.state.theme);
    } catch (caught) {
      this.problem = api.toProblem(caught);
    }
  }

  get account(): api.AccountCard | null {
    return this.state?.signed_in ?? null;
  }

  async setTheme(theme: api.Theme) {
    await api.setTheme(theme);
    if (this.state) this.state.theme = theme;
    this.paint(theme);
  }

  private paint(theme: api.Theme) {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }
}

export const session = new Session();
