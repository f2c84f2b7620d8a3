// A backup file as Notesnook's web and desktop app read and write it: with zip.js, entry by entry.

import { openAsBlob, readFileSync } from "node:fs";
import { open as openFile } from "node:fs/promises";
import { Writable } from "node:stream";
import { BlobReader, BlobWriter, TextReader, TextWriter, Uint8ArrayReader, Uint8ArrayWriter, ZipReader, ZipWriter, configure } from "@zip.js/zip.js";

configure({ useWebWorkers: false });

const MARKER = ".nnbackup";
const ATTACHMENTS = "attachments/";
const KEY = "attachments/.attachments_key";

/** Restores a file into a core as the app does; without bytes, as if it held no attachments folder. */
export async function restore({ core, files }, path, secret, { withoutBytes = false } = {}) {
  if (path.endsWith(".nnbackup")) {
    // The older form: one JSON text.
    await core.backup.import(JSON.parse(readFileSync(path, "utf8")), secret);
    return core.initCollections();
  }
  const reader = new ZipReader(new BlobReader(await openAsBlob(path)));
  const entries = await reader.getEntries();
  const key = withoutBytes ? undefined : entries.find(({ filename }) => filename === KEY);
  const attachmentsKey = key && JSON.parse(await key.getData(new TextWriter()));
  const bytes = [];
  for (const entry of entries) {
    if (entry.filename === KEY || entry.filename === MARKER) continue;
    if (entry.filename.startsWith(ATTACHMENTS)) {
      bytes.push(entry);
      continue;
    }
    const chunk = JSON.parse(await entry.getData(new TextWriter()));
    await core.backup.import(chunk, { ...secret, attachmentsKey });
  }
  await core.initCollections();
  for (const entry of withoutBytes ? [] : bytes) await restoreBytes(core, files, entry);
  await reader.close();
}

/** Bytes of a name that no row has are passed over without a word, as in the app. */
async function restoreBytes(core, files, entry) {
  if (entry.directory) return;
  const name = entry.filename.slice(ATTACHMENTS.length);
  const attachment = await core.attachments.attachment(name);
  if (attachment) files.bytes.set(attachment.hash, await entry.getData(new Uint8ArrayWriter()));
}

/** Makes a backup of what a core holds, as the app does. */
export async function backup({ core, files }, path, { encrypt, mode }) {
  const writer = new ZipWriter(new BlobWriter(), { zip64: true });
  for await (const part of core.backup.export({ type: "web", encrypt, mode })) {
    const body = part.type === "file" ? new TextReader(part.data) : new Uint8ArrayReader(files.bytes.get(part.hash));
    await writer.add(part.path, body);
  }
  const blob = await writer.close();
  const file = await openFile(path, "wx");
  await blob.stream().pipeTo(Writable.toWeb(file.createWriteStream()));
}
