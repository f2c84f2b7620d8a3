//! A running job as the outside sees it: how far it is, and the wish to stop.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};

use serde::{Deserialize, Serialize};

use crate::FlowError;

/// The stages people see, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Stage {
    /// Items are read from their source.
    Reading,
    /// Keys are derived and bytes sealed.
    Encrypting,
    /// Bytes go to their destination.
    Writing,
    /// What was written is read back and compared.
    Checking,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The stage.
    pub stage: Stage,
    /// Items done in this stage.
    pub items_done: u64,
    /// Items expected in this stage, 0 if unknown.
    pub items_total: u64,
    /// Bytes done in this stage.
    pub bytes_done: u64,
    /// Bytes expected in this stage, 0 if unknown.
    pub bytes_total: u64,
}

/// Counters and the cancel wish of one job, shared between the worker and those who watch it.
///
/// The worker only counts; whoever shows progress samples [`Job::progress`] at its own pace.
#[derive(Debug, Default)]
pub struct Job {
    cancelled: Arc<AtomicBool>,
    can_wait: AtomicBool,
    stage: AtomicU8,
    items_done: AtomicU64,
    items_total: AtomicU64,
    bytes_done: AtomicU64,
    bytes_total: AtomicU64,
}

impl Job {
    /// A job that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the worker to stop. It does so at its next [`Job::check`].
    pub fn cancel(&self) {
        self.cancelled.store(true, Relaxed);
    }

    /// Says whether what it does from here on gives way to whatever a person wants: it comes back to it.
    pub fn let_wait(&self, can_wait: bool) {
        self.can_wait.store(can_wait, Relaxed);
    }

    /// Whether it gives way now. Whoever wants its place cancels it and waits for its end.
    #[must_use]
    pub fn can_wait(&self) -> bool {
        self.can_wait.load(Relaxed)
    }

    /// A job for a part of the work whose counts would mislead: it stops with this one, and what it
    /// counts goes nowhere.
    #[must_use]
    pub fn uncounted(&self) -> Self {
        Self { cancelled: Arc::clone(&self.cancelled), ..Self::default() }
    }

    /// A place to stop.
    ///
    /// # Errors
    /// [`FlowError::Cancelled`] once [`Job::cancel`] was called.
    pub fn check(&self) -> Result<(), FlowError> {
        if self.cancelled.load(Relaxed) { Err(FlowError::Cancelled) } else { Ok(()) }
    }

    /// Enters a stage; its counters start at nothing.
    pub fn enter(&self, stage: Stage, items_total: u64, bytes_total: u64) {
        self.items_done.store(0, Relaxed);
        self.bytes_done.store(0, Relaxed);
        self.items_total.store(items_total, Relaxed);
        self.bytes_total.store(bytes_total, Relaxed);
        self.stage.store(stage as u8, Relaxed);
    }

    /// Counts items done.
    pub fn add_items(&self, items: u64) {
        self.items_done.fetch_add(items, Relaxed);
    }

    /// Counts bytes done.
    pub fn add_bytes(&self, bytes: u64) {
        self.bytes_done.fetch_add(bytes, Relaxed);
    }

    /// How far the job is now.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let stage = match self.stage.load(Relaxed) {
            0 => Stage::Reading,
            1 => Stage::Encrypting,
            2 => Stage::Writing,
            _ => Stage::Checking,
        };
        Progress {
            stage,
            items_done: self.items_done.load(Relaxed),
            items_total: self.items_total.load(Relaxed),
            bytes_done: self.bytes_done.load(Relaxed),
            bytes_total: self.bytes_total.load(Relaxed),
        }
    }

    /// Wraps a reader so that each read counts its bytes and is a place to stop.
    pub fn watch<R: Read>(&self, inner: R) -> Watched<'_, R> {
        Watched { inner, job: self }
    }
}

/// A reader that counts into a [`Job`] and stops when it is cancelled.
#[derive(Debug)]
pub struct Watched<'job, R> {
    inner: R,
    job: &'job Job,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.job.check().map_err(io::Error::other)?;
        let read = self.inner.read(buf)?;
        self.job.add_bytes(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_comes_out_of_io_as_a_cancel() {
        let job = Job::new();
        let mut reader = job.watch(&b"notes"[..]);
        let mut two = [0; 2];
        reader.read_exact(&mut two).expect("not cancelled yet");
        job.cancel();
        let error = reader.read(&mut two).expect_err("cancelled");
        assert!(matches!(FlowError::from_read(error), FlowError::Cancelled));
        assert_eq!(job.progress().bytes_done, 2);
    }

    #[test]
    fn uncounted_work_stops_with_its_job_and_counts_nothing() {
        let job = Job::new();
        let part = job.uncounted();
        part.add_items(5);
        part.enter(Stage::Checking, 9, 9);
        assert_eq!(job.progress(), Job::new().progress());
        job.cancel();
        assert!(part.check().is_err());
    }

    #[test]
    fn a_stage_starts_at_nothing() {
        let job = Job::new();
        job.add_items(3);
        job.enter(Stage::Writing, 7, 70);
        let progress = job.progress();
        assert_eq!((progress.stage, progress.items_done, progress.items_total), (Stage::Writing, 0, 7));
    }
}
