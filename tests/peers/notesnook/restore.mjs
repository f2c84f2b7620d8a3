// node restore.mjs < JOBS
//
// JOBS is a JSON list; each job restores one file into a core of its own that is empty:
//   file           the .nnbackupz file
//   password, key  what opens it: a password or Notesnook's recovery key, if it is encrypted
//   withoutBytes   true: as if the file had no attachments folder
//   vaultPassword  what opens the locked notes
//   dump           where to write, as JSON, everything that the core then holds
//   export         {file, mode, password}: then let the core make a backup of its own; mode is "full" or
//                  "partial", and without a password the backup is not encrypted
// Secrets come in this way and not as arguments, which every program on a machine may read. The processor
// time of each step goes to the error output.

import { readFileSync, writeFileSync } from "node:fs";
import { open } from "./core.mjs";
import { backup, restore } from "./archive.mjs";
import { dump } from "./dump.mjs";

for (const job of JSON.parse(readFileSync(0, "utf8"))) await run(job);
// The core keeps timers that would hold this program open.
process.exit(0);

async function run({ file, password, key, withoutBytes, vaultPassword, dump: to, export: exported }) {
  const opened = await open({ password: exported?.password ?? "the peer's own account" });
  const secret = { password, encryptionKey: key };
  await timed(`restore ${file}`, () => restore(opened, file, secret, { withoutBytes }));
  if (to) writeFileSync(to, JSON.stringify(await dump(opened, vaultPassword ?? "")));
  if (exported) {
    const options = { encrypt: exported.password !== undefined, mode: exported.mode };
    await timed(`backup ${exported.file}`, () => backup(opened, exported.file, options));
  }
  opened.close();
}

async function timed(what, step) {
  const since = process.cpuUsage();
  await step();
  const { user, system } = process.cpuUsage(since);
  process.stderr.write(`${what}: ${((user + system) / 1e6).toFixed(2)} s of processor time\n`);
}
