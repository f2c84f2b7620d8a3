import { beforeEach, expect, test } from 'vitest';

import { overviewOf, problem, shell } from '../../test/shell';
import type { NoticeAction } from '../api';
import { keepFlow } from './keep.svelte';
import { lead } from './lead.svelte';
import { overview } from './overview.svelte';
import { router } from './router.svelte';

beforeEach(() => {
  overview.clear();
  keepFlow.close();
  lead.proving = false;
  router.open('about');
});

/** Until the address of the last page has been told to the router. */
const settled = () => new Promise((done) => setTimeout(done, 20));

const rows: [NoticeAction, string, string | null][] = [
  ['open', 'backup', null],
  ['back_up_now', 'backup', null],
  ['sign_in', 'backup', null],
  ['choose_folder', 'backup', 'directory'],
  ['choose_copies', 'backup', 'copies'],
  ['see_plan', 'backup', 'keep'],
  ['try_restore', 'backup', null],
  ['show_history', 'history', null],
  ['show_places', 'places', null],
];

test.each(rows)('%s leads to %s', async (action, page, row) => {
  const plan = { token: 'k1', archives: [] };
  const calls = shell({ lead: () => action, overview: () => overviewOf(), prune_plan: () => plan });
  await lead.follow();
  await expect.poll(() => keepFlow.busy).toBeNull();
  expect([router.page, router.target]).toEqual([page, row]);
  expect(lead.proving).toBe(action === 'try_restore');
  expect(keepFlow.plan !== null).toBe(action === 'see_plan');
  expect(calls.map(({ command }) => command).slice(0, 2)).toEqual(['lead', 'overview']);
});

test('without a notice, and where the shell does not answer, the page stays', async () => {
  shell({ lead: () => null });
  await lead.follow();
  shell({ lead: () => Promise.reject(problem('internal')) });
  await lead.follow();
  expect(router.page).toBe('about');
});

test('a window that has just opened leads to the place of the notice', async () => {
  await settled();
  shell({ lead: () => 'show_places', overview: () => overviewOf() });
  await lead.begin();
  expect(router.page).toBe('places');
});

test('who has gone to a page while the window opened stays there', async () => {
  await settled();
  shell({
    overview: () => overviewOf(),
    lead: async () => {
      location.hash = '#/history';
      await settled();
      return 'back_up_now';
    },
  });
  await lead.begin();
  expect(router.page).toBe('history');
});
