//! What later checks take away from earlier successes.

use std::collections::{HashMap, HashSet};

use super::history::{History, success_of};
use super::run::{Run, Verification};
use crate::schedule::BackupKind;

impl History {
    /// Names of files whose newest check found them damaged.
    pub(super) fn damaged_names(&self) -> HashSet<&str> {
        damaged(self.verifications())
    }

    /// Whether an archive of `place` and kind was found damaged since the last backup of that kind: then a
    /// fresh one is due at once, however new the last one is.
    #[must_use]
    pub fn found_damaged(&self, place: &str, kind: BackupKind) -> bool {
        // What a run made when it ended, whatever became of it: a backup after the finding answers it.
        let since = self.runs.iter().take_while(|run| success_of(run, place, kind).is_none());
        let found = damaged(checks(since));
        let of_kind = |run: &Run| {
            let mut made = run.end.iter().flat_map(|end| &end.archives);
            made.any(|made| {
                made.place == place
                    && (made.attachments_included || kind == BackupKind::Notes)
                    && found.contains(made.file_name().as_ref())
            })
        };
        !found.is_empty() && self.runs.iter().any(of_kind)
    }
}

/// Every check of these runs, newest first if they are.
fn checks<'run>(runs: impl Iterator<Item = &'run Run>) -> impl Iterator<Item = &'run Verification> {
    runs.filter_map(|run| run.end.as_ref()).flat_map(|end| end.verifications.iter().rev())
}

/// Of each file the newest check decides.
fn damaged<'run>(newest_first: impl Iterator<Item = &'run Verification>) -> HashSet<&'run str> {
    let mut sound: HashMap<&str, bool> = HashMap::new();
    for check in newest_first {
        sound.entry(check.name.as_str()).or_insert(check.sound);
    }
    sound.into_iter().filter(|(_, sound)| !sound).map(|(name, _)| name).collect()
}
