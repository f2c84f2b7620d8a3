//! Backstop's own rows in a Notesnook archive: `{"id":…,"type":"x-backstop","v":1,"kind":…}`.
//!
//! Notesnook passes over types it does not know, so these rows travel with the others, are covered
//! by their hash and encrypted with them. Kinds: `begin` and `end` frame an archive of ours, `row`
//! carries a Notesnook row that can't stand among Notesnook's own, `item` an item of another app,
//! `attachments_key` a key that is not in the key file. FORMAT.md lists their fields.

use std::borrow::Cow;
use std::collections::BTreeMap;

use backstop_model::{
    App, AttachmentHead, Body, Flags, Item, ItemId, ItemKey, Kind, Markup, Native, Ref, Relation, TimeMs,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::attachments::AttachmentsKey;
use super::map::item_of;
use super::wire::{OWN_TYPE, Row};
use crate::bounded;
pub(crate) use crate::interpret::bare_item;
use crate::interpret::shown_title;

/// The version of these rows.
const OWN_VERSION: i64 = 1;

/// The first row of an archive that Backstop wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Begin {
    /// The archive's random id.
    pub(crate) archive: String,
    /// Whether a row `end` closes it.
    pub(crate) expects_end: bool,
    /// Whether all its chunks are encrypted.
    pub(crate) encrypted: bool,
    /// Program and version, as `Backstop 0.1.0`.
    pub(crate) created_by: String,
}

/// The last row of an archive that Backstop wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    /// As in [`Begin`].
    pub(crate) archive: String,
    /// How many rows of each type the archive holds, these two rows not counted.
    #[serde(deserialize_with = "bounded::map")]
    pub(crate) counts: BTreeMap<String, u64>,
    /// The MD5 of every chunk before the one that holds this row, from number 0.
    #[serde(deserialize_with = "bounded::list")]
    pub(crate) chunks: Vec<String>,
    /// Every attachment whose bytes are in the archive.
    #[serde(deserialize_with = "bounded::list")]
    pub(crate) attachments: Vec<EndAttachment>,
}

/// The plain bytes of one attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndAttachment {
    /// Its name below `attachments/`.
    pub(crate) entry: String,
    /// Size of its plain bytes.
    pub(crate) size: u64,
    /// SHA-256 of its plain bytes, 64 lower-case hex digits.
    pub(crate) sha256: String,
}

/// A row of ours, read.
#[derive(Debug)]
pub(crate) enum Own {
    Begin(Begin),
    End(End),
    /// Something that travelled in a carrier.
    Item(Box<Item>),
    /// A key that travelled in a carrier.
    Key(AttachmentsKey),
    /// A carrier whose content is not what its kind promises.
    Broken,
}

/// Reads a row of type [`OWN_TYPE`].
pub(crate) fn read(json: &str, row: &Row<'_>) -> Own {
    let known = row.number("v") == Some(OWN_VERSION);
    let read = match row.text("kind").as_deref().filter(|_| known) {
        Some("begin") => serde_json::from_str(json).ok().map(Own::Begin),
        Some("end") => serde_json::from_str(json).ok().map(Own::End),
        Some("row") => {
            row.object("row").and_then(|row| item_of(row).ok()).map(|item| Own::Item(Box::new(item)))
        }
        Some("item") => row.object("item").and_then(read_item).map(|item| Own::Item(Box::new(item))),
        Some("attachments_key") => AttachmentsKey::parse(json).map(Own::Key),
        // A newer Backstop's: kept as it is.
        _ => unknown(json, row).map(|item| Own::Item(Box::new(item))),
    };
    read.unwrap_or(Own::Broken)
}

fn unknown(json: &str, row: &Row<'_>) -> Option<Item> {
    let key = ItemKey { app: App::Backstop, kind: Kind::Opaque, id: ItemId::new(row.text("id")?).ok()? };
    Some(bare_item(key, Native { version: "x-backstop".to_owned(), json: json.to_owned() }))
}

/// An item of another app, with everything that only its own reader could read from its row.
#[derive(Serialize, Deserialize)]
struct Carried<'json> {
    app: App,
    kind: Kind,
    id: ItemId,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<TimeMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited: Option<TimeMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<TimeMs>,
    flags: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<ItemId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<CarriedBody>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    relations: Vec<[Ref; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<AttachmentHead>,
    version: String,
    native: Cow<'json, RawValue>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CarriedBody {
    Text { markup: Markup, text: String },
    Locked,
}

fn read_item(json: &str) -> Option<Item> {
    let carried: Carried<'_> = serde_json::from_str(json).ok()?;
    let body = carried.body.map(|body| match body {
        CarriedBody::Text { markup, text } => Body::Text { markup, text },
        CarriedBody::Locked => Body::Locked,
    });
    Some(Item {
        key: ItemKey { app: carried.app, kind: carried.kind, id: carried.id },
        title: carried.title.map(|title| shown_title(title.into())),
        created: carried.created,
        edited: carried.edited,
        modified: carried.modified,
        flags: Flags::from_bits(carried.flags),
        owner: carried.owner,
        body,
        relations: carried.relations.into_iter().map(|[from, to]| Relation { from, to }).collect(),
        attachment: carried.attachment,
        native: Native { version: carried.version, json: carried.native.get().to_owned() },
    })
}

/// Writes our rows; their ids are the archive's id and a number.
#[derive(Debug)]
pub(crate) struct OwnRows {
    archive: String,
    next: u64,
}

#[derive(Serialize)]
struct Framed<'a, T: Serialize> {
    id: String,
    r#type: &'static str,
    v: i64,
    kind: &'a str,
    #[serde(flatten)]
    content: T,
}

impl OwnRows {
    pub(crate) fn new(archive: &str) -> Self {
        Self { archive: archive.to_owned(), next: 0 }
    }

    pub(crate) fn begin(&mut self, begin: &Begin) -> serde_json::Result<String> {
        self.framed("begin", begin)
    }

    pub(crate) fn end(&mut self, end: &End) -> serde_json::Result<String> {
        self.framed("end", end)
    }

    /// A Notesnook row that can't stand among the others.
    pub(crate) fn row(&mut self, json: &str) -> serde_json::Result<String> {
        self.with_raw("row", json)
    }

    pub(crate) fn key(&mut self, key: &AttachmentsKey) -> serde_json::Result<String> {
        let json = key.expose_json();
        let mut row = self.framed("attachments_key", serde_json::Map::new())?;
        // The key's JSON is an object of two fields; the frame gets them before it closes.
        row.pop();
        row.push(',');
        row.push_str(json.trim_start_matches('{'));
        Ok(row)
    }

    /// An item of any app.
    pub(crate) fn item(&mut self, item: &Item) -> serde_json::Result<String> {
        let native: &RawValue = serde_json::from_str(&item.native.json)?;
        let body = item.body.as_ref().map(|body| match body {
            Body::Text { markup, text } => CarriedBody::Text { markup: *markup, text: text.clone() },
            Body::Locked => CarriedBody::Locked,
        });
        let carried = Carried {
            app: item.key.app,
            kind: item.key.kind,
            id: item.key.id.clone(),
            title: item.title.clone(),
            created: item.created,
            edited: item.edited,
            modified: item.modified,
            flags: item.flags.to_bits(),
            owner: item.owner.clone(),
            body,
            relations: item.relations.iter().map(|link| [link.from.clone(), link.to.clone()]).collect(),
            attachment: item.attachment.clone(),
            version: item.native.version.clone(),
            native: Cow::Borrowed(native),
        };
        let carried = serde_json::to_string(&carried)?;
        self.with_raw("item", &carried)
    }

    /// A row with one field named like its kind, whose JSON text goes in as it is.
    fn with_raw(&mut self, kind: &str, json: &str) -> serde_json::Result<String> {
        let mut row = self.framed(kind, serde_json::Map::new())?;
        row.pop();
        row.reserve(json.len() + kind.len() + 5);
        row.push_str(&format!(",\"{kind}\":"));
        row.push_str(json);
        row.push('}');
        Ok(row)
    }

    fn framed<T: Serialize>(&mut self, kind: &str, content: T) -> serde_json::Result<String> {
        let id = format!("{}-{}", self.archive, self.next);
        self.next += 1;
        serde_json::to_string(&Framed { id, r#type: OWN_TYPE, v: OWN_VERSION, kind, content })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reread(json: &str) -> Own {
        read(json, &Row::parse(json).expect("a row"))
    }

    #[test]
    fn the_frame_comes_back() {
        let mut rows = OwnRows::new("arch");
        let begin = Begin {
            archive: "arch".into(),
            expects_end: true,
            encrypted: false,
            created_by: "Backstop 0.1.0".into(),
        };
        let json = rows.begin(&begin).expect("JSON");
        assert!(json.starts_with(r#"{"id":"arch-0","type":"x-backstop","v":1,"kind":"begin","#), "{json}");
        assert!(matches!(reread(&json), Own::Begin(read) if read == begin));
        let attachment = EndAttachment { entry: "ab".into(), size: 3, sha256: "00".into() };
        let end = End {
            archive: "arch".into(),
            counts: BTreeMap::from([("note".to_owned(), 2)]),
            chunks: vec!["m".into()],
            attachments: vec![attachment],
        };
        let json = rows.end(&end).expect("JSON");
        assert!(matches!(reread(&json), Own::End(read) if read == end));
    }

    #[test]
    fn what_is_carried_comes_back_as_it_was() {
        let mut rows = OwnRows::new("arch");
        let odd = r#"{"id":"x","type":"future",  "n":1.50,"s":"\u00e9"}"#;
        let json = rows.row(odd).expect("JSON");
        assert!(matches!(reread(&json), Own::Item(item) if item.native.json == odd));
        let ours = ItemId::new("j1").expect("an id");
        let mut item = bare_item(
            ItemKey { app: App::Joplin, kind: Kind::Note, id: ours.clone() },
            Native { version: "3.0".into(), json: r##"{"body":"# x", "odd":1e2}"##.into() },
        );
        item.title = Some("x".into());
        item.created = Some(TimeMs(4));
        item.modified = Some(TimeMs(5));
        item.flags.pinned = true;
        item.body = Some(Body::Text { markup: Markup::Markdown, text: "# x".into() });
        item.relations = vec![Relation {
            from: Ref { kind: Kind::Notebook, id: ours.clone() },
            to: Ref { kind: Kind::Note, id: ours },
        }];
        let json = rows.item(&item).expect("JSON");
        assert!(matches!(reread(&json), Own::Item(read) if *read == item));
    }

    #[test]
    fn a_key_and_a_newer_kind_come_back() {
        let key = AttachmentsKey::new([5; 32], [6; 16]);
        let json = OwnRows::new("arch").key(&key).expect("JSON");
        assert!(matches!(reread(&json), Own::Key(read) if read.id() == key.id()), "{json}");
        let newer = r#"{"id":"n","type":"x-backstop","v":2,"kind":"row","row":5}"#;
        assert!(matches!(reread(newer), Own::Item(item) if item.native.json == newer));
        for broken in [
            r#"{"id":"n","type":"x-backstop","v":1,"kind":"row","row":5}"#,
            r#"{"id":"n","type":"x-backstop","v":1,"kind":"begin"}"#,
            r#"{"type":"x-backstop","v":1,"kind":"future"}"#,
        ] {
            assert!(matches!(reread(broken), Own::Broken), "{broken}");
        }
    }
}
