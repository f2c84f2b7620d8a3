// Choosing a new password: how strong it is, whether both are the same, whether the reader insists.

import * as api from '../api';
import { setup } from '../strings';

export class PasswordChoice {
  password = $state('');
  again = $state('');
  insist = $state(false);
  shown = $state(false);
  suggested = $state(false);
  strength = $state.raw<api.Strength | null>(null);
  /** Complaints wait until the reader has pressed the button once. */
  pressed = $state(false);
  private asked = 0;

  /** Asks how strong it is; an answer for an older text is dropped. */
  async measure(password: string) {
    this.asked += 1;
    const mine = this.asked;
    if (password === '') {
      this.strength = null;
      return;
    }
    try {
      const strength = await api.passwordStrength(password);
      if (mine === this.asked) this.strength = strength;
    } catch {
      // Without a measure the engine still decides when the password is used.
      if (mine === this.asked) this.strength = null;
    }
  }

  async suggest() {
    const phrase = await api.suggestPassphrase();
    this.password = phrase;
    this.again = phrase;
    this.shown = true;
    this.suggested = true;
    this.insist = false;
  }

  get weak(): boolean {
    return this.strength !== null && this.strength.score < this.strength.needed;
  }

  get passwordError(): string | null {
    if (!this.pressed) return null;
    if (this.password === '') return setup.protect.noPassword;
    return this.weak && !this.insist ? setup.protect.tooWeak : null;
  }

  get againError(): string | null {
    const differs = this.again !== this.password;
    return differs && (this.pressed || (this.again !== '' && !this.password.startsWith(this.again))) ? setup.protect.mismatch : null;
  }

  /** Whether it can be used; says why not from now on. */
  accept(): boolean {
    this.pressed = true;
    return this.passwordError === null && this.password === this.again;
  }
}
