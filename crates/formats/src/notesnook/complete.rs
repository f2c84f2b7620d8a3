//! What Notesnook needs of a row before it restores it well.
//!
//! Notesnook puts 200 rows into one insert; a column that only some of them have becomes null in
//! the others instead of its default. And rows without `dateCreated` are left out of its own later
//! backups. So a row gets every field of its type, but only those it lacks: rows that Notesnook
//! wrote come out byte for byte as they went in. FORMAT.md, "Writing".

use std::borrow::Cow;

use backstop_model::Kind;

use super::map::looks_older;
use super::wire::Row;

type Defaults = [(&'static str, &'static str)];

const NOTE: &Defaults = &[
    ("title", "\"\""),
    ("headline", "\"\""),
    ("contentId", "null"),
    ("pinned", "false"),
    ("favorite", "false"),
    ("localOnly", "false"),
    ("conflicted", "false"),
    ("readonly", "false"),
    ("archived", "false"),
    ("isGeneratedTitle", "false"),
    ("spellcheck", "true"),
    ("expiryDate", "null"),
    ("dateDeleted", "null"),
    ("itemType", "null"),
    ("deletedBy", "null"),
];
const NOTEBOOK: &Defaults = &[
    ("title", "\"\""),
    ("description", "null"),
    ("pinned", "false"),
    ("dateDeleted", "null"),
    ("itemType", "null"),
    ("deletedBy", "null"),
];
const BODY: &Defaults = &[
    ("locked", "false"),
    ("localOnly", "false"),
    ("conflicted", "null"),
    ("dateResolved", "null"),
    ("sessionId", "null"),
];
const REVISION: &Defaults = &[("localOnly", "true"), ("locked", "false")];
const REVISION_BODY: &Defaults = &[
    ("contentType", "\"tiptap\""),
    ("compressed", "false"),
    ("locked", "false"),
    ("localOnly", "true"),
    ("title", "null"),
];
const REMINDER: &Defaults = &[
    ("title", "\"\""),
    ("description", "null"),
    ("priority", "\"silent\""),
    ("mode", "\"once\""),
    ("recurringMode", "null"),
    ("selectedDays", "[]"),
    ("localOnly", "false"),
    ("disabled", "false"),
    ("snoozeUntil", "null"),
];
const ATTACHMENT: &Defaults = &[
    ("alg", "\"xcha-stream\""),
    ("chunkSize", "524288"),
    ("hashType", "\"xxh64\""),
    ("dateDeleted", "null"),
    ("dateUploaded", "null"),
    ("failed", "null"),
];
const SHORTCUT: &Defaults = &[("sortIndex", "-1")];

fn defaults_of(kind: Kind) -> &'static Defaults {
    match kind {
        Kind::Note => NOTE,
        Kind::Notebook => NOTEBOOK,
        Kind::Body => BODY,
        Kind::Revision => REVISION,
        Kind::RevisionBody => REVISION_BODY,
        Kind::Reminder => REMINDER,
        Kind::Attachment => ATTACHMENT,
        Kind::Shortcut => SHORTCUT,
        _ => &[],
    }
}

/// What Notesnook takes for a field that is missing, as JSON text.
pub(crate) fn default_of(kind: Kind, field: &str) -> Option<&'static str> {
    defaults_of(kind).iter().find(|(name, _)| *name == field).map(|(_, value)| *value)
}

/// The row with every field it needs. Times it lacks are taken from its other times, else `now_ms`.
pub(crate) fn completed<'row>(json: &'row str, row: &Row<'_>, kind: Kind, now_ms: i64) -> Cow<'row, str> {
    let edited = row.number("dateModified").or_else(|| row.number("dateEdited"));
    let created = row.number("dateCreated").or(edited).unwrap_or(now_ms);
    let edited = edited.unwrap_or(created);
    let mut missing = String::new();
    let mut lacks = |name: &str, value: &str| {
        if !row.has(name) {
            missing.push_str(&format!(",\"{name}\":{value}"));
        }
    };
    lacks("dateModified", &edited.to_string());
    if matches!(kind, Kind::Note | Kind::Notebook | Kind::Body) {
        let edited = row.number("dateEdited").unwrap_or(edited);
        lacks("dateEdited", &edited.to_string());
    }
    lacks("dateCreated", &created.to_string());
    lacks("synced", "false");
    for (name, value) in defaults_of(kind) {
        lacks(name, value);
    }
    let json = without_null_date(json, row, created);
    match json.trim_end().strip_suffix('}') {
        Some(open) if !missing.is_empty() => Cow::Owned(format!("{open}{missing}}}")),
        _ => json,
    }
}

/// Puts a date where `dateCreated` is null.
fn without_null_date<'row>(json: &'row str, row: &Row<'_>, created_ms: i64) -> Cow<'row, str> {
    if row.even_null("dateCreated") != Some("null") {
        return Cow::Borrowed(json);
    }
    // A second field of the name would be read by nobody in the same way, so the row is rebuilt.
    let fields: Vec<String> = row
        .fields()
        .map(|(name, value)| {
            let name = serde_json::Value::from(name);
            if name == "dateCreated" { format!("{name}:{created_ms}") } else { format!("{name}:{value}") }
        })
        .collect();
    Cow::Owned(format!("{{{}}}", fields.join(",")))
}

/// Names of colours that Notesnook takes for its own. A tag of such a name is lost on its restore.
pub(crate) const COLOR_NAMES: [&str; 7] = ["red", "orange", "yellow", "green", "blue", "purple", "gray"];

/// Why a row can't stand among Notesnook's rows, in words for a person.
pub(crate) fn refusal(row: &Row<'_>, kind: Kind) -> Option<&'static str> {
    if looks_older(row) {
        return Some(
            "Its row has the form of an older Notesnook, which would make Notesnook refuse the backup.",
        );
    }
    let title = row.text("title");
    match kind {
        Kind::Tag if title.is_none() => {
            Some("It has no title, which would make Notesnook refuse the backup.")
        }
        Kind::Tag if title.is_some_and(|title| COLOR_NAMES.contains(&title.to_lowercase().as_str())) => {
            Some("Notesnook can't restore a tag that is named like one of its colours.")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(json: &str, kind: Kind) -> String {
        completed(json, &Row::parse(json).expect("a row"), kind, 99).into_owned()
    }

    #[test]
    fn a_complete_row_is_not_touched() {
        let json = r#"{"id":"6b","type":"tag","dateModified":1,"dateCreated":2,"synced":false,"deleted":false,"title":"x"}"#;
        assert_eq!(complete(json, Kind::Tag), json);
        let shortcut = r#"{"id":"6b","type":"shortcut","itemId":"6b","itemType":"tag","dateCreated":1,"dateModified":1,"sortIndex":-1,"synced":false}"#;
        assert_eq!(complete(shortcut, Kind::Shortcut), shortcut);
    }

    #[test]
    fn a_row_gets_what_it_lacks() {
        let note =
            complete(r#"{"id":"n","type":"note","title":"x","dateEdited":7,"pinned":true} "#, Kind::Note);
        let row = Row::parse(&note).expect("still a row");
        assert_eq!((row.number("dateCreated"), row.number("dateModified")), (Some(7), Some(7)));
        assert_eq!(
            (row.raw("pinned"), row.raw("spellcheck"), row.raw("archived")),
            (Some("true"), Some("true"), Some("false"))
        );
        assert!(row.has("expiryDate") && row.has("headline"));
        let reminder = complete(r#"{"id":"r","type":"reminder"}"#, Kind::Reminder);
        assert_eq!(Row::parse(&reminder).expect("a row").number("dateCreated"), Some(99));
    }

    #[test]
    fn a_null_date_of_creation_is_replaced_and_stands_once() {
        let tag = complete(
            r#"{"id":"t","type":"tag","title":"a\"b","dateCreated":null,"dateModified":5,"synced":false}"#,
            Kind::Tag,
        );
        assert_eq!(
            tag,
            r#"{"id":"t","type":"tag","title":"a\"b","dateCreated":5,"dateModified":5,"synced":false}"#
        );
    }

    #[test]
    fn rows_that_would_break_a_restore_are_refused() {
        let refused = |json: &str, kind| refusal(&Row::parse(json).expect("a row"), kind).is_some();
        assert!(refused(r#"{"type":"tag","title":"Red"}"#, Kind::Tag));
        assert!(refused(r#"{"type":"tag","title":"gray"}"#, Kind::Tag));
        assert!(refused(r#"{"type":"tag","title":null}"#, Kind::Tag));
        assert!(refused(r#"{"type":"note","title":"x","color":null}"#, Kind::Note));
        assert!(!refused(r#"{"type":"tag","title":"Reddish"}"#, Kind::Tag));
        assert!(!refused(r#"{"type":"color","title":"Red"}"#, Kind::Color));
        assert!(!refused(r#"{"type":"note","title":"red"}"#, Kind::Note));
    }
}
