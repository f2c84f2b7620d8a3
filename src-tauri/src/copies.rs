//! A clean copy of a damaged archive: what is whole in it, in a file that is whole.

use std::path::Path;

use backstop_engine::api::{ArchiveSecret, Code, ConvertOrder, Effort, Job, Password, Problem};
use serde::Serialize;
use specta::Type;

use crate::shell::Shell;

/// A copy that was saved.
#[derive(Clone, Serialize, Type)]
pub(crate) struct SavedCopy {
    /// The name of the file.
    pub(crate) name: String,
    /// Notes in it.
    pub(crate) notes: u64,
    /// Attachments whose bytes are in it.
    pub(crate) attachments: u64,
}

impl Shell {
    /// The name that a copy of an archive is offered under.
    ///
    /// # Errors
    /// `secret_required` if the copy would be readable by anybody while the archive is not: a password is
    /// to be given, because the one that opened it is not known.
    pub(crate) fn copy_name(&self, token: &str, has_password: bool) -> Result<String, Problem> {
        let picked = self.picked(token)?;
        let card = self.open(&picked, Effort::Salvage)?.card(String::new());
        if card.encrypted && !has_password && !matches!(picked.secret(), Some(ArchiveSecret::Password(_))) {
            return Err(Problem::of(Code::SecretRequired));
        }
        let stem = Path::new(&card.name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let format = if card.format == "backstop" { "backstop" } else { "nnbackupz" };
        Ok(format!("{}-whole.{format}", stem.unwrap_or_default()))
    }

    /// Saves what is whole in an archive as a new file, encrypted as the archive is: by the password given,
    /// or by the one that opened it.
    ///
    /// # Errors
    /// `usage` if the file exists or its format can't be written; what the disk says; a cancel.
    pub(crate) fn save_copy(
        &self,
        token: &str,
        out: &Path,
        password: Option<&Password>,
        job: &Job,
    ) -> Result<SavedCopy, Problem> {
        let picked = self.picked(token)?;
        let mut archive = self.open(&picked, Effort::Salvage)?;
        let known = match picked.secret() {
            Some(ArchiveSecret::Password(known)) => Some(known),
            _ => None,
        };
        let password = password.or(known).filter(|_| archive.card(String::new()).encrypted);
        let order = ConvertOrder { out, attachments: None, salvage: true, password };
        let made = self.engine()?.convert(&mut archive, &order, job)?;
        let name = made.path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(SavedCopy { name: name.unwrap_or_default(), notes: made.notes, attachments: made.attachments })
    }
}
