//! A Notesnook row as it lies on disk.
//!
//! Source: notesnook.md's sections 5 and 7 are summed up in FORMAT.md; rows are database rows of
//! the app, and other versions and other people's tools write them a little differently. So no
//! field is believed to have its type: a row is looked into, never deserialised into a fixed shape,
//! and its text is kept as it is.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::limits;

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
///
/// JavaScript cuts text between the two halves of an emoji and writes the half that is left; it is
/// read as U+FFFD, as Notesnook's database stores it.
pub(crate) fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.starts_with('"') {
        return None;
    }
    match serde_json::from_str(raw) {
        Ok(Text(text)) => Some(text),
        Err(_) => serde_json::from_str(&without_halves(raw)?).ok().map(Cow::Owned),
    }
}

/// JSON text in which every escaped half of a surrogate pair that stands alone is U+FFFD; nothing if
/// there is none.
fn without_halves(raw: &str) -> Option<String> {
    let mut whole = String::with_capacity(raw.len());
    let (mut rest, mut found) = (raw, false);
    while let Some((before, escape)) = rest.split_once('\\') {
        whole.push_str(before);
        let pair = unit(escape).is_some_and(|unit| (0xD800..0xDC00).contains(&unit))
            && escape
                .get(5..)?
                .strip_prefix('\\')
                .and_then(unit)
                .is_some_and(|unit| (0xDC00..0xE000).contains(&unit));
        let half = !pair && unit(escape).is_some_and(|unit| (0xD800..0xE000).contains(&unit));
        let length = match (pair, half) {
            (true, _) => 11,
            (_, true) => 5,
            // Of any other escape one character is enough: `\\` must not begin the next one.
            _ => escape.chars().next()?.len_utf8(),
        };
        let (escape, after) = escape.split_at_checked(length)?;
        whole.push('\\');
        whole.push_str(if half { "ufffd" } else { escape });
        (rest, found) = (after, found || half);
    }
    whole.push_str(rest);
    found.then_some(whole)
}

/// The number of an escape `uXXXX`.
fn unit(escape: &str) -> Option<u32> {
    u32::from_str_radix(escape.strip_prefix('u')?.get(..4)?, 16).ok()
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
                while fields.len() < limits::ROW_FIELDS
                    && let Some(Text(key)) = map.next_key()?
                {
                    fields.push((key, map.next_value()?));
                }
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
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
    fn half_an_emoji_is_read_as_the_database_stores_it() {
        let rows = [
            (r#""cut \ud83d""#, Some("cut \u{fffd}")),
            (r#""\udf75\ud83c""#, Some("\u{fffd}\u{fffd}")),
            (r#""\ud83c\ud83c\udf75 \uD83C\uDF75 é\n""#, Some("\u{fffd}🍵 🍵 é\n")),
            (r#""\\ud83d \ud83d\\""#, Some("\\ud83d \u{fffd}\\")),
            (r#""\ud83d\x""#, None),
            (r#""\ud83d\u12""#, None),
            (r#""\ud83d"#, None),
            (r#""\u"#, None),
        ];
        for (raw, text) in rows {
            assert_eq!(text_of(raw).as_deref(), text, "{raw}");
        }
    }

    #[test]
    fn of_more_fields_than_anybody_writes_the_first_are_looked_at() {
        let fields: String = (0..limits::ROW_FIELDS).map(|n| format!(r#","f{n}":{n}"#)).collect();
        let json = format!(r#"{{"id":"a"{fields}}}"#);
        let row = Row::parse(&json).expect("an object");
        assert_eq!((row.text("id").as_deref(), row.fields().count()), (Some("a"), limits::ROW_FIELDS));
        assert!(Row::parse(json.strip_suffix('}').expect("a brace")).is_none(), "and the rest is JSON");
    }

    #[test]
    fn what_is_no_object_is_no_row() {
        for json in ["null", "[]", "3", "\"a\"", "{\"a\":}", "{", ""] {
            assert!(Row::parse(json).is_none(), "{json}");
        }
    }
}
