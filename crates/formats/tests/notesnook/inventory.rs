//! What the real Notesnook core found in a file, against what our reader finds in it.

use std::collections::{BTreeMap, BTreeSet};

use backstop_model::{Body, Item, Kind, TimeMs};
use backstop_testkit::{CollectingSink, fixture};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Stands in an expectation for what is different in every restore.
const ANY: &str = "$any";

/// The expectation beside a fixture.
pub(crate) fn expected(file: &str) -> Value {
    let path = fixture(&format!("notesnook/{file}.expect.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn row(item: &Item) -> Value {
    serde_json::from_str(&item.native.json).unwrap()
}

fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn ms(time: Option<TimeMs>) -> Value {
    json!(time.map(|time| time.0))
}

fn sorted(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort();
    texts
}

/// One end of a relation.
type End<'a> = (Kind, &'a str);

/// The items of one reading, by what the expectations ask.
struct Found<'a> {
    sink: &'a CollectingSink,
    by_id: BTreeMap<(Kind, &'a str), &'a Item>,
    links: Vec<(End<'a>, End<'a>)>,
}

impl<'a> Found<'a> {
    fn of(sink: &'a CollectingSink) -> Self {
        let by_id = sink.items.iter().map(|item| ((item.key.kind, item.key.id.as_str()), item)).collect();
        let links = sink.items.iter().flat_map(|item| &item.relations);
        let links = links.map(|l| ((l.from.kind, l.from.id.as_str()), (l.to.kind, l.to.id.as_str())));
        Self { sink, by_id, links: links.collect() }
    }

    fn sources(&self, kind: Kind, to: &str) -> Vec<&'a Item> {
        let linked = self.links.iter().filter(|(from, end)| from.0 == kind && end.1 == to);
        linked.filter_map(|(from, _)| self.by_id.get(from).copied()).collect()
    }

    fn targets(&self, from: &str, kind: Kind) -> Vec<String> {
        let linked = self.links.iter().filter(|(start, end)| start.1 == from && end.0 == kind);
        linked.filter(|(_, end)| self.by_id.contains_key(end)).map(|(_, end)| end.1.to_owned()).collect()
    }

    fn path(&self, notebook: &Item) -> String {
        let title = notebook.title.clone().unwrap_or_default();
        match self.sources(Kind::Notebook, notebook.key.id.as_str()).first() {
            Some(parent) => format!("{} / {title}", self.path(parent)),
            None => title,
        }
    }

    fn note(&self, note: &Item) -> Value {
        let id = note.key.id.as_str();
        let native = row(note);
        let colors = self.sources(Kind::Color, id).into_iter().map(|color| {
            format!("{} {}", color.title.clone().unwrap(), row(color)["colorCode"].as_str().unwrap())
        });
        let files = self.targets(id, Kind::Attachment).into_iter().map(|file| {
            self.by_id[&(Kind::Attachment, file.as_str())].attachment.clone().unwrap().hash.unwrap().hex
        });
        json!({
            "id": id,
            "title": note.title,
            "state": if note.flags.trashed { "trash" } else { "note" },
            "headline": native["headline"],
            "flags": {
                "pinned": note.flags.pinned, "favorite": note.flags.favorite, "readonly": note.flags.readonly,
                "archived": note.flags.archived, "localOnly": note.flags.local_only,
                "conflicted": note.flags.conflicted, "isGeneratedTitle": native["isGeneratedTitle"],
                "spellcheck": native["spellcheck"],
            },
            "locked": self.body(id).is_some_and(|body| body.flags.locked),
            "dateCreated": ms(note.created),
            "dateEdited": ms(note.edited),
            "dateModified": ms(note.modified),
            "dateDeleted": native["dateDeleted"],
            "deletedBy": native["deletedBy"],
            "notebooks": sorted(self.sources(Kind::Notebook, id).into_iter().map(|book| self.path(book))),
            "tags": sorted(self.sources(Kind::Tag, id).into_iter().map(|tag| tag.title.clone().unwrap())),
            "colors": sorted(colors),
            "linksTo": sorted(self.targets(id, Kind::Note)),
            "reminders": sorted(self.targets(id, Kind::Reminder)),
            "attachments": sorted(files),
            "content": self.content(note, &native),
            "history": self.history(id),
        })
    }

    fn body(&self, note: &str) -> Option<&'a Item> {
        let owned = |body: &&Item| body.owner.as_ref().is_some_and(|owner| owner.as_str() == note);
        self.sink.of_kind(Kind::Body).find(owned)
    }

    fn content(&self, note: &Item, native: &Value) -> Value {
        let Some(body) = self.body(note.key.id.as_str()) else { return Value::Null };
        let mut content = json!({
            "id": body.key.id.as_str(),
            "type": row(body)["type"],
            "locked": body.flags.locked,
            "idMatches": native["contentId"] == json!(body.key.id.as_str()),
        });
        if let Some(Body::Text { text, .. }) = &body.body {
            content["htmlSha256"] = json!(sha256_hex(text.as_bytes()));
            content["htmlLength"] = json!(text.encode_utf16().count());
        }
        content
    }

    fn history(&self, note: &str) -> Value {
        let of = |item: &&Item, owner: &str| item.owner.as_ref().unwrap().as_str() == owner;
        let sessions = self.sink.of_kind(Kind::Revision).filter(|revision| of(revision, note));
        let list = sessions.map(|revision| {
            let id = revision.key.id.as_str();
            let content = self.sink.of_kind(Kind::RevisionBody).find(|body| of(body, id)).unwrap();
            // The history of a note without a body has revisions without one; older ones are kept packed.
            let text = match &content.body {
                Some(Body::Text { .. }) if row(content)["compressed"] == true => {
                    Some(sha256_hex(row(content)["data"].as_str().unwrap().as_bytes()))
                }
                Some(Body::Text { text, .. }) => Some(sha256_hex(text.as_bytes())),
                Some(Body::Locked) => panic!("Notesnook clears the history of a note when it locks it"),
                None => None,
            };
            let entry = json!({
                "id": id, "dateModified": ms(revision.modified), "locked": revision.flags.locked,
                "title": content.title, "contentType": row(content)["contentType"],
                "dataSha256": text,
            });
            (id.to_owned(), entry)
        });
        Value::Array(list.collect::<BTreeMap<_, _>>().into_values().collect())
    }
}

/// Compares every field of `ours` with the same field of `theirs`.
fn assert_within(ours: &Value, theirs: &Value, place: &str) {
    match ours {
        Value::Object(fields) => {
            for (name, value) in fields {
                assert_within(value, &theirs[name], &format!("{place}.{name}"));
            }
        }
        _ if theirs == ANY => {}
        _ => assert_eq!(ours, &normal(theirs), "{place}"),
    }
}

/// Lists come in an order of the core's own.
fn normal(value: &Value) -> Value {
    match value {
        Value::Array(list) if list.iter().all(Value::is_string) => {
            json!(sorted(list.iter().map(|text| text.as_str().unwrap().to_owned())))
        }
        Value::Array(list) => {
            let mut list = list.clone();
            list.sort_by_key(|entry| entry["id"].as_str().map(str::to_owned));
            Value::Array(list)
        }
        other => other.clone(),
    }
}

/// Every note, and all that belongs to it.
pub(crate) fn compare_notes(sink: &CollectingSink, expected: &Value, name: &str) {
    let found = Found::of(sink);
    let notes = expected["notes"].as_array().unwrap();
    assert_eq!(sink.of_kind(Kind::Note).count(), notes.len(), "{name}");
    for theirs in notes {
        let id = theirs["id"].as_str().unwrap();
        assert_within(&found.note(found.by_id[&(Kind::Note, id)]), theirs, &format!("{name} {id}"));
    }
}

/// How many there are of each kind.
pub(crate) fn compare_counts(sink: &CollectingSink, expected: &Value, name: &str) {
    let count = |kind| sink.of_kind(kind).filter(|item| !item.flags.trashed).count();
    let trashed = |kind| sink.of_kind(kind).filter(|item| item.flags.trashed).count();
    let ours = json!({
        "notes": count(Kind::Note), "notesTrashed": trashed(Kind::Note),
        "notesArchived": sink.of_kind(Kind::Note).filter(|note| note.flags.archived).count(),
        "notebooks": count(Kind::Notebook), "notebooksTrashed": trashed(Kind::Notebook),
        "content": count(Kind::Body), "tags": count(Kind::Tag), "colors": count(Kind::Color),
        "attachments": count(Kind::Attachment), "relations": count(Kind::Relation),
        "reminders": count(Kind::Reminder), "shortcuts": count(Kind::Shortcut), "vaults": count(Kind::Vault),
        "settings": count(Kind::Setting), "notehistory": count(Kind::Revision),
        "sessioncontent": count(Kind::RevisionBody),
    });
    assert_eq!(ours, expected["counts"], "{name}");
}

/// Notebooks, tags, colours, reminders, shortcuts, vaults, and the names of the settings.
pub(crate) fn compare_rest(sink: &CollectingSink, expected: &Value, name: &str) {
    let found = Found::of(sink);
    for theirs in expected["notebooks"].as_array().unwrap() {
        let book = found.by_id[&(Kind::Notebook, theirs["id"].as_str().unwrap())];
        let ours = json!({
            "path": found.path(book), "description": row(book)["description"], "pinned": book.flags.pinned,
            "state": if book.flags.trashed { "trash" } else { "notebook" },
            "dateCreated": ms(book.created), "dateEdited": ms(book.edited),
        });
        assert_within(&ours, theirs, &format!("{name} notebook"));
    }
    for (list, kind) in [
        ("tags", Kind::Tag),
        ("colors", Kind::Color),
        ("reminders", Kind::Reminder),
        ("shortcuts", Kind::Shortcut),
        ("vaults", Kind::Vault),
    ] {
        for theirs in expected[list].as_array().unwrap() {
            let native = row(found.by_id[&(kind, theirs["id"].as_str().unwrap())]);
            for (field, value) in theirs.as_object().unwrap().iter().filter(|(_, value)| *value != ANY) {
                assert_eq!(&native[field], value, "{name} {list} {field}");
            }
        }
    }
    let settings = expected["settings"].as_array().unwrap().iter();
    let theirs: BTreeSet<&str> = settings.filter_map(|setting| setting["key"].as_str()).collect();
    let ours: BTreeSet<&str> = sink.of_kind(Kind::Setting).filter_map(|item| item.title.as_deref()).collect();
    assert_eq!(ours, theirs, "{name}");
}

/// The rows of the attachments, and their bytes if the file has them.
pub(crate) fn compare_attachments(sink: &CollectingSink, expected: &Value, full: bool, name: &str) {
    for theirs in expected["attachments"].as_array().unwrap() {
        let mut heads = sink.of_kind(Kind::Attachment).filter_map(|item| item.attachment.clone());
        let head = heads.find(|head| json!(head.hash.as_ref().unwrap().hex) == theirs["hash"]).unwrap();
        let ours = json!({ "filename": head.name, "mimeType": head.mime, "size": head.size_bytes });
        assert_within(&ours, theirs, &format!("{name} attachment"));
        if full {
            let bytes = &sink.attachments.iter().find(|stored| stored.head == head).unwrap().bytes;
            assert_eq!(json!(sha256_hex(bytes)), theirs["sha256"], "{name} {}", head.name);
        }
    }
}
