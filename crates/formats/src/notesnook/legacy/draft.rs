//! A row on its way from one version to the next: its fields, to be taken out, renamed and added.
//!
//! Values stay the JSON text they were, so that no number or text changes its spelling.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::envelope::md5_hex;
use super::super::wire::{Row, text_of};
use crate::limits;

/// One row, changeable. Of a field that is there twice the last counts, as in [`Row`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    fields: Vec<(String, String)>,
}

impl Draft {
    /// A row with these two fields.
    pub(super) fn new(r#type: &str, id: &str) -> Self {
        let mut draft = Self::default();
        draft.set_text("id", id);
        draft.set_text("type", r#type);
        draft
    }

    pub(super) fn of(row: &Row<'_>) -> Self {
        Self { fields: row.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// Reads one object; nothing if `json` is not one.
    pub(super) fn parse(json: &str) -> Option<Self> {
        Row::parse(json).map(|row| Self::of(&row))
    }

    /// The JSON text of a field that is there, null or not.
    pub(super) fn even_null(&self, name: &str) -> Option<&str> {
        self.fields.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The JSON text of a field that is there and not null.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.even_null(name).filter(|raw| *raw != "null")
    }

    #[cfg(test)]
    pub(super) fn has(&self, name: &str) -> bool {
        self.even_null(name).is_some()
    }

    pub(super) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.raw(name).and_then(text_of)
    }

    /// A text that says something.
    pub(super) fn filled(&self, name: &str) -> Option<Cow<'_, str>> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// The JSON text of a field that is an object.
    pub(super) fn object(&self, name: &str) -> Option<&str> {
        self.raw(name).filter(|raw| raw.starts_with('{'))
    }

    /// Takes a field out; its JSON text if it was there and not null.
    pub(super) fn remove(&mut self, name: &str) -> Option<String> {
        let at = self.fields.iter().rposition(|(key, _)| key == name)?;
        let (_, raw) = self.fields.remove(at);
        self.fields.retain(|(key, _)| key != name);
        Some(raw).filter(|raw| raw != "null")
    }

    /// Sets a field to a JSON text, at the place where it was or at the end.
    pub(super) fn set(&mut self, name: &str, raw: impl Into<String>) {
        let raw = raw.into();
        match self.fields.iter_mut().rev().find(|(key, _)| key == name) {
            Some((_, value)) => *value = raw,
            None => self.fields.push((name.to_owned(), raw)),
        }
    }

    pub(super) fn set_text(&mut self, name: &str, text: &str) {
        self.set(name, json_text(text));
    }

    /// Moves a field to another name; one that is there under it already stays.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        if let Some(raw) = self.remove(from)
            && self.raw(to).is_none()
        {
            self.set(to, raw);
        }
    }

    /// Every field and its JSON text.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What it is; for the trash what lies in it.
    pub(super) fn kind(&self) -> String {
        let named = |name: &str| self.text(name).map(Cow::into_owned).unwrap_or_default();
        match named("type") {
            kind if kind == "trash" => named("itemType"),
            kind => kind,
        }
    }

    pub(super) fn json(&self) -> String {
        let size = self.fields.iter().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>();
        let mut json = String::with_capacity(size + 2);
        for (name, value) in &self.fields {
            json.push(if json.is_empty() { '{' } else { ',' });
            json.push_str(&json_text(name));
            json.push(':');
            json.push_str(value);
        }
        if json.is_empty() {
            json.push('{');
        }
        json.push('}');
        json
    }
}

/// A text as JSON.
pub(super) fn json_text(text: &str) -> String {
    Value::from(text).to_string()
}

/// The members of a JSON array as JSON texts, up to [`limits::MEMBERS`]; none if it is not one.
#[derive(Debug, Default)]
pub(super) struct Members<'json> {
    pub(super) list: Vec<&'json str>,
    /// Whether there are more, which were passed over.
    pub(super) more: bool,
}

impl<'json> Members<'json> {
    pub(super) fn of(raw: Option<&'json str>) -> Self {
        raw.and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default()
    }

    /// The texts among them, each once.
    pub(super) fn texts(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let texts = self.list.iter().filter_map(|raw| text_of(raw)).filter(|text| !text.is_empty());
        texts.map(Cow::into_owned).filter(|text| seen.insert(text.clone())).collect()
    }

    /// The objects among them.
    pub(super) fn objects(&self) -> impl Iterator<Item = Draft> {
        self.list.iter().filter_map(|raw| Draft::parse(raw))
    }
}

impl<'de: 'json, 'json> Deserialize<'de> for Members<'json> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut members = Members::default();
                while let Some(raw) = seq.next_element::<&RawValue>()? {
                    members.more = members.list.len() >= limits::MEMBERS;
                    if !members.more {
                        members.list.push(raw.get());
                    }
                }
                Ok(members)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// Dates of a row that states another: when it was last changed, else when it was made.
pub(super) fn dates_from(draft: &Draft) -> String {
    let date = ["dateModified", "dateEdited", "dateCreated"].iter().find_map(|name| draft.raw(name));
    date.unwrap_or("0").to_owned()
}

/// One end of a relation: type and id.
pub(super) type End<'a> = (&'a str, &'a str);

/// The row of a relation. Its id is the hash of its ends, as in Notesnook. `date` is JSON.
pub(super) fn relation(from: End<'_>, to: End<'_>, date: &str) -> Draft {
    let id = md5_hex(format!("{}{}{}{}", from.1, to.1, from.0, to.0).as_bytes());
    let mut draft = Draft::new("relation", &id);
    for (name, value) in [("fromType", from.0), ("fromId", from.1), ("toType", to.0), ("toId", to.1)] {
        draft.set_text(name, value);
    }
    draft.set("dateCreated", date);
    draft.set("dateModified", date);
    draft
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_touched_keeps_its_spelling() {
        let json = r#"{"id":"a","n":1.50,"s":"\u00e9","x":null,"n":2e3}"#;
        let mut draft = Draft::parse(json).expect("an object");
        assert_eq!(draft.json(), json);
        assert_eq!((draft.raw("n"), draft.raw("x"), draft.has("x")), (Some("2e3"), None, true));
        draft.rename("s", "t");
        draft.rename("t", "id");
        assert_eq!(draft.remove("n").as_deref(), Some("2e3"));
        draft.set_text("id", "b\"c");
        assert_eq!(draft.json(), r#"{"id":"b\"c","x":null}"#);
        assert_eq!(Draft::default().json(), "{}");
    }

    #[test]
    fn a_relation_has_the_id_that_notesnook_gives_it() {
        let draft = relation(("tag", "t"), ("note", "n"), "5");
        assert_eq!(draft.text("id").as_deref(), Some(md5_hex(b"tntagnote").as_str()));
        assert_eq!((draft.raw("toId"), draft.raw("dateCreated")), (Some("\"n\""), Some("5")));
    }

    #[test]
    fn lists_are_believed_only_as_far_as_they_go() {
        let texts = |json| Members::of(Some(json)).texts();
        assert_eq!(texts(r#"["a","b",3,null,"a",""]"#), ["a", "b"]);
        assert_eq!(texts("{}"), Vec::<String>::new());
        assert_eq!(Members::of(Some(r#"[{"a":1}, 2]"#)).list, [r#"{"a":1}"#, "2"]);
        let many = format!("[{}0]", "0,".repeat(limits::MEMBERS));
        let many = Members::of(Some(&many));
        assert_eq!((many.list.len(), many.more), (limits::MEMBERS, true));
    }
}
