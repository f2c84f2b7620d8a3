// Which page of the shell is open. The address after # is the truth, so links are plain links.

export const pages = ['backup', 'restore', 'history', 'places', 'browse', 'profile', 'security', 'notifications', 'appearance', 'about'] as const;
export type Page = (typeof pages)[number];

function fromAddress(): Page {
  const name = location.hash.replace(/^#\/?/, '');
  return pages.find((page) => page === name) ?? 'backup';
}

class Router {
  page = $state<Page>(fromAddress());
  /** A row to bring into view once, when a search result leads to it. */
  target = $state<string | null>(null);
  /** How often another page was opened: tells whether somebody has gone somewhere meanwhile. */
  moves = 0;

  constructor() {
    window.addEventListener('hashchange', () => { this.moves += 1; this.page = fromAddress(); });
  }

  open(page: Page, target: string | null = null) {
    this.target = target;
    this.page = page;
    if (location.hash !== `#/${page}`) location.hash = `#/${page}`;
  }
}

export const router = new Router();
export const address = (page: Page): string => `#/${page}`;
