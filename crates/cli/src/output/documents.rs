//! The JSON of the contract. Fields may be added here, never renamed.

use std::io;

use backstop_engine::api::{
    AccountCard, ArchiveCard, BackupResult, Change, ChangeCounts, CopiesState, KeychainState, MissingBackup,
    OutcomeWord, Overview, PlannedChange, PreparedRestore, Problem, Recovery, RestoreResult, Session,
    TakenIn, Verified, Waiting, Warning,
};
use serde::ser::{Error as _, SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use super::words::rfc3339;

/// An error as the only document.
#[derive(Serialize)]
pub(crate) struct ErrorDocument<'a> {
    error: ErrorBody<'a>,
}

/// What went wrong.
#[derive(Serialize)]
pub(crate) struct ErrorBody<'a> {
    code: &'static str,
    message: &'a str,
    hint: Option<&'a str>,
    details: &'a [String],
}

impl<'a> ErrorDocument<'a> {
    pub(crate) fn of(problem: &'a Problem) -> Self {
        Self { error: ErrorBody::of(problem) }
    }
}

impl<'a> ErrorBody<'a> {
    pub(crate) fn of(problem: &'a Problem) -> Self {
        let Problem { code, message, hint, details } = problem;
        Self { code: code.as_str(), message, hint: hint.as_deref(), details }
    }
}

/// `account create`. The one document with a secret in it.
#[derive(Serialize)]
pub(crate) struct Created<'a> {
    pub(crate) account: &'a str,
    pub(crate) id: &'a str,
    pub(crate) recovery_key: &'a str,
    pub(crate) recovery_key_file: Option<String>,
    pub(crate) kept: bool,
}

/// One account of `account list`.
#[derive(Serialize)]
pub(crate) struct AccountLine<'a> {
    account: &'a str,
    id: &'a str,
}

/// `account list`.
#[derive(Serialize)]
pub(crate) struct Accounts<'a> {
    accounts: Vec<AccountLine<'a>>,
}

impl<'a> Accounts<'a> {
    pub(crate) fn of(cards: &'a [AccountCard]) -> Self {
        Self {
            accounts: cards.iter().map(|card| AccountLine { account: &card.name, id: &card.id }).collect(),
        }
    }
}

/// `account status`.
#[derive(Serialize)]
pub(crate) struct AccountStatus<'a> {
    pub(crate) account: &'a str,
    pub(crate) id: &'a str,
    pub(crate) logged_in: bool,
    pub(crate) keychain: KeychainState,
    pub(crate) library: Option<LibraryStatus<'a>>,
}

/// What only a logged-in account tells.
#[derive(Serialize)]
pub(crate) struct LibraryStatus<'a> {
    pub(crate) notes: u64,
    pub(crate) attachments: u64,
    pub(crate) encryption: bool,
    pub(crate) folder: &'a str,
    pub(crate) warnings: &'a [String],
    pub(crate) recovery_key_confirmed: bool,
    pub(crate) schedule: Schedule,
}

/// `schedule show` and `schedule set`.
#[derive(Serialize)]
pub(crate) struct Schedule {
    backups: &'static str,
    full: &'static str,
    reminders: &'static str,
    keep: String,
    #[serde(flatten)]
    protection: backstop_engine::api::Protection,
    last_verified: Option<String>,
    last_verified_full: Option<String>,
    next: Option<String>,
    next_full: Option<String>,
    overdue_days: Option<u32>,
    overdue_full_days: Option<u32>,
    waiting: Option<Waiting>,
    missing: Option<Missing>,
    copies: Option<CopiesState>,
}

/// The last verified backup, whose file is not to be seen.
#[derive(Serialize)]
struct Missing {
    name: String,
    folder: String,
    verified: Option<String>,
    attachments_included: bool,
    away: bool,
}

impl From<&MissingBackup> for Missing {
    fn from(backup: &MissingBackup) -> Self {
        Self {
            name: backup.name.clone(),
            folder: backup.folder.clone(),
            verified: rfc3339(backup.verified),
            attachments_included: backup.attachments_included,
            away: backup.away,
        }
    }
}

impl Schedule {
    pub(crate) fn of(overview: &Overview) -> Self {
        let card = &overview.status;
        Self {
            backups: overview.interval.as_str(),
            full: overview.interval_full.as_str(),
            reminders: overview.reminders.as_str(),
            keep: overview.keep.to_string(),
            protection: card.protection.clone(),
            last_verified: card.last_verified.and_then(rfc3339),
            last_verified_full: card.last_verified_full.and_then(rfc3339),
            next: card.next.and_then(rfc3339),
            next_full: card.next_full.and_then(rfc3339),
            overdue_days: card.overdue_days,
            overdue_full_days: card.overdue_full_days,
            waiting: card.waiting.clone(),
            missing: card.missing.as_ref().map(Missing::from),
            copies: card.copies,
        }
    }
}

/// One archive of `backup`.
#[derive(Serialize)]
struct MadeArchive<'a> {
    place: &'static str,
    path: &'a str,
    bytes: u64,
    notes: u64,
    attachments: u64,
    verified: bool,
    encrypted: bool,
}

impl<'a> MadeArchive<'a> {
    fn of(result: &'a BackupResult) -> Self {
        Self {
            place: "library",
            path: &result.path,
            bytes: result.bytes,
            notes: result.notes,
            attachments: result.attachments,
            verified: result.verified,
            encrypted: result.encrypted,
        }
    }
}

/// `backup`, and `run-due`.
#[derive(Serialize)]
pub(crate) struct BackupDocument<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<bool>,
    run: Option<&'a str>,
    outcome: OutcomeWord,
    /// When `checked` was made: nothing is new since.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    archives: Vec<MadeArchive<'a>>,
    /// The archive that still holds all there is, where none was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<MadeArchive<'a>>,
    /// What was new in the folders of other apps.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    taken_in: &'a [TakenIn],
    /// What keeps backups from running by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<&'a Waiting>,
    warnings: &'a [Warning],
}

impl<'a> BackupDocument<'a> {
    pub(crate) fn of(result: &'a BackupResult) -> Self {
        let archive = MadeArchive::of(result);
        let (made, checked) = match result.outcome {
            OutcomeWord::NothingNew => (None, Some(archive)),
            _ => (Some(archive), None),
        };
        Self {
            due: None,
            run: Some(&result.run),
            outcome: result.outcome,
            since: result.since.and_then(rfc3339),
            archives: made.into_iter().collect(),
            checked,
            taken_in: &[],
            waiting: None,
            warnings: &result.warnings,
        }
    }

    /// What `run-due` made, or that there was nothing to make. Of several backups the run is the first one's.
    pub(crate) fn of_due(
        results: &'a [BackupResult],
        taken_in: &'a [TakenIn],
        warnings: &'a [Warning],
        waiting: Option<&'a Waiting>,
    ) -> Self {
        let outcome = match results {
            _ if !warnings.is_empty() => OutcomeWord::CompletedWithWarnings,
            [only] => only.outcome,
            _ => OutcomeWord::Completed,
        };
        let due = Some(!results.is_empty());
        let (run, since, checked, archives) = (None, None, None, Vec::new());
        let nothing = Self { due, run, outcome, since, archives, checked, taken_in, waiting, warnings };
        results.iter().map(Self::of).fold(nothing, |all, one| Self {
            run: all.run.or(one.run),
            since: all.since.or(one.since),
            archives: all.archives.into_iter().chain(one.archives).collect(),
            checked: all.checked.or(one.checked),
            ..all
        })
    }
}

/// One archive of `list`.
#[derive(Serialize)]
struct KnownArchive<'a> {
    id: &'a str,
    path: &'a str,
    place: Option<&'a str>,
    created: Option<String>,
    attachments_included: bool,
    encrypted: bool,
    notes: Option<u64>,
    bytes: u64,
    verified: Verified,
    verified_at: Option<String>,
    pinned: bool,
    automatic: Option<bool>,
    copy: bool,
    copied: bool,
    newer: bool,
}

/// `list`.
#[derive(Serialize)]
pub(crate) struct KnownArchives<'a> {
    archives: Vec<KnownArchive<'a>>,
}

impl<'a> KnownArchives<'a> {
    pub(crate) fn of(cards: &'a [ArchiveCard]) -> Self {
        let line = |card: &'a ArchiveCard| KnownArchive {
            id: &card.id,
            path: &card.path,
            place: card.place.as_deref(),
            created: card.created.and_then(rfc3339),
            attachments_included: card.attachments_included,
            encrypted: card.encrypted,
            notes: card.notes,
            bytes: card.bytes,
            verified: card.verified,
            verified_at: card.verified_at.and_then(rfc3339),
            pinned: card.pinned,
            automatic: card.automatic,
            copy: card.copy,
            copied: card.copied,
            newer: card.newer,
        };
        Self { archives: cards.iter().map(line).collect() }
    }
}

/// Numbers that `plan`, `restore` and `undo` share.
#[derive(Serialize)]
struct Counts {
    added: u64,
    updated: u64,
    removed: u64,
    identical: u64,
    kept: u64,
    failed: u64,
}

impl From<&ChangeCounts> for Counts {
    fn from(counts: &ChangeCounts) -> Self {
        let ChangeCounts { added, updated, removed, identical, kept, failed } = *counts;
        Self { added, updated, removed, identical, kept, failed }
    }
}

/// `restore` and `undo`.
#[derive(Serialize)]
pub(crate) struct RestoreDocument<'a> {
    run: &'a str,
    outcome: OutcomeWord,
    #[serde(flatten)]
    counts: Counts,
    notes: Counts,
    attachments: u64,
    safety_archive: Option<&'a str>,
    recovery: Option<&'a Recovery>,
    warnings: &'a [Warning],
}

impl<'a> RestoreDocument<'a> {
    pub(crate) fn of(result: &'a RestoreResult) -> Self {
        Self {
            run: &result.run,
            outcome: result.outcome,
            counts: (&result.items).into(),
            notes: (&result.notes).into(),
            attachments: result.attachments,
            safety_archive: result.safety_archive.as_deref(),
            recovery: result.recovery.as_ref(),
            warnings: &result.warnings,
        }
    }
}

/// One item of a plan.
#[derive(Serialize)]
struct PlannedItem<'a> {
    id: &'a str,
    kind: &'a str,
    title: &'a str,
}

/// What a plan lists; what is identical is only counted.
pub(crate) const LISTED: [Change; 4] = [Change::Added, Change::Updated, Change::Removed, Change::Kept];

/// What `plan` would do, item by item, read from the plan while it is written out.
pub(crate) struct PlanLists<'a> {
    pub(crate) prepared: &'a PreparedRestore,
    pub(crate) session: &'a Session,
}

impl PlanLists<'_> {
    /// Hands over every item that a change happens to, until one is refused.
    pub(crate) fn each(
        &self,
        change: Change,
        each: &mut dyn FnMut(PlannedChange) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut end = Ok(());
        let mut take = |line| {
            end = each(line);
            end.is_ok()
        };
        self.prepared.each_line(self.session, change, &mut take).map_err(io::Error::other)?;
        end
    }
}

impl Serialize for PlanLists<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut lists = serializer.serialize_map(Some(LISTED.len()))?;
        for change in LISTED {
            lists.serialize_entry(&change, &PlanList { lists: self, change })?;
        }
        lists.end()
    }
}

/// The items of one change.
struct PlanList<'a> {
    lists: &'a PlanLists<'a>,
    change: Change,
}

impl Serialize for PlanList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let mut each = |line: PlannedChange| {
            let item = PlannedItem { id: &line.id, kind: &line.kind, title: &line.title };
            list.serialize_element(&item).map_err(|error| io::Error::other(error.to_string()))
        };
        self.lists.each(self.change, &mut each).map_err(S::Error::custom)?;
        list.end()
    }
}

/// `plan`: the numbers of `restore`, and the items behind them under `items`.
#[derive(Serialize)]
pub(crate) struct PlanDocument<'a> {
    /// Always null: a plan is no run.
    run: Option<&'a str>,
    outcome: OutcomeWord,
    #[serde(flatten)]
    counts: Counts,
    notes: Counts,
    attachments: u64,
    only_here: u64,
    /// Always null: nothing is overwritten by a plan.
    safety_archive: Option<&'a str>,
    items: &'a PlanLists<'a>,
    recovery: Option<&'a Recovery>,
    warnings: &'a [Warning],
}

impl<'a> PlanDocument<'a> {
    pub(crate) fn of(summary: &'a backstop_engine::api::PlanSummary, lists: &'a PlanLists<'a>) -> Self {
        let odd = !summary.warnings.is_empty();
        Self {
            run: None,
            outcome: if odd { OutcomeWord::CompletedWithWarnings } else { OutcomeWord::Completed },
            counts: (&summary.items).into(),
            notes: (&summary.notes).into(),
            attachments: summary.attachments,
            only_here: summary.only_here,
            safety_archive: None,
            items: lists,
            recovery: summary.recovery.as_ref(),
            warnings: &summary.warnings,
        }
    }
}
