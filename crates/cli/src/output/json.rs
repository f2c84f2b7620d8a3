//! JSON that steers no terminal: what JSON itself leaves as it is and a terminal obeys is written as an
//! escape. For a program it is the same text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::words::steers;

/// Writes one document.
///
/// # Errors
/// Of the writer.
pub(super) fn write(document: &impl Serialize, to: &mut impl Write) -> io::Result<()> {
    document.serialize(&mut Serializer::with_formatter(to, Escaping)).map_err(io::Error::from)
}

struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| steers(*c)) {
            let (before, from) = rest.split_at(at);
            to.write_all(before.as_bytes())?;
            write!(to, "\\u{:04x}", u32::from(c))?;
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        to.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_is_an_escape_and_the_text_stays() {
        let text = "a\u{1b}[2J\u{9b}2J\u{7f}\u{202e}ü🚣\u{2066}b\n";
        let mut written = Vec::new();
        write(&text, &mut written).expect("in memory");
        let written = String::from_utf8(written).expect("text");
        let expected = r#""a\u001b[2J\u009b2J\u007f\u202eü🚣\u2066b\n""#;
        assert_eq!(written, expected);
        assert_eq!(serde_json::from_str::<String>(&written).expect("JSON"), text);
    }
}
