//! JSON as a stream of bytes: the text in a string, and an object as JavaScript would write it.
//!
//! Source: RFC 8259, 7, and ECMA-262, "JSON.stringify".

use std::io::{self, Read};

use md5::{Digest as _, Md5};
use memchr::memchr2;

use super::super::envelope::hex;

const BUFFER_BYTES: usize = 64 * 1024;

/// Writes one character that was escaped. A surrogate without its other half comes as it is.
type Write = fn(u32, &mut Vec<u8>);

/// Where the walk through a string is.
#[derive(Debug, Default, Clone, Copy)]
enum State {
    #[default]
    Plain,
    Escaped,
    /// In `\uXXXX`: how many digits came and their value.
    Unicode(u8, u32),
}

/// Takes the characters of a string, the opening quote not among them.
struct Characters {
    write: Write,
    state: State,
    /// The first half of a pair of surrogates.
    high: Option<u32>,
}

impl Characters {
    fn new(write: Write) -> Self {
        Self { write, state: State::Plain, high: None }
    }

    /// How many of `bytes` belong to the string with its closing quote, once that is among them.
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let first = *rest.first()?;
            at += 1;
            match self.state {
                State::Plain if first == b'\\' => self.state = State::Escaped,
                State::Plain => {
                    self.flush(out);
                    if first == b'"' {
                        return Some(at);
                    }
                    let run = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                    out.extend_from_slice(rest.get(..run).unwrap_or_default());
                    at += run - 1;
                }
                State::Escaped => self.escaped(first, out),
                State::Unicode(digits, value) => {
                    let digit = char::from(first).to_digit(16).unwrap_or(0);
                    let value = value << 4 | digit;
                    if digits < 3 {
                        self.state = State::Unicode(digits + 1, value);
                    } else {
                        self.state = State::Plain;
                        self.unit(value, out);
                    }
                }
            }
        }
        None
    }

    fn escaped(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.state = State::Plain;
        let code = match byte {
            b'u' => return self.state = State::Unicode(0, 0),
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            other => u32::from(other),
        };
        self.flush(out);
        (self.write)(code, out);
    }

    /// One UTF-16 unit.
    fn unit(&mut self, unit: u32, out: &mut Vec<u8>) {
        match (self.high.take(), unit) {
            (Some(high), 0xDC00..=0xDFFF) => {
                (self.write)(0x1_0000 + ((high - 0xD800) << 10) + (unit - 0xDC00), out);
            }
            (high, _) => {
                self.high = high;
                self.flush(out);
                if matches!(unit, 0xD800..=0xDBFF) {
                    self.high = Some(unit);
                } else {
                    (self.write)(unit, out);
                }
            }
        }
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        if let Some(high) = self.high.take() {
            (self.write)(high, out);
        }
    }
}

fn push_char(code: u32, out: &mut Vec<u8>) {
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn push_stringified(code: u32, out: &mut Vec<u8>) {
    match code {
        0x22 => out.extend_from_slice(b"\\\""),
        0x5C => out.extend_from_slice(b"\\\\"),
        8 => out.extend_from_slice(b"\\b"),
        9 => out.extend_from_slice(b"\\t"),
        10 => out.extend_from_slice(b"\\n"),
        12 => out.extend_from_slice(b"\\f"),
        13 => out.extend_from_slice(b"\\r"),
        0..=0x1F | 0xD800..=0xDFFF => out.extend_from_slice(format!("\\u{code:04x}").as_bytes()),
        other => push_char(other, out),
    }
}

/// The text of one JSON string, out of a stream that holds just this string.
pub(super) struct StringBytes<R> {
    input: R,
    characters: Characters,
    begun: bool,
    ended: bool,
    ready: Vec<u8>,
    given: usize,
}

impl<R: Read> StringBytes<R> {
    pub(super) fn new(input: R) -> Self {
        let characters = Characters::new(push_char);
        Self { input, characters, begun: false, ended: false, ready: Vec::new(), given: 0 }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        let mut buffer = vec![0; BUFFER_BYTES];
        while self.ready.is_empty() && !self.ended {
            let read = self.input.read(&mut buffer)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut bytes = buffer.get(..read).unwrap_or_default();
            if !self.begun {
                self.begun = true;
                bytes = bytes.strip_prefix(b"\"").ok_or(io::ErrorKind::InvalidData)?;
            }
            self.ended = self.characters.feed(bytes, &mut self.ready).is_some();
        }
        Ok(())
    }
}

impl<R: Read> Read for StringBytes<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() && !self.ended {
            self.fill()?;
        }
        let left = self.ready.get(self.given..).unwrap_or_default();
        let count = left.len().min(buf.len());
        buf.iter_mut().zip(left).for_each(|(to, from)| *to = *from);
        self.given += count;
        Ok(count)
    }
}

/// The MD5 of JSON as JavaScript would write it: without white space, each text in its shortest
/// spelling, the fields in the order they have.
///
/// # Errors
/// Those of the stream.
pub(super) fn stringified_md5(mut input: impl Read) -> io::Result<String> {
    let mut characters = Characters::new(push_stringified);
    let (mut md5, mut in_text) = (Md5::new(), false);
    let (mut buffer, mut out) = (vec![0; BUFFER_BYTES], Vec::new());
    loop {
        let read = input.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&md5.finalize()));
        }
        let mut rest = buffer.get(..read).unwrap_or_default();
        while let Some((first, after)) = rest.split_first() {
            if in_text {
                let end = characters.feed(rest, &mut out);
                in_text = end.is_none();
                out.extend(end.map(|_| b'"'));
                rest = rest.get(end.unwrap_or(rest.len())..).unwrap_or_default();
                continue;
            }
            in_text = *first == b'"';
            if !first.is_ascii_whitespace() {
                out.push(*first);
            }
            rest = after;
        }
        md5.update(&out);
        out.clear();
    }
}

/// The MD5 of a stream as it is.
///
/// # Errors
/// Those of the stream.
pub(super) fn plain_md5(mut input: impl Read) -> io::Result<String> {
    let (mut md5, mut buffer) = (Md5::new(), vec![0; BUFFER_BYTES]);
    loop {
        let read = input.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&md5.finalize()));
        }
        md5.update(buffer.get(..read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::envelope::md5_hex;
    use super::*;

    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let wanted = self.1.min(buf.len());
            self.0.read(&mut buf[..wanted])
        }
    }

    fn string(json: &str, drop: usize) -> io::Result<String> {
        let mut text = Vec::new();
        StringBytes::new(Drops(json.as_bytes(), drop)).read_to_end(&mut text)?;
        Ok(String::from_utf8(text).expect("UTF-8"))
    }

    #[test]
    fn a_string_gives_its_text() {
        let json = r#""a\"b\\c\/d\n\u00e9\ud83d\udea3 é \ud83dx\ude00""#;
        for drop in 1..=json.len() {
            assert_eq!(string(json, drop).expect("a string"), "a\"b\\c/d\né🚣 é \u{fffd}x\u{fffd}");
        }
        assert_eq!(string("\"\"", 1).expect("a string"), "");
        assert!(string("\"open", 2).is_err() && string("no", 2).is_err());
    }

    #[test]
    fn an_object_hashes_as_javascript_would_write_it() {
        let written = r#"{"a b":[1,-2.5e3,null,"x \" \\ / \n \u0001 é 🚣 \ud83d"],"c":{}}"#;
        for json in [
            written,
            "{ \"a b\" : [ 1 , -2.5e3,\n\tnull, \"x \\u0022 \\\\ \\/ \\u000A \\u0001 \\u00e9 \\ud83d\\udea3 \\uD83D\" ],\r\n \"c\": { } }\n",
        ] {
            for drop in [1, 3, 1000] {
                let found = stringified_md5(Drops(json.as_bytes(), drop)).expect("in memory");
                assert_eq!(found, md5_hex(written.as_bytes()), "{json}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "\\PC{0,40}", drop in 1_usize..50) {
            let json = serde_json::Value::from(text.clone()).to_string();
            prop_assert_eq!(string(&json, drop).unwrap(), text);
            let found = stringified_md5(Drops(json.as_bytes(), drop)).unwrap();
            prop_assert_eq!(found, md5_hex(json.as_bytes()));
        }
    }
}
