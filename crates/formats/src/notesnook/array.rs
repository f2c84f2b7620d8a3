//! The rows of a chunk, one at a time, from a stream.
//!
//! serde_json would need the whole array in memory. This finds where each value ends and checks
//! nothing else; whoever takes a value parses it. Memory: one buffer and one value.

use std::io::{self, Read};
use std::ops::Range;

use memchr::memchr2;

use crate::limits;

const BUFFER_BYTES: usize = 64 * 1024;

/// One value of the array.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Its JSON text, not yet parsed. Handed over, so that a long row becomes an item uncopied.
    Value(String),
    /// Longer than [`limits::ITEM_BYTES`]; passed over.
    TooLong,
    /// Nested deeper than [`limits::JSON_DEPTH`]; passed over.
    TooDeep,
    /// Not UTF-8; passed over.
    NotText,
}

/// One value and where it stands.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    /// The JSON text of its name in an object; nothing in an array, or if it can't be a name.
    pub(crate) key: Option<&'a str>,
    /// The value.
    pub(crate) piece: Piece,
    /// Its bytes in the stream.
    pub(crate) at: Range<u64>,
}

/// Why an array can't be read further.
#[derive(Debug)]
pub(crate) enum ArrayError {
    /// The stream below failed.
    Read(io::Error),
    /// What the stream gives is not an array.
    Malformed,
    /// The stream ends before the array does.
    CutOff,
}

impl From<io::Error> for ArrayError {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// Splits an array, or the values of an object, which Notesnook accepts as well.
pub(crate) struct Splitter<R> {
    input: R,
    buffer: Vec<u8>,
    taken: usize,
    /// Bytes of the stream before those in the buffer.
    before: u64,
    key: Vec<u8>,
    value: Vec<u8>,
    closing: u8,
    begun: bool,
    ended: bool,
    dry: bool,
    item_bytes: usize,
    /// Where the value begins that is being read.
    value_at: Option<u64>,
}

impl<R: Read> Splitter<R> {
    pub(crate) fn new(input: R) -> Self {
        Self::with_limit(input, limits::ITEM_BYTES)
    }

    /// As [`Splitter::new`], keeping values of at most `item_bytes`.
    pub(crate) fn with_limit(input: R, item_bytes: usize) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            taken: 0,
            before: 0,
            key: Vec::new(),
            value: Vec::new(),
            closing: b']',
            begun: false,
            ended: false,
            dry: false,
            item_bytes,
            value_at: None,
        }
    }

    /// The next value; nothing once the array and its stream have ended.
    pub(crate) fn next(&mut self) -> Result<Option<Piece>, ArrayError> {
        Ok(self.entry()?.map(|entry| entry.piece))
    }

    /// The next value with its name and place; nothing once the array and its stream have ended.
    pub(crate) fn entry(&mut self) -> Result<Option<Entry<'_>>, ArrayError> {
        if self.ended || !self.move_to_next_value()? {
            return Ok(None);
        }
        self.peek_byte()?;
        let start = self.position();
        self.value_at = Some(start);
        let scan = self.take_value()?;
        self.value_at = None;
        let at = start..self.position();
        let value = std::mem::take(&mut self.value);
        let piece = if value.len() > self.item_bytes {
            Piece::TooLong
        } else if scan.deepest > limits::JSON_DEPTH {
            Piece::TooDeep
        } else {
            String::from_utf8(value).map_or(Piece::NotText, Piece::Value)
        };
        let key = std::str::from_utf8(&self.key).ok().filter(|key| !key.is_empty());
        Ok(Some(Entry { key, piece, at }))
    }

    /// The name of the value that broke off, and where it begins: known in an object, after an error.
    pub(crate) fn begun_value(&self) -> Option<(&str, u64)> {
        let start = self.value_at.filter(|_| self.closing == b'}')?;
        Some((std::str::from_utf8(&self.key).ok()?, start))
    }

    /// No whole array: nonsense, or its end is missing.
    fn malformed(&self) -> ArrayError {
        if self.dry { ArrayError::CutOff } else { ArrayError::Malformed }
    }

    fn position(&self) -> u64 {
        self.before + self.taken as u64
    }

    /// Moves to where a value begins; false at the end of the array.
    fn move_to_next_value(&mut self) -> Result<bool, ArrayError> {
        if self.begun {
            match self.next_byte()? {
                Some(b',') => {}
                Some(byte) if byte == self.closing => return self.expect_end(),
                _ => return Err(self.malformed()),
            }
        } else {
            self.begun = true;
            self.closing = match self.next_byte()? {
                Some(b'[') => b']',
                Some(b'{') => b'}',
                _ => return Err(self.malformed()),
            };
            if self.peek_byte()? == Some(self.closing) {
                self.taken += 1;
                return self.expect_end();
            }
        }
        if self.closing == b'}' {
            self.take_value()?;
            if self.value.len() > limits::NAME_BYTES {
                self.value.clear();
            }
            std::mem::swap(&mut self.key, &mut self.value);
            if self.next_byte()? != Some(b':') {
                return Err(self.malformed());
            }
        }
        Ok(true)
    }

    /// Nothing but white space may follow. Reading to the end also lets the stream check itself.
    fn expect_end(&mut self) -> Result<bool, ArrayError> {
        self.ended = true;
        match self.peek_byte()? {
            None => Ok(false),
            Some(_) => Err(self.malformed()),
        }
    }

    fn take_value(&mut self) -> Result<Scan, ArrayError> {
        self.value.clear();
        let mut scan = match self.peek_byte()? {
            None | Some(b',' | b':' | b']' | b'}') => return Err(self.malformed()),
            Some(first) => Scan { plain: !matches!(first, b'"' | b'{' | b'['), ..Scan::default() },
        };
        loop {
            let bytes = self.buffer.get(self.taken..).unwrap_or_default();
            let end = scan.feed(bytes);
            let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            // One byte over the limit is enough to know, and no more is kept.
            let room = (self.item_bytes + 1).saturating_sub(self.value.len());
            self.value.extend_from_slice(part.get(..room).unwrap_or(part));
            self.taken += part.len();
            if end.is_some() {
                return Ok(scan);
            }
            if !self.fill()? {
                return Err(self.malformed());
            }
        }
    }

    fn next_byte(&mut self) -> Result<Option<u8>, ArrayError> {
        let byte = self.peek_byte()?;
        self.taken += usize::from(byte.is_some());
        Ok(byte)
    }

    /// The next byte that is not white space.
    fn peek_byte(&mut self) -> Result<Option<u8>, ArrayError> {
        loop {
            let bytes = self.buffer.get(self.taken..).unwrap_or_default();
            let blank = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count();
            self.taken += blank;
            if let Some(byte) = bytes.get(blank) {
                return Ok(Some(*byte));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        self.before += self.buffer.len() as u64;
        self.buffer.resize(BUFFER_BYTES, 0);
        self.taken = 0;
        let read = loop {
            match self.input.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(*read.as_ref().unwrap_or(&0));
        self.dry = matches!(read, Ok(0));
        read.map(|read| read > 0)
    }
}

/// Finds the end of one value, fed in parts.
#[derive(Debug, Default)]
struct Scan {
    /// A number or a word: ends where the array goes on.
    plain: bool,
    depth: usize,
    deepest: usize,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    /// How many bytes of `bytes` belong to the value, once its end is among them.
    fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if self.in_text {
                at += self.feed_text(rest);
                if !self.in_text && self.depth == 0 {
                    return Some(at);
                }
                continue;
            }
            match rest.first()? {
                b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t' if self.plain => return Some(at),
                b'"' => self.in_text = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// How many bytes lead to the end of a text, or to the end of `rest`.
    fn feed_text(&mut self, rest: &[u8]) -> usize {
        if self.escaped {
            self.escaped = false;
            return 1;
        }
        let Some(at) = memchr2(b'"', b'\\', rest) else { return rest.len() };
        self.escaped = rest.get(at) == Some(&b'\\');
        self.in_text = self.escaped;
        at + 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives a few bytes at a time, so that every state is met at the edge of a buffer.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let wanted = self.1.min(buf.len());
            self.0.read(&mut buf[..wanted])
        }
    }

    fn split(json: &str, drop: usize) -> Result<Vec<String>, ()> {
        let mut splitter = Splitter::new(Drops(json.as_bytes(), drop));
        let mut values = Vec::new();
        loop {
            match splitter.next() {
                Ok(Some(Piece::Value(value))) => values.push(value),
                Ok(None) => return Ok(values),
                _ => return Err(()),
            }
        }
    }

    #[test]
    fn values_come_out_as_they_went_in() {
        let json = r#" [ {"a":"x]}\"\\","b":[1,{"c":2}]} , null,12 ,"t,\"]", [ ] ,true] "#;
        let expected = [r#"{"a":"x]}\"\\","b":[1,{"c":2}]}"#, "null", "12", r#""t,\"]""#, "[ ]", "true"];
        for drop in 1..=json.len() {
            assert_eq!(split(json, drop).expect("an array"), expected, "{drop} bytes at a time");
        }
        assert_eq!(split(r#"{"k:,":{"v":1} , "l":2}"#, 3), Ok(vec![r#"{"v":1}"#.to_owned(), "2".to_owned()]));
        assert_eq!((split("[]", 1), split("{ }", 1)), (Ok(vec![]), Ok(vec![])));
    }

    #[test]
    fn names_and_places_are_told() {
        let json = r#" { "a" : {"b":1}, "c\td":2 ,"e":"x" } "#;
        for drop in [1, 7, json.len()] {
            let mut splitter = Splitter::with_limit(Drops(json.as_bytes(), drop), 6);
            let mut found = Vec::new();
            while let Some(entry) = splitter.entry().expect("an object") {
                let place = |at: u64| usize::try_from(at).expect("small");
                let at = json.get(place(entry.at.start)..place(entry.at.end)).expect("in the text");
                found.push((
                    entry.key.expect("a name").to_owned(),
                    at.to_owned(),
                    entry.piece == Piece::TooLong,
                ));
            }
            let expected =
                [("\"a\"", "{\"b\":1}", true), ("\"c\\td\"", "2", false), ("\"e\"", "\"x\"", false)];
            let found: Vec<_> =
                found.iter().map(|(key, at, long)| (key.as_str(), at.as_str(), *long)).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_missing_end_is_told_from_nonsense() {
        for (json, cut) in
            [("[1,{\"a\":\"x", true), ("[1", true), ("[", true), ("[1 2]", false), ("{\"a\" 2}", false)]
        {
            let mut splitter = Splitter::new(json.as_bytes());
            let end = loop {
                match splitter.next() {
                    Ok(end) => assert!(end.is_some(), "{json}"),
                    Err(error) => break error,
                }
            };
            assert_eq!(matches!(end, ArrayError::CutOff), cut, "{json}");
        }
    }

    #[test]
    fn what_is_no_array_is_refused() {
        for json in [
            "", "1", "\"a\"", "[", "[1", "[1,", "[1,]", "[,]", "[1 2]", "[{]", "[]]", "{1}", "{\"a\"}",
            "[\"a",
        ] {
            assert!(split(json, 2).is_err(), "{json}");
        }
    }

    #[test]
    fn a_value_beyond_a_limit_costs_only_itself() {
        let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
        let fits = format!("{}{}", "[".repeat(64), "]".repeat(64));
        let json = format!("[1,{deep},{fits},\"{}\",2]", "x".repeat(200));
        let mut splitter = Splitter::with_limit(json.as_bytes(), 150);
        let kinds: Vec<bool> =
            std::iter::from_fn(|| splitter.next().expect("an array").map(|p| matches!(p, Piece::Value(_))))
                .collect();
        assert_eq!(kinds, [true, false, true, false, true]);
        let mut not_text = Splitter::new(&b"[\"\xff\",1]"[..]);
        assert_eq!(not_text.next().expect("an array"), Some(Piece::NotText));
        assert_eq!(not_text.next().expect("an array"), Some(Piece::Value("1".to_owned())));
    }

    proptest! {
        #[test]
        fn any_json_survives(texts in prop::collection::vec("\\PC{0,12}", 0..8), drop in 1_usize..40) {
            let values: Vec<String> = texts.iter().map(|text| serde_json::json!({ "t": text, "n": [null] }).to_string()).collect();
            let json = format!("[{}]", values.join(", "));
            prop_assert_eq!(split(&json, drop), Ok(values));
        }
    }
}
