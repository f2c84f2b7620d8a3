//! From rows to items. The only place where Notesnook's words become the common ones.

use std::io::Read as _;

use backstop_model::{
    App, AttachmentHead, Body, ContentHash, Flags, HashAlgorithm, Item, ItemId, ItemKey, Kind, Markup,
    Native, Ref, Relation, TimeMs,
};
use flate2::read::GzDecoder;

use super::cipher::decode;
use super::envelope::VERSION_TEXT;
use super::wire::Row;
use crate::interpret::shown_title;
use crate::limits;

/// Why a row is not an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoItem {
    /// Not an object, or one without type or id. Notesnook could not restore it either.
    NoRow,
    /// Marked as deleted: a stub that Notesnook passes over.
    Deleted,
    /// It has an id that can't be one.
    BadId,
}

/// The kind of a row by its type, and for the trash by what lies in it.
pub(crate) fn kind_of(row: &Row<'_>) -> Kind {
    let named = |name: &str| row.text(name).unwrap_or_default();
    match &*named("type") {
        "trash" => match &*named("itemType") {
            "note" => Kind::Note,
            "notebook" => Kind::Notebook,
            _ => Kind::Opaque,
        },
        "tiptap" | "tiny" => Kind::Body,
        "session" => Kind::Revision,
        "sessioncontent" => Kind::RevisionBody,
        "settingitem" => Kind::Setting,
        "shortcut" => Kind::Shortcut,
        "relation" => Kind::Relation,
        other => kind_of_reference(other),
    }
}

/// The kind that relations mean by a type's name.
pub(crate) fn kind_of_reference(name: &str) -> Kind {
    match name {
        "note" => Kind::Note,
        "notebook" => Kind::Notebook,
        "tag" => Kind::Tag,
        "color" => Kind::Color,
        "attachment" => Kind::Attachment,
        "reminder" => Kind::Reminder,
        "vault" => Kind::Vault,
        "tiptap" => Kind::Body,
        _ => Kind::Opaque,
    }
}

/// Reads the text of a row into an item.
pub(crate) fn item_of(json: &str) -> Result<Item, NoItem> {
    let item = Row::parse(json).ok_or(NoItem::NoRow).and_then(|row| item_of_row(&row))?;
    Ok(with_row(item, json.to_owned()))
}

/// Reads the common fields of a row that was kept under `key`.
///
/// # Errors
/// Key and row again if it is no row of Notesnook's.
pub(crate) fn interpret(key: ItemKey, native: Native) -> Result<Item, (ItemKey, Native)> {
    match Row::parse(&native.json).ok_or(NoItem::NoRow).and_then(|row| item_of_row(&row)) {
        Ok(item) => Ok(Item { key, native, ..item }),
        Err(_) => Err((key, native)),
    }
}

/// Whether a row is read as the item under this key, and not as another or as none.
pub(crate) fn is_row_of(row: &Row<'_>, key: &ItemKey) -> bool {
    !row.switch("deleted")
        && row.text("type").is_some()
        && id_in(row, "id").flatten().as_ref() == Some(&key.id)
        && kind_of(row) == key.kind
}

/// The item with its row's own text, unchanged.
pub(crate) fn with_row(item: Item, json: String) -> Item {
    Item { native: Native { json, ..item.native }, ..item }
}

/// Reads a row into an item that still lacks the row's own text: [`with_row`] moves that in once
/// nothing looks into the row any more, so that a long one is never copied.
pub(crate) fn item_of_row(row: &Row<'_>) -> Result<Item, NoItem> {
    if row.switch("deleted") {
        return Err(NoItem::Deleted);
    }
    if row.text("type").is_none() {
        return Err(NoItem::NoRow);
    }
    let id = id_in(row, "id").ok_or(NoItem::NoRow)?.ok_or(NoItem::BadId)?;
    let kind = kind_of(row);
    let time = |name: &str| row.number(name).map(TimeMs);
    Ok(Item {
        title: title_of(kind, row),
        created: time("dateCreated"),
        edited: time("dateEdited").or_else(|| time("dateModified")),
        modified: time("dateModified"),
        flags: flags_of(kind, row),
        owner: owner_of(kind, row, &id),
        body: matches!(kind, Kind::Body | Kind::RevisionBody).then(|| body_of(row)).flatten(),
        relations: if kind == Kind::Relation { relation_of(row).into_iter().collect() } else { Vec::new() },
        attachment: (kind == Kind::Attachment).then(|| head_of(row, &id)),
        native: Native { version: VERSION_TEXT.to_owned(), json: String::new() },
        key: ItemKey { app: App::Notesnook, kind, id },
    })
}

/// A field that should be an id: not there, or there and not fit to be one, or one.
fn id_in(row: &Row<'_>, name: &str) -> Option<Option<ItemId>> {
    row.text(name).filter(|text| !text.is_empty()).map(|text| ItemId::new(text).ok())
}

fn title_of(kind: Kind, row: &Row<'_>) -> Option<String> {
    let field = match kind {
        Kind::Attachment => "filename",
        Kind::Setting => "key",
        _ => "title",
    };
    row.text(field).map(shown_title)
}

fn flags_of(kind: Kind, row: &Row<'_>) -> Flags {
    Flags {
        trashed: row.text("type").as_deref() == Some("trash"),
        locked: row.switch("locked") || (kind == Kind::Body && row.object("data").is_some()),
        pinned: row.switch("pinned"),
        favorite: row.switch("favorite"),
        archived: row.switch("archived"),
        readonly: row.switch("readonly"),
        // On a note it is a switch, on a body it is the other side of the conflict.
        conflicted: row.switch("conflicted") || row.object("conflicted").is_some(),
        local_only: row.switch("localOnly"),
    }
}

fn owner_of(kind: Kind, row: &Row<'_>, id: &ItemId) -> Option<ItemId> {
    match kind {
        Kind::Body | Kind::Revision => id_in(row, "noteId").flatten(),
        // The body of a session bears the session's id with this ending.
        Kind::RevisionBody => ItemId::new(id.as_str().strip_suffix("_content")?).ok(),
        _ => None,
    }
}

fn body_of(row: &Row<'_>) -> Option<Body> {
    if row.object("data").is_some() || row.switch("locked") {
        return Some(Body::Locked);
    }
    let data = row.text("data")?;
    let text = if row.switch("compressed") { unpack(&data)? } else { data.into_owned() };
    Some(Body::Text { markup: Markup::Html, text })
}

/// Older sessions keep their HTML as base64 of a gzip.
fn unpack(data: &str) -> Option<String> {
    let packed = decode(data)?;
    let mut text = String::new();
    let most = limits::FREE_KEPT_BYTES.max(packed.len().saturating_mul(limits::INNER_RATIO));
    let limit = limits::ITEM_BYTES.min(most) as u64;
    GzDecoder::new(packed.as_slice()).take(limit + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= limit).then_some(text)
}

fn relation_of(row: &Row<'_>) -> Option<Relation> {
    let end = |kind: &str, id: &str| {
        Some(Ref { kind: kind_of_reference(&row.text(kind)?), id: id_in(row, id).flatten()? })
    };
    Some(Relation { from: end("fromType", "fromId")?, to: end("toType", "toId")? })
}

fn head_of(row: &Row<'_>, id: &ItemId) -> AttachmentHead {
    let algorithm = algorithm_of(row);
    let digits = if algorithm == HashAlgorithm::Xxh64 { 16..=16 } else { 1..=MOST_HASH_DIGITS };
    let is_hash = |hex: &str| {
        digits.contains(&hex.len()) && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let hash = row.text("hash").filter(|hex| is_hash(hex)).map(String::from);
    AttachmentHead {
        id: id.clone(),
        name: row.text("filename").map(shown_title).unwrap_or_default(),
        mime: row.text("mimeType").map(shown_title).unwrap_or_default(),
        size_bytes: row.number("size").and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        hash: hash.map(|hex| ContentHash { algorithm, hex }),
    }
}

/// Most digits of a hash that is only carried along: those of 512 bits.
const MOST_HASH_DIGITS: usize = 128;

/// Which hash a row names; Notesnook takes a missing name for its own. Rows of 2021 name `xxh3`, of
/// which no file tells how wide it is and how it was seeded.
fn algorithm_of(row: &Row<'_>) -> HashAlgorithm {
    match row.text("hashType").as_deref() {
        None | Some("xxh64") => HashAlgorithm::Xxh64,
        Some(_) => HashAlgorithm::Other,
    }
}

/// Whether a row has the shape of version 5.9, which Notesnook tells by these fields in files that
/// call themselves 6.1 (made by version 3.0 of the app).
pub(crate) fn looks_older(row: &Row<'_>) -> bool {
    let telling: &[&str] = match &*row.text("type").unwrap_or_default() {
        "note" => &["color", "notebooks", "tags", "locked"],
        "trash" if kind_of(row) == Kind::Note => &["color", "notebooks", "tags", "locked"],
        "notebook" | "trash" => &["topics"],
        "attachment" => &["noteIds"],
        "relation" => &["from", "to"],
        _ => &[],
    };
    telling.iter().any(|name| row.has(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(json: &str) -> Item {
        item_of(json).expect("an item")
    }

    fn id(text: &str) -> ItemId {
        ItemId::new(text).expect("an id")
    }

    #[test]
    fn each_type_has_its_kind() {
        for (fields, kind) in [
            (r#""type":"note""#, Kind::Note),
            (r#""type":"notebook""#, Kind::Notebook),
            (r#""type":"trash","itemType":"note""#, Kind::Note),
            (r#""type":"trash","itemType":"notebook""#, Kind::Notebook),
            (r#""type":"trash","itemType":"topic""#, Kind::Opaque),
            (r#""type":"tiptap""#, Kind::Body),
            (r#""type":"tiny""#, Kind::Body),
            (r#""type":"session""#, Kind::Revision),
            (r#""type":"sessioncontent""#, Kind::RevisionBody),
            (r#""type":"tag""#, Kind::Tag),
            (r#""type":"color""#, Kind::Color),
            (r#""type":"settingitem""#, Kind::Setting),
            (r#""type":"shortcut""#, Kind::Shortcut),
            (r#""type":"reminder""#, Kind::Reminder),
            (r#""type":"relation""#, Kind::Relation),
            (r#""type":"attachment""#, Kind::Attachment),
            (r#""type":"vault""#, Kind::Vault),
            (r#""type":"monograph""#, Kind::Opaque),
        ] {
            let json = format!(r#"{{"id":"a",{fields},"other":[1]}}"#);
            let item = item(&json);
            assert_eq!((item.key.kind, item.native.json.as_str()), (kind, json.as_str()));
        }
    }

    #[test]
    fn a_note_in_the_trash_is_read_like_a_note() {
        let note = item(
            r#"{"id":"n","type":"trash","itemType":"note","title":"T\u00e4g","dateCreated":5,"dateEdited":6,
                "dateModified":7,"pinned":true,"favorite":false,"localOnly":1,"conflicted":null,"archived":true}"#,
        );
        assert_eq!(note.title.as_deref(), Some("Täg"));
        assert_eq!(
            (note.created, note.edited, note.modified),
            (Some(TimeMs(5)), Some(TimeMs(6)), Some(TimeMs(7)))
        );
        let expected =
            Flags { trashed: true, pinned: true, local_only: true, archived: true, ..Flags::default() };
        assert_eq!(note.flags, expected);
    }

    #[test]
    fn bodies_know_their_note_and_stay_locked() {
        let plain = item(r#"{"id":"c","type":"tiptap","noteId":"n","data":"<p>\"x\"</p>","locked":false}"#);
        let text = "<p>\"x\"</p>".to_owned();
        assert_eq!(plain.body, Some(Body::Text { markup: Markup::Html, text }));
        assert_eq!((plain.owner, plain.flags.locked), (Some(id("n")), false));
        let locked = item(r#"{"id":"c","type":"tiptap","noteId":"n","data":{"cipher":"A"},"locked":true}"#);
        assert_eq!((locked.body, locked.flags.locked), (Some(Body::Locked), true));
        let conflict = item(r#"{"id":"c","type":"tiptap","data":"","conflicted":{"id":"c"}}"#);
        assert!(conflict.flags.conflicted);
    }

    #[test]
    fn an_older_session_is_unpacked() {
        use std::io::Write as _;
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(b"<p>then</p>").expect("in memory");
        let packed = super::super::cipher::encode(&gz.finish().expect("in memory"));
        let json =
            format!(r#"{{"id":"n_1_content","type":"sessioncontent","data":"{packed}","compressed":true}}"#);
        let body = item(&json);
        assert_eq!(body.body, Some(Body::Text { markup: Markup::Html, text: "<p>then</p>".to_owned() }));
        assert_eq!(body.owner, Some(id("n_1")));
    }

    #[test]
    fn relations_and_attachments_are_read() {
        let relation =
            item(r#"{"id":"r","type":"relation","fromType":"tag","fromId":"t","toType":"note","toId":"n"}"#);
        let expected = Relation {
            from: Ref { kind: Kind::Tag, id: id("t") },
            to: Ref { kind: Kind::Note, id: id("n") },
        };
        assert_eq!(relation.relations, [expected]);
        let json = r#"{"id":"a","type":"attachment","hash":"efab7abdcef32499","filename":"p.png","mimeType":"image/png","size":6240}"#;
        let head = item(json).attachment.expect("a head");
        assert_eq!((head.name.as_str(), head.mime.as_str(), head.size_bytes), ("p.png", "image/png", 6240));
        assert_eq!(head.hash.expect("a hash").hex, "efab7abdcef32499");
    }

    #[test]
    fn what_is_no_item_says_why() {
        for (json, why) in [
            ("null", NoItem::NoRow),
            ("[1]", NoItem::NoRow),
            (r#"{"type":"note"}"#, NoItem::NoRow),
            (r#"{"id":"","type":"note"}"#, NoItem::NoRow),
            (r#"{"id":5,"type":"note"}"#, NoItem::NoRow),
            (r#"{"id":"a"}"#, NoItem::NoRow),
            (r#"{"id":"a","type":"note","deleted":true}"#, NoItem::Deleted),
            (r#"{"id":"a\u0000","type":"note"}"#, NoItem::BadId),
        ] {
            assert_eq!(item_of(json).map(|_| ()), Err(why), "{json}");
        }
    }

    #[test]
    fn rows_of_the_older_shape_are_noticed() {
        for (json, older) in [
            (r#"{"type":"note","id":"a","title":""}"#, false),
            (r#"{"type":"note","id":"a","tags":[]}"#, true),
            (r#"{"type":"trash","itemType":"note","notebooks":null}"#, true),
            (r#"{"type":"trash","itemType":"notebook","notebooks":null}"#, false),
            (r#"{"type":"notebook","topics":[]}"#, true),
            (r#"{"type":"attachment","noteIds":[]}"#, true),
            (r#"{"type":"relation","fromId":"a"}"#, false),
            (r#"{"type":"relation","from":{}}"#, true),
            (r#"{"type":"tag","color":1}"#, false),
        ] {
            assert_eq!(looks_older(&Row::parse(json).expect("a row")), older, "{json}");
        }
    }
}
