//! What was said, and when. A cache in the folder of the account: `said.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use backstop_model::TimeMs;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use super::DueNotice;
use crate::durable::{self, Origin};

/// The most that is remembered; the oldest goes first.
const MOST: usize = 1_000;

/// What was said before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    version: u32,
    marks: BTreeMap<String, TimeMs>,
}

impl Default for Said {
    fn default() -> Self {
        Self { version: Self::VERSION, marks: BTreeMap::new() }
    }
}

impl Said {
    const VERSION: u32 = 1;

    /// When something was last said. What was said later than now was said before the clock was set back,
    /// and counts as not said.
    pub(crate) fn at(&self, mark: &str, now: &Zoned) -> Option<TimeMs> {
        self.marks.get(mark).copied().filter(|at| at.0 <= now.timestamp().as_millisecond())
    }

    /// Whether something was said at or after `since`.
    pub(super) fn since(&self, mark: &str, since: TimeMs, now: &Zoned) -> bool {
        self.at(mark, now).is_some_and(|at| at >= since)
    }

    /// Whether anything whose mark begins so was said on this day of the person's calendar.
    pub(super) fn today(&self, prefix: &str, now: &Zoned) -> bool {
        let day_of = |at: TimeMs| {
            Some(Timestamp::from_millisecond(at.0).ok()?.to_zoned(now.time_zone().clone()).date())
        };
        let said = self.marks.iter().filter(|(mark, _)| mark.starts_with(prefix));
        said.into_iter().any(|(_, at)| day_of(*at) == Some(now.date()))
    }

    /// Adds what was said elsewhere; of two moments the later one holds.
    pub(crate) fn add(&mut self, other: Option<&Self>) {
        for (mark, at) in other.into_iter().flat_map(|said| &said.marks) {
            let known = self.marks.entry(mark.clone()).or_insert(*at);
            *known = (*known).max(*at);
        }
    }

    /// Takes note of what was said.
    pub fn note(&mut self, notices: &[DueNotice], now: TimeMs) {
        for mark in notices.iter().flat_map(|notice| &notice.marks) {
            self.marks.insert(mark.clone(), now);
        }
        while self.marks.len() > MOST {
            let oldest = self.marks.iter().min_by_key(|(_, at)| **at).map(|(mark, _)| mark.clone());
            oldest.and_then(|mark| self.marks.remove(&mark));
        }
    }
}

/// Where an account remembers it.
#[derive(Debug, Clone)]
pub struct SaidFile {
    path: PathBuf,
    origin: Origin,
}

impl SaidFile {
    /// The file in the folder of an account.
    #[must_use]
    pub fn new(account_folder: &Path, origin: &Origin) -> Self {
        Self { path: account_folder.join("said.json"), origin: origin.clone() }
    }

    /// What was said. Nothing, if that can't be read: then something may be said twice.
    #[must_use]
    pub fn load(&self) -> Said {
        let read = fs::read(&self.path).ok().and_then(|bytes| serde_json::from_slice::<Said>(&bytes).ok());
        read.filter(|said| said.version == Said::VERSION).unwrap_or_default()
    }

    /// Takes note of what was said, and returns all that was. That can't be written is no reason to stop:
    /// it is in the answer, for as long as the program runs.
    #[must_use]
    pub fn note(&self, notices: &[DueNotice], now: TimeMs) -> Said {
        let mut said = self.load();
        let before = said.clone();
        said.note(notices, now);
        if said != before
            && let Ok(bytes) = serde_json::to_vec(&said)
        {
            let _ = durable::replace(&self.path, &self.origin, "said", &bytes);
        }
        said
    }
}
