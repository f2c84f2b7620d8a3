//! Notes for people to look at: the same questions to the library and to an archive's stage.

use std::io::Read;

use backstop_formats::{Archive, Contents};
use backstop_model::{
    App, AttachmentHead, Body, FlowError, Item, ItemId, ItemKey, Job, Kind, Reader, Sink, Source,
};

use crate::api::{
    NoteAttachment, NotePage, NotePlace, NotePreview, NoteQuery, NoteRow, NotebookNode, Picture, Problem,
    of_store,
};
use crate::inspect::paths;
use crate::problem::Code;
use crate::show::{self, safe_html_with_pictures};
use crate::store::{AttachedLine, NoteFilter, NoteLine, Store};

/// The most notes of one page.
const PAGE_LIMIT: u32 = 500;
/// The largest picture that is shown: it is held in memory as a whole.
const PICTURE_BYTES: u64 = 32 * 1024 * 1024;
/// What a window may draw. No SVG: it can hold scripts and links.
const PICTURE_TYPES: [&str; 6] =
    ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"];

/// Every notebook that is not in the trash.
///
/// # Errors
/// The store can't be read.
pub(crate) fn notebooks(store: &Store) -> Result<Vec<NotebookNode>, Problem> {
    let lines = store.notebooks().map_err(of_store)?;
    let node = |line: crate::store::NotebookLine| NotebookNode {
        id: line.id,
        title: line.title,
        parent: line.parent,
        notes: line.notes,
    };
    Ok(lines.into_iter().filter(|line| !line.trashed).map(node).collect())
}

/// Where each note is.
///
/// # Errors
/// The store can't be read.
pub(crate) fn places(store: &Store) -> Result<Vec<NotePlace>, Problem> {
    let mut places: Vec<NotePlace> = Vec::new();
    let each = |id: String, notebook: Option<String>, trashed: bool| match places.last_mut() {
        Some(last) if last.id == id => last.notebooks.extend(notebook),
        _ => places.push(NotePlace { id, notebooks: notebook.into_iter().collect(), trashed }),
    };
    store.each_note_place(each).map_err(of_store)?;
    Ok(places)
}

/// A page of notes.
///
/// # Errors
/// The store can't be read.
pub(crate) fn notes(store: &Store, query: &NoteQuery) -> Result<NotePage, Problem> {
    let filter =
        NoteFilter { notebook: query.notebook.clone(), trashed: query.trashed, words: query.words.clone() };
    let (total, lines) = store.notes(&filter, query.offset, query.limit.min(PAGE_LIMIT)).map_err(of_store)?;
    Ok(NotePage { total, notes: lines.into_iter().map(note_row).collect() })
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

/// One note, made safe to show.
///
/// # Errors
/// `not_found`; the store can't be read.
pub(crate) fn preview(store: &Store, id: &str, app: &str) -> Result<NotePreview, Problem> {
    let missing = || Problem::new(Code::NotFound, "This note is no longer there.");
    let app: App = app.parse().map_err(|_| missing())?;
    let id = ItemId::new(id).map_err(|_| missing())?;
    let key = ItemKey { app, kind: Kind::Note, id };
    let note = store.item(&key).map_err(of_store)?.ok_or_else(missing)?;
    let body = show::body_of(store, &note)?;
    let id = note.key.id.as_str();
    let paths = paths(store).map_err(of_store)?;
    let notebooks = store.related_from(Kind::Notebook, Kind::Note, id).map_err(of_store)?;
    let tags = store.related_from(Kind::Tag, Kind::Note, id).map_err(of_store)?;
    let attachments = store.attachments_of(id).map_err(of_store)?;
    Ok(NotePreview {
        id: id.to_owned(),
        title: note.title.clone().unwrap_or_default(),
        locked: note.flags.locked || matches!(body, Some(Body::Locked)),
        html: match &body {
            Some(Body::Text { markup, text }) => Some(safe_html_with_pictures(*markup, text)),
            Some(Body::Locked) | None => None,
        },
        created: note.created.map(|time| time.0),
        edited: note.edited.map(|time| time.0),
        notebooks: notebooks.iter().filter_map(|id| paths.get(id).cloned()).collect(),
        tags: store.titles_of(Kind::Tag, &tags).map_err(of_store)?,
        attachments: attachments.into_iter().map(note_attachment).collect(),
    })
}

fn note_attachment(line: AttachedLine) -> NoteAttachment {
    NoteAttachment { id: line.id, name: line.name, mime: line.mime, bytes: line.size_bytes, here: line.here }
}

/// The attachment with this id or hash.
///
/// # Errors
/// `not_found` if there is none or its bytes are not there; the store can't be read.
pub(crate) fn attachment(store: &Store, id_or_hash: &str) -> Result<AttachedLine, Problem> {
    let line = store.attachment(id_or_hash).map_err(of_store)?.filter(|line| line.here);
    line.ok_or_else(not_here)
}

/// The bytes of an attachment are not where they were looked for.
pub(crate) fn not_here() -> Problem {
    Problem::new(Code::NotFound, "The file of this attachment is not here: only its name is.")
        .with_hint("A backup with attachments has it.")
}

/// The type under which the picture with this hash is drawn.
///
/// # Errors
/// `not_found` for what is no picture, or is too large to be shown.
pub(crate) fn picture_type(line: &AttachedLine) -> Result<&'static str, Problem> {
    let known = PICTURE_TYPES.into_iter().find(|known| line.mime.eq_ignore_ascii_case(known));
    known.filter(|_| line.size_bytes <= PICTURE_BYTES).ok_or_else(|| Problem::of(Code::NotFound))
}

/// A picture out of its bytes; stops reading where no picture may be larger.
///
/// # Errors
/// [`FlowError`] of the bytes.
pub(crate) fn picture(mime: &'static str, bytes: &mut dyn Read) -> Result<Picture, FlowError> {
    let mut held = Vec::new();
    bytes.take(PICTURE_BYTES + 1).read_to_end(&mut held).map_err(FlowError::from_read)?;
    let fits = u64::try_from(held.len()).is_ok_and(|length| length <= PICTURE_BYTES);
    if fits {
        Ok(Picture { mime, bytes: held })
    } else {
        Err(FlowError::Sink("the picture is too large".into()))
    }
}

/// Finds one attachment in an archive, by any of its names (the id of its row, its hash), and hands its
/// bytes to `take`, once. Goes by the index where there is one, and reads no further than it must.
///
/// `None` if the archive does not hold the bytes.
///
/// # Errors
/// What keeps the archive from being read that far; what `take` meets.
pub(crate) fn pluck<T>(
    archive: &mut dyn Archive,
    wanted: &[&str],
    take: &mut dyn FnMut(&mut dyn Read) -> Result<T, FlowError>,
    job: &Job,
) -> Result<Option<T>, FlowError> {
    let mut plucking = Plucking { wanted, take, begun: false, taken: None, job };
    if let Some(contents) = archive.contents() {
        for name in wanted {
            let read = contents.attachment(name, &mut plucking, job).map(drop);
            match plucking.ended(read) {
                // An index is a shortcut: where it fails, reading from the start may not.
                Ok(None) => {}
                Err(FlowError::Archive(_)) if !plucking.begun => {}
                found => return found,
            }
        }
    }
    let read = archive.read_into(&mut plucking, job);
    plucking.ended(read)
}

struct Plucking<'a, T> {
    wanted: &'a [&'a str],
    take: &'a mut dyn FnMut(&mut dyn Read) -> Result<T, FlowError>,
    /// Whether the attachment was found: from then on its damage is the answer.
    begun: bool,
    taken: Option<T>,
    job: &'a Job,
}

impl<T> Plucking<'_, T> {
    fn ended(&mut self, read: Result<(), FlowError>) -> Result<Option<T>, FlowError> {
        match read {
            Err(FlowError::Sink(inner)) if inner.is::<Enough>() => Ok(self.taken.take()),
            other => other.map(|()| self.taken.take()),
        }
    }
}

impl<T> Sink for Plucking<'_, T> {
    fn item(&mut self, _: Item) -> Result<(), FlowError> {
        self.job.check()
    }

    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        let hash = head.hash.as_ref().map(|hash| hash.hex.as_str());
        if !self.wanted.iter().any(|name| *name == head.id.as_str() || Some(*name) == hash) {
            return Ok(());
        }
        self.begun = true;
        let mut bytes = body.open().map_err(FlowError::from_read)?;
        self.taken = Some((self.take)(&mut bytes)?);
        Err(FlowError::Sink(Box::new(Enough)))
    }

    /// Damage elsewhere does not keep this attachment from being read.
    fn finding(&mut self, _: backstop_model::Finding) -> Result<(), FlowError> {
        Ok(())
    }
}

/// One item of an archive, with what belongs to it.
pub(crate) struct Alone<'a> {
    /// Where it is looked for.
    pub(crate) contents: &'a dyn Contents,
    /// Its id.
    pub(crate) id: &'a str,
}

impl Reader for Alone<'_> {
    fn read_into(&mut self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        self.contents.items(&|item| item.id == self.id || item.owner == Some(self.id), sink, job)
    }
}

/// What was looked for is found: the rest need not be read.
#[derive(Debug, thiserror::Error)]
#[error("found")]
struct Enough;
