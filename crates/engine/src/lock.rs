//! Who may act for an account right now.
//!
//! Several processes share an account: the window, the command line, cron. Kernel file locks
//! decide between them. The kernel frees a lock when its holder ends, however it ends, so a lock
//! never has to be taken over; the lock file itself holds nothing and stays.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{io, thread};

use thiserror::Error;

use crate::problem::{Code, Problem};

/// What a lock is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockKind {
    /// One job at a time: backup, restore, undo, a change of keys. Held as long as the job runs.
    Job,
    /// Reading, changing and writing back one of the small stores. Held for moments.
    State,
}

impl LockKind {
    fn file_name(self) -> &'static str {
        match self {
            Self::Job => "job.lock",
            Self::State => "state.lock",
        }
    }
}

/// Why there is no lock.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another process, or another part of this one, holds it.
    #[error("another job is running for this account")]
    Busy,
    /// The lock file can't be opened or locked.
    #[error("the lock of the account can't be used: {0}")]
    Io(#[from] io::Error),
}

impl From<LockError> for Problem {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Busy => Self::of(Code::Busy),
            LockError::Io(error) => Self::writing(error),
        }
    }
}

/// A lock of an account, freed when dropped.
#[derive(Debug)]
pub struct AccountLock {
    kind: LockKind,
    _file: File,
}

impl AccountLock {
    /// How often [`AccountLock::wait`] looks again.
    const PAUSE: Duration = Duration::from_millis(10);

    /// How long a taken lock is tried again: someone may only have looked, see
    /// [`AccountLock::is_held`].
    const GRACE: Duration = Duration::from_millis(50);

    /// Takes the lock, or says that it is taken.
    ///
    /// # Errors
    /// [`LockError::Busy`] if it is held, [`LockError::Io`] if the folder can't be used.
    pub fn acquire(account_folder: &Path, kind: LockKind) -> Result<Self, LockError> {
        Self::wait(account_folder, kind, Self::GRACE)
    }

    /// Takes the lock, waiting up to `patience` for another to free it.
    ///
    /// # Errors
    /// As [`AccountLock::acquire`].
    pub fn wait(account_folder: &Path, kind: LockKind, patience: Duration) -> Result<Self, LockError> {
        let begun = Instant::now();
        loop {
            match Self::take(account_folder, kind) {
                Err(LockError::Busy) if begun.elapsed() < patience => thread::sleep(Self::PAUSE),
                other => return other,
            }
        }
    }

    /// Whether someone holds the lock at this moment. For showing only: decide by taking it.
    ///
    /// # Errors
    /// [`LockError::Io`] if the folder can't be used.
    pub fn is_held(account_folder: &Path, kind: LockKind) -> Result<bool, LockError> {
        match Self::take(account_folder, kind) {
            Ok(_) => Ok(false),
            Err(LockError::Busy) => Ok(true),
            Err(error) => Err(error),
        }
    }

    fn take(account_folder: &Path, kind: LockKind) -> Result<Self, LockError> {
        let path = account_folder.join(kind.file_name());
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { kind, _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Busy),
            Err(TryLockError::Error(error)) => Err(LockError::Io(error)),
        }
    }

    /// What this lock is for: a function that needs one as proof asks.
    #[must_use]
    pub fn kind(&self) -> LockKind {
        self.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_free_when_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        let held = AccountLock::acquire(folder.path(), LockKind::Job).expect("free");
        let error = AccountLock::acquire(folder.path(), LockKind::Job).expect_err("held");
        assert_eq!(Problem::from(error).code, Code::Busy);
        assert!(AccountLock::is_held(folder.path(), LockKind::Job).expect("a folder"));
        let _other = AccountLock::acquire(folder.path(), LockKind::State).expect("another lock");
        drop(held);
        assert!(!AccountLock::is_held(folder.path(), LockKind::Job).expect("a folder"));
        AccountLock::acquire(folder.path(), LockKind::Job).expect("free again");
    }

    #[test]
    fn waiting_ends_with_the_holder_or_with_patience() {
        let folder = tempfile::tempdir().expect("a folder");
        let held = AccountLock::acquire(folder.path(), LockKind::State).expect("free");
        let wait = |ms| AccountLock::wait(folder.path(), LockKind::State, Duration::from_millis(ms));
        assert!(matches!(wait(30), Err(LockError::Busy)));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| wait(10_000).is_ok());
            thread::sleep(Duration::from_millis(30));
            drop(held);
            assert!(waiting.join().expect("no panic"), "the lock came free");
        });
    }

    /// The status card looks all the time; that must never make a job believe in another one.
    #[test]
    fn those_who_only_look_are_in_nobodys_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let done = std::sync::atomic::AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    AccountLock::is_held(folder.path(), LockKind::Job).expect("a folder");
                    thread::sleep(Duration::from_micros(200));
                }
            });
            let taken =
                (0..200).filter(|_| AccountLock::acquire(folder.path(), LockKind::Job).is_ok()).count();
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(taken, 200);
        });
    }

    #[test]
    fn a_missing_folder_is_not_busy() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = AccountLock::acquire(&folder.path().join("gone"), LockKind::Job).expect_err("no folder");
        assert_eq!(Problem::from(error).code, Code::DiskGone);
    }

    /// A killed process holds nothing: its kernel lock went with it.
    #[cfg(target_os = "linux")]
    #[test]
    fn death_frees_the_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(LockKind::Job.file_name());
        // -o: flock alone holds the lock, not the shell it starts, which ends with our pipe.
        let mut child = std::process::Command::new("flock")
            .arg("-o")
            .arg(&path)
            .args(["-c", "echo held; read line"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("flock(1) of util-linux");
        let mut held = [0; 4];
        io::Read::read_exact(child.stdout.as_mut().expect("piped"), &mut held).expect("the child holds it");
        assert!(matches!(AccountLock::acquire(folder.path(), LockKind::Job), Err(LockError::Busy)));
        child.kill().expect("killed");
        child.wait().expect("ended");
        AccountLock::acquire(folder.path(), LockKind::Job).expect("free");
    }
}
