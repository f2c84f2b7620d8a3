//! What is true when it is asked which notices are due.

use backstop_model::TimeMs;

use crate::problem::Code;
use crate::runs::{History, Outcome, Run, RunKind, RunState};
use crate::schedule::BackupKind;

/// Backups that fail, since the last one that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// Why the newest one failed, for programs.
    pub code: Code,
    /// Why, for people.
    pub message: String,
    /// Whether the newest one was started by the schedule.
    pub automatic: bool,
    /// How many failed one after the other.
    pub in_a_row: u32,
    /// When the first of them failed.
    pub since: TimeMs,
}

/// A backup that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodNews {
    /// When it ended.
    pub at: TimeMs,
    /// Notes in it.
    pub notes: u64,
    /// Attachments in it.
    pub attachments: u64,
    /// Whether something went wrong on the way.
    pub warnings: bool,
    /// Whether nothing was new, and an older archive was checked instead.
    pub nothing_new: bool,
}

/// A kind of backup that is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    /// The kind with attachments.
    pub with_attachments: bool,
    /// By this many whole days, at least one.
    pub days: u32,
}

/// An archive that was found to be damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Its id in the catalog.
    pub archive: String,
    /// When it was made.
    pub made: Option<TimeMs>,
    /// Whether a backup was made since it was found out.
    pub replaced: bool,
}

/// A folder of another app's backups that got no new one for longer than usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The id of the place.
    pub place: String,
    /// What a person calls it.
    pub title: String,
    /// Whole days since the newest backup in it.
    pub days: u32,
}

/// A damaged file in a folder of another app's backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedInPlace {
    /// What a person calls the place.
    pub title: String,
    /// The file's id: that of the place, and that in its catalog.
    pub archive: String,
    /// When it was made.
    pub made: Option<TimeMs>,
}

/// Backups that have no copy in the second folder, because copying fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiesFailing {
    /// When the first try after the last good one failed.
    pub since: TimeMs,
    /// Why the newest try failed, if it did as a whole.
    pub code: Option<Code>,
}

/// What is true now. Everything is on the disk but for who looks at the window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Backups fail.
    pub failing: Option<Failing>,
    /// The newest backup went well.
    pub good_news: Option<GoodNews>,
    /// The owner wishes to hear of backups that went well.
    pub tell_good_news: bool,
    /// The newest run that died, if a backup was made since: its id and when it began.
    pub done_again: Option<(String, TimeMs)>,
    /// Kinds of backups that are overdue.
    pub overdue: Vec<Overdue>,
    /// The last verified backup of any kind.
    pub last_verified: Option<TimeMs>,
    /// Since when the owner is to be reminded of a backup.
    pub reminder: Option<TimeMs>,
    /// Archives that are damaged.
    pub damaged: Vec<Damaged>,
    /// It is time to prove that a secret still opens a backup.
    pub proof_due: bool,
    /// Why backups are not deleted by themselves any more, if that needs somebody to look.
    pub pruning_paused: Option<String>,
    /// Folders of other apps' backups that got no new one for longer than usual.
    pub stale: Vec<Stale>,
    /// Damaged files in such folders.
    pub damaged_in_places: Vec<DamagedInPlace>,
    /// Copies into the second folder fail, and some are missing.
    pub copies: Option<CopiesFailing>,
    /// The newest backup is from a time that has not come yet.
    pub clock_changed: bool,
    /// The window is in front, and shows its person all of this.
    pub in_front: bool,
}

/// What the history tells: whether backups of `place` fail, went well, or were done again. The rest of the
/// facts is empty.
pub(crate) fn of_history(history: &History, place: &str, running: bool) -> Facts {
    let backups = || history.runs.iter().filter(move |run| is_backup(run, place));
    Facts {
        failing: failing(history, place, running),
        good_news: backups().next().and_then(good_news),
        done_again: done_again(backups(), running),
        last_verified: history.last_success(place, BackupKind::Notes).map(|success| success.at),
        ..Facts::default()
    }
}

fn is_backup(run: &Run, place: &str) -> bool {
    run.begin.kind == RunKind::Backup && run.begin.places.iter().any(|concerned| concerned == place)
}

/// Since when no copying into the second folder went well, if the newest did not. A cancel says nothing.
pub(crate) fn copies_failing(history: &History) -> Option<CopiesFailing> {
    let ends = history.runs.iter().filter(|run| run.begin.kind == RunKind::Copy);
    let mut failing: Option<CopiesFailing> = None;
    for end in ends.filter_map(|run| run.end.as_ref()) {
        let code = match &end.outcome {
            Outcome::Failed { code, .. } => Some(*code),
            Outcome::CompletedWithWarnings { .. } => None,
            Outcome::Completed | Outcome::NothingNew { .. } => break,
            Outcome::Cancelled | Outcome::LeftRunning => continue,
        };
        failing.get_or_insert(CopiesFailing { since: end.ended, code }).since = end.ended;
    }
    failing
}

/// One that was only interrupted is done again soon; until then it is no failure.
fn failing(history: &History, place: &str, running: bool) -> Option<Failing> {
    let success = history.last_success(place, BackupKind::Notes).map(|success| success.run);
    let since = history.runs.iter().take_while(|run| Some(&run.begin.run) != success.as_ref());
    let mut failing: Option<Failing> = None;
    for run in since.filter(|run| is_backup(run, place)) {
        let at = run.end.as_ref().map_or(run.begin.started, |end| end.ended);
        let (code, message) = match run.state(running) {
            RunState::Ended(Outcome::Failed { code, message }) => (*code, message.clone()),
            RunState::LeftRunning => (Code::Internal, run.reason(running).unwrap_or_default()),
            // It may be the one that goes well, or a person stopped it: wait and see.
            RunState::Running | RunState::Ended(_) if failing.is_none() => return None,
            RunState::Running | RunState::Ended(_) => continue,
        };
        let automatic = run.begin.trigger == crate::runs::Trigger::Automatic;
        let newest = failing.get_or_insert(Failing { code, message, automatic, in_a_row: 0, since: at });
        newest.in_a_row += 1;
        newest.since = at;
    }
    let interrupted = |run: &Run| run.state(running) == RunState::LeftRunning;
    let only_interrupted = history.runs.iter().find(|run| is_backup(run, place)).is_some_and(interrupted);
    failing.filter(|failing| failing.in_a_row > 1 || !only_interrupted)
}

fn good_news(newest: &Run) -> Option<GoodNews> {
    let end = newest.end.as_ref().filter(|end| end.outcome.is_done())?;
    Some(GoodNews {
        at: end.ended,
        notes: end.counts.notes,
        attachments: end.counts.attachments,
        warnings: matches!(end.outcome, Outcome::CompletedWithWarnings { .. }),
        nothing_new: matches!(end.outcome, Outcome::NothingNew { .. }),
    })
}

/// The newest interrupted run, if one went well after it.
fn done_again<'run>(backups: impl Iterator<Item = &'run Run>, running: bool) -> Option<(String, TimeMs)> {
    let mut went_well = false;
    for run in backups {
        match run.state(running) {
            RunState::LeftRunning if went_well => {
                return Some((run.begin.run.as_str().to_owned(), run.begin.started));
            }
            RunState::LeftRunning => return None,
            RunState::Ended(outcome) => went_well |= outcome.is_done(),
            RunState::Running => {}
        }
    }
    None
}
