//! The step from 5.9 to 6.0: what rows said of each other in fields of their own becomes relations,
//! topics become notebooks, colours part from tags. Pure: what one row does not tell is a [`Fact`]
//! for `gathered`.

use super::super::envelope::md5_hex;
use super::draft::{Draft, Members, dates_from, relation};
use super::settings::{aliases, says_more, single_rows};

/// What a row tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// A row of the present form.
    Row(Draft),
    /// A tag, or a colour: only other rows tell which.
    Tag(Draft),
    /// A shortcut; the tag it leads to may have got another id.
    Shortcut(Draft),
    /// A note has this tag. The relation states the date, as JSON.
    Tagged { note: String, tag: String, date: String },
    /// A note has this colour.
    Colored { note: String, color: String, date: String },
    /// A note is in this notebook, in a topic of it or in none.
    Placed { note: String, notebook: String, topic: Option<String>, date: String },
    /// There is a notebook or topic of this id.
    Place(String),
    /// A list in the row of this id has more members than are read.
    TooMany(String),
    /// A tag or colour was renamed, which only the settings say.
    Renamed { id: String, alias: String },
}

/// What a row of version 5.9 tells.
pub(super) fn relate(mut draft: Draft, facts: &mut Vec<Fact>) {
    if draft.text("type").as_deref() == Some("trash") && draft.raw("deletedBy").is_none() {
        draft.set_text("deletedBy", "user");
    }
    draft.remove("deleteReason");
    match &*draft.kind() {
        "note" => note(draft, facts),
        "notebook" => notebook(draft, facts),
        "attachment" => attachment(draft, facts),
        "tiptap" | "tiny" | "sessioncontent" => facts.push(Fact::Row(body(draft))),
        "shortcut" => facts.push(Fact::Shortcut(shortcut(draft))),
        "relation" => facts.push(Fact::Row(flat_relation(draft))),
        "settings" => settings(draft, facts),
        "tag" => facts.push(Fact::Tag(draft)),
        // Its notebook states it as well.
        "topic" => {}
        _ => facts.push(Fact::Row(draft)),
    }
}

fn id_of(draft: &Draft) -> String {
    draft.text("id").unwrap_or_default().into_owned()
}

/// A list in a row, and word of it if it is too long.
fn read_list<'json>(raw: Option<&'json str>, id: &str, facts: &mut Vec<Fact>) -> Members<'json> {
    let members = Members::of(raw);
    if members.more {
        facts.push(Fact::TooMany(id.to_owned()));
    }
    members
}

fn note(mut draft: Draft, facts: &mut Vec<Fact>) {
    let (id, date) = (id_of(&draft), dates_from(&draft));
    draft.remove("locked");
    let tags = draft.remove("tags");
    for tag in read_list(tags.as_deref(), &id, facts).texts() {
        facts.push(Fact::Tagged { note: id.clone(), tag, date: date.clone() });
    }
    let colors = draft.remove("colors");
    let mut colors = read_list(colors.as_deref(), &id, facts).texts();
    colors.extend(draft.filled("color").map(std::borrow::Cow::into_owned));
    draft.remove("color");
    if let Some(color) = colors.pop() {
        facts.push(Fact::Colored { note: id.clone(), color, date: date.clone() });
    }
    let places = draft.remove("notebooks");
    for place in read_list(places.as_deref(), &id, facts).objects() {
        let Some(notebook) = place.filled("id") else { continue };
        let topics = read_list(place.raw("topics"), &id, facts).texts();
        let placed = |topic| Fact::Placed {
            note: id.clone(),
            notebook: notebook.clone().into_owned(),
            topic,
            date: date.clone(),
        };
        if topics.is_empty() {
            facts.push(placed(None));
        }
        facts.extend(topics.into_iter().map(|topic| placed(Some(topic))));
    }
    facts.push(Fact::Row(draft));
}

fn notebook(mut draft: Draft, facts: &mut Vec<Fact>) {
    let id = id_of(&draft);
    let date = dates_from(&draft);
    let topics = draft.remove("topics");
    facts.push(Fact::Place(id.clone()));
    facts.push(Fact::Row(draft));
    for topic in read_list(topics.as_deref(), &id, facts).objects() {
        let title = topic.text("title").unwrap_or_default();
        let topic_id = match topic.filled("id") {
            Some(id) => id.into_owned(),
            None if title.is_empty() => continue,
            None => md5_hex(format!("{id}{title}").as_bytes()),
        };
        let mut child = topic.clone();
        for name in ["notebookId", "notes", "type", "id", "itemIds"] {
            child.remove(name);
        }
        child.set_text("id", &topic_id);
        child.set_text("type", "notebook");
        if child.raw("dateModified").is_none() {
            let dated = ["dateEdited", "dateCreated"].iter().any(|name| topic.raw(name).is_some());
            child.set("dateModified", if dated { dates_from(&topic) } else { date.clone() });
        }
        facts.push(Fact::Place(topic_id.clone()));
        facts.push(Fact::Row(child));
        facts.push(Fact::Row(relation(("notebook", &id), ("notebook", &topic_id), &date)));
    }
}

fn attachment(mut draft: Draft, facts: &mut Vec<Fact>) {
    let (id, date) = (id_of(&draft), dates_from(&draft));
    let notes = draft.remove("noteIds");
    let notes = read_list(notes.as_deref(), &id, facts).texts();
    if let Some(metadata) = draft.object("metadata").and_then(Draft::parse) {
        for (from, to) in
            [("hash", "hash"), ("hashType", "hashType"), ("filename", "filename"), ("type", "mimeType")]
        {
            if let Some(value) = metadata.raw(from)
                && draft.raw(to).is_none()
            {
                draft.set(to, value);
            }
        }
        draft.remove("metadata");
    }
    draft.rename("length", "size");
    facts.push(Fact::Row(draft));
    facts.extend(notes.iter().map(|note| Fact::Row(relation(("note", note), ("attachment", &id), &date))));
}

/// A body is locked if it is a cipher object.
fn body(mut draft: Draft) -> Draft {
    draft.remove("resolved");
    let locked = draft.object("data").is_some();
    draft.set("locked", if locked { "true" } else { "false" });
    draft
}

/// Shortcuts to topics lead to notebooks now.
fn shortcut(mut draft: Draft) -> Draft {
    if let Some(item) = draft.object("item").and_then(Draft::parse) {
        let kind = item.text("type").unwrap_or_default();
        let id = item.raw("id").unwrap_or("null").to_owned();
        draft.remove("item");
        draft.set("itemId", id);
        draft.set_text("itemType", if kind == "topic" { "notebook" } else { &kind });
    }
    if draft.raw("sortIndex").is_none() {
        draft.set("sortIndex", "-1");
    }
    draft
}

fn flat_relation(mut draft: Draft) -> Draft {
    for (end, type_field, id_field) in [("from", "fromType", "fromId"), ("to", "toType", "toId")] {
        let Some(one) = draft.object(end).and_then(Draft::parse) else { continue };
        let kind = one.text("type").unwrap_or_default();
        draft.set_text(type_field, if kind == "topic" { "notebook" } else { &kind });
        draft.set(id_field, one.raw("id").unwrap_or("null"));
        draft.remove(end);
    }
    draft
}

fn settings(draft: Draft, facts: &mut Vec<Fact>) {
    facts.extend(single_rows(&draft).into_iter().map(Fact::Row));
    facts.extend(aliases(&draft).into_iter().map(|(id, alias)| Fact::Renamed { id, alias }));
    // A type that Notesnook drops: it is kept for what its single rows do not say.
    if says_more(&draft) {
        facts.push(Fact::Row(draft));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(json: &str) -> Vec<Fact> {
        let mut facts = Vec::new();
        relate(Draft::parse(json).expect("an object"), &mut facts);
        facts
    }

    fn rows(json: &str) -> Vec<String> {
        let rows = facts(json).into_iter().filter_map(|fact| match fact {
            Fact::Row(draft) | Fact::Tag(draft) | Fact::Shortcut(draft) => Some(draft.json()),
            _ => None,
        });
        rows.collect()
    }

    #[test]
    fn a_note_tells_its_tags_its_colour_and_its_places() {
        for r#type in [r#""type":"note""#, r#""type":"trash","itemType":"note","deletedBy":"app""#] {
            let json = format!(
                r#"{{"id":"n",{type},"dateModified":5,"locked":true,"tags":["a","b","a",7],"color":"red","notebooks":[{{"id":"x","topics":["t","u","t"]}},{{"id":"y","topics":[]}},{{"id":"z"}},null,{{}}]}}"#
            );
            let (note, date) = (|| "n".to_owned(), || "5".to_owned());
            let placed = |notebook: &str, topic: Option<&str>| Fact::Placed {
                note: note(),
                notebook: notebook.to_owned(),
                topic: topic.map(str::to_owned),
                date: date(),
            };
            let row = Draft::parse(&format!(r#"{{"id":"n",{type},"dateModified":5}}"#)).expect("an object");
            let expected = [
                Fact::Tagged { note: note(), tag: "a".to_owned(), date: date() },
                Fact::Tagged { note: note(), tag: "b".to_owned(), date: date() },
                Fact::Colored { note: note(), color: "red".to_owned(), date: date() },
                placed("x", Some("t")),
                placed("x", Some("u")),
                placed("y", None),
                placed("z", None),
                Fact::Row(row),
            ];
            assert_eq!(facts(&json), expected);
        }
        let bare = r#"{"id":"n","type":"note","title":"x"}"#;
        assert_eq!(rows(bare), [bare]);
        let nulls = r#"{"id":"n","type":"note","tags":null,"color":null,"notebooks":null}"#;
        assert_eq!(facts(nulls).len(), 1);
    }

    #[test]
    fn the_trash_says_who_put_it_there() {
        for (json, by) in [
            (r#"{"id":"n","type":"trash","itemType":"note"}"#, "user"),
            (r#"{"id":"n","type":"trash","itemType":"notebook","deletedBy":null}"#, "user"),
            (r#"{"id":"n","type":"trash","itemType":"note","deletedBy":"app","deleteReason":"x"}"#, "app"),
        ] {
            let row = Draft::parse(&rows(json)[0]).expect("a row");
            assert_eq!(row.text("deletedBy").as_deref(), Some(by));
            assert!(!row.has("deleteReason"));
        }
    }

    #[test]
    fn topics_become_notebooks_below_theirs() {
        let json = r#"{"id":"b","type":"notebook","dateModified":9,"topics":[{"type":"topic","id":"t","notebookId":"b","title":"T","dateCreated":1,"dateEdited":2,"notes":["n"]},{"title":"no id"},{},5]}"#;
        let made = md5_hex(b"bno id");
        let expected = [
            r#"{"id":"b","type":"notebook","dateModified":9}"#.to_owned(),
            r#"{"title":"T","dateCreated":1,"dateEdited":2,"id":"t","type":"notebook","dateModified":2}"#
                .to_owned(),
            relation(("notebook", "b"), ("notebook", "t"), "9").json(),
            format!(r#"{{"title":"no id","id":"{made}","type":"notebook","dateModified":9}}"#),
            relation(("notebook", "b"), ("notebook", &made), "9").json(),
        ];
        assert_eq!(rows(json), expected);
        assert!(facts(json).contains(&Fact::Place("t".to_owned())));
    }

    #[test]
    fn an_attachment_says_everything_itself() {
        let json = r#"{"id":"a","type":"attachment","dateModified":3,"noteIds":["n","m","n"],"length":12,"metadata":{"hash":"h","hashType":"xxh64","filename":"f","type":"image/png"},"iv":"i"}"#;
        let expected = [
            r#"{"id":"a","type":"attachment","dateModified":3,"iv":"i","hash":"h","hashType":"xxh64","filename":"f","mimeType":"image/png","size":12}"#.to_owned(),
            relation(("note", "n"), ("attachment", "a"), "3").json(),
            relation(("note", "m"), ("attachment", "a"), "3").json(),
        ];
        assert_eq!(rows(json), expected);
        let flat = r#"{"id":"a","type":"attachment","hash":"h","size":1}"#;
        assert_eq!(rows(flat), [flat]);
    }

    #[test]
    fn bodies_relations_and_shortcuts_take_their_present_form() {
        for (before, after) in [
            (
                r#"{"id":"c","type":"tiptap","data":"x","resolved":true}"#,
                r#"{"id":"c","type":"tiptap","data":"x","locked":false}"#,
            ),
            (
                r#"{"id":"c","type":"sessioncontent","data":{"iv":"x"},"locked":false}"#,
                r#"{"id":"c","type":"sessioncontent","data":{"iv":"x"},"locked":true}"#,
            ),
            (
                r#"{"id":"r","type":"relation","from":{"id":"n","type":"note"},"to":{"id":"m","type":"reminder"}}"#,
                r#"{"id":"r","type":"relation","fromType":"note","fromId":"n","toType":"reminder","toId":"m"}"#,
            ),
            (
                r#"{"id":"r","type":"relation","fromType":"note","fromId":"n","toType":"note","toId":"m"}"#,
                r#"{"id":"r","type":"relation","fromType":"note","fromId":"n","toType":"note","toId":"m"}"#,
            ),
            (
                r#"{"id":"s","type":"shortcut","item":{"type":"topic","id":"t","notebookId":"b"},"sortIndex":0}"#,
                r#"{"id":"s","type":"shortcut","sortIndex":0,"itemId":"t","itemType":"notebook"}"#,
            ),
            (
                r#"{"id":"r","type":"reminder","mode":"once"}"#,
                r#"{"id":"r","type":"reminder","mode":"once"}"#,
            ),
        ] {
            assert_eq!(rows(before), [after]);
        }
        assert_eq!(facts(r#"{"id":"t","type":"topic","title":"T"}"#), []);
    }

    #[test]
    fn settings_are_kept_whole_only_for_what_would_be_lost() {
        let plain = r#"{"id":"s","type":"settings","dateFormat":"x"}"#;
        assert_eq!(facts(plain).len(), 1);
        let renamed = r#"{"id":"s","type":"settings","aliases":{"e9bae3ce1d7ac00b0b1aa2fbddc50cfb":"new"}}"#;
        let told = facts(renamed);
        let id = "e9bae3ce1d7ac00b0b1aa2fbddc50cfb".to_owned();
        assert_eq!(told[0], Fact::Renamed { id, alias: "new".to_owned() });
        assert_eq!(told[1], Fact::Row(Draft::parse(renamed).expect("an object")));
    }
}
