// Short notices: the toast of the moment, and what screen readers hear.

class Notices {
  toast = $state<string | null>(null);
  polite = $state('');
  assertive = $state('');

  /** Something that needs no answer. Never for errors. */
  show(text: string) {
    this.toast = text;
    this.say(text);
  }

  /** Said once. A text equal to the last one is said again all the same. */
  say(text: string, urgent = false) {
    const mark = '\u00a0';
    if (urgent) this.assertive = this.assertive === text ? text + mark : text;
    else this.polite = this.polite === text ? text + mark : text;
  }
}

export const notices = new Notices();
