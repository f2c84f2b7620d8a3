// Mounts the window.

import { mount } from 'svelte';

import App from './App.svelte';
import './lib/styles/tokens.css';
import './lib/styles/base.css';

// The look that was last chosen comes with the window; the account's own follows once it has opened.
const theme = (window as { __THEME__?: string }).__THEME__;
if (theme) document.documentElement.dataset['theme'] = theme;

const target = document.getElementById('app');
if (target) mount(App, { target });
