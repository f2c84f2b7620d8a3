//! A Notesnook row as it lies on disk.
//!
//! Source: notesnook.md's sections 5 and 7 are summed up in FORMAT.md; rows are database rows of
//! the app, and other versions and other people's tools write them a little differently. So no
//! field is believed to have its type: a row is looked into, never deserialised into a fixed shape,
//! and its text is kept as it is.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The type of every row that is Backstop's own. Notesnook passes over types it does not know.
pub(crate) const OWN_TYPE: &str = "x-backstop";

/// JSON text, borrowed where it has no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'json>(#[serde(borrow)] Cow<'json, str>);

/// One JSON object, looked into field by field. Of a field that is there twice the last counts, as
/// in JavaScript.
#[derive(Debug)]
pub(crate) struct Row<'json> {
    fields: Vec<(Cow<'json, str>, &'json RawValue)>,
}

impl<'json> Row<'json> {
    /// Reads one object; nothing if `json` is not one.
    pub(crate) fn parse(json: &'json str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The JSON text of a field that is there and not null.
    pub(crate) fn raw(&self, name: &str) -> Option<&'json str> {
        self.even_null(name).filter(|raw| *raw != "null")
    }

    /// The JSON text of a field that is there.
    pub(crate) fn even_null(&self, name: &str) -> Option<&'json str> {
        self.fields.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.get())
    }

    /// Every field and its JSON text, in the row's order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &'json str)> {
        self.fields.iter().map(|(name, value)| (&**name, value.get()))
    }

    /// Whether the field is there, null or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.even_null(name).is_some()
    }

    /// A text field.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'json, str>> {
        self.raw(name).and_then(text_of)
    }

    /// A whole number; a fraction is cut, a number written as text is taken too.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        let raw = self.raw(name)?;
        let text = text_of(raw).unwrap_or(Cow::Borrowed(raw));
        text.parse().ok().or_else(|| text.parse().ok().and_then(whole))
    }

    /// A switch: `true`, or the 1 that databases write.
    pub(crate) fn switch(&self, name: &str) -> bool {
        matches!(self.raw(name), Some("true" | "1"))
    }

    /// The JSON text of a field that is an object.
    pub(crate) fn object(&self, name: &str) -> Option<&'json str> {
        self.raw(name).filter(|raw| raw.starts_with('{'))
    }
}

/// The text of a JSON string.
pub(crate) fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.starts_with('"') {
        return None;
    }
    serde_json::from_str(raw).ok().map(|Text(text)| text)
}

/// A JavaScript number as a whole one, if it can be.
fn whole(number: f64) -> Option<i64> {
    // Every whole number up to here is exact in a 64-bit float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "checked against the exact range")]
    (number.abs() <= EXACT).then_some(number as i64)
}

impl<'de: 'json, 'json> Deserialize<'de> for Row<'json> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(24);
                while let Some(Text(key)) = map.next_key()? {
                    fields.push((key, map.next_value()?));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Fields).map(|fields| Self { fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_believed_only_as_far_as_they_go() {
        let json = r#"{"id":"a\u0062","n":"30","f":12.9,"t":1,"b":true,"x":null,"o":{"y":[1]},"id":"last","big":1e300}"#;
        let row = Row::parse(json).expect("an object");
        assert_eq!(row.text("id").as_deref(), Some("last"));
        assert_eq!((row.number("n"), row.number("f"), row.number("big")), (Some(30), Some(12), None));
        assert_eq!((row.switch("t"), row.switch("b"), row.switch("n")), (true, true, false));
        assert_eq!((row.raw("x"), row.even_null("x"), row.has("nothing")), (None, Some("null"), false));
        assert_eq!((row.object("o"), row.object("n")), (Some(r#"{"y":[1]}"#), None));
        assert_eq!(row.text("f"), None);
    }

    #[test]
    fn what_is_no_object_is_no_row() {
        for json in ["null", "[]", "3", "\"a\"", "{\"a\":}", "{", ""] {
            assert!(Row::parse(json).is_none(), "{json}");
        }
    }
}
