//! The names of unfinished files, and how dead ones are told from living ones.
//!
//! `.backstop-<origin>-<run>-<number>.part`. The origin is a hash of the machine and of the
//! account's folder on it. So in a folder that several machines and accounts share, each knows its
//! own; and whoever holds the job lock of an account knows that every other run of it is dead.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use sha2::{Digest, Sha256};

use crate::lock::{AccountLock, LockKind};

const PREFIX: &str = ".backstop-";
const SUFFIX: &str = ".part";

/// Who writes: one account on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Hex digits of the hash in a name: enough to tell machines apart, and short.
    const DIGITS: usize = 12;

    /// An origin from what is steady about the machine (`/etc/machine-id`, else its host name) and
    /// the folder of the account. Only a hash of both reaches a file name.
    #[must_use]
    pub fn new(machine: &str, account_folder: &Path) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"backstop origin\0");
        hash.update(machine.as_bytes());
        hash.update([0]);
        hash.update(account_folder.as_os_str().as_encoded_bytes());
        let digits = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Self(digits.chars().take(Self::DIGITS).collect())
    }

    /// The name of unfinished file `number` of `run`. What a file name can't hold is left out of
    /// the run.
    pub(super) fn part_name(&self, run: &str, number: u32) -> String {
        let run: String = run.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
        format!("{PREFIX}{self}-{run}-{number}{SUFFIX}")
    }

    /// Run and number in the name of an unfinished file of ours; nothing for any other name.
    pub(super) fn run_in<'name>(&self, name: &'name str) -> Option<&'name str> {
        let inner = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        inner.strip_prefix(self.0.as_str())?.strip_prefix('-')
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Removes what dead processes of this account left unfinished in `folder`; returns what it removed.
///
/// The two locks are the proof: runs write under the job lock and stores under the state lock, so
/// whoever holds both is the only one alive that could be writing. Call this before writing
/// anything oneself. Files of other machines and accounts are never touched.
///
/// # Errors
/// `InvalidInput` for other locks; what stops the folder from being listed or a file from being
/// removed. An absent folder holds nothing and is no error.
pub fn clear_dead_parts(
    folder: &Path,
    origin: &Origin,
    job: &AccountLock,
    state: &AccountLock,
) -> io::Result<Vec<PathBuf>> {
    if (job.kind(), state.kind()) != (LockKind::Job, LockKind::State) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "only both locks prove that writers are dead",
        ));
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut removed = Vec::new();
    for entry in entries {
        let entry = entry?;
        let ours = entry.file_name().to_str().is_some_and(|name| origin.run_in(name).is_some());
        if ours && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
            removed.push(entry.path());
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable::NewFile;

    fn touch(path: &Path) {
        fs::File::create_new(path).expect("a file");
    }

    #[test]
    fn origins_differ_by_machine_and_account_and_say_neither() {
        let ours = Origin::new("machine-a", Path::new("/data/anna"));
        assert_ne!(ours, Origin::new("machine-b", Path::new("/data/anna")));
        assert_ne!(ours, Origin::new("machine-a", Path::new("/data/bert")));
        assert_eq!(ours, Origin::new("machine-a", Path::new("/data/anna")));
        let name = ours.part_name("../run/20261122", 0);
        assert_eq!(name, format!(".backstop-{ours}-run20261122-0.part"));
        assert!(!name.contains("anna") && !name.contains("machine"));
    }

    #[test]
    fn only_dead_parts_of_this_account_on_this_machine_go() {
        let account = tempfile::tempdir().expect("a folder");
        let folder = tempfile::tempdir().expect("a folder");
        let ours = Origin::new("a", account.path());
        let theirs = Origin::new("b", account.path());
        let dead = folder.path().join(ours.part_name("dead", 0));
        touch(&dead);
        let keep = [
            folder.path().join(theirs.part_name("dead", 0)),
            folder.path().join("library-2026-11-22-08-03-15.nnbackupz"),
            folder.path().join("notes.part"),
            folder.path().join(format!(".backstop-{ours}")),
        ];
        keep.iter().for_each(|path| touch(path));
        let lock = |kind| AccountLock::acquire(account.path(), kind).expect("free");
        let (job, state) = (lock(LockKind::Job), lock(LockKind::State));
        assert_eq!(clear_dead_parts(folder.path(), &ours, &job, &state).expect("cleared"), [dead]);
        assert!(keep.iter().all(|path| path.exists()));
        let absent = folder.path().join("absent");
        assert!(clear_dead_parts(&absent, &ours, &job, &state).expect("nothing there").is_empty());
    }

    #[test]
    fn other_locks_prove_nothing() {
        let account = tempfile::tempdir().expect("a folder");
        let ours = Origin::new("a", account.path());
        let live = NewFile::create(&account.path().join("x"), &ours, "live").expect("a file");
        let lock = |kind| AccountLock::acquire(account.path(), kind).expect("free");
        let (job, state) = (lock(LockKind::Job), lock(LockKind::State));
        for (job, state) in [(&state, &job), (&job, &job), (&state, &state)] {
            assert!(clear_dead_parts(account.path(), &ours, job, state).is_err());
        }
        assert!(live.path().exists());
    }
}
