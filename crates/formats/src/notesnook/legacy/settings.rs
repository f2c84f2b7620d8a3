//! The settings of versions up to 5.9, one row for all, become one row for each. Pure.

use super::super::envelope::md5_hex;
use super::draft::{Draft, dates_from, json_text};

/// Settings that are one row each as they are.
const SINGLE: [&str; 8] = [
    "trashCleanupInterval",
    "titleFormat",
    "dateFormat",
    "timeFormat",
    "dayFormat",
    "weekFormat",
    "defaultTag",
    "profile",
];

/// Settings of which every field is a row, `<setting>:<field>`.
const BY_FIELD: [&str; 4] = ["groupOptions", "toolbarConfig", "sideBarOrder", "sideBarHiddenItems"];

/// Fields that are no setting.
const OWN: [&str; 11] = [
    "id",
    "type",
    "pins",
    "aliases",
    "defaultNotebook",
    "dateCreated",
    "dateModified",
    "dateEdited",
    "synced",
    "deleted",
    "remote",
];

/// The rows that a row of type `settings` becomes.
pub(super) fn single_rows(settings: &Draft) -> Vec<Draft> {
    let date = dates_from(settings);
    let mut rows = Vec::new();
    let mut add = |key: &str, value: &str| {
        let mut row = Draft::new("settingitem", &md5_hex(key.as_bytes()));
        row.set_text("key", key);
        row.set("value", value);
        row.set("dateCreated", &*date);
        row.set("dateModified", &*date);
        rows.push(row);
    };
    for key in SINGLE {
        match settings.raw(key) {
            // Only what Notesnook keeps as an object is one; others are JSON in a text.
            Some(value) if value.starts_with(['{', '[']) && key != "profile" => add(key, &json_text(value)),
            Some(value) => add(key, value),
            None => {}
        }
    }
    if let Some(id) = default_notebook(settings) {
        add("defaultNotebook", &json_text(&id));
    }
    for key in BY_FIELD {
        for (field, value) in settings.object(key).and_then(Draft::parse).iter().flat_map(Draft::fields) {
            if value != "null" {
                add(&format!("{key}:{field}"), value);
            }
        }
    }
    rows
}

/// Where new notes go: a topic, which is a notebook now, or a notebook.
fn default_notebook(settings: &Draft) -> Option<String> {
    let Some(place) = settings.object("defaultNotebook").and_then(Draft::parse) else {
        return settings.filled("defaultNotebook").map(std::borrow::Cow::into_owned);
    };
    place.filled("topic").or_else(|| place.filled("id")).map(std::borrow::Cow::into_owned)
}

/// Names that a tag or colour was given later and that differ from its title, by its id.
pub(super) fn aliases(settings: &Draft) -> Vec<(String, String)> {
    let aliases = settings.object("aliases").and_then(Draft::parse);
    let named = aliases.iter().flat_map(|aliases| {
        aliases.fields().filter_map(|(id, _)| Some((id.to_owned(), aliases.filled(id)?.into_owned())))
    });
    named.filter(|(id, alias)| *id != md5_hex(alias.as_bytes())).collect()
}

/// Whether the row says anything that its single rows do not.
pub(super) fn says_more(settings: &Draft) -> bool {
    let known = |name: &str| OWN.contains(&name) || SINGLE.contains(&name) || BY_FIELD.contains(&name);
    settings.fields().any(|(name, value)| !known(name) && value != "null") || !aliases(settings).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(json: &str) -> Vec<(String, String)> {
        let rows = single_rows(&Draft::parse(json).expect("an object"));
        let of = |row: &Draft, name: &str| row.raw(name).map(str::to_owned).expect("there");
        for row in &rows {
            assert_eq!(row.text("id").expect("an id"), md5_hex(row.text("key").expect("a key").as_bytes()));
        }
        rows.iter().map(|row| (of(row, "key"), of(row, "value"))).collect()
    }

    #[test]
    fn each_setting_becomes_a_row() {
        let json = r#"{"id":"s","type":"settings","dateModified":5,"groupOptions":{"notes":{"groupBy":"abc"},"tags":null},
            "toolbarConfig":{"desktop":{"preset":"default"}},"aliases":{},"trashCleanupInterval":30,"titleFormat":"N $date$",
            "timeFormat":null,"defaultNotebook":{"id":"b","topic":"t"},"defaultTag":["x"],"profile":{"fullName":"O"}}"#;
        let expected = [
            ("\"trashCleanupInterval\"", "30"),
            ("\"titleFormat\"", "\"N $date$\""),
            ("\"defaultTag\"", r#""[\"x\"]""#),
            ("\"profile\"", r#"{"fullName":"O"}"#),
            ("\"defaultNotebook\"", "\"t\""),
            ("\"groupOptions:notes\"", r#"{"groupBy":"abc"}"#),
            ("\"toolbarConfig:desktop\"", r#"{"preset":"default"}"#),
        ];
        let found = rows(json);
        let found: Vec<(&str, &str)> =
            found.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_default_notebook_is_a_topic_or_a_notebook() {
        for (value, expected) in [
            (r#"{"id":"b"}"#, Some("b")),
            (r#"{"id":"b","topic":""}"#, Some("b")),
            (r#""b""#, Some("b")),
            ("null", None),
            ("{}", None),
        ] {
            let settings = Draft::parse(&format!(r#"{{"defaultNotebook":{value}}}"#)).expect("an object");
            assert_eq!(default_notebook(&settings).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn only_what_would_be_lost_counts_as_more() {
        for (json, more) in [
            (r#"{"id":"s","type":"settings","pins":[],"dateFormat":"x"}"#, false),
            (r#"{"aliases":{"bda9643ac6601722a28f238714274da4":"red"}}"#, false),
            (r#"{"aliases":{"bda9643ac6601722a28f238714274da4":"urgent"}}"#, true),
            (r#"{"future":1}"#, true),
            (r#"{"future":null}"#, false),
        ] {
            assert_eq!(says_more(&Draft::parse(json).expect("an object")), more, "{json}");
        }
    }
}
