//! What the records add up to. Pure: lines in, runs out.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use backstop_model::TimeMs;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RunId;
use super::left::{BothLeft, Left};
use super::run::{Begin, End, MadeArchive, Outcome, Run, RunKind, RunState, SafetyArchive, Verification};
use crate::problem::Code;
use crate::schedule::{BackupKind, Past, Pasts, says_as_much_of_both};

/// Why a run that nobody ended did not end well.
pub(super) const LEFT_RUNNING: &str = "It was interrupted: the program or the computer stopped before it was done. \
    Your earlier backups are as they were.";

/// The same of a run that deleted archives, some of which may be gone.
pub(super) const LEFT_DELETING: &str = "It was interrupted before every backup was deleted that was to go. \
    Those that were to stay are as they were; the rest goes the next time.";

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Record {
    /// A run began.
    Begin(Begin),
    /// Its safety archive is whole; from here on it may change the destination.
    Safety {
        /// The run.
        run: RunId,
        /// The archive.
        safety: SafetyArchive,
    },
    /// It ended.
    End(End),
}

/// All runs, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Newest first, in the order in which they were recorded, whatever the clock said.
    pub runs: Vec<Run>,
    /// Whole lines that say nothing this version understands. Worth a warning, not an end.
    pub unreadable_lines: u32,
}

/// The newest run that made a verified backup of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Success {
    /// The run.
    pub run: RunId,
    /// When it ended.
    pub at: TimeMs,
    /// Whether attachments are in the archive.
    pub attachments_included: bool,
}

/// Why the newest attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// For programs.
    pub code: Code,
    /// For people.
    pub message: String,
    /// The kind of backup that was tried.
    pub kind: BackupKind,
}

/// What was tried since the last success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempts {
    /// How many runs that made no verified backup, cancelled ones too.
    pub count: u32,
    /// When the newest of them ended, or began if it never did.
    pub last: Option<TimeMs>,
    /// Why the newest of them failed; none if it was cancelled.
    pub failure: Option<Failure>,
}

impl History {
    /// Reads whole lines after those that were read before. A line that is not understood is counted; the
    /// rest is kept.
    pub(super) fn extend<'a>(&mut self, lines: impl Iterator<Item = &'a [u8]>) {
        // Oldest first while lines are added, so that places stay.
        self.runs.reverse();
        let known = self.runs.iter().enumerate();
        let mut places: HashMap<RunId, usize> =
            known.map(|(place, run)| (run.begin.run.clone(), place)).collect();
        for line in lines.filter(|line| !line.is_empty()) {
            let understood = match serde_json::from_slice::<Record>(line) {
                Err(_) => false,
                Ok(Record::Begin(begin)) => {
                    places.insert(begin.run.clone(), self.runs.len());
                    self.runs.push(Run { begin, safety: None, end: None });
                    true
                }
                Ok(Record::Safety { run, safety }) => {
                    self.find(&places, &run).map(|run| run.safety = Some(safety)).is_some()
                }
                Ok(Record::End(end)) => self.finish(&places, end),
            };
            self.unreadable_lines += u32::from(!understood);
        }
        self.runs.reverse();
    }

    fn find(&mut self, places: &HashMap<RunId, usize>, run: &RunId) -> Option<&mut Run> {
        places.get(run).and_then(|place| self.runs.get_mut(*place))
    }

    /// The first end holds: a run can't end twice.
    fn finish(&mut self, places: &HashMap<RunId, usize>, end: End) -> bool {
        let run = self.find(places, &end.run);
        run.filter(|run| run.end.is_none()).map(|run| run.end = Some(end)).is_some()
    }

    /// A run by its id.
    #[must_use]
    pub fn run(&self, id: &RunId) -> Option<&Run> {
        self.runs.iter().find(|run| run.begin.run == *id)
    }

    /// Every check that was recorded, newest first.
    pub fn verifications(&self) -> impl Iterator<Item = &Verification> {
        self.runs.iter().filter_map(|run| run.end.as_ref()).flat_map(|end| end.verifications.iter().rev())
    }

    /// Folders of their own that runs wrote to whose processes died. The caller holds the job lock, so
    /// that a run without an end is one of them.
    #[must_use]
    pub fn folders_of_the_dead(&self) -> BTreeSet<&Path> {
        let dead = self.runs.iter().filter(|run| run.state(false) == RunState::LeftRunning);
        dead.filter_map(|run| run.begin.folder.as_deref()).collect()
    }

    /// The newest verified backup of `place` of that kind. One with attachments is one of notes too. One that
    /// a later check found damaged is none any more.
    #[must_use]
    pub fn last_success(&self, place: &str, kind: BackupKind) -> Option<Success> {
        let damaged = self.damaged_names();
        self.runs.iter().find_map(|run| success_but(&damaged, run, place, kind)).map(|(success, _)| success)
    }

    /// What was tried for `place` in vain since its last success of that kind.
    ///
    /// What fails without attachments would fail with them, and a disk that is away or a cancel says the same
    /// of both kinds: such an attempt counts for both, until any backup succeeds. Any other failure with
    /// attachments says nothing of a backup without them.
    #[must_use]
    pub fn attempts(&self, place: &str, kind: BackupKind, job_lock_held: bool) -> Attempts {
        let since = self.runs.iter().take_while(|run| success_of(run, place, kind).is_none());
        let mut attempts = Attempts::default();
        let mut succeeded_since = false;
        for run in since {
            succeeded_since |= success_of(run, place, BackupKind::Notes).is_some();
            let counts = if concerns_both(run) { !succeeded_since } else { kind == BackupKind::Full };
            if !counts || is_locked_out(run) || !is_attempt(run, place, job_lock_held) {
                continue;
            }
            if attempts.count == 0 {
                attempts.last = Some(ended_by_itself(run).map_or(run.begin.started, |end| end.ended));
                attempts.failure = failure_of(run, job_lock_held);
            }
            attempts.count += 1;
        }
        attempts
    }

    /// Why backing `place` up fails: the newest attempt that no success has made good since. One with
    /// attachments only makes good what failed with them, and that concerns nobody who does not want it.
    #[must_use]
    pub fn failure(&self, place: &str, full_is_wanted: bool, job_lock_held: bool) -> Option<Failure> {
        let lacks = if full_is_wanted { BackupKind::Full } else { BackupKind::Notes };
        let since = self.runs.iter().take_while(|run| success_of(run, place, lacks).is_none());
        let mut succeeded_since = false;
        for run in since {
            succeeded_since |= success_of(run, place, BackupKind::Notes).is_some();
            let stands = !succeeded_since || !concerns_both(run);
            if stands && is_attempt(run, place, job_lock_held) {
                return failure_of(run, job_lock_held);
            }
        }
        None
    }

    /// The newest restore that changed something, was not taken back since, and still has what taking it
    /// back stands on, as `kept` tells of its run.
    ///
    /// An undo that was itself undone takes nothing back.
    #[must_use]
    pub fn undoable(&self, kept: impl Fn(&RunId) -> bool) -> Option<&End> {
        let mut taken_back: HashSet<&RunId> = HashSet::new();
        let done = |run: &&Run| run.end.as_ref().is_some_and(|end| end.outcome.is_done());
        for run in self.runs.iter().filter(done) {
            let id = &run.begin.run;
            let stands = !taken_back.contains(id);
            match (run.begin.kind, run.begin.undoes.as_ref(), run.end.as_ref()) {
                (RunKind::Undo, Some(undone), _) if stands => {
                    taken_back.insert(undone);
                }
                (RunKind::Restore, _, Some(end)) if stands && end.counts.changes() > 0 && kept(id) => {
                    return Some(end);
                }
                _ => {}
            }
        }
        None
    }

    /// A restore whose process died after its safety archive was whole: it may have changed the library or
    /// not. None if a restore or undo was done since, or if it may still run.
    #[must_use]
    pub fn broken_off(&self, job_lock_held: bool) -> Option<&Run> {
        let restores = |run: &&Run| matches!(run.begin.kind, RunKind::Restore | RunKind::Undo);
        let done = |run: &Run| run.end.as_ref().is_some_and(|end| end.outcome.is_done());
        let mut since = self.runs.iter().filter(restores).take_while(|run| !done(run));
        since.find(|run| {
            run.begin.kind == RunKind::Restore
                && run.safety.is_some()
                && run.state(job_lock_held) == RunState::LeftRunning
        })
    }

    /// The facts that the schedule decides by, for both kinds. A backup whose file is gone counts no more.
    #[must_use]
    pub fn pasts(&self, place: &str, left: &BothLeft<'_>, job_lock_held: bool) -> Pasts {
        let past = |kind| self.past(place, kind, left.kind(kind), job_lock_held);
        Pasts { notes: past(BackupKind::Notes), full: past(BackupKind::Full) }
    }

    fn past(&self, place: &str, kind: BackupKind, left: &Left<'_>, job_lock_held: bool) -> Past {
        let attempts = self.attempts(place, kind, job_lock_held);
        Past {
            last_success: left.success.as_ref().and_then(|success| moment(success.at)),
            attempts: attempts.count,
            last_attempt: attempts.last.and_then(moment),
            damaged: self.found_damaged(place, kind),
        }
    }
}

/// The end of a run, unless somebody else wrote it later, when the run was dead: that says nothing of when it
/// was tried.
fn ended_by_itself(run: &Run) -> Option<&End> {
    run.end.as_ref().filter(|end| end.outcome != Outcome::LeftRunning)
}

/// A moment that no calendar holds counts as unknown.
fn moment(time: TimeMs) -> Option<Timestamp> {
    Timestamp::from_millisecond(time.0).ok()
}

/// A run that tried to back `place` up and is over, without a verified backup.
fn is_attempt(run: &Run, place: &str, job_lock_held: bool) -> bool {
    run.begin.kind == RunKind::Backup
        && run.begin.places.iter().any(|concerned| concerned == place)
        && run.state(job_lock_held) != RunState::Running
        && success_of(run, place, BackupKind::Notes).is_none()
}

/// Whether an attempt that made nothing says as much of the other kind of backup.
fn concerns_both(run: &Run) -> bool {
    let kind = BackupKind::of(run.begin.attachments);
    match run.end.as_ref().map(|end| &end.outcome) {
        Some(Outcome::Failed { code, .. }) => says_as_much_of_both(kind, *code),
        Some(Outcome::Cancelled) => true,
        _ => kind == BackupKind::Notes,
    }
}

/// Whether nothing was tried, for lack of a login: whoever is logged in does not have to wait for that.
fn is_locked_out(run: &Run) -> bool {
    let outcome = run.end.as_ref().map(|end| &end.outcome);
    matches!(outcome, Some(Outcome::Failed { code: Code::NotLoggedIn | Code::WrongSecret, .. }))
}

/// What a run made of it when it ended, whatever became of it since.
pub(super) fn success_of(run: &Run, place: &str, kind: BackupKind) -> Option<Success> {
    success_but(&HashSet::new(), run, place, kind).map(|(success, _)| success)
}

/// The same and its archive, without the files of these names.
pub(super) fn success_but<'run>(
    damaged: &HashSet<&str>,
    run: &'run Run,
    place: &str,
    kind: BackupKind,
) -> Option<(Success, &'run MadeArchive)> {
    let end = run.end.as_ref().filter(|end| run.begin.kind == RunKind::Backup && end.outcome.is_done())?;
    let fits = |attachments_included| attachments_included || kind == BackupKind::Notes;
    // An archive that still holds all there is stands for the one that was not made in its place.
    let holding = end.archives.iter().chain(&end.still_good);
    let mut made = holding.filter(|made| made.verified && made.place == place);
    let whole = |made: &MadeArchive| !damaged.contains(made.file_name().as_ref());
    let made = made.find(|made| fits(made.attachments_included) && whole(made))?;
    let attachments_included = made.attachments_included;
    Some((Success { run: end.run.clone(), at: end.ended, attachments_included }, made))
}

fn failure_of(run: &Run, job_lock_held: bool) -> Option<Failure> {
    let (code, message) = match run.state(job_lock_held) {
        RunState::Ended(Outcome::Failed { code, message }) => (*code, message.clone()),
        RunState::LeftRunning => (Code::Internal, LEFT_RUNNING.to_owned()),
        RunState::Ended(outcome) if outcome.is_done() => (Code::Internal, UNVERIFIED.to_owned()),
        RunState::Running | RunState::Ended(_) => return None,
    };
    Some(Failure { code, message, kind: BackupKind::of(run.begin.attachments) })
}

/// A run that claims to be done without a verified archive of the place is no backup of it.
const UNVERIFIED: &str = "It made no verified backup. Your earlier backups are as they were.";

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
