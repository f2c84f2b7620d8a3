//! Rest: when nothing is new, an automatic backup looks at the archive that is there in place of writing
//! another one that says the same.

use backstop_model::{Job, TimeMs};

use super::{Record, Session};
use crate::api::{ArchiveFormat, BackupResult, OutcomeWord, Problem, of_store};
use crate::backup::rest::{Asked, is_known_good, last_equal, state_of};
use crate::library::Library;
use crate::repository::{Repository, look};
use crate::runs::{Counts, MadeArchive, RunId, Verification};
use crate::settings::LIBRARY;

/// What looking for an equal archive ended in.
pub(super) enum Rest {
    /// This one, made then, says all that a new one would, and was just looked at.
    On(MadeArchive, TimeMs),
    /// A new one is needed; this is what was found out about the last one, if it was looked at.
    No(Option<Verification>),
}

impl Session {
    /// What a backup of the library shows now, as one text. It changes with every write into the library,
    /// with password and recovery key, format, encryption, and the version that writes.
    pub(super) fn backup_state(
        &self,
        library: &Library,
        format: ArchiveFormat,
        encrypt: bool,
    ) -> Result<String, Problem> {
        let content = library.content_state().map_err(of_store)?;
        let keys = self.keys().generation().to_string();
        let sealed = if encrypt { "encrypted" } else { "plain" };
        Ok(state_of(&[&content, &keys, format.extension(), sealed, env!("CARGO_PKG_VERSION")]))
    }

    /// Looks for an archive that makes a new one needless. It must be in its place, be the file that was
    /// verified, and stand a quick check now.
    pub(super) fn rest(
        &self,
        repository: &Repository,
        attachments: bool,
        state: &str,
        job: &Job,
    ) -> Result<Rest, Problem> {
        let history = self.runs().read()?;
        let asked = Asked { place: LIBRARY, folder: repository.folder(), attachments, state };
        let Some((made, since)) = last_equal(&history, &asked) else { return Ok(Rest::No(None)) };
        let catalog = self.catalog().load().unwrap_or_default();
        let entry = catalog.entries.iter().find(|entry| entry.path == made.path);
        if !look(&made.path).is_ok_and(|file| is_known_good(entry, &file)) {
            return Ok(Rest::No(None));
        }
        let mut open = || self.open_own(&made.path, job).map(|(archive, _)| archive);
        let (result, archive) = self.check_now(&made.path, &mut open, false, job)?;
        if result.sound {
            return Ok(Rest::On(made.clone(), since));
        }
        Ok(Rest::No(Some(self.note_check(&made.path, &result, archive)?)))
    }
}

/// The result of a run that wrote nothing because nothing is new.
pub(super) fn nothing_new(run: &RunId, made: MadeArchive, since: TimeMs) -> (BackupResult, Record) {
    let result = BackupResult {
        run: run.as_str().to_owned(),
        outcome: OutcomeWord::NothingNew,
        name: made.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        path: made.path.to_string_lossy().into_owned(),
        bytes: made.bytes,
        notes: made.notes,
        attachments: made.attachments,
        verified: true,
        encrypted: made.encrypted,
        since: Some(since.0),
        warnings: Vec::new(),
    };
    let counts = Counts { notes: made.notes, attachments: made.attachments, ..Counts::default() };
    (result, Record { counts, still_good: Some((made, since)), ..Record::default() })
}
