// Before each test: a clean page and no shell behind it.

import { cleanup } from '@testing-library/svelte';
import { clearMocks } from '@tauri-apps/api/mocks';
import { afterEach } from 'vitest';

// Words of dates and numbers are those of one reader, on every machine.
Object.defineProperty(navigator, 'language', { value: 'en-GB', configurable: true });

afterEach(() => {
  cleanup();
  clearMocks();
  document.body.replaceChildren();
});
