// node corpus.mjs OUT [--seed N] [--notes N] [--plain-notes] [--mode full|partial] [--password-file F]
//
// Fills a real core with notes that differ with the seed and lets it make a backup of them: files of
// Notesnook that nobody has looked at before. --plain-notes makes many simple notes and nothing else.

import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { xxhash64 } from "hash-wasm";
import { crypto, open } from "./core.mjs";
import { backup } from "./archive.mjs";

const NOW = Date.UTC(2026, 7, 19, 12, 0, 0);
export const VAULT_PASSWORD = "kéy of thé vault ✓";
const WORDS = (
  "harbour naïve Ζεύς журнал 東京 نهر שלום e\u0301clair 👩‍👩‍👧‍👦 🇳🇱 tide \u202emirror\u202c O'Neil a&amp;b &lt;tag&gt; \u00a0 ß İ ﬀ 𝔘 ٣ "
  + "lantern copper meadow seven quiet window \u200d\u200b zero-width \t tab"
).split(" ");

/** A generator of numbers that gives the same ones for a seed (xorshift). */
class Dice {
  constructor(seed) {
    this.state = (seed * 2654435761) >>> 0 || 1;
  }
  below(limit) {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }
  one(list) {
    return list[this.below(list.length)];
  }
  flag = () => this.below(4) === 0;
  bytes(length) {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 1) out[at] = this.below(256);
    return out;
  }
}

/** Rows under way to the core, by collection. */
class Corpus {
  rows = {};
  serial = 0;
  constructor(seed) {
    this.dice = new Dice(seed);
  }
  id() {
    this.serial += 1;
    const tail = (this.serial * 2654435761 % 4294967296).toString(16).padStart(8, "0");
    return `68a4${this.serial.toString(16).padStart(12, "0")}${tail}`;
  }
  text(words) {
    return Array.from({ length: words }, () => this.dice.one(WORDS)).join(" ");
  }
  add(collection, row) {
    const made = { id: this.id(), dateCreated: NOW - this.dice.below(1e11), synced: this.dice.flag(), deleted: false, ...row };
    made.dateModified ??= made.dateCreated + this.dice.below(1e9);
    (this.rows[collection] ??= []).push(made);
    return made;
  }
  relate(from, to) {
    const id = createHash("md5").update(from.id + to.id + from.type + to.type).digest("hex");
    return this.add("relations", { id, type: "relation", fromType: from.type, fromId: from.id, toType: to.type, toId: to.id });
  }
  html(bytes) {
    let html = "";
    while (html.length < bytes) {
      html += `<p data-block-id="${this.serial.toString(36).padStart(8, "x")}" data-spacing="double">${this.text(40)}</p>`;
    }
    return html;
  }
  note(fields = {}, content = {}) {
    const dateEdited = NOW - this.dice.below(1e9);
    const contentId = content === null ? null : this.id();
    const note = this.add("notes", {
      type: "note", title: this.text(5), headline: this.text(20), contentId, pinned: this.dice.flag(),
      favorite: this.dice.flag(), localOnly: this.dice.flag(), conflicted: false, readonly: this.dice.flag(),
      archived: this.dice.flag(), isGeneratedTitle: this.dice.flag(), spellcheck: !this.dice.flag(), expiryDate: null,
      dateEdited, dateDeleted: null, itemType: null, deletedBy: null, ...fields,
    });
    if (content === null) return note;
    note.body = this.add("content", {
      id: contentId, type: "tiptap", noteId: note.id, data: this.html(600), locked: false, localOnly: note.localOnly,
      conflicted: null, dateEdited, dateResolved: null, sessionId: null, ...content,
    });
    return note;
  }
  revision(note, fields = {}) {
    const at = NOW - this.dice.below(1e10) - this.serial;
    const id = `${note.id}_${at}`;
    const sessionContentId = `${id}_content`;
    const dates = { dateCreated: at, dateModified: at };
    this.add("notehistory", { id, type: "session", noteId: note.id, sessionContentId, localOnly: true, locked: false, ...dates });
    this.add("sessioncontent", {
      id: sessionContentId, type: "sessioncontent", data: this.html(200), contentType: "tiptap", compressed: false,
      locked: false, localOnly: true, title: note.title, ...dates, ...fields,
    });
  }
}

function notebooks(corpus) {
  const made = [];
  for (let serial = 0; serial < 14; serial += 1) {
    const trashed = serial === 9;
    const notebook = corpus.add("notebooks", {
      type: trashed ? "trash" : "notebook", title: corpus.text(3), description: serial % 3 ? corpus.text(9) : null,
      dateEdited: NOW, pinned: corpus.dice.flag(), dateDeleted: trashed ? NOW : null,
      itemType: trashed ? "notebook" : null, deletedBy: trashed ? "app" : null,
    });
    // The first six lie in each other, the rest wherever the dice say.
    if (made.length) corpus.relate(plainly(serial < 6 ? made.at(-1) : corpus.dice.one(made), "notebook"), plainly(notebook, "notebook"));
    made.push(notebook);
  }
  return made;
}

const plainly = ({ id }, type) => ({ id, type });

function labels(corpus) {
  const titles = ["a/b/c", "Case", "case", "twin", "twin", corpus.text(2), "👩‍👩‍👧‍👦", "#hash", "日本 語"];
  const tags = titles.map((title) => corpus.add("tags", { type: "tag", title }));
  const codes = ["#f44336", "#FF9800", "#123abc"];
  const colors = codes.map((colorCode) => corpus.add("colors", { type: "color", title: corpus.text(1), colorCode }));
  return { tags, colors };
}

function odd(corpus) {
  corpus.note({ title: "" }, null);
  corpus.note({ title: "no words" }, { data: "" });
  corpus.note({ title: "lines" }, { data: "<pre><code>a\r\nb\n\tc\u2028d\u0007</code></pre>" });
  corpus.note({ type: "trash", itemType: "note", dateDeleted: NOW, deletedBy: "user" });
  corpus.note({ type: "trash", itemType: "note", dateDeleted: NOW, deletedBy: "expired" });
  corpus.note({ expiryDate: { dateModified: NOW, value: NOW + 1e12 } });
  corpus.note({ expiryDate: { dateModified: NOW, value: null } });
  corpus.note({ title: corpus.text(4000) });
  conflict(corpus);
  const much = corpus.note({ title: "many revisions" });
  for (let serial = 0; serial < 120; serial += 1) corpus.revision(much);
  corpus.revision(much, { title: null, compressed: true, data: "H4sIAAAAAAAAA7MpsEvOz8tLTS6x0S+wAwBvbXEpEAAAAA==" });
  const huge = corpus.note({ title: "one body above a chunk" }, { data: "<p>" + "чаша 🍵 ".repeat(1_500_000) + "</p>" });
  corpus.relate(plainly(huge, "note"), { id: "000000000000000000000000", type: "attachment" });
}

function conflict(corpus) {
  const note = corpus.note({ conflicted: true });
  note.body.conflicted = {
    id: note.body.id, type: "tiptap", noteId: note.id, data: `<p>the other side, cut here: 🍵</p>`, locked: false, localOnly: false,
    conflicted: false, dateCreated: note.body.dateCreated, dateModified: NOW, dateEdited: NOW, dateResolved: 0, synced: true, deleted: false,
  };
}

function reminders(corpus, notes) {
  const modes = [["once", null, []], ["repeat", "day", []], ["repeat", "week", [0, 3, 6]], ["repeat", "month", [1, 31]], ["repeat", "year", []], ["permanent", null, []]];
  for (const [mode, recurringMode, selectedDays] of modes) {
    const reminder = corpus.add("reminders", {
      type: "reminder", title: corpus.text(3), description: corpus.text(8), date: NOW + corpus.dice.below(1e10), mode, recurringMode,
      selectedDays, priority: corpus.dice.one(["silent", "vibrate", "urgent"]), disabled: corpus.dice.flag(), localOnly: corpus.dice.flag(),
      snoozeUntil: corpus.dice.flag() ? NOW : null,
    });
    corpus.relate(plainly(corpus.dice.one(notes), "note"), reminder);
  }
}

function settings(corpus, notebook) {
  const values = {
    titleFormat: "Note $date$ $time$", timeFormat: "12-hour", trashCleanupInterval: 30, defaultNotebook: notebook.id,
    profile: { fullName: corpus.text(2), profilePicture: `data:image/png;base64,${"QUJD".repeat(900)}` },
    "groupOptions:notes": { groupBy: "abc", sortBy: "title", sortDirection: "asc" }, "toolbarConfig:desktop": { preset: "custom", config: [["bold"], [["italic", "underline"]]] },
    "sideBarHiddenItems:routes": ["monographs"], "vault:lockAfter": -1, "x-unknown:key": corpus.text(4),
  };
  for (const [key, value] of Object.entries(values)) {
    corpus.add("settings", { id: createHash("md5").update(key).digest("hex"), type: "settingitem", key, value });
  }
}

async function vault(corpus, { core }) {
  const key = await core.storage().encrypt({ password: VAULT_PASSWORD }, "any text at all.");
  const vault = corpus.add("vaults", { type: "vault", title: "Default", key });
  for (let serial = 0; serial < 3; serial += 1) {
    const html = JSON.stringify(corpus.html(900));
    const data = await core.storage().encrypt({ password: VAULT_PASSWORD }, html);
    corpus.relate(vault, plainly(corpus.note({ headline: "" }, { locked: true, data }), "note"));
  }
}

async function attachments(corpus, { core, files }, notes) {
  const sizes = [1, 2, 524287, 524288, 524289, 1048576, 3 * 524288 + 77];
  for (const [serial, size] of sizes.entries()) {
    const bytes = corpus.dice.bytes(size);
    const key = await crypto.exportKey(`file ${serial}`);
    const { iv, sealed } = await seal(key, bytes);
    const hash = (await xxhash64(bytes)).padStart(16, "0");
    const row = corpus.add("attachments", {
      type: "attachment", hash, hashType: "xxh64", size, alg: "xcha-stream", chunkSize: 524288, iv, salt: key.salt,
      key: await core.attachments.encryptKey(key), filename: `${corpus.text(2)}.bin`, mimeType: corpus.dice.one(["image/png", "application/octet-stream", "audio/ogg"]),
      dateUploaded: corpus.dice.flag() ? NOW : null, failed: serial === 1 ? "no network" : null, dateDeleted: null,
    });
    // One whose bytes are on another device: the core leaves them out without a word.
    if (serial !== 4) files.bytes.set(hash, sealed);
    corpus.relate(plainly(corpus.dice.one(notes), "note"), row);
  }
}

async function seal(key, bytes) {
  const { iv, stream } = await crypto.createEncryptionStream(key);
  const pieces = [];
  const source = new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 524288) {
        controller.enqueue({ data: bytes.subarray(at, at + 524288), final: at + 524288 >= bytes.length });
      }
      controller.close();
    },
  });
  for await (const piece of source.pipeThrough(stream)) pieces.push(piece);
  return { iv, sealed: Buffer.concat(pieces) };
}

async function fill(corpus, opened, count) {
  const books = notebooks(corpus);
  const { tags, colors } = labels(corpus);
  const notes = [];
  for (let serial = 0; serial < count; serial += 1) {
    const note = corpus.note();
    notes.push(note);
    corpus.relate(plainly(corpus.dice.one(books), "notebook"), note);
    if (corpus.dice.flag()) corpus.relate(corpus.dice.one(tags), note);
    if (corpus.dice.flag()) corpus.relate(corpus.dice.one(colors), note);
    if (corpus.dice.flag()) corpus.revision(note);
    if (serial) corpus.relate(note, corpus.dice.one(notes.slice(0, -1)));
  }
  corpus.add("shortcuts", { id: tags[0].id, type: "shortcut", itemType: "tag", itemId: tags[0].id, sortIndex: -1 });
  corpus.add("shortcuts", { id: books[0].id, type: "shortcut", itemType: "notebook", itemId: books[0].id, sortIndex: 3 });
  reminders(corpus, notes);
  settings(corpus, books[1]);
  odd(corpus);
  await vault(corpus, opened);
  await attachments(corpus, opened, notes);
}

async function put(corpus, { core }) {
  for (const [name, rows] of Object.entries(corpus.rows)) {
    for (const row of rows) delete row.body;
    const collection = name === "sessioncontent" ? core.noteHistory.sessionContent.collection
      : name === "notehistory" ? core.noteHistory.collection : core[name].collection;
    await collection.put(rows);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" }, notes: { type: "string", default: "60" }, mode: { type: "string", default: "full" },
    "plain-notes": { type: "boolean", default: false }, "password-file": { type: "string" },
  },
});
const password = values["password-file"] && readFileSync(values["password-file"], "utf8").split(/\r?\n/, 1)[0];
const opened = await open({ password: password ?? "the peer's own account" });
const corpus = new Corpus(Number(values.seed));
if (values["plain-notes"]) {
  for (let serial = 0; serial < Number(values.notes); serial += 1) corpus.note({}, { data: corpus.html(4096) });
} else {
  await fill(corpus, opened, Number(values.notes));
}
await put(corpus, opened);
await backup(opened, positionals[0], { encrypt: password !== undefined, mode: values.mode });
process.exit(0);
