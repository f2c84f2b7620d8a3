//! Lists of what an archive says of itself: no longer than a zip may have entries.
//!
//! Each value takes more memory than the few bytes that state it, so a list is bounded by its number
//! of values and not only by its length.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::limits;

const MOST: u64 = limits::ZIP_ENTRIES;

/// A list of at most [`limits::ZIP_ENTRIES`] values.
///
/// # Errors
/// As serde, and if there are more.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    from.deserialize_seq(Bounded::<Vec<T>>(PhantomData))
}

/// Numbers by name, at most [`limits::ZIP_ENTRIES`].
///
/// # Errors
/// As serde, and if there are more.
pub(crate) fn map<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, u64>, D::Error> {
    from.deserialize_map(Bounded::<BTreeMap<String, u64>>(PhantomData))
}

struct Bounded<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Bounded<Vec<T>> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST} values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            if list.len() as u64 == MOST {
                return Err(A::Error::invalid_length(list.len() + 1, &self));
            }
            list.push(value);
        }
        Ok(list)
    }
}

impl<'de> Visitor<'de> for Bounded<BTreeMap<String, u64>> {
    type Value = BTreeMap<String, u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MOST} numbers by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<BTreeMap<String, u64>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((name, value)) = values.next_entry()? {
            map.insert(name, value);
            if map.len() as u64 > MOST {
                return Err(A::Error::invalid_length(map.len(), &self));
            }
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_list(json: &str) -> Option<Vec<u8>> {
        list(&mut serde_json::Deserializer::from_str(json)).ok()
    }

    fn read_map(json: &str) -> Option<BTreeMap<String, u64>> {
        map(&mut serde_json::Deserializer::from_str(json)).ok()
    }

    #[test]
    fn a_list_ends_where_a_zip_would() {
        let most = usize::try_from(MOST).expect("small");
        assert_eq!(read_list("[1,2]"), Some(vec![1, 2]));
        assert_eq!(read_list(&format!("[{}1]", "1,".repeat(most - 1))).map(|list| list.len()), Some(most));
        assert_eq!(read_list(&format!("[{}1]", "1,".repeat(most))), None);
        assert_eq!(read_map(r#"{"note":2}"#), Some(BTreeMap::from([("note".to_owned(), 2)])));
        for (count, fits) in [(most, true), (most + 1, false)] {
            let numbers: Vec<String> = (0..count).map(|n| format!(r#""{n}":1"#)).collect();
            assert_eq!(read_map(&format!("{{{}}}", numbers.join(","))).is_some(), fits, "{count}");
        }
    }
}
