// Opens the built window in chromium, served with the app's own content security policy.

import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = join(here, '../dist');
export const pictures = join(here, '../test-results');

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'";
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const fake = readFileSync(join(here, 'fake.js'), 'utf8');
const picture = readFileSync(join(here, '../../icons/128x128.png'));
const axe = readFileSync(join(here, '../node_modules/axe-core/axe.min.js'), 'utf8');

export interface Look {
  name: string;
  dark: boolean;
  width: number;
  /** The system's own few colours, as with high contrast on Windows. */
  forced?: boolean;
  /** Size of plain text. Media queries in em follow it, as with the browser's own setting. */
  text: number;
}

export const looks: Look[] = [
  { name: 'light', dark: false, width: 1100, text: 16 },
  { name: 'dark', dark: true, width: 1100, text: 16 },
  { name: '320', dark: false, width: 320, text: 16 },
  { name: 'text200', dark: false, width: 1100, text: 32 },
  { name: 'forced', dark: true, forced: true, width: 1100, text: 16 },
];

export class Bench {
  private constructor(private readonly browser: Browser, private readonly server: Server, private readonly port: number) {}

  static async start(): Promise<Bench> {
    mkdirSync(pictures, { recursive: true });
    const server = createServer((request, response) => {
      const path = (request.url ?? '/').split('?')[0] ?? '/';
      const file = path === '/' ? '/index.html' : path;
      if (path === '/favicon.ico') return void response.writeHead(204).end();
      // Pictures of notes, which the app answers by a scheme of its own.
      if (path.startsWith('/picture/')) return void response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
      try {
        const body = readFileSync(join(dist, file));
        response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY }).end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
    return new Bench(browser, server, port);
  }

  async stop() {
    await this.browser.close();
    this.server.close();
  }

  /** A fresh window over a fresh world, at a moment that stands still if one is given. `problems` collects what the page complained about. */
  async open(world: object, at: Date | null = null): Promise<Sheet> {
    const context = await this.browser.newContext({
      viewport: { width: 1100, height: 760 }, colorScheme: 'light', reducedMotion: 'reduce', locale: 'en-GB', ...(at ? { timezoneId: 'UTC' } : {}),
    });
    const page = await context.newPage();
    if (at) await page.clock.setFixedTime(at);
    page.setDefaultTimeout(10_000);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text()); });
    await page.addInitScript(`window.__FAKE__ = ${JSON.stringify(world)};\n${fake}`);
    await page.goto(`http://127.0.0.1:${this.port}/`);
    return new Sheet(page, context, problems);
  }
}

export class Sheet {
  constructor(readonly page: Page, private readonly context: BrowserContext, readonly problems: string[]) {}

  async close() {
    await this.context.close();
  }

  async look({ dark, forced = false, width, text }: Look) {
    await this.page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', forcedColors: forced ? 'active' : 'none', reducedMotion: 'reduce' });
    await this.page.setViewportSize({ width, height: 760 });
    const devtools = await this.context.newCDPSession(this.page);
    await devtools.send('Page.setFontSizes', { fontSizes: { standard: text, fixed: text * 0.8125 } });
    await devtools.detach();
  }

  picture(name: string) {
    return this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  /** What axe finds wrong, a line each. */
  async axe(): Promise<string[]> {
    if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate(axe);
    return this.page.evaluate(async () => {
      const run = (window as unknown as { axe: { run: (root: Document, options: object) => Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }> } }).axe;
      const report = await run.run(document, { resultTypes: ['violations'] });
      return report.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
    });
  }

  /** What sticks out to the right. */
  tooWide(): Promise<string[]> {
    return this.page.evaluate(() => {
      const wide = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= wide) return [];
      return [...document.querySelectorAll<HTMLElement>('body *')]
        .filter((element) => element.getBoundingClientRect().right > wide + 1)
        .slice(0, 6)
        .map((element) => `${element.tagName.toLowerCase()}.${element.className}: ${element.innerText}`.slice(0, 100));
    });
  }
}
