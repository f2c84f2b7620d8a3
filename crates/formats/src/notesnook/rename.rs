//! Rows under new ids: for items that are added beside the ones they came from.
//!
//! Only fields that are ids change, and links of the form `nn://<type>/<id>` in texts. A row of which
//! nothing changes keeps its text byte for byte.

use std::borrow::Cow;

use backstop_model::{Body, Fault, FaultCode, Item, Kind, Native};

use super::envelope::md5_hex;
use super::map::{item_of, kind_of_reference};
use super::wire::Row;

/// Gives the new id of an item, if it gets one.
pub type NewIds<'a> = dyn Fn(Kind, &str) -> Option<String> + 'a;

/// The beginning of a link between items.
const LINK: &str = "nn://";

/// The item under its new id, with everything in it that points to items that got new ones.
pub(crate) fn renamed(item: &Item, new: &NewIds<'_>) -> Result<Item, Fault> {
    let broken =
        || Fault::at(FaultCode::InvalidContent, item.key.id.as_str(), "A row can't be given another id.");
    let changed = match rename_row(&item.native.json, item, new) {
        Some(json) => json,
        None => return Ok(item.clone()),
    };
    let renamed = item_of(&changed).map_err(|_| broken())?;
    let native = Native { version: item.native.version.clone(), json: changed };
    Ok(Item { native, ..renamed })
}

/// The row with its new ids; nothing if none of them changes.
fn rename_row(json: &str, item: &Item, new: &NewIds<'_>) -> Option<String> {
    let row = Row::parse(json)?;
    let changes = changes(&row, item.key.kind, item.body.as_ref(), new);
    (!changes.is_empty()).then(|| with_changes(&row, &changes))
}

type Changes = Vec<(&'static str, String)>;

fn with_changes(row: &Row<'_>, changes: &Changes) -> String {
    let field = |(name, value): (&str, &str)| {
        let changed = changes.iter().find(|(changed, _)| *changed == name);
        format!("{}:{}", quoted(name), changed.map_or(value, |(_, value)| value.as_str()))
    };
    format!("{{{}}}", row.fields().map(field).collect::<Vec<_>>().join(","))
}

fn changes(row: &Row<'_>, kind: Kind, body: Option<&Body>, new: &NewIds<'_>) -> Changes {
    let id = |field: &'static str, kind: Kind| {
        let id = new(kind, &row.text(field)?)?;
        Some((field, quoted(&id)))
    };
    let changes = match kind {
        Kind::Note => vec![id("id", kind), id("contentId", Kind::Body)],
        Kind::Body => vec![id("id", kind), id("noteId", Kind::Note), conflict(row, new)],
        Kind::Revision => {
            vec![id("id", kind), id("noteId", Kind::Note), id("sessionContentId", Kind::RevisionBody)]
        }
        Kind::Relation => return relation(row, new),
        Kind::Shortcut => {
            let of = row.text("itemType").map_or(Kind::Opaque, |name| kind_of_reference(&name));
            vec![id("id", of), id("itemId", of)]
        }
        Kind::Notebook | Kind::Tag | Kind::Color | Kind::Reminder | Kind::RevisionBody => {
            vec![id("id", kind)]
        }
        _ => Vec::new(),
    };
    changes.into_iter().flatten().chain(text_changes(row, body, new)).collect()
}

/// The other side of a conflict is a body too, inside the first one.
fn conflict(row: &Row<'_>, new: &NewIds<'_>) -> Option<(&'static str, String)> {
    let other = Row::parse(row.object("conflicted")?)?;
    let id = |field: &'static str, kind: Kind| {
        other.text(field).and_then(|id| new(kind, &id)).map(|id| (field, quoted(&id)))
    };
    let text = other.text("data").and_then(|data| with_new_links(&data, new));
    let text = text.map(|text| ("data", quoted(&text)));
    let changes: Changes =
        [id("id", Kind::Body), id("noteId", Kind::Note), text].into_iter().flatten().collect();
    (!changes.is_empty()).then(|| ("conflicted", with_changes(&other, &changes)))
}

/// A relation's id is made of its ends. Source: FORMAT.md, "Rows".
fn relation(row: &Row<'_>, new: &NewIds<'_>) -> Changes {
    let end = |kind: &str, id: &str| {
        let (kind, id) = (row.text(kind).unwrap_or_default(), row.text(id).unwrap_or_default());
        let renamed = new(kind_of_reference(&kind), &id);
        (kind.into_owned(), renamed.clone().unwrap_or(id.into_owned()), renamed)
    };
    let ((from_kind, from, new_from), (to_kind, to, new_to)) =
        (end("fromType", "fromId"), end("toType", "toId"));
    if new_from.is_none() && new_to.is_none() {
        return Vec::new();
    }
    let id = md5_hex(format!("{from}{to}{from_kind}{to_kind}").as_bytes());
    vec![("id", quoted(&id)), ("fromId", quoted(&from)), ("toId", quoted(&to))]
}

/// A text whose links change. One that was packed is written unpacked, as newer versions do.
fn text_changes(row: &Row<'_>, body: Option<&Body>, new: &NewIds<'_>) -> Changes {
    let Some(Body::Text { text, .. }) = body else { return Vec::new() };
    let Some(text) = with_new_links(text, new) else { return Vec::new() };
    let unpacked = row.switch("compressed").then(|| ("compressed", "false".to_owned()));
    std::iter::once(("data", quoted(&text))).chain(unpacked).collect()
}

/// The text with every link to an item that got another id leading to that one; nothing if none does.
fn with_new_links(text: &str, new: &NewIds<'_>) -> Option<String> {
    let mut changed = false;
    let mut pieces = text.split(LINK);
    let mut whole = pieces.next()?.to_owned();
    for piece in pieces {
        whole.push_str(LINK);
        let renamed = renamed_link(piece, new);
        changed |= matches!(renamed, Cow::Owned(_));
        whole.push_str(&renamed);
    }
    changed.then_some(whole)
}

/// What follows `nn://`: a type, an id, and the rest of the text.
fn renamed_link<'text>(piece: &'text str, new: &NewIds<'_>) -> Cow<'text, str> {
    let Some((kind, after)) = piece.split_once('/') else { return Cow::Borrowed(piece) };
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(after.len());
    let Some((id, rest)) = after.split_at_checked(end) else { return Cow::Borrowed(piece) };
    match new(kind_of_reference(kind), id) {
        Some(id) => Cow::Owned(format!("{kind}/{id}{rest}")),
        None => Cow::Borrowed(piece),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything whose id begins with `old` gets the same id with `new`.
    fn new_ids(kind: Kind, id: &str) -> Option<String> {
        (kind != Kind::Tag).then(|| id.strip_prefix("old").map(|rest| format!("new{rest}")))?
    }

    fn after(json: &str) -> String {
        renamed(&item_of(json).expect("an item"), &new_ids).expect("renamed").native.json
    }

    #[test]
    fn ids_change_wherever_they_stand_and_nothing_else_does() {
        for (before, expected) in [
            (
                r#"{"id":"old1","type":"note","title":"old1","contentId":"old2","x":[1, 2]}"#,
                r#"{"id":"new1","type":"note","title":"old1","contentId":"new2","x":[1, 2]}"#,
            ),
            (
                r#"{"id":"old1","type":"trash","itemType":"note","contentId":null}"#,
                r#"{"id":"new1","type":"trash","itemType":"note","contentId":null}"#,
            ),
            (r#"{"id":"old1","type":"notebook"}"#, r#"{"id":"new1","type":"notebook"}"#),
            (
                r#"{"id":"old1_5","type":"session","noteId":"old1","sessionContentId":"old1_5_content"}"#,
                r#"{"id":"new1_5","type":"session","noteId":"new1","sessionContentId":"new1_5_content"}"#,
            ),
            (
                r#"{"id":"old9","type":"shortcut","itemId":"old9","itemType":"notebook"}"#,
                r#"{"id":"new9","type":"shortcut","itemId":"new9","itemType":"notebook"}"#,
            ),
            (r#"{"id":"old1", "type":"tag"}"#, r#"{"id":"old1", "type":"tag"}"#),
            (r#"{"id":"old1", "type":"vault"}"#, r#"{"id":"new1", "type":"vault"}"#),
        ] {
            let expected = if before.contains("vault") { before } else { expected };
            assert_eq!(after(before), expected);
        }
    }

    #[test]
    fn links_in_texts_lead_to_the_copies() {
        let body = |data: &str| {
            let row = serde_json::json!({
                "id": "old2", "type": "tiptap", "noteId": "old1", "data": data, "conflicted": null,
            });
            match renamed(&item_of(&row.to_string()).expect("an item"), &new_ids).expect("renamed").body {
                Some(Body::Text { text, .. }) => text,
                other => panic!("{other:?}"),
            }
        };
        for (before, expected) in [
            (r#"<a href="nn://note/old7">x</a>"#, r#"<a href="nn://note/new7">x</a>"#),
            (r#"<a href="nn://note/old7?blockId=old1">"#, r#"<a href="nn://note/new7?blockId=old1">"#),
            (
                "nn://note/old1 nn://notebook/old2 nn://tag/old3",
                "nn://note/new1 nn://notebook/new2 nn://tag/old3",
            ),
            ("nn://note/other nn:// nn://note old1 \"🚣\"", "nn://note/other nn:// nn://note old1 \"🚣\""),
        ] {
            assert_eq!(body(before), expected);
        }
    }

    #[test]
    fn a_relation_is_named_by_its_new_ends() {
        let json =
            r#"{"id":"r","type":"relation","fromType":"tag","fromId":"old3","toType":"note","toId":"old1"}"#;
        let id = md5_hex(b"old3new1tagnote");
        let expected = format!(
            r#"{{"id":"{id}","type":"relation","fromType":"tag","fromId":"old3","toType":"note","toId":"new1"}}"#
        );
        assert_eq!(after(json), expected);
        let other = json.replace("old1", "x");
        assert_eq!(after(&other), other);
    }

    #[test]
    fn both_sides_of_a_conflict_change() {
        let json = r#"{"id":"old2","type":"tiptap","noteId":"old1","data":"a","conflicted":{"id":"old2","noteId":"old1","data":"nn://note/old1"}}"#;
        assert_eq!(after(json), json.replace("old", "new"));
    }

    #[test]
    fn a_packed_text_without_links_stays_packed() {
        use std::io::Write as _;
        let row = |html: &[u8]| {
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            gz.write_all(html).expect("in memory");
            let packed = super::super::cipher::encode(&gz.finish().expect("in memory"));
            format!(r#"{{"id":"x_1_content","type":"sessioncontent","data":"{packed}","compressed":true}}"#)
        };
        let plain = row(b"<p>then</p>");
        assert_eq!(after(&plain), plain);
        let linked = after(&row(b"nn://note/old1"));
        assert!(linked.contains(r#""data":"nn://note/new1","compressed":false"#), "{linked}");
    }
}
