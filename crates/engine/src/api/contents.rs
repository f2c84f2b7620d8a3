//! An archive that was opened to be looked at, without an account: its notes, their pictures and files.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use backstop_model::{Kind, Severity};

use super::{
    Backstop, ContentsCard, Job, NotePage, NotePlace, NotePreview, NoteQuery, NotebookNode, OpenArchive,
    Problem, Recovery, Stage as StageWord, Warning, of_flow, of_store,
};
use crate::durable::{Loose, NewFile, SyncedFile};
use crate::look;
use crate::stage::{Stage, copy_through};
use crate::store::kind_code;

/// An archive laid out to be asked. What was laid out is sealed under a key that is only in memory, and
/// goes when this goes.
pub struct Contents {
    // The stage first: questions to it must not wait for a picture that is looked for in the file.
    stage: Mutex<Stage>,
    archive: Mutex<OpenArchive>,
    scratch: PathBuf,
    machine: String,
    card: ContentsCard,
}

/// A picture, to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its MIME type: one of a short list, whatever the archive says.
    pub mime: &'static str,
    /// Its bytes, which may be anything.
    pub bytes: Vec<u8>,
}

impl Backstop {
    /// Reads an archive so that its notes can be listed, searched and read.
    ///
    /// # Errors
    /// `secret_required`; what keeps the whole archive from being read; a cancel.
    pub fn look_into(&self, mut archive: OpenArchive, job: &Job) -> Result<Contents, Problem> {
        let stage = self.staged(&mut archive, job)?.index_words(job).map_err(of_flow)?;
        let count = |kind: Kind| stage.store.count(&format!("kind = {}", kind_code(kind))).map_err(of_store);
        let (notes, attachments) = (count(Kind::Note)?, stage.store.attachments_here().map_err(of_store)?);
        let card = ContentsCard {
            notes,
            notebooks: count(Kind::Notebook)?,
            attachments,
            recovery: Recovery::of(notes, attachments, archive.stated(), stage.findings()),
            warnings: stage.findings().iter().map(Warning::of).collect(),
            damaged: stage.findings().iter().any(|finding| finding.severity == Severity::Damage),
        };
        let (scratch, machine) = (self.scratch().to_owned(), self.world.machine.clone());
        Ok(Contents { stage: Mutex::new(stage), archive: Mutex::new(archive), scratch, machine, card })
    }
}

impl Contents {
    /// What is in it, in numbers.
    #[must_use]
    pub fn card(&self) -> ContentsCard {
        self.card.clone()
    }

    /// Every notebook that is not in the trash.
    ///
    /// # Errors
    /// What was laid out can't be read.
    pub fn notebooks(&self) -> Result<Vec<NotebookNode>, Problem> {
        look::notebooks(&self.stage().store)
    }

    /// Where each of its notes is.
    ///
    /// # Errors
    /// What was laid out can't be read.
    pub fn note_places(&self) -> Result<Vec<NotePlace>, Problem> {
        look::places(&self.stage().store)
    }

    /// A page of notes.
    ///
    /// # Errors
    /// What was laid out can't be read.
    pub fn notes(&self, query: &NoteQuery) -> Result<NotePage, Problem> {
        look::notes(&self.stage().store, query)
    }

    /// One note, made safe to show.
    ///
    /// # Errors
    /// `not_found`; what was laid out can't be read.
    pub fn note_preview(&self, id: &str, app: &str) -> Result<NotePreview, Problem> {
        look::preview(&self.stage().store, id, app)
    }

    /// A picture of a note, by the hash that its text names it by. Reads the file until it is found.
    ///
    /// # Errors
    /// `not_found` for what is no picture or is not in the archive; damage.
    pub fn picture(&self, hash: &str) -> Result<Picture, Problem> {
        let line = look::attachment(&self.stage().store, hash)?;
        let mime = look::picture_type(&line)?;
        let found = look::pluck(
            self.archive().archive()?,
            &[&line.id, hash],
            &mut |bytes| look::picture(mime, bytes),
            &Job::new(),
        );
        found.map_err(of_flow)?.ok_or_else(look::not_here)
    }

    /// The name of an attachment, for the file that it is saved as.
    ///
    /// # Errors
    /// `not_found` if its bytes are not in the archive.
    pub fn attachment_name(&self, id: &str) -> Result<String, Problem> {
        Ok(look::attachment(&self.stage().store, id)?.name)
    }

    /// Saves the bytes of an attachment as a file, in place of one that is there. They are checked on
    /// the way: the file appears whole or not at all. Gives back its size.
    ///
    /// # Errors
    /// `not_found` if its bytes are not in the archive; damage; what the disk says; a cancel.
    pub fn save_attachment(&self, id: &str, out: &Path, job: &Job) -> Result<u64, Problem> {
        let line = look::attachment(&self.stage().store, id)?;
        let wanted = [Some(line.id.as_str()), line.hash.as_deref()];
        let wanted: Vec<&str> = wanted.into_iter().flatten().collect();
        let mut archive = self.archive();
        job.enter(StageWord::Reading, 0, archive.bytes());
        let loose = Loose::begin(&self.scratch, &self.machine, out).map_err(Problem::writing)?;
        let mut file = NewFile::create(out, &loose.origin, &loose.run).map_err(Problem::writing)?;
        let copied =
            look::pluck(archive.archive()?, &wanted, &mut |bytes| copy_through(bytes, &mut file), job);
        let saved = copied.map_err(of_flow)?.ok_or_else(look::not_here)?;
        file.sync().and_then(SyncedFile::replace).map_err(Problem::writing)?;
        Ok(saved)
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn archive(&self) -> MutexGuard<'_, OpenArchive> {
        self.archive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
