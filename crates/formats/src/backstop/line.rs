//! The lines of a frame: items, and attachments that are in the archive.
//!
//! An item's line holds its key and its row as its app wrote it. What all rooms understand of it is
//! read again from the row where [`crate::interpret()`] can do that; for any other item it goes
//! along as `common`. The row is the last field and stands there byte for byte, so it can also be
//! cut out of the line; only a row that holds a line break, or is no JSON, is a string, `text`.

use std::borrow::Cow;

use backstop_model::{
    App, AttachmentHead, Body, Flags, Item, ItemId, ItemKey, Kind, Markup, Native, Ref, Relation, TimeMs,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::facts::Facts;
use crate::interpret;
use crate::interpret::{bare_item, shown_title};

/// The version of Notesnook's rows that [`interpret()`] reads.
const NOTESNOOK_ROWS: &str = "6.1";

/// One line of a frame, in either of its two forms.
#[derive(Deserialize)]
struct AnyLine<'a> {
    app: Option<App>,
    kind: Option<Kind>,
    id: Option<ItemId>,
    version: Option<String>,
    common: Option<Box<Common>>,
    #[serde(borrow)]
    row: Option<&'a RawValue>,
    text: Option<String>,
    attachment: Option<AttachmentHead>,
    entry: Option<String>,
    size: Option<u64>,
    sha256: Option<super::facts::Sha>,
}

#[derive(Serialize)]
struct ItemLine<'a> {
    app: App,
    kind: Kind,
    id: &'a ItemId,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    common: Option<Common>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<&'a RawValue>,
}

/// What all rooms understand of an item.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Common {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<TimeMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited: Option<TimeMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<TimeMs>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<FlagName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<ItemId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<CommonBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relations: Vec<[Ref; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<AttachmentHead>,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CommonBody {
    Text { markup: Markup, text: String },
    Locked,
}

/// A flag by name, in the order of [`Flags::to_bits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FlagName {
    Trashed,
    Locked,
    Pinned,
    Favorite,
    Archived,
    Readonly,
    Conflicted,
    LocalOnly,
}

impl FlagName {
    const ALL: [Self; 8] = [
        Self::Trashed,
        Self::Locked,
        Self::Pinned,
        Self::Favorite,
        Self::Archived,
        Self::Readonly,
        Self::Conflicted,
        Self::LocalOnly,
    ];

    /// The names of the flags that are on.
    pub(super) fn of(flags: Flags) -> Vec<Self> {
        let bits = flags.to_bits();
        Self::ALL.into_iter().filter(|name| bits >> (*name as u8) & 1 == 1).collect()
    }

    fn flags(names: &[Self]) -> Flags {
        Flags::from_bits(names.iter().fold(0, |bits, name| bits | 1 << (*name as u8)))
    }
}

impl Common {
    fn of(item: &Item) -> Self {
        let body = item.body.as_ref().map(|body| match body {
            Body::Text { markup, text } => CommonBody::Text { markup: *markup, text: text.clone() },
            Body::Locked => CommonBody::Locked,
        });
        Self {
            title: item.title.clone(),
            created: item.created,
            edited: item.edited,
            modified: item.modified,
            flags: FlagName::of(item.flags),
            owner: item.owner.clone(),
            body,
            relations: item.relations.iter().map(|link| [link.from.clone(), link.to.clone()]).collect(),
            attachment: item.attachment.clone(),
        }
    }

    fn into_item(self, key: ItemKey, native: Native) -> Item {
        let body = self.body.map(|body| match body {
            CommonBody::Text { markup, text } => Body::Text { markup, text },
            CommonBody::Locked => Body::Locked,
        });
        Item {
            key,
            title: self.title.map(|title| shown_title(title.into())),
            created: self.created,
            edited: self.edited,
            modified: self.modified,
            flags: FlagName::flags(&self.flags),
            owner: self.owner,
            body,
            relations: self.relations.into_iter().map(|[from, to]| Relation { from, to }).collect(),
            attachment: self.attachment,
            native,
        }
    }
}

/// Whether the common fields of an item come back from its row.
fn rereads(app: App, kind: Kind, version: &str) -> bool {
    app == App::Notesnook && version == NOTESNOOK_ROWS && !matches!(kind, Kind::AttachmentsKey | Kind::Opaque)
}

/// Adds an item's line with its line break.
pub(super) fn add_item(item: &Item, to: &mut Vec<u8>) -> serde_json::Result<()> {
    let ItemKey { app, kind, id } = &item.key;
    let Native { version, json } = &item.native;
    let common = if rereads(*app, *kind, version) {
        None
    } else {
        Some(Common::of(item)).filter(|common| *common != Common::default())
    };
    // JSON text may have white space around it, which a line would not keep.
    let as_row = !json.contains('\n') && json.starts_with(['{', '[']) && json.ends_with(['}', ']']);
    let row: Option<&RawValue> = if as_row { serde_json::from_str(json).ok() } else { None };
    let text = if row.is_none() { Some(json.as_str()) } else { None };
    let line = ItemLine { app: *app, kind: *kind, id, version, common, text, row };
    serde_json::to_writer(&mut *to, &line)?;
    to.push(b'\n');
    Ok(())
}

/// An attachment whose bytes are in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Attached {
    /// What its row says of it.
    pub(super) attachment: AttachmentHead,
    /// The entry with its bytes. Several attachments may share one.
    pub(super) entry: String,
    /// What is stated of those bytes.
    #[serde(flatten)]
    pub(super) facts: Facts,
}

impl Attached {
    /// Adds its line with its line break.
    pub(super) fn add(&self, to: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(&mut *to, self)?;
        to.push(b'\n');
        Ok(())
    }
}

/// A line, read.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    Item(Box<Item>),
    Attached(Box<Attached>),
}

/// Reads a line without its line break; `None` if it is not one.
pub(super) fn read(line: &[u8]) -> Option<Line> {
    let line: AnyLine<'_> = serde_json::from_slice(line).ok()?;
    if let Some(attachment) = line.attachment {
        let facts = Facts { size: line.size?, sha256: line.sha256? };
        return Some(Line::Attached(Box::new(Attached { attachment, entry: line.entry?, facts })));
    }
    let key = ItemKey { app: line.app?, kind: line.kind?, id: line.id? };
    let (version, common) = (line.version?, line.common);
    let json = match (line.row, line.text) {
        (Some(row), None) => Cow::Borrowed(row.get()),
        (None, Some(text)) => Cow::Owned(text),
        _ => return None,
    };
    let rereads = rereads(key.app, key.kind, &version);
    let native = Native { version, json: json.into_owned() };
    let item = match common {
        Some(common) => common.into_item(key, native),
        None if rereads => interpret(key, native),
        None => bare_item(key, native),
    };
    Some(Line::Item(Box::new(item)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(app: App, kind: Kind, version: &str, json: &str) -> Item {
        let key = ItemKey { app, kind, id: ItemId::new("n1").expect("an id") };
        bare_item(key, Native { version: version.to_owned(), json: json.to_owned() })
    }

    fn written(item: &Item) -> String {
        let mut line = Vec::new();
        add_item(item, &mut line).expect("JSON");
        let line = String::from_utf8(line).expect("text");
        assert_eq!(line.find('\n'), Some(line.len() - 1), "one line: {line}");
        line
    }

    fn comes_back(item: &Item) -> String {
        let line = written(item);
        assert_eq!(read(line.trim_end().as_bytes()), Some(Line::Item(Box::new(item.clone()))), "{line}");
        line
    }

    #[test]
    fn a_row_of_notesnook_is_all_there_is() {
        let row = r#"{"type":"note","id":"n1",  "title":"\u00e9","pinned":true,"odd":1.50}"#;
        let native = Native { version: "6.1".into(), json: row.into() };
        let key = ItemKey { app: App::Notesnook, kind: Kind::Note, id: ItemId::new("n1").expect("an id") };
        let note = interpret(key, native);
        assert!(note.flags.pinned && note.title.is_some());
        let line = comes_back(&note);
        let head = r#"{"app":"notesnook","kind":"note","id":"n1","version":"6.1","row":"#;
        assert_eq!(line, format!("{head}{row}}}\n"));
    }

    #[test]
    fn odd_rows_come_back_as_they_were() {
        for json in [
            "{}",
            " {}",
            "{\n}",
            "{ \r }",
            "not json",
            "",
            "\u{2028}",
            "5",
            "[1,2]",
            "{\"row\":{\"a\":\"}\"}}",
            "{\"a\":1}{",
            "null",
        ] {
            for (app, kind) in
                [(App::Notesnook, Kind::Note), (App::Notesnook, Kind::Opaque), (App::Joplin, Kind::Note)]
            {
                comes_back(&item(app, kind, "6.1", json));
            }
        }
    }

    #[test]
    fn what_no_row_tells_goes_along() {
        let mut note = item(App::Joplin, Kind::Note, "3", "{\"body\":\"# x\"}");
        note.title = Some("x".into());
        note.created = Some(TimeMs(-4));
        note.flags = Flags { pinned: true, local_only: true, ..Flags::default() };
        note.body = Some(Body::Text { markup: Markup::Markdown, text: "# x\n".into() });
        let end = Ref { kind: Kind::Notebook, id: note.key.id.clone() };
        note.relations = vec![Relation { from: end.clone(), to: end }];
        let line = comes_back(&note);
        assert!(line.contains(r#""flags":["pinned","local_only"]"#), "{line}");
        note.body = Some(Body::Locked);
        comes_back(&note);
        note.key.app = App::Notesnook;
        comes_back(&note);
    }

    #[test]
    fn an_attachment_comes_back_and_half_a_line_does_not() {
        let attachment = AttachmentHead {
            id: ItemId::new("a1").expect("an id"),
            name: "f".into(),
            mime: "text/plain".into(),
            size_bytes: 3,
            hash: None,
        };
        let attached = Attached { attachment, entry: "attachments/000000".into(), facts: Facts::of(b"abc") };
        let mut line = Vec::new();
        attached.add(&mut line).expect("JSON");
        line.pop();
        assert_eq!(read(&line), Some(Line::Attached(Box::new(attached))));
        for end in 0..line.len() {
            assert_eq!(read(&line[..end]), None);
        }
        for broken in [
            r#"{"app":"notesnook","kind":"note","id":"n","version":"6.1"}"#,
            r#"{"app":"notesnook","kind":"note","id":"","version":"6.1","row":{}}"#,
            r#"{"app":"notesnook","kind":"future","id":"n","version":"6.1","row":{}}"#,
            r#"{"app":"notesnook","kind":"note","id":"n","version":"6.1","row":{},"text":"{}"}"#,
            "{}",
            "",
        ] {
            assert_eq!(read(broken.as_bytes()), None, "{broken}");
        }
    }
}
