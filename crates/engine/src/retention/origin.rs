//! Which files are ours to delete. Pure: what the runs recorded, held against what lies in the folder.
//!
//! A file is ours if a run of this account recorded that it made a file of this name and size, and
//! nothing inside contradicts it. So nothing is ever deleted that another account, another computer or a
//! person put into the folder, a synced copy under a name of its own among them.

use std::collections::HashMap;

use backstop_model::TimeMs;
use jiff::Timestamp;

use super::plan::{Health, Known, Origin};
use crate::repository::{Entry, Verified};
use crate::runs::{History, Level, MadeArchive};

/// An archive, and the run that made it.
#[derive(Debug, Clone, Copy)]
pub struct MadeBy<'a> {
    /// What was recorded of it.
    pub made: &'a MadeArchive,
    /// When the run began.
    pub started: TimeMs,
    /// When it ended.
    pub ended: TimeMs,
}

/// What runs of this account made and checked.
#[derive(Debug)]
pub struct Origins<'a> {
    by_file: HashMap<(String, u64), Vec<MadeBy<'a>>>,
    by_id: HashMap<&'a str, MadeBy<'a>>,
    /// What the newest full check of a file said.
    full_checks: HashMap<(&'a str, u64), bool>,
    places: &'a [&'a str],
}

impl<'a> Origins<'a> {
    /// What the runs say, in an account that has these places.
    #[must_use]
    pub fn of(history: &'a History, places: &'a [&'a str]) -> Self {
        let mut by_file: HashMap<_, Vec<_>> = HashMap::new();
        let (mut by_id, mut full_checks) = (HashMap::new(), HashMap::new());
        for run in history.runs.iter().rev() {
            let Some(end) = &run.end else { continue };
            for made in &end.archives {
                let by = MadeBy { made, started: run.begin.started, ended: end.ended };
                let name = made.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                by_file.entry((name, made.bytes)).or_default().push(by);
                by_id.insert(made.archive.as_str(), by);
            }
            for copy in &end.copied {
                let original = copy.archive.as_deref().and_then(|id| by_id.get(id)).copied();
                let name = copy.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                by_file.entry((name, copy.bytes)).or_default().extend(original);
            }
            for check in end.verifications.iter().filter(|check| check.level == Level::Full) {
                full_checks.insert((check.name.as_str(), check.bytes), check.sound);
            }
        }
        Self { by_file, by_id, full_checks, places }
    }

    /// The run that made this very file, if one of ours did.
    #[must_use]
    pub fn maker(&self, entry: &Entry) -> Option<MadeBy<'a>> {
        let of_this_file = self.by_file.get(&(entry.name.clone(), entry.bytes))?;
        let fits = |by: &&MadeBy<'_>| entry.archive.as_ref().is_none_or(|id| *id == by.made.archive);
        of_this_file.iter().rfind(fits).copied()
    }

    /// An entry of the catalog, as the plan sees it.
    #[must_use]
    pub fn known<'e>(&self, entry: &'e Entry) -> Known<'e>
    where
        'a: 'e,
    {
        let maker = self.maker(entry);
        let (origin, place) = match maker {
            Some(by) if self.places.contains(&by.made.place.as_str()) => {
                (Origin::Ours, by.made.place.as_str())
            }
            Some(by) => (Origin::OtherPlace, by.made.place.as_str()),
            None => {
                let renamed = entry.archive.as_deref().is_some_and(|id| self.by_id.contains_key(id));
                let origin = if renamed { Origin::Renamed } else { Origin::Foreign };
                (origin, entry.place.as_deref().unwrap_or_default())
            }
        };
        let created = entry.created.or(maker.map(|by| by.ended));
        Known {
            name: &entry.name,
            place,
            full: entry.attachments_included,
            created: created.and_then(|created| Timestamp::from_millisecond(created.0).ok()),
            origin,
            health: health(entry, self.full_checks.get(&(entry.name.as_str(), entry.bytes)).copied()),
            present: entry.present,
            pinned: entry.pinned,
        }
    }
}

/// What is known of an archive's state. A quick check says less than the full one before it, so that one
/// decides: `full_check` is whether it was sound.
#[must_use]
pub fn health(entry: &Entry, full_check: Option<bool>) -> Health {
    match (entry.verified, full_check) {
        (Verified::Damaged, _) | (Verified::Quick, Some(false)) => Health::Damaged,
        _ if entry.problem.is_some() => Health::Damaged,
        (Verified::Full, _) | (Verified::Quick, Some(true)) => Health::Verified,
        (Verified::Quick | Verified::Never, _) => Health::Unverified,
    }
}

#[cfg(test)]
#[path = "origin_tests.rs"]
mod tests;
