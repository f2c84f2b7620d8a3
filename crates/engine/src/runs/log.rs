//! `runs.ndjson`: appended to, synced, and readable whatever a crash left at its end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use backstop_model::TimeMs;
use thiserror::Error;

use super::RunId;
use super::history::{History, Record};
use super::known::Known;
use super::run::{Begin, End, Outcome, SafetyArchive};
use crate::lock::{AccountLock, LockKind};
use crate::problem::Problem;
use crate::system;

/// Why the log can't be used.
#[derive(Debug, Error)]
pub enum RunsError {
    /// Reading failed.
    #[error("the history can't be read: {0}")]
    Read(#[source] io::Error),
    /// Writing failed; what was recorded before stays.
    #[error("the history can't be written: {0}")]
    Write(#[source] io::Error),
    /// Only the holder of the job lock knows that other runs are dead.
    #[error("the job lock is needed for this")]
    NoProof,
}

impl From<RunsError> for Problem {
    fn from(error: RunsError) -> Self {
        let detail = error.to_string();
        match error {
            RunsError::Read(error) => Self::reading(error),
            RunsError::Write(error) => Self::writing(error),
            RunsError::NoProof => Self::internal(&error),
        }
        .with_detail(detail)
    }
}

/// The log of one account. Appending and reading lock the file itself for a moment, so a line is
/// never seen half written. Clones share what was read already.
#[derive(Debug, Clone)]
pub struct RunLog {
    path: PathBuf,
    known: Arc<Mutex<Known>>,
}

impl RunLog {
    /// The log in the folder of an account.
    #[must_use]
    pub fn new(account_folder: &Path) -> Self {
        Self { path: account_folder.join("runs.ndjson"), known: Arc::default() }
    }

    /// Records that a run began. Call it under the job lock, before anything is written.
    ///
    /// # Errors
    /// [`RunsError::Write`].
    pub fn begin(&self, begin: &Begin) -> Result<(), RunsError> {
        self.append(&[Record::Begin(begin.clone())])
    }

    /// Records the safety archive of a restore. Call it before the destination is changed, so that
    /// a restore whose process dies can still be undone.
    ///
    /// # Errors
    /// [`RunsError::Write`].
    pub fn safety(&self, run: &RunId, safety: &SafetyArchive) -> Result<(), RunsError> {
        self.append(&[Record::Safety { run: run.clone(), safety: safety.clone() }])
    }

    /// Records how a run ended.
    ///
    /// # Errors
    /// [`RunsError::Write`].
    pub fn end(&self, end: &End) -> Result<(), RunsError> {
        self.append(&[Record::End(end.clone())])
    }

    /// Ends every run that has no end as left running, and returns them. The job lock proves that
    /// their processes are dead.
    ///
    /// # Errors
    /// [`RunsError`].
    pub fn close_left_running(&self, job: &AccountLock, now: TimeMs) -> Result<Vec<RunId>, RunsError> {
        if job.kind() != LockKind::Job {
            return Err(RunsError::NoProof);
        }
        let history = self.read()?;
        let open = history.runs.iter().filter(|run| run.end.is_none());
        let left: Vec<RunId> = open.map(|run| run.begin.run.clone()).collect();
        let end = |run| Record::End(End::new(run, now, Outcome::LeftRunning));
        self.append(&left.iter().map(end).collect::<Vec<_>>())?;
        Ok(left)
    }

    /// Reads all runs. No file yet means no runs yet. A torn last line is passed over.
    ///
    /// # Errors
    /// [`RunsError::Read`].
    pub fn read(&self) -> Result<Arc<History>, RunsError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                *known = Known::default();
                return Ok(Arc::default());
            }
            other => other.map_err(RunsError::Read)?,
        };
        file.lock_shared().and_then(|()| known.catch_up(&mut file)).map_err(RunsError::Read)
    }

    fn append(&self, records: &[Record]) -> Result<(), RunsError> {
        if records.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for record in records {
            serde_json::to_writer(&mut lines, record).map_err(|error| RunsError::Write(error.into()))?;
            lines.push(b'\n');
        }
        self.append_lines(&lines).map_err(RunsError::Write)
    }

    fn append_lines(&self, lines: &[u8]) -> io::Result<()> {
        let is_new = !fs::exists(&self.path)?;
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&self.path)?;
        file.lock()?;
        // A torn line is what a crash left of a record; what was never whole is not history.
        let (from, bytes) = end_of(&mut file)?;
        let whole = whole_bytes(&bytes);
        let end = from + u64::try_from(whole).map_err(io::Error::other)?;
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        if bytes.get(..whole).is_some_and(|kept| !kept.is_empty() && !kept.ends_with(b"\n")) {
            file.write_all(b"\n")?;
        }
        file.write_all(lines)?;
        file.sync_all()?;
        match self.path.parent().filter(|_| is_new) {
            Some(folder) => system::sync_folder(folder),
            None => Ok(()),
        }
    }
}

/// The end of the file and where that begins: a line end and what follows it at least, or all of the file.
fn end_of(file: &mut File) -> io::Result<(u64, Vec<u8>)> {
    const USUALLY_ENOUGH: u64 = 16 * 1024;
    let length = file.metadata()?.len();
    let mut size = USUALLY_ENOUGH;
    loop {
        let from = length.saturating_sub(size);
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        file.read_to_end(&mut bytes)?;
        if from == 0 || bytes.contains(&b'\n') {
            return Ok((from, bytes));
        }
        size = size.saturating_mul(4);
    }
}

/// How many bytes are whole records: up to the last line end, and a last line without one if it is
/// a record nevertheless.
pub(super) fn whole_bytes(bytes: &[u8]) -> usize {
    let after_last_end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    match bytes.get(after_last_end..) {
        Some(tail) if serde_json::from_slice::<Record>(tail).is_ok() => bytes.len(),
        _ => after_last_end,
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
