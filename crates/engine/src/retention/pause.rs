//! When nothing may be deleted at all: after a failed backup, and after one that shrank until its owner
//! has seen that. Pure.

use crate::problem::Code;
use crate::runs::{History, Marks, Outcome, Run, RunKind, RunState};

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

/// Walks to the newest archive. What is large is the measure of what follows until that is accepted or has
/// grown back.
fn shrunk(history: &History, place: &str, full: bool, seen: &[String]) -> Option<Shrunk> {
    let mut marks = Marks::default();
    for (_, made) in history.made(place, full) {
        if seen.contains(&made.archive) {
            marks.accept();
        }
        marks.take(made);
    }
    let dropped = [(Measure::Notes, marks.notes), (Measure::Bytes, marks.bytes)];
    dropped.into_iter().find_map(|(measure, mark)| {
        mark.fallen_to.map(|now| Shrunk { full, measure, before: mark.high, now })
    })
}

#[cfg(test)]
#[path = "pause_tests.rs"]
pub(crate) mod tests;
