//! When nothing may be deleted at all: after a failed backup, and after one that shrank until its owner
//! has seen that. Pure.

use std::path::Path;

use crate::problem::Code;
use crate::runs::{History, MadeArchive, Outcome, Run, RunKind, RunState};

/// What of a backup shrank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The number of its notes.
    Notes,
    /// Its size.
    Bytes,
}

/// A backup that is much smaller than the ones before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// Whether attachments are in it.
    pub full: bool,
    /// What shrank.
    pub measure: Measure,
    /// What it was before the drop.
    pub before: u64,
    /// What it is now.
    pub now: u64,
}

/// Why nothing is deleted for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pause {
    /// The last backup of the place failed or was broken off.
    Failed {
        /// Why, for programs.
        code: Code,
        /// Why, for people.
        message: String,
    },
    /// The last one is much smaller than those before it.
    Shrunk(Shrunk),
}

/// What is said of a backup whose process died.
const BROKEN_OFF: &str = "It was interrupted: the program or the computer stopped before it was done.";

/// Whether nothing of `place` may be deleted, and why. `seen` are the archives whose size their owner has
/// accepted: what came before them is no measure any more.
#[must_use]
pub fn pause(history: &History, place: &str, seen: &[String]) -> Option<Pause> {
    failure(history, place).or_else(|| {
        let shrunk = [false, true].into_iter().find_map(|full| shrunk(history, place, full, seen));
        shrunk.map(Pause::Shrunk)
    })
}

/// The failure that no success came after. A cancel is neither.
fn failure(history: &History, place: &str) -> Option<Pause> {
    let concerns =
        |run: &&Run| run.begin.kind == RunKind::Backup && run.begin.places.iter().any(|one| one == place);
    // Whoever asks holds the job lock or only shows: what runs now is not judged.
    let judged = |run: &Run| match run.state(true) {
        RunState::Running | RunState::Ended(Outcome::Cancelled) => None,
        RunState::LeftRunning => {
            Some(Some(Pause::Failed { code: Code::Internal, message: BROKEN_OFF.to_owned() }))
        }
        RunState::Ended(Outcome::Failed { code, message }) => {
            Some(Some(Pause::Failed { code: *code, message: message.clone() }))
        }
        RunState::Ended(_) => Some(None),
    };
    history.runs.iter().filter(concerns).find_map(judged).flatten()
}

/// Walks from the last accepted archive to the newest. What is large is the measure of what follows until
/// that is accepted or has grown back; a slow decline moves the measure along.
fn shrunk(history: &History, place: &str, full: bool, seen: &[String]) -> Option<Shrunk> {
    let mut notes = Level::default();
    let mut bytes = Level::default();
    let mut form = None;
    for made in made_of(history, place, full) {
        let its_form = (extension(&made.path), made.encrypted);
        if seen.contains(&made.archive) {
            (notes, bytes) = (Level::default(), Level::default());
        } else if form != Some(its_form) {
            // Another format or encryption has another size for the same notes.
            bytes = Level::default();
        }
        form = Some(its_form);
        notes.take(made.notes);
        bytes.take(made.bytes);
    }
    let dropped = [(Measure::Notes, notes), (Measure::Bytes, bytes)];
    dropped.into_iter().find_map(|(measure, level)| {
        level.fallen_to.map(|now| Shrunk { full, measure, before: level.high, now })
    })
}

/// The verified archives that runs made of a place and kind, oldest first.
fn made_of<'a>(history: &'a History, place: &'a str, full: bool) -> impl Iterator<Item = &'a MadeArchive> {
    let done = |run: &'a Run| {
        run.end.as_ref().filter(|end| run.begin.kind == RunKind::Backup && end.outcome.is_done())
    };
    let made = history.runs.iter().rev().filter_map(done).flat_map(|end| &end.archives);
    made.filter(move |made| made.verified && made.place == place && made.attachments_included == full)
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

/// What a measure was before a drop, and what it is since.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    high: u64,
    fallen_to: Option<u64>,
}

impl Level {
    fn take(&mut self, now: u64) {
        if is_drop(self.high, now) {
            self.fallen_to = Some(now);
        } else {
            *self = Self { high: now, fallen_to: None };
        }
    }
}

/// Whether it is a drop of 30 % or more.
fn is_drop(before: u64, now: u64) -> bool {
    before > 0 && u128::from(now) * 10 <= u128::from(before) * 7
}

#[cfg(test)]
#[path = "pause_tests.rs"]
pub(crate) mod tests;
