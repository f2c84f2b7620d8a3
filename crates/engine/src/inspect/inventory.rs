//! What is in an archive, part by part.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use backstop_formats::Archive;
use backstop_model::{ArchiveHead, Finding, Flags, FlowError, Job, Kind, Severity};
use rusqlite::Row;
use serde::ser::{Error as _, SerializeSeq as _, SerializeStruct as _};
use serde::{Serialize, Serializer};

use crate::api::{Recovery, Warning};
use crate::stage::{Bytes, Keep, Reading, Stage, Tolerance};
use crate::store::{Store, StoreError, kind_code};
use crate::time::rfc3339;

/// Everything there is to say about an archive without showing its notes.
pub struct Inventory {
    head: ArchiveHead,
    stage: Stage,
    notebook_paths: BTreeMap<String, String>,
    /// How much of a damaged archive is whole.
    pub recovery: Option<Recovery>,
}

/// Reads an archive through and lists what is in it, whatever else is damaged.
///
/// # Errors
/// Only what keeps the whole archive from being read.
pub fn inventory(archive: &mut dyn Archive, scratch: &Path, job: &Job) -> Result<Inventory, FlowError> {
    let how = Reading { keep: Keep::Heads, tolerance: Tolerance::List, bytes: Bytes::Digest };
    let stage = Stage::fill(scratch, archive, how, job)?;
    let notebook_paths = paths(&stage.store)?;
    Ok(Inventory { head: archive.head().clone(), stage, notebook_paths, recovery: None })
}

impl Inventory {
    /// Whether any part could not be read.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.stage.findings().iter().any(|finding| finding.severity == Severity::Damage)
    }

    /// Whether anything at all was odd.
    #[must_use]
    pub fn has_warnings(&self) -> bool {
        !self.stage.findings().is_empty()
    }

    /// Whether no item came out whole; a key that opens nothing does not count.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stage.holds_nothing()
    }

    pub(crate) fn findings(&self) -> &[Finding] {
        self.stage.findings()
    }

    /// Notes and attachments with bytes that came out.
    pub(crate) fn whole(&self) -> Result<(u64, u64), StoreError> {
        Ok((self.count(Kind::Note)?, self.stage.store.attachments_here()?))
    }

    /// What was odd or damaged.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.stage.findings().iter().map(Warning::of).collect()
    }

    /// What the archive says of itself.
    #[must_use]
    pub fn head(&self) -> &ArchiveHead {
        &self.head
    }

    /// Items of one kind.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        self.stage.store.count(&format!("kind = {}", kind_code(kind)))
    }

    /// Hands kind, id and title of every notebook, tag, note and attachment to `each`, in that order.
    ///
    /// # Errors
    /// What reading them meets, and what `each` says.
    pub fn each_title(&self, each: &mut dyn FnMut(&str, &str, &str) -> io::Result<()>) -> io::Result<()> {
        for kind in [Kind::Notebook, Kind::Tag, Kind::Note, Kind::Attachment] {
            let failed = |error: rusqlite::Error| io::Error::other(error);
            let mut query = self
                .stage
                .store
                .db
                .prepare("SELECT id, title FROM items WHERE kind = ?1 ORDER BY created_ms, id")
                .map_err(failed)?;
            let mut rows = query.query([kind_code(kind)]).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let id: String = row.get(0).map_err(failed)?;
                let title: Option<String> = row.get(1).map_err(failed)?;
                each(kind.as_str(), &id, title.as_deref().unwrap_or_default())?;
            }
        }
        Ok(())
    }

    /// Items of each kind, by its name in the plural.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn counts(&self) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        let plain = [
            ("notes", Kind::Note),
            ("notebooks", Kind::Notebook),
            ("tags", Kind::Tag),
            ("colors", Kind::Color),
            ("attachments", Kind::Attachment),
            ("revisions", Kind::Revision),
            ("reminders", Kind::Reminder),
            ("relations", Kind::Relation),
            ("shortcuts", Kind::Shortcut),
            ("settings", Kind::Setting),
            ("vaults", Kind::Vault),
        ];
        let mut counts = BTreeMap::new();
        for (name, kind) in plain {
            counts.insert(name, self.count(kind)?);
        }
        let trash =
            format!("kind IN ({}, {}) AND flags & 1 = 1", kind_code(Kind::Note), kind_code(Kind::Notebook));
        counts.insert("trash", self.stage.store.count(&trash)?);
        Ok(counts)
    }
}

impl Serialize for Inventory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Inventory", 13)?;
        object.serialize_field("format", &self.head.format)?;
        object.serialize_field("format_version", &self.head.format_version)?;
        object.serialize_field("encrypted", &self.head.encrypted)?;
        object.serialize_field("attachments_included", &self.head.attachments_included)?;
        object.serialize_field("created", &self.head.created.map(|time| rfc3339(time.0)))?;
        object.serialize_field("app", self.head.app.as_str())?;
        object.serialize_field("counts", &self.counts().map_err(S::Error::custom)?)?;
        object.serialize_field("notebooks", &self.list(Kind::Notebook, Self::notebook))?;
        object.serialize_field("tags", &self.list(Kind::Tag, Self::tag))?;
        object.serialize_field("notes", &self.list(Kind::Note, Self::note))?;
        object.serialize_field("attachments", &self.list(Kind::Attachment, Self::attachment))?;
        object.serialize_field("recovery", &self.recovery)?;
        object.serialize_field("warnings", &self.warnings())?;
        object.end()
    }
}

/// A list that is read from the stage while it is written out.
struct List<'a, T> {
    inventory: &'a Inventory,
    kind: Kind,
    entry: fn(&Inventory, &Row<'_>) -> Result<T, StoreError>,
}

impl<T: Serialize> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        let mut query = self
            .inventory
            .stage
            .store
            .db
            .prepare(
                "SELECT rowid, id, title, flags, created_ms, edited_ms, text_sha256, app FROM items
                 WHERE kind = ?1 ORDER BY created_ms, id",
            )
            .map_err(S::Error::custom)?;
        let mut rows = query.query([kind_code(self.kind)]).map_err(S::Error::custom)?;
        while let Some(row) = rows.next().map_err(S::Error::custom)? {
            sequence.serialize_element(&(self.entry)(self.inventory, row).map_err(S::Error::custom)?)?;
        }
        sequence.end()
    }
}

#[derive(Serialize)]
struct NotebookEntry {
    id: String,
    title: String,
    parent: Option<String>,
    trashed: bool,
}

#[derive(Serialize)]
struct TagEntry {
    id: String,
    title: String,
}

#[derive(Serialize)]
struct NoteEntry {
    id: String,
    title: String,
    notebooks: Vec<String>,
    tags: Vec<String>,
    colors: Vec<String>,
    created: Option<String>,
    modified: Option<String>,
    markup: &'static str,
    text_sha256: Option<String>,
    /// Always null for Notesnook, whose notes are no to-dos.
    todo: Option<()>,
    #[serde(flatten)]
    flags: Flags,
    attachments: Vec<String>,
    links: Vec<String>,
    revisions: u64,
}

#[derive(Serialize)]
struct AttachmentEntry {
    id: String,
    name: String,
    mime: String,
    size: i64,
    sha256: Option<String>,
    present: bool,
    hash: Option<String>,
}

impl Inventory {
    fn list<T>(&self, kind: Kind, entry: fn(&Self, &Row<'_>) -> Result<T, StoreError>) -> List<'_, T> {
        List { inventory: self, kind, entry }
    }

    fn notebook(&self, row: &Row<'_>) -> Result<NotebookEntry, StoreError> {
        let id: String = row.get(1)?;
        let parents = self.stage.store.related_from(Kind::Notebook, Kind::Notebook, &id)?;
        Ok(NotebookEntry {
            parent: parents.into_iter().next(),
            title: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            trashed: Flags::from_bits(row.get(3)?).trashed,
            id,
        })
    }

    fn tag(&self, row: &Row<'_>) -> Result<TagEntry, StoreError> {
        Ok(TagEntry { id: row.get(1)?, title: row.get::<_, Option<String>>(2)?.unwrap_or_default() })
    }

    fn note(&self, row: &Row<'_>) -> Result<NoteEntry, StoreError> {
        let store = &self.stage.store;
        let id: String = row.get(1)?;
        let own_text: Option<Vec<u8>> = row.get(6)?;
        let body = store.body_head(&id)?;
        let notebooks = store.related_from(Kind::Notebook, Kind::Note, &id)?;
        let mut flags = Flags::from_bits(row.get(3)?);
        flags.locked |= body.as_ref().is_some_and(|body| body.locked);
        Ok(NoteEntry {
            title: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            notebooks: notebooks.iter().filter_map(|id| self.notebook_paths.get(id).cloned()).collect(),
            tags: store.titles_of(Kind::Tag, &store.related_from(Kind::Tag, Kind::Note, &id)?)?,
            colors: store.titles_of(Kind::Color, &store.related_from(Kind::Color, Kind::Note, &id)?)?,
            created: row.get::<_, Option<i64>>(4)?.map(rfc3339),
            modified: row.get::<_, Option<i64>>(5)?.map(rfc3339),
            markup: "html",
            text_sha256: own_text.or(body.and_then(|body| body.text_sha256)).map(|bytes| hex(&bytes)),
            todo: None,
            flags,
            attachments: store.related_to(Kind::Note, &id, Kind::Attachment)?,
            links: store.related_to(Kind::Note, &id, Kind::Note)?,
            revisions: store.revisions_of(&id)?,
            id,
        })
    }

    fn attachment(&self, row: &Row<'_>) -> Result<AttachmentEntry, StoreError> {
        let found = self.stage.store.attachment_head(row.get(0)?)?;
        let sha256 = found.sha256.filter(|bytes| !bytes.is_empty());
        Ok(AttachmentEntry {
            id: row.get(1)?,
            name: found.name,
            mime: found.mime,
            size: found.size_bytes,
            present: sha256.is_some(),
            sha256: sha256.map(|bytes| hex(&bytes)),
            hash: found.hash,
        })
    }
}

/// The path of every notebook, as `Work/Plans`. A circle of parents is cut where it closes.
pub(crate) fn paths(store: &Store) -> Result<BTreeMap<String, String>, StoreError> {
    let lines = store.notebooks()?;
    let by_id: BTreeMap<&str, _> = lines.iter().map(|line| (line.id.as_str(), line)).collect();
    let mut paths = BTreeMap::new();
    for line in &lines {
        let mut titles = vec![line.title.as_str()];
        let mut seen = vec![line.id.as_str()];
        let mut parent = line.parent.as_deref();
        while let Some(above) = parent.and_then(|id| by_id.get(id)) {
            if seen.contains(&above.id.as_str()) {
                break;
            }
            seen.push(&above.id);
            titles.push(&above.title);
            parent = above.parent.as_deref();
        }
        titles.reverse();
        paths.insert(line.id.clone(), titles.join("/"));
    }
    Ok(paths)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
