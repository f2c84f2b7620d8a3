//! What counts when two rows of one item are compared.

use backstop_model::{CanonicalJson, FingerprintBuilder, Item};

use super::complete::default_of;

/// Adds a row to a fingerprint: every field but those that say nothing about the note.
///
/// `synced` belongs to a device. A null, a `deleted` that is false, and a field that holds what
/// Notesnook fills in for a missing one are the same as no field. False if the row is not JSON;
/// then the builder is used up all the same, with a part that says so.
pub(crate) fn add_to_fingerprint(item: &Item, builder: &mut FingerprintBuilder) -> bool {
    let kind = item.key.kind;
    let keep = |field: &str, value: &str| {
        field != "synced"
            && value != "null"
            && !(field == "deleted" && value == "false")
            && default_of(kind, field) != Some(value)
    };
    let added = CanonicalJson::parse(&item.native.json).and_then(|row| row.add_to(builder, keep));
    if added.is_err() {
        builder.part("unreadable", b"");
    }
    added.is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::map::item_of;
    use crate::fingerprint;

    fn of(json: &str) -> backstop_model::Fingerprint {
        fingerprint(&item_of(json).expect("an item"))
    }

    #[test]
    fn what_a_restore_would_not_change_does_not_count() {
        let one = of(
            r#"{"id":"a","type":"note","title":"x","synced":true,"deleted":false,"expiryDate":null,"spellcheck":true,"pinned":false}"#,
        );
        assert_eq!(one, of(r#"{ "title":"\u0078", "type":"note", "id":"a" }"#));
        for other in [
            r#"{"id":"a","type":"note","title":"y"}"#,
            r#"{"id":"a","type":"note","title":"x","pinned":true}"#,
            r#"{"id":"a","type":"note","title":"x","spellcheck":false}"#,
            r#"{"id":"a","type":"note","title":"x","unknown":1}"#,
            r#"{"id":"b","type":"note","title":"x"}"#,
            r#"{"id":"a","type":"notebook","title":"x"}"#,
        ] {
            assert_ne!(one, of(other), "{other}");
        }
    }
}
