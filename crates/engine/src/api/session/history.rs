//! The history: every run, also those that failed, and what backups were like over time.

use std::collections::{BTreeSet, HashMap};

use super::Session;
use crate::api::types::file_name;
use crate::api::{
    ChangeCounts, Problem, RunArchive, RunCard, RunLine, RunOutcome, RunPage, RunQuery, SizePoint,
};
use crate::lock::{AccountLock, LockKind};
use crate::runs::{Drops, Level, MadeArchive, Outcome, Run, RunState, TouchedArchive, Trigger};

/// The most runs of one page.
const PAGE: u32 = 500;

/// What is needed of the other stores to show a run.
struct About<'a> {
    running: bool,
    /// The ids of known archives by the id inside them.
    known: HashMap<String, String>,
    drops: Drops<'a>,
}

impl Session {
    /// Every run, newest first.
    ///
    /// # Errors
    /// The history can't be read.
    pub fn history(&self) -> Result<Vec<RunLine>, Problem> {
        Ok(self.select(&RunQuery::default(), usize::MAX)?.runs.iter().map(RunLine::of).collect())
    }

    /// The newest runs that fit, all of them without a limit.
    ///
    /// # Errors
    /// The history can't be read.
    pub fn list_runs(&self, query: &RunQuery, limit: Option<u32>) -> Result<Vec<RunCard>, Problem> {
        let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(self.select(query, limit)?.runs)
    }

    /// The runs that fit, newest first, a page at a time.
    ///
    /// # Errors
    /// The history can't be read.
    pub fn runs_page(&self, query: &RunQuery) -> Result<RunPage, Problem> {
        self.select(query, usize::try_from(query.limit.min(PAGE)).unwrap_or_default())
    }

    fn select(&self, query: &RunQuery, limit: usize) -> Result<RunPage, Problem> {
        let running = AccountLock::is_held(&self.folder, LockKind::Job)?;
        let history = self.runs().read()?;
        let entries = self.catalog().load().unwrap_or_default().entries;
        let present = entries.into_iter().filter(|entry| entry.present);
        let about = About {
            running,
            known: present.filter_map(|entry| Some((entry.archive?, entry.id))).collect(),
            drops: history.drops(),
        };
        let places: BTreeSet<&String> = history.runs.iter().flat_map(|run| &run.begin.places).collect();
        let fitting: Vec<&Run> = history.runs.iter().filter(|run| fits(run, query, running)).collect();
        let shown = fitting.iter().skip(usize::try_from(query.offset).unwrap_or(usize::MAX)).take(limit);
        Ok(RunPage {
            total: number(fitting.len()),
            recorded: number(history.runs.len()),
            unreadable: history.unreadable_lines,
            places: places.into_iter().cloned().collect(),
            runs: shown.map(|run| about.card(run)).collect(),
        })
    }

    /// How large the verified backups of a place and kind were, oldest first.
    ///
    /// # Errors
    /// The history can't be read.
    pub fn sizes(&self, place: &str, attachments_included: bool) -> Result<Vec<SizePoint>, Problem> {
        let history = self.runs().read()?;
        let drops = history.drops();
        let made = history.made(place, attachments_included);
        let point = |(at, made): (backstop_model::TimeMs, &MadeArchive)| SizePoint {
            at: at.0,
            bytes: made.bytes,
            notes: made.notes,
            drop: drops.of(&made.archive),
        };
        Ok(made.map(point).collect())
    }
}

fn names(touched: &[TouchedArchive]) -> Vec<String> {
    touched.iter().map(|one| file_name(&one.path)).collect()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn outcome_of(run: &Run, running: bool) -> RunOutcome {
    match run.state(running) {
        RunState::Running => RunOutcome::Running,
        RunState::LeftRunning | RunState::Ended(Outcome::LeftRunning) => RunOutcome::LeftRunning,
        RunState::Ended(Outcome::Completed) => RunOutcome::Completed,
        RunState::Ended(Outcome::CompletedWithWarnings { .. }) => RunOutcome::CompletedWithWarnings,
        RunState::Ended(Outcome::NothingNew { .. }) => RunOutcome::NothingNew,
        RunState::Ended(Outcome::Cancelled) => RunOutcome::Cancelled,
        RunState::Ended(Outcome::Failed { .. }) => RunOutcome::Failed,
    }
}

fn fits(run: &Run, query: &RunQuery, running: bool) -> bool {
    let begin = &run.begin;
    (query.kinds.is_empty() || query.kinds.contains(&begin.kind))
        && (query.outcomes.is_empty() || query.outcomes.contains(&outcome_of(run, running)))
        && query.place.as_ref().is_none_or(|place| begin.places.contains(place))
        && query.from.is_none_or(|from| begin.started.0 >= from)
        && query.until.is_none_or(|until| begin.started.0 < until)
}

impl About<'_> {
    fn card(&self, run: &Run) -> RunCard {
        let (begin, end) = (&run.begin, run.end.as_ref());
        let counts = end.map(|end| end.counts).unwrap_or_default();
        let outcome = end.map(|end| &end.outcome);
        // When a dead process was found says nothing about how long it ran.
        let ended = end.filter(|end| end.outcome != Outcome::LeftRunning).map(|end| end.ended.0);
        let checks = end.map(|end| end.verifications.as_slice()).unwrap_or_default();
        let full =
            |level: &crate::runs::Verification| if level.level == Level::Full { level.bytes } else { 0 };
        let made = end.map(|end| end.archives.as_slice()).unwrap_or_default();
        RunCard {
            run: begin.run.as_str().to_owned(),
            kind: begin.kind,
            automatic: begin.trigger == Trigger::Automatic,
            outcome: outcome_of(run, self.running),
            code: match outcome {
                Some(Outcome::Failed { code, .. }) => Some(*code),
                _ => None,
            },
            reason: run.reason(self.running),
            started: begin.started.0,
            ended,
            duration_ms: ended.and_then(|ended| u64::try_from(ended.saturating_sub(begin.started.0)).ok()),
            places: begin.places.clone(),
            attachments_included: begin.attachments || made.iter().any(|made| made.attachments_included),
            bytes: if counts.bytes > 0 { counts.bytes } else { checks.iter().map(full).sum() },
            notes: counts.notes,
            attachments: counts.attachments,
            items: ChangeCounts {
                added: counts.added,
                updated: counts.updated,
                removed: counts.removed,
                identical: counts.identical,
                kept: counts.kept,
                failed: counts.failed,
            },
            archives: made.iter().map(|made| self.archive(made)).collect(),
            checked: checks.iter().map(|check| check.name.clone()).collect(),
            deleted: end.map(|end| names(&end.deleted)).unwrap_or_default(),
            copied: end.map(|end| names(&end.copied)).unwrap_or_default(),
            since: match outcome {
                Some(Outcome::NothingNew { since }) => Some(since.0),
                _ => None,
            },
        }
    }

    fn archive(&self, made: &MadeArchive) -> RunArchive {
        RunArchive {
            id: self.known.get(&made.archive).cloned(),
            place: made.place.clone(),
            name: file_name(&made.path),
            path: made.path.to_string_lossy().into_owned(),
            bytes: made.bytes,
            notes: made.notes,
            attachments: made.attachments,
            attachments_included: made.attachments_included,
            encrypted: made.encrypted,
            verified: made.verified,
            drop: self.drops.of(&made.archive),
        }
    }
}
