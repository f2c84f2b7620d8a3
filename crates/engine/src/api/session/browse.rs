//! The library, looked at.

use std::path::Path;

use backstop_crypto::Password;
use backstop_model::{FlowError, Job, Source as _, Stage};

use super::Session;
use crate::api::{
    NotePage, NotePreview, NoteQuery, NotebookNode, Picture, Problem, ShowAs, Shown, of_flow, of_store,
};
use crate::durable::{Loose, NewFile, SyncedFile};
use crate::look;
use crate::problem::Code;
use crate::show;
use crate::stage::copy_through;

impl Session {
    /// Every notebook that is not in the trash.
    ///
    /// # Errors
    /// The library can't be read.
    pub fn notebooks(&self) -> Result<Vec<NotebookNode>, Problem> {
        look::notebooks(&self.library()?.store)
    }

    /// A page of notes.
    ///
    /// # Errors
    /// The library can't be read.
    pub fn notes(&self, query: &NoteQuery) -> Result<NotePage, Problem> {
        look::notes(&self.library()?.store, query)
    }

    /// One note, made safe to show.
    ///
    /// # Errors
    /// `not_found`; the library can't be read.
    pub fn note_preview(&self, id: &str, app: &str) -> Result<NotePreview, Problem> {
        look::preview(&self.library()?.store, id, app)
    }

    /// A picture of a note, by the hash that its text names it by.
    ///
    /// # Errors
    /// `not_found` for what is no picture or is not here; the library can't be read.
    pub fn picture(&self, hash: &str) -> Result<Picture, Problem> {
        // A library of its own: a large picture must not keep the list waiting.
        let library = self.open_library()?;
        let mime = look::picture_type(&look::attachment(&library.store, hash)?)?;
        let record = library.blob_of_attachment(hash).map_err(of_store)?.ok_or_else(no_bytes)?;
        let source = library.blobs.source(record);
        let bytes = source.open().map_err(FlowError::from_read);
        bytes.and_then(|mut bytes| look::picture(mime, &mut bytes)).map_err(of_flow)
    }

    /// The name of an attachment, for the file that it is saved as.
    ///
    /// # Errors
    /// `not_found` if it is not here; the library can't be read.
    pub fn attachment_name(&self, id: &str) -> Result<String, Problem> {
        Ok(look::attachment(&self.library()?.store, id)?.name)
    }

    /// One item of the library, shown; a locked note if the password of its vault is given.
    ///
    /// # Errors
    /// `not_found`; `secret_required` or `wrong_secret` for the text of a locked note.
    pub fn show(&self, item: &str, how: ShowAs, vault: Option<&Password>) -> Result<Shown, Problem> {
        show::show(&self.library()?.store, item, how, vault)
    }

    /// Writes the bytes of one attachment (by the id of its row, or its hash) into a new file.
    ///
    /// # Errors
    /// `not_found` if its bytes are not in the library; `usage` if the file exists; a cancel.
    pub fn extract(&self, attachment: &str, out: &Path, job: &Job) -> Result<u64, Problem> {
        let (file, copied) = self.copy_out(attachment, out, job)?;
        file.commit().map_err(Problem::writing)?;
        Ok(copied)
    }

    /// The same, in place of a file that is there: for who was asked by a dialog whether it may go.
    ///
    /// # Errors
    /// `not_found` if its bytes are not in the library; damage; a cancel; what the disk says.
    pub fn save_attachment(&self, attachment: &str, out: &Path, job: &Job) -> Result<u64, Problem> {
        let (file, copied) = self.copy_out(attachment, out, job)?;
        file.replace().map_err(Problem::writing)?;
        Ok(copied)
    }

    fn copy_out(&self, attachment: &str, out: &Path, job: &Job) -> Result<(SyncedFile, u64), Problem> {
        let library = self.open_library()?;
        let record = library.blob_of_attachment(attachment).map_err(of_store)?.ok_or_else(no_bytes)?;
        job.enter(Stage::Writing, 0, record.size_bytes);
        let source = library.blobs.source(record);
        let loose = Loose::begin(self.scratch(), &self.world.machine, out).map_err(Problem::writing)?;
        let mut file = NewFile::create(out, &loose.origin, &loose.run).map_err(Problem::writing)?;
        let mut bytes = job.watch(source.open().map_err(|error| of_flow(FlowError::from_read(error)))?);
        let copied = copy_through(&mut bytes, &mut file).map_err(of_flow)?;
        Ok((file.sync().map_err(Problem::writing)?, copied))
    }
}

fn no_bytes() -> Problem {
    Problem::new(Code::NotFound, "The bytes of this attachment are not in the library.")
        .with_hint("They come with a restore of a backup that has its attachments.")
}
