//! One known archive, and what a look or a check changes of it.

use std::collections::HashSet;
use std::path::PathBuf;

use backstop_model::TimeMs;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use specta::Type;

use super::listing::Listed;
use super::name::parse_name;
use crate::problem::{Code, Problem};
use crate::runs::{Level, MadeArchive, Trigger, Verification};

/// What was last found out about an archive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// Every byte and item was read back.
    Full,
    /// Only its structure was read.
    Quick,
    /// Never checked.
    #[default]
    Never,
    /// It is damaged.
    Damaged,
}

/// What a look at an archive tells without its password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The random id inside it, if it can be read.
    pub archive: Option<String>,
    /// The account that made it, if it says so.
    pub account: Option<String>,
    /// When it was made.
    pub created: Option<TimeMs>,
    /// Whether attachment bytes are in it.
    pub attachments_included: bool,
    /// Whether its notes are encrypted.
    pub encrypted: bool,
    /// Notes in it, if they can be counted.
    pub notes: Option<u64>,
}

/// One known archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id in the catalog: the one inside it where that is known, else one made from its name,
    /// size and time.
    pub id: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its file name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was last written to.
    pub modified: TimeMs,
    /// Whether its folder could be reached at the last look.
    pub present: bool,
    /// The id inside it, if known.
    pub archive: Option<String>,
    /// The account that made it, if known.
    pub account: Option<String>,
    /// The place it is a backup of: recorded by our own run, else as its name says.
    pub place: Option<String>,
    /// When it was made.
    pub created: Option<TimeMs>,
    /// Whether attachment bytes are in it.
    pub attachments_included: bool,
    /// Whether its notes are encrypted.
    pub encrypted: bool,
    /// Notes in it, if known.
    pub notes: Option<u64>,
    /// What was last found out about it.
    pub verified: Verified,
    /// When that was.
    pub verified_at: Option<TimeMs>,
    /// Why it could not be read, if it could not.
    pub problem: Option<Code>,
    /// Made by the schedule or by a person, if a run of ours made it.
    pub automatic: Option<bool>,
    /// Never deleted by itself.
    pub pinned: bool,
}

impl Entry {
    pub(super) fn bare(file: &Listed) -> Self {
        Self {
            id: String::new(),
            path: file.path.clone(),
            name: file.name.clone(),
            bytes: file.bytes,
            modified: file.modified,
            present: true,
            archive: None,
            account: None,
            place: None,
            created: None,
            attachments_included: false,
            encrypted: false,
            notes: None,
            verified: Verified::Never,
            verified_at: None,
            problem: None,
            automatic: None,
            pinned: false,
        }
    }

    pub(super) fn inspected(
        file: &Listed,
        inspect: &mut dyn FnMut(&Listed) -> Result<Head, Problem>,
    ) -> Self {
        let named = parse_name(&file.name);
        let bare = Self { place: named.as_ref().map(|named| named.place.clone()), ..Self::bare(file) };
        match inspect(file) {
            Ok(head) => Self {
                archive: head.archive,
                account: head.account,
                created: head.created,
                attachments_included: head.attachments_included,
                encrypted: head.encrypted,
                notes: head.notes,
                ..bare
            },
            // A disk that went away says nothing about the archive.
            Err(problem) if problem.code.exit_code() == 15 => {
                Self { present: false, problem: Some(problem.code), ..bare }
            }
            // Made by a newer app than this program knows: that is no damage.
            Err(problem) if is_newer(problem.code) => Self { problem: Some(problem.code), ..bare },
            Err(problem) => Self {
                verified: Verified::Damaged,
                problem: Some(problem.code),
                attachments_included: named.is_some_and(|named| named.full),
                ..bare
            },
        }
    }

    /// Whether this is what is known of the file as it is now.
    pub(crate) fn is(&self, file: &Listed) -> bool {
        self.content() == (file.bytes, file.modified)
            && self.problem.is_none_or(|code| code.exit_code() != 15)
    }

    /// Whether a newer app than this program knows made it, so that nothing can be said of it.
    pub(crate) fn is_newer(&self) -> bool {
        self.verified == Verified::Never && self.problem.is_some_and(is_newer)
    }

    pub(super) fn content(&self) -> (u64, TimeMs) {
        (self.bytes, self.modified)
    }

    pub(super) fn note(&mut self, check: &Verification) {
        self.verified = match (check.sound, check.level) {
            (false, _) => Verified::Damaged,
            (true, Level::Full) => Verified::Full,
            (true, Level::Quick) => Verified::Quick,
        };
        self.verified_at = Some(check.at);
        self.problem = self.problem.filter(|_| !check.sound);
    }

    /// What a run recorded of it, unless a look inside says that it is damaged now.
    pub(super) fn fill_from(&mut self, made: &MadeArchive, trigger: Trigger, ended: TimeMs) {
        self.archive.get_or_insert_with(|| made.archive.clone());
        self.place = Some(made.place.clone());
        self.created.get_or_insert(ended);
        self.notes.get_or_insert(made.notes);
        self.automatic = Some(trigger == Trigger::Automatic);
        if made.verified && self.verified == Verified::Never {
            (self.verified, self.verified_at) = (Verified::Full, Some(ended));
        }
    }
}

fn is_newer(code: Code) -> bool {
    matches!(code, Code::NewerVersion | Code::UnsupportedVersion)
}

/// Twelve hex digits from name, size and time; more rounds until it is free.
pub(super) fn derived_id(entry: &Entry, taken: &HashSet<String>) -> String {
    let id = |round: u64| {
        let mut hash = Sha256::new();
        hash.update(entry.name.as_bytes());
        hash.update(entry.bytes.to_be_bytes());
        hash.update(entry.modified.0.to_be_bytes());
        hash.update(round.to_be_bytes());
        hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    (0..).map(id).find(|id| !taken.contains(id)).unwrap_or_default()
}
