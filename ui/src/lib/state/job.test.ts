import { beforeEach, describe, expect, test } from 'vitest';

import { shell } from '../../test/shell';
import type { JobProgress, StageWord } from '../api';
import { job } from './job.svelte';
import { notices } from './notices.svelte';

const at = (stage: StageWord, done: number, total = 100): JobProgress => ({ stage, items_done: 0, items_total: 0, bytes_done: done, bytes_total: total, seconds_left: null });

describe('a running job', () => {
  beforeEach(() => job.begin('backup'));

  test('the bar never moves backwards', () => {
    const seen: number[] = [];
    for (const step of [at('reading', 50), at('writing', 80), at('reading', 90), at('writing', 10), at('checking', 100), at('checking', 0)]) {
      job.follow(step);
      seen.push(job.fraction);
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(job.fraction).toBe(1);
    expect(job.stage).toBe(3);
  });

  test('an unknown total leaves the bar at the start of its stage', () => {
    job.follow(at('encrypting', 500, 0));
    expect(job.fraction).toBe(0.25);
  });

  test('more than all of it is all of it', () => {
    job.follow(at('checking', 500, 100));
    expect(job.fraction).toBe(1);
  });

  test('stages and the half are said once each, not every per cent', () => {
    const said: string[] = [];
    const remember = () => { if (said.at(-1) !== notices.polite) said.push(notices.polite); };
    for (const stage of ['reading', 'encrypting', 'writing', 'checking'] as const) {
      for (let done = 0; done <= 100; done += 10) {
        job.follow(at(stage, done));
        remember();
      }
    }
    expect(said.length).toBeLessThanOrEqual(6);
  });

  test('a rate needs half a second to be known', () => {
    job.follow(at('reading', 0), 0);
    job.follow(at('reading', 10), 400);
    expect(job.rate).toBeNull();
    job.follow(at('reading', 50), 1000);
    expect(job.rate).toBe(50);
  });

  test('it ends even when its work fails', async () => {
    await expect(job.run('restore', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(job.kind).toBeNull();
  });

  test('a cancel that finds nothing to cancel can be pressed again', async () => {
    shell({});
    await job.cancel();
    expect(job.cancelling).toBe(false);
  });
});
