import { fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet, tick } from 'svelte';
import { describe, expect, test, vi } from 'vitest';

import { problem, shell } from '../../test/shell';
import type { OpenedArchive } from '../api';
import { restoreFlow } from '../state/restore.svelte';
import Bar from './Bar.svelte';
import KeyCheck from './KeyCheck.svelte';
import KeyGrid from './KeyGrid.svelte';
import Menu from './Menu.svelte';
import NoteBody from './NoteBody.svelte';
import ProblemCard from './ProblemCard.svelte';
import Select from './Select.svelte';
import Toggle from './Toggle.svelte';
import UnlockDialog from './UnlockDialog.svelte';

const locked: OpenedArchive = {
  token: 't', name: 'mine.nnbackupz', bytes: 9, format: 'nnbackupz', format_version: '6.1', created: null, encrypted: true, attachments_included: false, locked: true,
};

test('a toggle asks its owner and does not move by itself', async () => {
  const onflip = vi.fn();
  render(Toggle, { on: true, labelledby: 'x', onflip });
  const toggle = screen.getByRole('switch');
  await fireEvent.click(toggle);
  expect(onflip).toHaveBeenCalledWith(false);
  expect(toggle.getAttribute('aria-checked')).toBe('true');
});

test('a dropdown shows what holds until the change is kept', async () => {
  const onchoose = vi.fn();
  render(Select, { value: 'daily', options: [{ value: 'daily', label: 'Daily' }, { value: 'weekly', label: 'Weekly' }], labelledby: 'x', onchoose });
  const select = screen.getByRole<HTMLSelectElement>('combobox');
  await fireEvent.change(select, { target: { value: 'weekly' } });
  expect(onchoose).toHaveBeenCalledWith('weekly');
  expect(select.value).toBe('daily');
});

describe('a menu', () => {
  const open = async () => {
    const choose = vi.fn();
    render(Menu, { label: 'Create backup', items: [{ label: 'Backup', choose }, { label: 'With attachments', choose }] });
    const button = screen.getByRole('button');
    await fireEvent.click(button);
    await tick();
    return { button, choose, items: screen.getAllByRole('menuitem'), menu: screen.getByRole('menu') };
  };

  test('opens on its first entry; arrows go round', async () => {
    const { items, menu } = await open();
    expect(document.activeElement).toBe(items[0]);
    await fireEvent.keyDown(menu, { key: 'ArrowUp' });
    expect(document.activeElement).toBe(items[1]);
    await fireEvent.keyDown(menu, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(items[0]);
    await fireEvent.keyDown(menu, { key: 'w' });
    expect(document.activeElement).toBe(items[1]);
  });

  test('Escape closes it and gives the focus back', async () => {
    const { button, menu } = await open();
    await fireEvent.keyDown(menu, { key: 'Escape' });
    expect(screen.queryByRole('menu')).toBeNull();
    expect(document.activeElement).toBe(button);
  });

  test('an entry is chosen once', async () => {
    const { items, choose } = await open();
    await fireEvent.click(items[0] as HTMLElement);
    expect(choose).toHaveBeenCalledOnce();
    expect(screen.queryByRole('menu')).toBeNull();
  });
});

test('the bar has its length as a style property and says where it is', () => {
  render(Bar, { label: 'Backing up', fraction: 0.5, text: 'Writing, 50 per cent' });
  const bar = screen.getByRole('progressbar', { name: 'Backing up' });
  expect(bar.getAttribute('aria-valuetext')).toBe('Writing, 50 per cent');
  expect((bar.firstElementChild as HTMLElement).style.getPropertyValue('inline-size')).toBe('50.0%');
});

describe('unlocking', () => {
  const submit = async (text: string) => {
    const field = await screen.findByLabelText<HTMLInputElement>('Password', { selector: 'input[type=password]' });
    await fireEvent.input(field, { target: { value: text } });
    await fireEvent.submit(field.form as HTMLFormElement);
  };

  test('wrong says that the file is whole, and keeps the field', async () => {
    shell({ unlock_archive: () => { throw problem('wrong_secret'); } });
    render(UnlockDialog);
    restoreFlow.take([locked], () => undefined);
    await submit('no');
    await screen.findByText(/The file itself is whole/);
    expect(screen.queryByText('Part of this backup is damaged')).toBeNull();
    restoreFlow.stopUnlocking();
  });

  test('damaged says so and asks for no other password', async () => {
    shell({ unlock_archive: () => { throw problem('checksum_mismatch', 'A checksum does not fit.'); } });
    render(UnlockDialog);
    restoreFlow.take([locked], () => undefined);
    await submit('right');
    await screen.findByRole('heading', { name: 'Part of this backup is damaged' });
    expect(screen.queryByLabelText('Password', { selector: 'input[type=password]' })).toBeNull();
    restoreFlow.stopUnlocking();
  });
});

describe('asking two groups back', () => {
  const buttons = createRawSnippet(() => ({ render: () => '<button type="submit">Continue</button>' }));

  test.each([[true, 1], [false, 0]])('the engine says %s', async (answer, times) => {
    const calls = shell({ confirm_recovery_key: () => answer });
    const onconfirmed = vi.fn();
    render(KeyCheck, { groups: 14, onconfirmed, buttons });
    const [first, second] = screen.getAllByRole('textbox');
    await fireEvent.input(first as HTMLElement, { target: { value: ' 7qhd ' } });
    await fireEvent.input(second as HTMLElement, { target: { value: '2M4X' } });
    await fireEvent.submit((first as HTMLInputElement).form as HTMLFormElement);
    await expect.poll(() => calls.length).toBe(1);
    const groups = calls[0]?.args['groups'] as { index: number; text: string }[];
    expect(groups.map(({ text }) => text)).toEqual(['7qhd', '2M4X']);
    expect(groups[0]?.index).toBeLessThan(groups[1]?.index ?? 0);
    await tick();
    await expect.poll(() => onconfirmed.mock.calls.length).toBe(times);
    if (!answer) await screen.findByText(/At least one group is different/);
  });
});

test('a note is shown in a tree of its own, its links lead nowhere and its styles are dropped', () => {
  const { container } = render(NoteBody, { html: '<p style="color:red">See <a href="https://example.org/">here</a></p>' });
  const host = [...container.querySelectorAll('div')].find((element) => element.shadowRoot);
  const link = host?.shadowRoot?.querySelector('a');
  expect(link?.textContent).toBe('here');
  expect(link?.hasAttribute('href')).toBe(false);
  expect(link?.title).toBe('https://example.org/');
  expect(host?.shadowRoot?.querySelector('[style]')).toBeNull();
  expect(container.querySelector('a')).toBeNull();
});

test('a picture is asked for by shelf and hash; one that is not there leaves its name', async () => {
  Object.assign(window, { __TAURI_INTERNALS__: { convertFileSrc: (path: string, scheme: string) => `${scheme}://localhost/${encodeURIComponent(path)}` } });
  const { container } = render(NoteBody, { html: '<p><img data-hash="9f3a62b1" alt="pier.jpg"><img alt="stray.png" src="https://example.org/x"></p>', archive: 'archive-2' });
  const shadow = [...container.querySelectorAll('div')].find((element) => element.shadowRoot)?.shadowRoot;
  const picture = shadow?.querySelector('img');
  expect(picture?.getAttribute('src')).toBe('backstop://localhost/archive-2%2F9f3a62b1');
  expect(shadow?.textContent).toBe('stray.png');
  if (picture) await fireEvent.error(picture);
  expect(shadow?.querySelector('img')).toBeNull();
  expect(shadow?.textContent).toBe('pier.jpgstray.png');
});

test('a problem copies its code and details, never more', async () => {
  const writeText = vi.fn().mockResolvedValue(undefined);
  vi.stubGlobal('navigator', { language: 'en-GB', clipboard: { writeText } });
  render(ProblemCard, { problem: problem('no_space', 'The drive is full.', 'Free up space.') });
  await fireEvent.click(screen.getByRole('button', { name: 'Copy details' }));
  expect(writeText).toHaveBeenCalledWith('no_space\nThe drive is full.\nFree up space.\nwhere');
  await screen.findByText('Copied');
});

describe('copying the recovery key', () => {
  const groups = ['7QHD', '2M4X'];
  const press = async (clipboard: object) => {
    vi.stubGlobal('navigator', { language: 'en-GB', clipboard });
    render(KeyGrid, { groups, name: 'Mira', password: null });
    await fireEvent.click(screen.getByRole('button', { name: 'Copy' }));
  };

  test('is cleared after a minute', async () => {
    vi.useFakeTimers();
    let held = '';
    const clipboard = { writeText: (text: string) => { held = text; return Promise.resolve(); }, readText: () => Promise.resolve(held) };
    await press(clipboard);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(held).toBe('7QHD-2M4X');
    await vi.advanceTimersByTimeAsync(2000);
    expect(held.trim()).toBe('');
    expect(screen.getByText('The clipboard is cleared.')).toBeTruthy();
    vi.useRealTimers();
  });

  test('leaves alone what was copied since', async () => {
    vi.useFakeTimers();
    let held = '';
    await press({ writeText: (text: string) => { held = text; return Promise.resolve(); }, readText: () => Promise.resolve(held) });
    held = 'a shopping list';
    await vi.advanceTimersByTimeAsync(61_000);
    expect(held).toBe('a shopping list');
    vi.useRealTimers();
  });

  test('says so when it cannot', async () => {
    await press({ writeText: () => Promise.reject(new Error('no')) });
    await screen.findByText(/does not let Backstop copy/);
  });
});
