// Everything a person could see in a core, in one order, so that two cores can be compared.

import { createHash } from "node:crypto";
import { TABLES, crypto } from "./core.mjs";

/** All rows, and of each attachment its file key, whether its bytes are here, and their SHA-256. */
export async function dump(opened, vaultPassword) {
  const out = {};
  for (const table of TABLES) out[table] = rows(opened.sqlite, table);
  for (const row of out.attachments) await openAttachment(opened, row);
  out.locked = await locked(opened.core, vaultPassword);
  return out;
}

function rows(sqlite, table) {
  const sorted = (row) => Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sqlite.all(`SELECT * FROM ${table} ORDER BY id`).map(sorted);
}

/** The key is wrapped anew by every account, so what it opens to is compared and not its wrapping. */
async function openAttachment({ core, files }, row) {
  const attachmentsKey = await core.user.getAttachmentsKey();
  let key = null;
  try {
    key = JSON.parse(await core.storage().decrypt(attachmentsKey, JSON.parse(row.key)));
    row.key = key;
  } catch {
    row.key = { wrapped: JSON.parse(row.key) };
  }
  const sealed = files.bytes.get(row.hash);
  row.present = sealed !== undefined;
  row.sha256 = sealed && key ? await sha256(sealed, key, row) : null;
}

async function sha256(sealed, key, { iv, chunkSize, size }) {
  const piece = chunkSize + 17;
  const hash = createHash("sha256");
  let plain = 0;
  const source = new ReadableStream({
    start(controller) {
      for (let at = 0; at < sealed.length; at += piece) controller.enqueue(sealed.subarray(at, at + piece));
      controller.close();
    },
  });
  for await (const bytes of source.pipeThrough(await crypto.createDecryptionStream(key, iv))) {
    plain += bytes.length;
    hash.update(bytes);
  }
  if (plain !== size) throw new Error(`an attachment of ${size} bytes holds ${plain}`);
  return hash.digest("hex");
}

/** Each locked note as the vault password opens it, through the app's own way of opening one. */
async function locked(core, vaultPassword) {
  const opened = {};
  const contents = await core.content.collection.records([]);
  for (const content of Object.values(contents)) {
    if (!content.locked) continue;
    try {
      const note = await core.vault.open(content.noteId, vaultPassword);
      opened[content.noteId] = note?.content?.data ?? null;
    } catch (error) {
      opened[content.noteId] = { error: error.message };
    }
  }
  return opened;
}
