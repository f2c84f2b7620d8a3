// The real Notesnook core in Node, with what it asks its host for: storage, files, a compressor and SQLite.
//
// Everything lies in memory or in the folder it is given. No server is ever asked: the account is made
// here, and any use of the network fails the run.

import Module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

process.env.NODE_ENV = "production";
stopTheClock(Date.UTC(2026, 0, 1));
globalThis.fetch = () => Promise.reject(new Error("the peer must not use the network"));

/** The core stamps some rows and empties its bin by the clock: two restores are only equal at one moment. */
function stopTheClock(at) {
  const Running = Date;
  globalThis.Date = class extends Running {
    constructor(...parts) {
      super(...(parts.length ? parts : [at]));
    }
    static now() {
      return at;
    }
  };
}

const require = createRequire(import.meta.url);

// The web and desktop app use libsodium's WebAssembly build, which is stricter about base64 than the native
// one that Node would be given. Nothing native is needed this way.
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, ...rest) {
  const path = resolve.call(this, name, ...rest);
  return name === "@notesnook/sodium" ? join(dirname(path), "browser.js") : path;
};

// The core leaves the parsing of older notes to the browser.
globalThis.DOMParser = require("linkedom").DOMParser;

const { NNCrypto } = require("@notesnook/crypto");
const { Database, initialize } = require("@notesnook/core");
const { SqliteDialect } = require("@streetwriters/kysely");
const { Database: Sqlite } = require("node-sqlite3-wasm");

const zip = promisify(gzip);
const unzip = promisify(gunzip);
export const crypto = new NNCrypto();

/** Columns that Notesnook's app of today has and the newest core on the registry lacks. */
const NEWER_COLUMNS = [
  ["notes", "archived", "boolean"],
  ["notes", "isGeneratedTitle", "boolean"],
  ["notes", "spellcheck", "boolean DEFAULT true"],
  ["notes", "expiryDate", "text"],
  ["sessioncontent", "title", "text"],
];
const NEWER_FLAGS = ["archived", "isGeneratedTitle", "spellcheck"];

/** What a backup holds, in the order in which the core writes it. */
export const TABLES = [
  "notes", "notebooks", "content", "notehistory", "sessioncontent", "colors", "tags", "settings",
  "shortcuts", "reminders", "relations", "attachments", "vaults",
];

/** A statement as the core's query builder calls it. */
class Prepared {
  constructor(sqlite, sql) {
    this.sqlite = sqlite;
    this.sql = sql;
    this.reader = /^\s*(select|pragma|with)\b/i.test(sql) || /\breturning\b/i.test(sql);
  }
  all(parameters) {
    return this.sqlite.all(this.sql, bound(parameters)).map(plain);
  }
  run(parameters) {
    const { changes, lastInsertRowId } = this.sqlite.run(this.sql, bound(parameters));
    return { changes, lastInsertRowid: lastInsertRowId };
  }
  iterate(parameters) {
    return this.all(parameters)[Symbol.iterator]();
  }
}

const bound = (parameters) => parameters.map((value) => (value === undefined ? null : value));

/** A row as the core expects it: the newer columns are mapped here, as the newer core does it itself. */
function plain(row) {
  const out = {};
  for (const [key, value] of Object.entries(row)) {
    const number = typeof value === "bigint" ? Number(value) : value;
    if (NEWER_FLAGS.includes(key)) out[key] = number === 1;
    else if (key === "expiryDate" && number) out[key] = JSON.parse(number);
    else out[key] = number;
  }
  return out;
}

/** Key and value pairs, and the ciphers, all in memory. */
class Storage {
  values = new Map();
  write = async (key, value) => void this.values.set(key, value);
  writeMulti = async (entries) => entries.forEach(([key, value]) => this.values.set(key, value));
  read = async (key) => this.values.get(key);
  readMulti = async (keys) => keys.map((key) => [key, this.values.get(key)]);
  remove = async (key) => void this.values.delete(key);
  removeMulti = async (keys) => keys.forEach((key) => this.values.delete(key));
  clear = async () => this.values.clear();
  getAllKeys = async () => [...this.values.keys()];
  encrypt = (key, text) => crypto.encrypt({ ...key }, text, "text", "base64");
  encryptMulti = (key, texts) => crypto.encryptMulti({ ...key }, texts, "text", "base64");
  decrypt = (key, cipher) => crypto.decrypt({ ...key }, cipher, "text");
  decryptMulti = (key, ciphers) => crypto.decryptMulti({ ...key }, ciphers, "text");
  hash = (password, email) => crypto.hash(password, email);
  generateCryptoKey = (password, salt) => crypto.exportKey(password, salt);
  getCryptoKey = async () => this.values.get("masterKey");
  deriveCryptoKey = async ({ password, salt }) => {
    this.values.set("masterKey", (await crypto.exportKey(password, salt)).key);
  };
}

/** Sealed attachments by name, as Notesnook keeps them: pieces without anything between them. */
export class Files {
  bytes = new Map();
  downloadFile = (name) => ({ execute: async () => this.bytes.has(name), cancel: async () => {} });
  uploadFile = () => ({ execute: async () => false, cancel: async () => {} });
  exists = async (name) => this.bytes.has(name);
  bulkExists = async (names) => names.filter((name) => !this.bytes.has(name));
  deleteFile = async (name) => this.bytes.delete(name);
  getUploadedFileSize = async () => -1;
  clearFileStorage = async () => this.bytes.clear();
  readEncrypted = async () => undefined;
  writeEncryptedBase64 = () => Promise.reject(new Error("not used by backups"));
  hashBase64 = () => Promise.reject(new Error("not used by backups"));
}

const compressor = {
  compress: async (text) => (await zip(Buffer.from(text), { level: 6 })).toString("base64"),
  decompress: async (text) => (await unzip(Buffer.from(text, "base64"))).toString("utf8"),
};

/** A core with nothing in it, logged in to an account that exists only here. */
export async function open({ password, salt, database = ":memory:" }) {
  const sqlite = new Sqlite(database);
  const handle = { prepare: (sql) => new Prepared(sqlite, sql), close: () => sqlite.close() };
  await initialize({ dialect: () => new SqliteDialect({ database: logs() }), journalMode: "MEMORY" }, true);
  const storage = new Storage();
  const files = new Files();
  const core = new Database();
  const nowhere = "http://127.0.0.1:9";
  core.host({ API_HOST: nowhere, AUTH_HOST: nowhere, SSE_HOST: nowhere, SUBSCRIPTIONS_HOST: nowhere });
  core.setup({
    storage, fs: files, compressor, batchSize: 100,
    sqliteOptions: {
      dialect: () => new SqliteDialect({ database: handle }),
      journalMode: database === ":memory:" ? "MEMORY" : "WAL", tempStore: "memory",
    },
  });
  const init = core.sanitizer.init.bind(core.sanitizer);
  core.sanitizer.init = () => {
    widen(sqlite);
    return init();
  };
  await core.init();
  await logIn(core, storage, password, salt);
  return { core, sqlite, files, close: () => sqlite.close() };
}

function widen(sqlite) {
  for (const [table, column, type] of NEWER_COLUMNS) {
    const known = sqlite.all(`PRAGMA table_info(${table})`).some(({ name }) => name === column);
    if (known) throw new Error(`the core knows ${table}.${column} now: take it out of NEWER_COLUMNS`);
    sqlite.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  }
}

function logs() {
  const sqlite = new Sqlite(":memory:");
  return { prepare: (sql) => new Prepared(sqlite, sql), close: () => sqlite.close() };
}

async function logIn(core, storage, password, salt) {
  const master = await crypto.exportKey(password, salt);
  await storage.write("masterKey", master.key);
  const attachmentsKey = await crypto.exportKey("the peer's attachments");
  await core.user.setUser({
    id: "0123456789abcdef01234567", email: "peer@example.invalid", isEmailConfirmed: true, salt: master.salt,
    attachmentsKey: await storage.encrypt(master, JSON.stringify(attachmentsKey)),
    subscription: { type: 2, plan: 2, status: 1, start: 0, expiry: 8640000000000000 }, mfa: {},
  });
}
