// Pictures of every state of the status card for docs/states.md, light and dark. With BACKSTOP_PICTURES=1 they and the
// page are written; without it each state is drawn all the same, and the page has to show exactly these.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { Bench, pictures } from './browser';
import { AT, states } from './states';

const docs = fileURLToPath(new URL('../../docs', import.meta.url));
const writing = process.env['BACKSTOP_PICTURES'] === '1';
const themes = ['light', 'dark'] as const;
const MARGIN = 12;
const WIDTH = 880;

let bench: Bench;
beforeAll(async () => { bench = await Bench.start(); });
afterAll(() => bench.stop());

const file = (name: string, theme: string) => `${name}-${theme}.png`;

test.each(states)('the card: $title', async ({ name, word, world, place = 'section.status' }) => {
  const folder = writing ? join(docs, 'images/status') : join(pictures, 'status');
  mkdirSync(folder, { recursive: true });
  const sheet = await bench.open(world, AT);
  try {
    const card = sheet.page.locator(place);
    await card.getByRole('heading', { name: word, exact: true }).waitFor();
    for (const theme of themes) {
      await sheet.look({ name: theme, dark: theme === 'dark', width: WIDTH, text: 16 });
      const box = await card.boundingBox();
      if (!box) throw new Error('the card is not drawn');
      const clip = { x: box.x - MARGIN, y: box.y - MARGIN, width: box.width + 2 * MARGIN, height: box.height + 2 * MARGIN };
      const path = join(folder, file(name, theme));
      await sheet.page.screenshot({ path, clip });
      // A third of the size, and no eye sees it.
      if (writing) execFileSync('convert', [path, '-strip', '+dither', '-colors', '96', '-define', 'png:compression-level=9', `PNG8:${path}`]);
    }
    expect(sheet.problems).toEqual([]);
  } finally {
    await sheet.close();
  }
});

/** The page of the documents, up to what follows the marker. */
function table(): string {
  const picture = (name: string, theme: string, title: string) => `![${title}, ${theme}](images/status/${file(name, theme)})`;
  const rows = states.map(({ name, title }) => `| ${title} | ${themes.map((theme) => picture(name, theme, title)).join(' | ')} |`);
  return ['| State | Light | Dark |', '|---|---|---|', ...rows].join('\n');
}

test('docs/states.md shows every state', () => {
  const path = join(docs, 'states.md');
  const marks = ['<!-- states: written by the tests -->', '<!-- end of states -->'];
  const [from = '', to = ''] = marks;
  const text = readFileSync(path, 'utf8');
  const [before = '', rest = ''] = text.split(from);
  const after = rest.split(to)[1] ?? '';
  const wanted = `${before}${from}\n${table()}\n${to}${after}`;
  if (writing) writeFileSync(path, wanted);
  expect(readFileSync(path, 'utf8')).toBe(wanted);
  const missing = states.flatMap(({ name }) => themes.map((theme) => join(docs, 'images/status', file(name, theme)))).filter((picture) => !existsSync(picture));
  expect(missing).toEqual([]);
});
