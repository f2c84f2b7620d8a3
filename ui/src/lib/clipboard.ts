// Copying, and taking a secret back out of the clipboard after a while.

const CLEAR_MS = 60_000;

/** Puts text into the clipboard; false where the system does not let us. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** What else was copied since, if it may be read: then the clipboard is no longer ours to clear. */
async function otherText(secret: string): Promise<boolean> {
  try {
    return (await navigator.clipboard.readText()) !== secret;
  } catch {
    return false;
  }
}

/** Copies a secret and clears the clipboard after a minute; `cleared` hears whether that worked. */
export async function copySecret(secret: string, cleared: (ok: boolean) => void): Promise<boolean> {
  if (!(await copyText(secret))) return false;
  setTimeout(async () => {
    if (!(await otherText(secret))) cleared(await copyText(' '));
  }, CLEAR_MS);
  return true;
}
