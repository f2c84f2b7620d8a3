//! Fingerprints: whether two items are the same for a destination, without reading their bodies.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// SHA-256 over the canonical bytes of an item, restricted to what its destination can hold.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Takes named parts, each framed by its length so that no two sets of parts collide.
#[derive(Debug, Default)]
pub struct FingerprintBuilder(Sha256);

impl FingerprintBuilder {
    /// Adds one part.
    pub fn part(&mut self, name: &str, bytes: &[u8]) -> &mut Self {
        for framed in [name.as_bytes(), bytes] {
            self.0.update((framed.len() as u64).to_le_bytes());
            self.0.update(framed);
        }
        self
    }

    /// The fingerprint of the parts so far.
    #[must_use]
    pub fn finish(self) -> Fingerprint {
        Fingerprint(self.0.finalize().into())
    }
}

/// A JSON object whose order of keys, escapes and white space do not matter.
#[derive(Debug)]
pub struct CanonicalJson<'json>(BTreeMap<Cow<'json, str>, &'json RawValue>);

impl<'json> CanonicalJson<'json> {
    /// Reads one JSON object.
    ///
    /// # Errors
    /// [`serde_json::Error`] if `json` is no object, or one of more values than any row has.
    pub fn parse(json: &'json str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        #[serde(transparent)]
        struct Fields<'json>(#[serde(borrow)] BTreeMap<BorrowedKey<'json>, &'json RawValue>);
        #[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
        #[serde(transparent)]
        struct BorrowedKey<'json>(#[serde(borrow)] Cow<'json, str>);

        if is_intricate(json) {
            return Err(serde_json::Error::custom("more values than any row has"));
        }
        let fields: Fields<'json> = serde_json::from_str(json)?;
        Ok(Self(fields.0.into_iter().map(|(key, value)| (key.0, value)).collect()))
    }

    /// Adds every field that `keep` accepts (key, value as JSON text) to a fingerprint.
    ///
    /// # Errors
    /// [`serde_json::Error`] if a nested value is not JSON.
    pub fn add_to(
        &self,
        builder: &mut FingerprintBuilder,
        keep: impl Fn(&str, &str) -> bool,
    ) -> Result<(), serde_json::Error> {
        for (key, value) in &self.0 {
            let raw = value.get();
            if !keep(key, raw) {
                continue;
            }
            match raw.as_bytes().first() {
                Some(b'"') => {
                    TextPart { key, builder }.deserialize(&mut serde_json::Deserializer::from_str(raw))?;
                }
                Some(b'{' | b'[') => {
                    let mut nested: serde_json::Value = serde_json::from_str(raw)?;
                    // Another crate of a build may switch on serde_json's `preserve_order`.
                    nested.sort_all_objects();
                    builder.part(key, b"j").part("", nested.to_string().as_bytes());
                }
                _ => {
                    builder.part(key, b"p").part("", raw.as_bytes());
                }
            }
        }
        Ok(())
    }
}

/// The values that are put in order for a fingerprint. A value takes up to 500 bytes in memory and two
/// in a hostile row; the most intricate real one is an old notebook with the ids of all its notes.
const MOST_VALUES: usize = 100_000;

/// Whether a JSON text may hold more than [`MOST_VALUES`]. What counts is that it can't hold more without
/// being told, so commas and braces within texts are only looked at if there are many.
fn is_intricate(json: &str) -> bool {
    let opens = |byte: &u8| matches!(byte, b',' | b'{' | b'[');
    if json.len() <= MOST_VALUES || json.bytes().filter(|byte| opens(byte)).count() <= MOST_VALUES {
        return false;
    }
    let (mut values, mut in_text, mut escaped) = (0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if !in_text && opens(&byte) => values += 1,
            _ => {}
        }
    }
    values > MOST_VALUES
}

/// Takes a JSON string as a part where the parser has it: a long text is never copied for that.
struct TextPart<'a> {
    key: &'a str,
    builder: &'a mut FingerprintBuilder,
}

impl<'de> DeserializeSeed<'de> for TextPart<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for TextPart<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.builder.part(self.key, b"s").part("", text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Fingerprint {
        let mut builder = FingerprintBuilder::default();
        let canonical = CanonicalJson::parse(json).expect("an object");
        canonical.add_to(&mut builder, |key, value| key != "synced" && value != "null").expect("JSON");
        builder.finish()
    }

    #[test]
    fn order_escapes_and_left_out_fields_do_not_matter() {
        let one = of(r#"{"id":"a","title":"caf\u00e9","n":{"x":1,"y":2},"synced":true,"gone":null}"#);
        let other = of(r#"{ "n" : {"y":2, "x":1}, "title":"café", "id":"a", "synced":false}"#);
        assert_eq!(one, other);
    }

    #[test]
    fn a_row_of_too_many_values_is_not_put_in_order() {
        let row = |values: usize| format!(r#"{{"x":[{}0]}}"#, "0,".repeat(values));
        // The braces of the row and of its list count as well.
        assert!(CanonicalJson::parse(&row(MOST_VALUES - 2)).is_ok());
        assert!(CanonicalJson::parse(&row(MOST_VALUES - 1)).is_err());
        let text = format!(r#"{{"x":"{}"}}"#, r#",[{\","#.repeat(MOST_VALUES));
        assert!(CanonicalJson::parse(&text).is_ok(), "a long text is one value");
    }

    #[test]
    fn content_matters() {
        let all = [
            r#"{"id":"a"}"#,
            r#"{"id":"b"}"#,
            r#"{"id":"a","x":1}"#,
            r#"{"id":"a","x":"1"}"#,
            r#"{"id":"a","x":[1]}"#,
            r#"{"ida":""}"#,
        ];
        for (i, one) in all.iter().enumerate() {
            for other in &all[i + 1..] {
                assert_ne!(of(one), of(other), "{one} against {other}");
            }
        }
    }
}
