//! The steps from version to version: a row goes in, rows of the next version come out. Pure.
//!
//! A file runs the step of its own version and all below it. Source: FORMAT.md, "Older versions".

use std::borrow::Cow;

use super::super::envelope::Version;
use super::super::wire::text_of;
use super::draft::{Draft, Members, dates_from, json_text};
use super::markup;
use super::relate::{Fact, relate};

/// One step for one row. Rows that it adds go into the vector.
type Step = fn(&mut Draft, &mut Vec<Draft>);

/// Which step a version needs first; versions without one changed nothing that is in a backup.
const STEPS: [(Version, Step); 5] = [
    (Version(52), from_5_2),
    (Version(53), from_5_3),
    (Version(54), from_5_4),
    (Version(56), from_5_6),
    (Version(57), from_5_7),
];

/// Brings one row to version 6.1, apart from what only all rows together tell.
pub(super) fn migrate(mut draft: Draft, version: Version) -> Vec<Fact> {
    name_sessions(&mut draft);
    let mut drafts = vec![draft];
    for (_, step) in STEPS.iter().filter(|(of, _)| *of >= version) {
        let mut added = Vec::new();
        drafts.iter_mut().for_each(|draft| step(draft, &mut added));
        drafts.append(&mut added);
    }
    let mut facts = Vec::new();
    for mut draft in drafts {
        if version <= Version(59) {
            relate(draft, &mut facts);
        } else {
            if draft.kind() == "note" {
                draft.remove("locked");
            }
            facts.push(Fact::Row(draft));
        }
    }
    facts
}

/// Sessions had no type until 5.7; what else names a session's body is one.
fn name_sessions(draft: &mut Draft) {
    if draft.raw("sessionContentId").is_some() {
        draft.set_text("type", "session");
    }
}

/// `dateEdited` meant what `dateModified` means since.
fn from_5_2(draft: &mut Draft, _: &mut Vec<Draft>) {
    if let Some(edited) = draft.raw("dateEdited").map(str::to_owned)
        && draft.raw("dateModified").is_none()
    {
        draft.set("dateModified", edited);
    }
    if matches!(&*draft.kind(), "tag" | "attachment" | "settings") {
        draft.remove("dateEdited");
    }
    draft.remove("persistDateEdited");
    // The frame that this version put around tables is taken off again by the step from 5.4.
    rewrite_tiny(draft, &markup::with_plain_checklists);
}

fn from_5_3(draft: &mut Draft, _: &mut Vec<Draft>) {
    rewrite_tiny(draft, &markup::with_tables_decoded);
}

fn from_5_4(draft: &mut Draft, _: &mut Vec<Draft>) {
    rewrite_tiny(draft, &markup::as_tiptap);
    if is(draft, "tiny") {
        draft.set_text("type", "tiptap");
    }
}

/// Topics listed their notes, and the settings what was pinned.
fn from_5_6(draft: &mut Draft, added: &mut Vec<Draft>) {
    if draft.kind() == "notebook" && draft.raw("topics").is_some() {
        let topics =
            Members::of(draft.raw("topics")).list.into_iter().map(|topic| match Draft::parse(topic) {
                Some(mut topic) => {
                    topic.remove("notes");
                    topic.json()
                }
                None => topic.to_owned(),
            });
        let topics = format!("[{}]", topics.collect::<Vec<_>>().join(","));
        draft.set("topics", topics);
    }
    if draft.kind() == "settings" {
        let date = dates_from(draft);
        let pins = draft.remove("pins");
        added.extend(Members::of(pins.as_deref()).list.into_iter().filter_map(|pin| shortcut_of(pin, &date)));
    }
}

/// A pin is `{"type":…,"data":{"id":…}}`.
fn shortcut_of(pin: &str, date: &str) -> Option<Draft> {
    let pin = Draft::parse(pin)?;
    let mut target = Draft::parse(pin.object("data")?)?;
    let id = target.filled("id")?.into_owned();
    target.set("type", pin.raw("type")?);
    let mut shortcut = Draft::new("shortcut", &id);
    shortcut.set("item", target.json());
    shortcut.set("dateCreated", date);
    shortcut.set("dateModified", date);
    Some(shortcut)
}

/// Types and ids took the names they have now.
fn from_5_7(draft: &mut Draft, _: &mut Vec<Draft>) {
    let is_body = matches!(&*draft.kind(), "tiny" | "tiptap" | "content");
    let of_session = draft.text("id").is_some_and(|id| id.ends_with("_content"));
    if is_body && of_session {
        draft.set_text("contentType", "tiptap");
        draft.set_text("type", "sessioncontent");
    } else if is_body {
        draft.set_text("type", "tiptap");
    } else if is(draft, "notehistory") {
        draft.set_text("type", "session");
    } else if is(draft, "shortcut") {
        let target = draft.object("item").and_then(Draft::parse);
        if let Some(id) = target.as_ref().and_then(|target| target.filled("id")) {
            draft.set_text("id", &id);
        }
    }
}

fn is(draft: &Draft, r#type: &str) -> bool {
    draft.text("type").as_deref() == Some(r#type)
}

/// Applies a change to the HTML of a body of the old editor, and to the other side of its conflict.
fn rewrite_tiny(draft: &mut Draft, change: &dyn Fn(&str) -> Cow<'_, str>) {
    // Bodies of sessions are packed, and stay as they are in Notesnook as well.
    if !is(draft, "tiny") || matches!(draft.raw("compressed"), Some("true" | "1")) {
        return;
    }
    if let Some(html) = draft.raw("data").and_then(text_of)
        && let Cow::Owned(changed) = change(&html)
    {
        let changed = json_text(&changed);
        draft.set("data", changed);
    }
    if let Some(mut other) = draft.object("conflicted").and_then(Draft::parse)
        && other.object("conflicted").is_none()
    {
        other.set_text("type", "tiny");
        rewrite_tiny(&mut other, change);
        other.set_text("type", "tiptap");
        draft.set("conflicted", other.json());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a row of a version, rows only.
    fn rows(version: u8, json: &str) -> Vec<String> {
        let draft = Draft::parse(json).expect("an object");
        let rows = migrate(draft, Version(version)).into_iter().filter_map(|fact| match fact {
            Fact::Row(draft) | Fact::Tag(draft) | Fact::Shortcut(draft) => Some(draft.json()),
            _ => None,
        });
        rows.collect()
    }

    #[test]
    fn every_version_runs_its_own_step_and_all_later_ones() {
        let tiny = r#"{"id":"c","type":"tiny","noteId":"n","dateEdited":5,"persistDateEdited":true,"data":"<ul class=\"tox-checklist\"></ul><p data-mce-style=\"x\">&lt;div class=\"table-container\"&gt;&lt;table&gt;&lt;/table&gt;&lt;/div&gt;</p>"}"#;
        let data = |version| {
            let row = Draft::parse(&rows(version, tiny)[0]).expect("a row");
            assert_eq!(row.text("type").as_deref(), Some(if version < 58 { "tiptap" } else { "tiny" }));
            assert_eq!(row.has("persistDateEdited"), version > 52);
            assert_eq!(row.raw("dateModified"), if version > 52 { None } else { Some("5") });
            row.text("data").expect("HTML").into_owned()
        };
        for version in [50, 51, 52] {
            assert_eq!(data(version), r#"<ul class="checklist"></ul><p><table></table></p>"#);
        }
        assert_eq!(data(53), r#"<ul class="tox-checklist"></ul><p><table></table></p>"#);
        for version in 54..=58 {
            let escaped = r#"&lt;div class="table-container"&gt;&lt;table&gt;&lt;/table&gt;&lt;/div&gt;"#;
            let leftover = if version == 54 { "" } else { r#" data-mce-style="x""# };
            assert_eq!(
                data(version),
                format!(r#"<ul class="tox-checklist"></ul><p{leftover}>{escaped}</p>"#)
            );
        }
    }

    #[test]
    fn dates_take_the_names_they_have_now() {
        for (before, after) in [
            (
                r#"{"id":"n","type":"note","dateEdited":7}"#,
                r#"{"id":"n","type":"note","dateEdited":7,"dateModified":7}"#,
            ),
            (
                r#"{"id":"n","type":"note","dateEdited":7,"dateModified":9}"#,
                r#"{"id":"n","type":"note","dateEdited":7,"dateModified":9}"#,
            ),
            (
                r#"{"id":"r","type":"reminder","dateEdited":7}"#,
                r#"{"id":"r","type":"reminder","dateEdited":7,"dateModified":7}"#,
            ),
        ] {
            assert_eq!(rows(52, before), [after]);
        }
        let attachment = r#"{"id":"a","type":"attachment","dateEdited":7}"#;
        assert_eq!(rows(52, attachment), [r#"{"id":"a","type":"attachment","dateModified":7}"#]);
        assert_eq!(rows(53, attachment), [attachment]);
    }

    #[test]
    fn both_sides_of_a_conflict_are_rewritten() {
        let json = r#"{"id":"c","type":"tiny","data":"<p>a</p>","conflicted":{"id":"c","type":"tiny","data":"<p data-mce-x=\"1\">b</p>"}}"#;
        let row = Draft::parse(&rows(54, json)[0]).expect("a row");
        let other = Draft::parse(row.object("conflicted").expect("the other side")).expect("a row");
        assert_eq!(other.text("data").as_deref(), Some("<p>b</p>"));
        assert_eq!(other.text("type").as_deref(), Some("tiptap"));
    }

    #[test]
    fn locked_and_packed_bodies_are_left_alone() {
        let locked = r#"{"id":"c","type":"tiny","data":{"cipher":"tox-checklist","iv":"x"}}"#;
        let row = Draft::parse(&rows(52, locked)[0]).expect("a row");
        assert_eq!(row.raw("data"), Some(r#"{"cipher":"tox-checklist","iv":"x"}"#));
        assert_eq!((row.text("type").as_deref(), row.raw("locked")), (Some("tiptap"), Some("true")));
        let packed = r#"{"id":"n_1_content","type":"tiny","data":"H4sIdata-mce-","compressed":true}"#;
        let row = Draft::parse(&rows(52, packed)[0]).expect("a row");
        assert_eq!(row.text("data").as_deref(), Some("H4sIdata-mce-"));
        assert_eq!(row.text("contentType").as_deref(), Some("tiptap"));
    }

    #[test]
    fn sessions_and_bodies_get_their_types() {
        for (version, before, r#type) in [
            (56, r#"{"id":"n_1","sessionContentId":"n_1_content","noteId":"n"}"#, "session"),
            (58, r#"{"id":"n_1","sessionContentId":"n_1_content","noteId":"n"}"#, "session"),
            (57, r#"{"id":"n_1","type":"notehistory","noteId":"n"}"#, "session"),
            (57, r#"{"id":"n_1_content","type":"tiptap"}"#, "sessioncontent"),
            (56, r#"{"id":"n_1_content","type":"content"}"#, "sessioncontent"),
            (57, r#"{"id":"c","type":"tiny"}"#, "tiptap"),
            (57, r#"{"id":"c","type":"content"}"#, "tiptap"),
            (58, r#"{"id":"n_1_content","type":"tiptap"}"#, "tiptap"),
            (57, r#"{"id":"n_1_content","type":"note"}"#, "note"),
        ] {
            let row = Draft::parse(&rows(version, before)[0]).expect("a row");
            assert_eq!(row.text("type").as_deref(), Some(r#type), "{version} {before}");
        }
    }

    #[test]
    fn pins_become_shortcuts_under_the_id_of_what_they_show() {
        let settings = r#"{"id":"s","type":"settings","dateEdited":9,"pins":[{"type":"notebook","data":{"id":"b"}},{"type":"topic","data":{"id":"t","notebookId":"b"}},{"type":"tag","data":{"id":"g"}},{"type":"tag"},5]}"#;
        let expected = |id: &str, kind: &str| {
            format!(
                r#"{{"id":"{id}","type":"shortcut","dateCreated":9,"dateModified":9,"itemId":"{id}","itemType":"{kind}","sortIndex":-1}}"#
            )
        };
        let expected = [expected("b", "notebook"), expected("t", "notebook"), expected("g", "tag")];
        for version in [50, 52, 56] {
            assert_eq!(rows(version, settings), expected, "{version}");
        }
        assert_eq!(rows(57, settings), Vec::<String>::new());
        let shortcut = r#"{"id":"x","type":"shortcut","item":{"type":"tag","id":"g"},"sortIndex":3}"#;
        let named = |id: &str| {
            format!(r#"{{"id":"{id}","type":"shortcut","sortIndex":3,"itemId":"g","itemType":"tag"}}"#)
        };
        assert_eq!((rows(57, shortcut), rows(58, shortcut)), (vec![named("g")], vec![named("x")]));
    }

    #[test]
    fn version_6_0_lost_a_switch_only() {
        assert_eq!(
            rows(60, r#"{"id":"n","type":"note","locked":true,"title":"x"}"#),
            [r#"{"id":"n","type":"note","title":"x"}"#]
        );
        let body = r#"{"id":"c","type":"tiptap","locked":true,"data":{"cipher":"x"}}"#;
        assert_eq!(rows(60, body), [body]);
    }
}
