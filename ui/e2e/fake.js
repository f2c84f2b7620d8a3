// Stands in for the shell, inside the page, in tests only: answers each command from a small world.
// Times are fixed, so that pictures of one build are like those of the next.

(() => {
  const config = window.__FAKE__ ?? {};
  const DAY = 86_400_000;
  const now = Date.now();
  // Two hours ago, or as much of that as was today: right after midnight too it is "today".
  const earlier = Math.max(now - 2 * 3_600_000, new Date(now).setHours(0, 0, 0, 0));
  const wrong = { code: 'wrong_secret', message: 'That password does not open this.', hint: null, details: [] };
  const needed = { code: 'secret_required', message: 'The account password is needed.', hint: null, details: [] };

  const key = ['7QHD', '2M4X', '9FTZ', 'K0RB', 'W8NE', '5JPA', 'CY36', 'V1SG', '4TXD', 'HQ97', '8RMK', 'Z2BN', 'E5WJ', '6PQ3'];
  const mira = { id: 'a1', name: 'Mira Lindqvist' };
  const folder = '/home/mira/Documents/Backstop/backups';
  const password = 'nine violins drift past copper plums';
  const counts = (over) => ({ added: 0, updated: 0, removed: 0, identical: 0, kept: 0, failed: 0, ...over });

  const world = {
    app: { accounts: config.accounts ?? [], signed_in: null, keychain: config.keychain ?? 'available', version: '0.1.0', theme: config.theme ?? 'system' },
    overview: {
      status: { protection: { state: 'protected' }, last_verified: earlier, last_verified_full: now - 20 * DAY, next: now + DAY, next_full: now + 10 * DAY, overdue_days: null, overdue_full_days: null, waiting: null, missing: null, copies: null },
      interval: 'daily', interval_full: 'monthly', paused_until: null, reminders: 'never', keep: 'many', keep_agreed: true, deleting_paused: null, skip_unchanged: true, recheck: true, battery_limit: 0, notices_on_success: false,
      copies_folder: null, copies_warnings: [], encryption: true, format: 'nnbackupz', folder, folder_warnings: [], notes: 1204, attachments: 318, proof_due: false, recovery_key_unconfirmed: false, on_close: 'ask', undo: null,
      ...config.overview,
    },
    desktop: config.desktop ?? { tray: true, keychain: 'available', notices: true, autostart: false },
    cancelled: false,
    calls: [],
  };
  if (config.signedIn) {
    world.app.accounts = [mira];
    world.app.signed_in = mira;
  }
  window.__WORLD__ = world;

  const opened = (over = {}) => ({
    token: 't1', name: 'notesnook-backup-2026-11-20.nnbackupz', bytes: 9_412_000, format: 'nnbackupz', format_version: '6.1', created: now - 2 * DAY,
    encrypted: true, attachments_included: false, locked: true, ...over,
  });
  const card = (id, over) => ({
    id, name: `my-notes-${id}.nnbackupz`, path: `${folder}/my-notes-${id}.nnbackupz`, format: 'nnbackupz', place: null, created: now - DAY, attachments_included: false, encrypted: true,
    notes: 1204, bytes: 9_412_000, verified: 'full', verified_at: now, pinned: false, automatic: true, copy: false, copied: false, newer: false, ...over,
  });
  const notebooks = [
    { id: 'kitchen', title: 'Kitchen', parent: null, notes: 3 }, { id: 'bread', title: 'Bread', parent: 'kitchen', notes: 2 },
    { id: 'preserves', title: 'Preserves for a long winter', parent: 'kitchen', notes: 21 }, { id: 'work', title: 'Work', parent: null, notes: 412 },
  ];
  const titles = ['Sourdough, the slow way', 'Starter feeding log', 'Rye and caraway', 'Flour suppliers in Malmö and around the strait, with their opening hours', 'Oven temperatures', ''];
  const note = (index) => ({ id: `n${index}`, app: 'notesnook', title: titles[index % titles.length], edited: now - index * 3 * DAY, trashed: false, locked: index === 4, favorite: index === 1, pinned: index === 0 });
  const picture = '9f3a62b1c4d5e6f7';
  const html = '<h2>Dough</h2><p>850 g strong white flour, <strong>720 g</strong> water at 28 °C, see <a title="https://example.org/flour">the mill</a>. <span class="attachment" title="application/pdf">mill.pdf</span></p><p><img data-hash="' + picture + '" alt="loaf.jpg"></p><ul class="checklist"><li class="checklist--item checked"><p>Feed the starter</p></li><li class="checklist--item"><p>Heat the oven</p></li></ul><div class="callout" data-callout-type="tip"><h4>Tip</h4><p>Weigh the water.</p></div><ul><li>150 g wholemeal rye</li><li>200 g starter</li></ul><blockquote>Two loaves of about 900 g.</blockquote><table><tr><th>Hour</th><th>What</th></tr><tr><td>0</td><td>Mix</td></tr></table><pre><code>bake --at 240 --for 25</code></pre>';

  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const right = (typed) => { if (typed !== password) throw wrong; };
  const asksWhenPlain = (typed) => {
    if (world.overview.encryption) return;
    if (typed === null) throw needed;
    right(typed);
  };

  // A Channel is an object with an id; its messages are numbered.
  async function progress(channel, bytes) {
    const id = Number(String(channel.id ?? channel).replace('__CHANNEL__:', ''));
    let index = 0;
    const send = (message) => window[`_${id}`]({ index: index++, message });
    for (const stage of ['reading', 'encrypting', 'writing', 'checking']) {
      for (let part = 0; part <= 4; part += 1) {
        if (world.cancelled) { world.cancelled = false; return false; }
        send({ stage, items_done: part * 301, items_total: 1204, bytes_done: (bytes * part) / 4, bytes_total: bytes, seconds_left: 20 });
        await wait(config.slow ?? 15);
        while (config.hold === stage && part === 2 && !world.cancelled) await wait(50);
      }
    }
    return true;
  }

  const recovery = {
    notes: 1187, notes_stated: 1236, attachments: 316, attachments_stated: 318, percent: 96,
    lost: [
      { code: 'checksum_mismatch', message: 'A part does not fit its checksum: 47 items are lost.', item: '3-chunk' },
      { code: 'decryption_failed', message: 'An attachment does not open: oven-door.jpg is lost.', item: '66d1f0a2c3b4e5f601234567' },
      { code: 'invalid_content', message: 'The text of this note may have been changed.', item: '66d1f0a2c3b4e5f601234568' },
    ],
  };
  const numbers = {
    exact: { items: { removed: 37 }, notes: { removed: 14 } },
    copy: { items: { added: 40, updated: 0, identical: 0 }, notes: { added: 12, updated: 0, identical: 0 } },
  };
  const summary = (mode) => ({
    token: 'p1', items: counts({ added: 14, updated: mode === 'merge' ? 1 : 2, identical: 1190, ...numbers[mode]?.items }),
    notes: counts({ added: 9, updated: mode === 'merge' ? 1 : 2, kept: mode === 'merge' ? 1 : 0, identical: 1, ...numbers[mode]?.notes }), only_here: mode === 'exact' ? 0 : 14, attachments: 31,
    changes: [
      ...(mode === 'exact' ? ['Shopping list', 'Letter to Karin, never sent'].map((title, at) => ({ change: 'removed', id: `r${at}`, kind: 'note', title })) : []),
      ...['Rye and caraway', 'Focaccia for Sunday', 'Flour suppliers in Malmö and around the strait'].map((title, at) => ({ change: 'added', id: `c${at}`, kind: 'note', title })),
      { change: 'added', id: 'b1', kind: 'notebook', title: 'Bread' }, { change: 'updated', id: 'c9', kind: 'note', title: 'Sourdough, the slow way' },
    ],
    recovery: config.damaged ? recovery : null, warnings: config.planWarnings ?? [],
  });

  const prunePlan = () => {
    const archives = Array.from({ length: config.many ?? 24 }, (_, at) => {
      const goes = !config.nothingGoes && world.overview.keep !== 'all' && at > 2 && at % 3 === 1;
      return {
        id: `k${at}`, name: `library-${at}.nnbackupz`, path: `${folder}/library-${at}.nnbackupz`, place: 'library', attachments_included: at % 8 === 2, copy: at % 5 === 4, created: now - at * DAY,
        bytes: 9_412_000 + at * 1_000, delete: goes, codes: [goes ? 'older' : 'daily'], reasons: [goes ? 'It is older than you chose to keep.' : at === 0 ? 'The last verified backup without attachments.' : 'The last one of its day.'],
      };
    });
    const goes = archives.filter((archive) => archive.delete);
    return {
      token: 'k1', keep: world.overview.keep, agreed: world.overview.keep_agreed, paused: world.overview.deleting_paused ?? null, archives,
      to_delete: goes.length, to_keep: archives.length - goes.length, bytes_freed: goes.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  };
  const whole = { files: 12, bytes: 412_000_000, verified: 12, damaged: 0, damaged_names: [], newest: now - DAY, newest_verified: now - DAY, age_days: 1, password: 'kept', attention: [] };
  const place = (over) => ({
    id: 'notesnook-3f9a1c', kind: 'notesnook-backups', title: 'Notesnook backups', folder: '/home/mira/Documents/Notesnook/backups', merge: false, merged_at: null, ...whole, ...over,
  });
  const change = (id, over) => {
    world.places = world.places.map((known) => (known.id === id ? { ...known, ...over } : known));
    return world.places.find((known) => known.id === id);
  };
  world.places = (config.places ?? []).map(place);
  const made = (id, over) => ({ id, place: 'library', name: `my-notes-${id}.nnbackupz`, path: `${folder}/my-notes-${id}.nnbackupz`, bytes: 9_412_000, notes: 1204, attachments: 0, attachments_included: false, encrypted: true, verified: true, drop: null, ...over });
  const run = (at, over) => ({
    run: `20261122-0803${at}-k3f9`, kind: 'backup', automatic: true, outcome: 'completed', code: null, reason: null, started: now - at * DAY, ended: now - at * DAY + 18_000, duration_ms: 18_000, places: ['library'],
    attachments_included: false, bytes: 9_412_000, notes: 1204, attachments: 0, items: counts({}), archives: [], checked: [], deleted: [], copied: [], since: null, ...over,
  });
  const failed = { outcome: 'failed', code: 'no_space', reason: 'The drive “Elements” is full: 412 MB needed, 96 MB free. Nothing was kept of this run; your earlier backups are as they were.', bytes: 0, notes: 0 };
  const runsOfTheWorld = () => [
    run(0, { started: earlier, archives: [made('2026-11-22')] }),
    run(1, { kind: 'restore', automatic: false, outcome: 'completed_with_warnings', reason: 'One attachment could not be restored.', items: counts({ added: 14, updated: 1 }), duration_ms: 8_000 }),
    run(2, { automatic: false, attachments_included: true, bytes: 412_000_000, attachments: 318, duration_ms: 112_000, archives: [made('2026-11-20', { attachments_included: true, drop: 34 })] }),
    run(3, failed), run(4, { outcome: 'nothing_new', reason: 'Nothing is new.', since: now - 6 * DAY, bytes: 0 }), run(5, { kind: 'verify', checked: ['my-notes-2026-11-15.nnbackupz'] }), run(6, { outcome: 'cancelled', automatic: false, bytes: 0, notes: 0 }),
    run(7, { outcome: 'left_running', ended: null, duration_ms: null, bytes: 0, notes: 0, reason: 'It was interrupted: the program or the computer stopped before it was done. Your earlier backups are as they were.' }),
    run(8, { kind: 'prune', deleted: ['a', 'b', 'c'] }), ...Array.from({ length: config.many ?? 60 }, (_, at) => run(9 + at, { archives: [made(`gone-${at}`, { id: null })] })),
  ];
  const sizesOfTheWorld = (full) => Array.from({ length: full ? 0 : 26 }, (_, at) => ({ at: now - (26 - at) * 7 * DAY, bytes: at === 14 ? 5_300_000 : 7_900_000 + at * 60_000, notes: at === 14 ? 806 : 1098 + at * 4, drop: at === 14 ? 39 : null }));

  const commands = {
    app_state: () => world.app,
    password_strength: ({ password: typed }) => {
      const score = typed.length > 24 ? 4 : typed.length > 16 ? 3 : typed.length > 9 ? 2 : 1;
      return { score, needed: 4, crack_time: score === 4 ? 'centuries' : '3 hours', warning: score < 3 ? 'This is similar to a commonly used password.' : null, suggestions: score < 4 ? ['Add another word or two. Uncommon words are better.'] : [] };
    },
    suggest_passphrase: () => password,
    create_account: ({ name }) => {
      const account = { id: 'a2', name };
      world.app.accounts = [account];
      world.app.signed_in = account;
      world.overview = { ...world.overview, notes: 0, attachments: 0, recovery_key_unconfirmed: true, status: { protection: { state: 'never' }, last_verified: null, last_verified_full: null, next: null, next_full: null, overdue_days: null, overdue_full_days: null, waiting: null, missing: null, copies: null } };
      return { account, recovery_key: key, keychain: world.app.keychain };
    },
    sign_in: ({ account, password: typed }) => {
      right(typed);
      world.app.signed_in = world.app.accounts.find(({ id }) => id === account);
      return 'available';
    },
    sign_in_with_recovery_key: ({ account, key: typed }) => {
      if (typed.replace(/[\s-]/g, '').toUpperCase() !== key.join('')) throw { ...wrong, message: 'There is a typing mistake in this key. Its checksum does not fit.', hint: 'Compare it with your copy.' };
      world.app.signed_in = world.app.accounts.find(({ id }) => id === account);
      return 'available';
    },
    sign_out: () => { world.app.signed_in = null; return null; },
    change_password: ({ old }) => { right(old); return null; },
    show_recovery_key: ({ password: typed }) => { right(typed); return key; },
    new_recovery_key: ({ password: typed }) => { right(typed); return key; },
    confirm_recovery_key: ({ groups }) => {
      const ok = groups.every(({ index, text }) => key[index] === text.toUpperCase());
      if (ok) world.overview.recovery_key_unconfirmed = false;
      return ok;
    },
    save_recovery_key: () => true,
    rename_account: ({ name }) => { world.app.signed_in = { ...world.app.signed_in, name }; return null; },
    delete_account: ({ password: typed }) => { right(typed); world.app.signed_in = null; world.app.accounts = []; return null; },
    check_password: ({ password: typed }) => typed === password,
    add_sample_notes: () => { world.overview.notes = 12; world.overview.attachments = 3; return 12; },
    overview: () => world.overview,
    set_interval: ({ interval, password: typed }) => { asksWhenPlain(typed); return (world.overview = { ...world.overview, interval }); },
    set_encryption: ({ on, password: typed }) => {
      if (!on || !world.overview.encryption) { if (typed === null) throw needed; right(typed); }
      return (world.overview = { ...world.overview, encryption: on });
    },
    set_format: ({ format }) => (world.overview = { ...world.overview, format }),
    pick_folder: () => ({ token: 'f2', path: '/media/mira/Elements/Backstop/backups', free_bytes: 212_000_000_000, warnings: [] }),
    default_folder: () => ({ token: 'f1', path: folder, free_bytes: 87_400_000_000, warnings: ['This folder is on the same drive as your notes. If the drive fails, both are gone.'] }),
    use_folder: ({ token, password: typed }) => { asksWhenPlain(typed); return (world.overview = { ...world.overview, folder: token === 'f2' ? '/media/mira/Elements/Backstop/backups' : folder }); },
    use_copies_folder: ({ token, password: typed }) => { asksWhenPlain(typed); return (world.overview = { ...world.overview, copies_folder: token === null ? null : '/media/mira/Elements/Backstop/backups' }); },
    choose: ({ choice: { setting, to }, password: typed }) => {
      if (setting === 'interval_full') asksWhenPlain(typed);
      return (world.overview = { ...world.overview, [setting]: to, ...(setting === 'keep' ? { keep_agreed: false } : {}) });
    },
    desktop_facts: () => world.desktop,
    lead: () => { const to = config.lead ?? null; config.lead = null; return to; },
    set_autostart: ({ on }) => { world.desktop.autostart = on; return null; },
    prune_plan: () => prunePlan(),
    prune: async ({ token, progress: channel }) => {
      if (token !== 'k1') throw { code: 'destination_changed', message: 'This is not the plan that was shown. Nothing was deleted.', hint: 'Look at the plan again.', details: [] };
      await progress(channel, 9_412_000);
      const gone = prunePlan().archives.filter((archive) => archive.delete);
      world.overview.keep_agreed = true;
      return { run: 'r3', outcome: 'completed', deleted: gone.map(({ path }) => path), in_trash: gone.length, bytes_freed: gone.reduce((sum, { bytes }) => sum + bytes, 0), warnings: [] };
    },
    agree_to_keep: () => { world.overview.keep_agreed = true; return prunePlan(); },
    accept_drop: () => { world.overview.deleting_paused = null; return prunePlan(); },
    prove: ({ password: typed, recoveryKey }) => {
      if (typed !== password && recoveryKey === null) throw wrong;
      world.overview.proof_due = false;
      return { archive: 'library-2026-11-22-08-03-15.nnbackupz', created: now, notes: 1204, title: 'Bread', preview: 'Flour, water, salt, and a day of patience.', warnings: [] };
    },
    pause_backups: ({ pause }) => (world.overview = { ...world.overview, paused_until: pause ? now + DAY : null }),
    open_folder: () => null,
    set_theme: () => null,
    set_on_close: ({ onClose }) => { world.overview = { ...world.overview, on_close: onClose }; return null; },
    close_window: () => null,
    create_backup: async ({ attachments, password: typed, progress: channel }) => {
      asksWhenPlain(typed);
      if (config.backupProblem) throw config.backupProblem;
      const bytes = attachments ? 412_000_000 : 9_412_000;
      const whole = await progress(channel, bytes);
      const result = { run: 'r1', outcome: whole ? 'completed' : 'cancelled', name: 'my-notes-2026-11-22-08-03-15.nnbackupz', path: `${folder}/my-notes-2026-11-22-08-03-15.nnbackupz`, bytes, notes: world.overview.notes, attachments: attachments ? world.overview.attachments : 0, verified: whole, encrypted: world.overview.encryption, warnings: [] };
      if (whole) world.overview = { ...world.overview, status: { protection: { state: 'protected' }, last_verified: Date.now(), last_verified_full: attachments ? Date.now() : null, next: Date.now() + DAY, next_full: Date.now() + 30 * DAY, overdue_days: null, overdue_full_days: null, waiting: null, missing: null, copies: null } };
      return result;
    },
    cancel_job: () => { world.cancelled = true; return null; },
    running_job: () => config.running ?? null,
    archives: () => (config.archives ?? [
      card('2026-11-22', { created: earlier }), card('2026-11-20', { created: now - 2 * DAY, attachments_included: true, bytes: 412_000_000, automatic: false, pinned: true }),
      card('2026-11-15', { created: now - 9 * DAY, verified: 'damaged', notes: null }), card('2026-11-01', { created: null, verified: 'never', encrypted: false, automatic: null }),
    ]).map((one, at) => (config.marked ? { ...one, copied: at === 0, copy: at === 1, newer: at === 3 } : one)).filter(({ id }) => id !== world.deleted).map((one) => ({ ...one, pinned: world.pins?.[one.id] ?? one.pinned })),
    runs: ({ query }) => {
      const all = config.runs ?? runsOfTheWorld();
      const fits = (run) => (query.kinds.length === 0 || query.kinds.includes(run.kind)) && (query.outcomes.length === 0 || query.outcomes.includes(run.outcome)) && (query.from === null || run.started >= query.from);
      const fitting = all.filter(fits);
      return { total: fitting.length, recorded: all.length, unreadable: config.unreadable ?? 0, places: ['library'], runs: fitting.slice(query.offset, query.offset + query.limit) };
    },
    run_details: ({ run: id }) => `Backstop: 0.1.0\nrun: ${id}\nkind: backup\n`,
    report: () => 'Backstop report\n',
    save_report: () => config.savesReport ?? true,
    backup_sizes: ({ attachments }) => (config.runs ? [] : sizesOfTheWorld(attachments)),
    deletion: ({ archive }) => ({ id: archive, name: `my-notes-${archive}.nnbackupz`, created: earlier, bytes: 9_412_000, attachments_included: false, to_trash: true, pinned: false, last_verified: config.last ?? false }),
    delete_archive: ({ archive, last }) => {
      if (config.last && !last) throw { code: 'usage', message: 'This is the last verified backup of its kind. It was not deleted.', hint: 'Make another backup first.', details: [] };
      world.deleted = archive;
      return { run: 'r99', in_trash: true, warnings: [] };
    },
    pin_archive: ({ id, pinned }) => { world.pins = { ...world.pins, [id]: pinned }; return null; },
    pick_archive: () => opened({ locked: config.locked ?? true }),
    pick_archives: () => Array.from({ length: config.several ?? 1 }, (_, at) => opened({
      locked: config.locked ?? true, ...(at === 0 ? {} : { token: `t${at + 1}`, name: `old-laptop-${at}.backstop`, format: 'backstop', format_version: '1', created: now - 90 * at * DAY }),
    })),
    open_known: () => opened({ locked: false, name: 'my-notes-2026-11-22.nnbackupz' }),
    unlock_archive: ({ token, password: typed }) => {
      if (config.unlockProblem) throw config.unlockProblem;
      // The third of several has a password of its own.
      if (typed !== null && token === 't3' ? typed !== 'another one' : typed !== null && typed !== password) throw wrong;
      return opened({ locked: false, token, ...(token === 't1' ? {} : { name: `old-laptop-${token.slice(1) - 1}.backstop` }) });
    },
    plan_restore: async ({ mode, only, salvage, progress: channel }) => {
      world.ordered = { mode, only };
      if (config.damaged && !salvage) throw { code: 'checksum_mismatch', message: 'Part 3 of the backup is damaged.', hint: null, details: [] };
      if (mode === 'exact' && config.doubtful) throw { code: 'invalid_content', message: 'This archive may not be whole, so what it does not have was not removed. Nothing was changed.', hint: 'Restore it by merging or overwriting, or choose another archive.', details: [] };
      if (config.hold !== 'reading') return summary(mode);
      if (!(await progress(channel, 9_412_000))) throw { code: 'cancelled', message: 'Cancelled.', hint: null, details: [] };
      return summary(mode);
    },
    apply_plan: async ({ plan, progress: channel }) => {
      const whole = await progress(channel, 9_412_000);
      const undo = plan === 'u1';
      if (whole) world.overview.notes = undo ? 1204 : 1213;
      if (whole) world.overview.undo = undo ? null : { run: 'r8', at: Date.now(), items: counts({ added: 14, updated: 1 }), notes: 10, attachments: 31 };
      return { run: undo ? 'r9' : 'r8', outcome: whole ? 'completed' : 'cancelled', items: undo ? counts({ removed: 14, updated: 1 }) : counts({ added: 14, updated: 1 }), notes: undo ? counts({ removed: 9, updated: 1 }) : counts({ added: 9, updated: 1 }), attachments: undo ? 0 : 31, recovery: config.damaged && !undo ? recovery : null, safety_archive: 'safety', warnings: [] };
    },
    save_copy: ({ password: typed }) => {
      if (config.own && typed === null) throw needed;
      return { name: 'notesnook-backup-2026-11-20-whole.nnbackupz', notes: 1187, attachments: 316 };
    },
    plan_undo: () => ({ token: 'u1', items: counts({ removed: 14, updated: 1 }), notes: counts({ removed: 9, updated: 1, kept: 1 }), only_here: 0, attachments: 0, changes: [], recovery: null, warnings: [] }),
    look_into: async ({ progress: channel }) => {
      if (config.hold === 'reading' && !(await progress(channel, 9_412_000))) throw { code: 'cancelled', message: 'Cancelled.', hint: null, details: [] };
      return { notes: 240, notebooks: 4, attachments: 31, warnings: config.odd ?? [], damaged: Boolean(config.damaged), recovery: config.damaged ? recovery : null };
    },
    places: () => world.places,
    discover_places: () => (config.found ?? []).filter(({ folder: found }) => !world.places.some((place) => place.folder === found)),
    pick_place: () => 'place-9',
    add_place: ({ token }) => {
      const found = (config.found ?? []).find((one) => one.token === token);
      const added = place({ id: 'notesnook-3f9a1c', folder: found?.folder ?? '/media/mira/Elements/Notesnook', files: 0, bytes: 0, verified: 0, newest: null, newest_verified: null, age_days: null, password: 'not_needed', attention: [{ kind: 'empty' }] });
      world.places = [...world.places, added];
      return added;
    },
    remove_place: ({ place: id }) => { world.places = world.places.filter((known) => known.id !== id); return null; },
    set_place_password: ({ place: id, password: typed }) => { if (typed !== 'harbour-lantern-42') throw wrong; return change(id, { password: 'kept' }); },
    set_place_merge: ({ place: id, merge }) => change(id, { merge }),
    check_place: async ({ place: id, progress: channel }) => {
      if (!(await progress(channel, 9_412_000))) throw { code: 'cancelled', message: 'Cancelled.', hint: null, details: [] };
      const known = world.places.find((one) => one.id === id);
      const locked = config.lockedPlace && known.password !== 'kept';
      return change(id, locked ? { ...whole, verified: 0, password: 'needed', attention: [{ kind: 'password_needed' }] } : { ...whole, merged_at: known.merge ? now : null });
    },
    place_archives: () => world.places.flatMap(({ id }) => [card('x', { id: `${id}/1`, name: '2026-11-22-08-00-0.nnbackupz', place: id, created: now - 3_600_000, automatic: null })]),
    hold_known: ({ archive }) => `held-${archive}`,
    check_archive: async ({ token, full, progress: channel }) => {
      if (!(await progress(channel, 9_412_000))) throw { code: 'cancelled', message: 'Cancelled.', hint: null, details: [] };
      const bad = token.includes('11-15');
      return { name: 'my-notes-2026-11-22.nnbackupz', full, sound: !bad, items_read: full ? 2400 : 0, notes: full ? (bad ? 1187 : 1204) : 0, attachments: full ? 31 : 0, recovery: bad && full ? { ...recovery, notes_stated: 1198, percent: 99 } : null, not_read: full ? 0 : 9_412_000, findings: bad ? [{ code: 'checksum_mismatch', message: 'Part 3 of the backup is damaged.', item: 'chunk 3' }] : [] };
    },
    show_in_folder: () => null,
    notebooks: () => notebooks,
    note_places: () => Array.from({ length: 240 }, (_, at) => ({ id: `n${at}`, notebooks: at < 6 ? ['bread'] : at < 30 ? ['work'] : [], trashed: at > 235 })),
    notes: ({ query }) => {
      const total = query.words === 'nothing' ? 0 : query.notebook === null ? 240 : 6;
      const list = Array.from({ length: Math.min(query.limit, Math.max(0, total - query.offset)) }, (_, at) => note(query.offset + at));
      return { total, notes: list };
    },
    note_preview: ({ id }) => ({ id, title: titles[Number(id.slice(1)) % titles.length], html: id === 'n4' ? null : html, locked: id === 'n4', created: now - 40 * DAY, edited: now - 3 * DAY, notebooks: ['Kitchen / Bread'], tags: ['bread', 'weekend'], attachments: [{ id: 'f1', name: 'loaf.jpg', mime: 'image/jpeg', bytes: 412_000, here: true }, { id: 'f2', name: 'mill.pdf', mime: 'application/pdf', bytes: 88_000, here: !config.bare }] }),
    save_attachment: () => true,
  };

  let callbacks = 0;
  const listeners = new Map();
  const forget = (id) => Reflect.deleteProperty(window, `_${id}`);
  const register = (callback, once) => {
    callbacks += 1;
    const id = callbacks;
    window[`_${id}`] = (payload) => { if (once) forget(id); return callback(payload); };
    return id;
  };
  window.__EMIT__ = (event, payload = null) => { for (const handler of listeners.get(event) ?? []) window[`_${handler}`]({ event, id: handler, payload }); };
  window.__TAURI_EVENT_PLUGIN_INTERNALS__ = { unregisterListener: () => undefined };
  window.__TAURI_INTERNALS__ = {
    // The bench answers it: the window's own scheme is the shell's.
    convertFileSrc: (path) => `/${config.noPictures ? 'gone' : 'picture'}/${encodeURIComponent(path)}.png`,
    metadata: { currentWindow: { label: 'main' }, currentWebview: { label: 'main' } },
    transformCallback: register,
    unregisterCallback: forget,
    invoke: async (command, args = {}) => {
      if (command === 'plugin:event|listen') {
        listeners.set(args.event, [...(listeners.get(args.event) ?? []), args.handler]);
        return args.handler;
      }
      if (command.startsWith('plugin:')) return null;
      world.calls.push(command);
      if (config.fail?.[command]) throw config.fail[command];
      const answer = commands[command];
      if (!answer) throw `no such command: ${command}`;
      await wait(1);
      return structuredClone(await answer(args));
    },
  };
})();
