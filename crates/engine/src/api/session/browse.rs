//! The library, looked at.

use std::path::Path;

use backstop_crypto::Password;
use backstop_model::{App, Body, ItemId, ItemKey, Job, Kind, Source as _, Stage};

use super::Session;
use crate::api::{
    NotePage, NotePreview, NoteQuery, NoteRow, NotebookNode, Problem, ShowAs, Shown, of_flow, of_store,
};
use crate::durable::{Loose, NewFile, SyncedFile};
use crate::inspect::paths;
use crate::problem::Code;
use crate::show::{self, safe_html};
use crate::stage::copy_through;
use crate::store::{NoteFilter, NoteLine};

/// The most notes of one page.
const PAGE_LIMIT: u32 = 500;

impl Session {
    /// Every notebook that is not in the trash.
    ///
    /// # Errors
    /// The library can't be read.
    pub fn notebooks(&self) -> Result<Vec<NotebookNode>, Problem> {
        let library = self.library()?;
        let lines = library.store.notebooks().map_err(of_store)?;
        let live = lines.into_iter().filter(|line| !line.trashed);
        Ok(live
            .map(|line| NotebookNode {
                id: line.id,
                title: line.title,
                parent: line.parent,
                notes: line.notes,
            })
            .collect())
    }

    /// A page of notes.
    ///
    /// # Errors
    /// The library can't be read.
    pub fn notes(&self, query: &NoteQuery) -> Result<NotePage, Problem> {
        let filter = NoteFilter {
            notebook: query.notebook.clone(),
            trashed: query.trashed,
            words: query.words.clone(),
        };
        let library = self.library()?;
        let (total, lines) =
            library.store.notes(&filter, query.offset, query.limit.min(PAGE_LIMIT)).map_err(of_store)?;
        Ok(NotePage { total, notes: lines.into_iter().map(note_row).collect() })
    }

    /// One note, made safe to show.
    ///
    /// # Errors
    /// `not_found`; the library can't be read.
    pub fn note_preview(&self, id: &str, app: &str) -> Result<NotePreview, Problem> {
        let library = self.library()?;
        let store = &library.store;
        let missing = || Problem::new(Code::NotFound, "This note is no longer in the library.");
        let app: App = app.parse().map_err(|_| missing())?;
        let id = ItemId::new(id).map_err(|_| missing())?;
        let key = ItemKey { app, kind: Kind::Note, id };
        let note = store.item(&key).map_err(of_store)?.ok_or_else(missing)?;
        let body = show::body_of(store, &note)?;
        let id = note.key.id.as_str();
        let paths = paths(store).map_err(of_store)?;
        let notebooks = store.related_from(Kind::Notebook, Kind::Note, id).map_err(of_store)?;
        let tags = store.related_from(Kind::Tag, Kind::Note, id).map_err(of_store)?;
        let attachments = store.related_to(Kind::Note, id, Kind::Attachment).map_err(of_store)?;
        Ok(NotePreview {
            id: id.to_owned(),
            title: note.title.clone().unwrap_or_default(),
            locked: note.flags.locked || matches!(body, Some(Body::Locked)),
            html: match &body {
                Some(Body::Text { markup, text }) => Some(safe_html(*markup, text)),
                Some(Body::Locked) | None => None,
            },
            created: note.created.map(|time| time.0),
            edited: note.edited.map(|time| time.0),
            notebooks: notebooks.iter().filter_map(|id| paths.get(id).cloned()).collect(),
            tags: store.titles_of(Kind::Tag, &tags).map_err(of_store)?,
            attachments: store.titles_of(Kind::Attachment, &attachments).map_err(of_store)?,
        })
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
        let library = self.open_library()?;
        let record = library.blob_of_attachment(attachment).map_err(of_store)?.ok_or_else(no_bytes)?;
        job.enter(Stage::Writing, 0, record.size_bytes);
        let source = library.blobs.source(record);
        let loose = Loose::begin(self.scratch(), &self.world.machine, out).map_err(Problem::writing)?;
        let mut file = NewFile::create(out, &loose.origin, &loose.run).map_err(Problem::writing)?;
        let mut bytes =
            job.watch(source.open().map_err(|error| of_flow(backstop_model::FlowError::from_read(error)))?);
        let copied = copy_through(&mut bytes, &mut file).map_err(of_flow)?;
        file.sync().and_then(SyncedFile::commit).map_err(Problem::writing)?;
        Ok(copied)
    }
}

fn no_bytes() -> Problem {
    Problem::new(Code::NotFound, "The bytes of this attachment are not in the library.")
        .with_hint("They come with a restore of a backup that has its attachments.")
}

fn note_row(line: NoteLine) -> NoteRow {
    NoteRow {
        id: line.id,
        app: line.app.as_str().to_owned(),
        title: line.title,
        edited: line.edited_ms,
        trashed: line.flags.trashed,
        locked: line.flags.locked,
        favorite: line.flags.favorite,
        pinned: line.flags.pinned,
    }
}
