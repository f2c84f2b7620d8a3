//! A quick walk over HTML, tag by tag.
//!
//! No parser: it builds no tree, mends nothing and is never what makes HTML safe. It is fast, never
//! fails, and gives back every byte in some token. Source: WHATWG HTML, "Tokenization", cut down.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;
use memchr::{memchr, memmem};

/// Longest name of an entity, without `&` and `;`. Source: the table of WHATWG HTML.
const ENTITY_CHARS: usize = 32;

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'html> {
    /// Text, entities not yet decoded.
    Text(&'html str),
    /// A start tag: its name in any case, and all between the name and `>`.
    Open(&'html str, &'html str),
    /// An end tag.
    Close(&'html str),
    /// A comment, a doctype, or what can't be told from one.
    Other,
}

/// Walks over HTML.
pub(crate) struct Tags<'html> {
    rest: &'html str,
}

impl<'html> Tags<'html> {
    pub(crate) fn new(html: &'html str) -> Self {
        Self { rest: html }
    }

    /// The next token with the bytes it was read from.
    pub(crate) fn next_with_raw(&mut self) -> Option<(Token<'html>, &'html str)> {
        let before = self.rest;
        let token = self.next()?;
        Some((token, before.get(..before.len() - self.rest.len())?))
    }

    /// Passes over everything up to the end tag of `name`, as browsers do for scripts and styles:
    /// nothing in between is markup.
    pub(crate) fn skip_past(&mut self, name: &str) {
        while let Some(at) = memmem::find(self.rest.as_bytes(), b"</") {
            self.take(at + 2);
            if name_of(self.rest).0.eq_ignore_ascii_case(name) {
                let end = memchr(b'>', self.rest.as_bytes()).map_or(self.rest.len(), |at| at + 1);
                self.take(end);
                return;
            }
        }
        self.rest = "";
    }

    fn take(&mut self, bytes: usize) -> &'html str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn markup(&mut self) -> Token<'html> {
        let rest = self.rest;
        if rest.starts_with("<!--") {
            let end = memmem::find(rest.as_bytes(), b"-->").map_or(rest.len(), |at| at + 3);
            self.take(end);
            return Token::Other;
        }
        let end = tag_end(rest);
        let tag = self.take(end);
        let inner = tag.strip_prefix('<').unwrap_or(tag);
        let inner = inner.strip_suffix('>').unwrap_or(inner);
        match inner.strip_prefix('/') {
            Some(close) => Token::Close(name_of(close).0),
            None if inner.starts_with(['!', '?']) => Token::Other,
            None => {
                let (name, attributes) = name_of(inner);
                Token::Open(name, attributes)
            }
        }
    }
}

impl<'html> Iterator for Tags<'html> {
    type Item = Token<'html>;

    fn next(&mut self) -> Option<Token<'html>> {
        let bytes = self.rest.as_bytes();
        let mut from = 0;
        // A `<` that begins no tag is text.
        let at = loop {
            let found = memchr(b'<', bytes.get(from..)?).map(|at| from + at);
            match found.and_then(|at| bytes.get(at + 1)) {
                Some(b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!' | b'?') => break found,
                Some(_) => from = found.map_or(0, |at| at + 1),
                None => break None,
            }
        };
        match at {
            _ if bytes.is_empty() => None,
            Some(0) => Some(self.markup()),
            Some(at) => Some(Token::Text(self.take(at))),
            None => Some(Token::Text(self.take(bytes.len()))),
        }
    }
}

/// Where a tag ends; a `>` within quotes does not end it.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    let mut before = b'<';
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            // Only after `=` does a quote begin a value.
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    tag.len()
}

fn name_of(tag: &str) -> (&str, &str) {
    let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(tag.len());
    tag.split_at_checked(end).unwrap_or((tag, ""))
}

/// The value of an attribute, entities decoded.
pub(crate) fn attribute<'html>(attributes: &'html str, name: &str) -> Option<Cow<'html, str>> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'))
            .unwrap_or(rest.len())
            .max(1);
        let (key, after) = rest.split_at_checked(end)?;
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(value) => value_of(value.trim_start()),
            None => ("", after),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(decoded(value));
        }
        rest = after;
    }
}

fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Text with its entities decoded.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let (head, mut rest) = text.split_at_checked(first).unwrap_or(("", text));
    let mut out = String::with_capacity(text.len());
    out.push_str(head);
    while let Some(after) = rest.strip_prefix('&') {
        match entity(after) {
            Some((characters, used)) => {
                out.extend(characters.into_iter().flatten());
                rest = after.get(used..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
        let next = memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        let (plain, more) = rest.split_at_checked(next).unwrap_or((rest, ""));
        out.push_str(plain);
        rest = more;
    }
    Cow::Owned(out)
}

/// The characters of an entity and how many bytes of `after` (all behind `&`) it takes.
fn entity(after: &str) -> Option<([Option<char>; 2], usize)> {
    if let Some(number) = after.strip_prefix('#') {
        let end = number.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(number.len());
        let digits = number.get(..end)?;
        let code = match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => digits.parse().ok()?,
        };
        let character = char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{fffd}');
        let semicolon = usize::from(number.get(end..)?.starts_with(';'));
        return Some(([Some(character), None], 1 + end + semicolon));
    }
    let end = after.bytes().take(ENTITY_CHARS).take_while(u8::is_ascii_alphanumeric).count();
    if after.as_bytes().get(end) != Some(&b';') {
        return None;
    }
    let (one, two) = NAMED_ENTITIES.get(after.get(..=end)?)?;
    let character = |code: u32| if code == 0 { None } else { char::from_u32(code) };
    Some(([character(*one), character(*two)], end + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_and_text_are_told_apart() {
        let tokens: Vec<Token<'_>> =
            Tags::new("a < b<P class=\"x>y\" id=z>c</p ><!-- <b> --><br/><!doctype x>5<6<").collect();
        let expected = [
            Token::Text("a < b"),
            Token::Open("P", " class=\"x>y\" id=z"),
            Token::Text("c"),
            Token::Close("p"),
            Token::Other,
            Token::Open("br", "/"),
            Token::Other,
            Token::Text("5<6<"),
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn attributes_are_found() {
        let tag = " data-filename=\"a &amp; b\" Hidden alt='x \"y' width=64 src = \"q\"/";
        for (name, value) in [
            ("data-filename", Some("a & b")),
            ("hidden", Some("")),
            ("alt", Some("x \"y")),
            ("width", Some("64")),
            ("src", Some("q")),
            ("file", None),
        ] {
            assert_eq!(attribute(tag, name).as_deref(), value, "{name}");
        }
    }

    #[test]
    fn entities_are_decoded() {
        for (text, expected) in [
            ("plain", "plain"),
            ("&lt;&amp;&gt;&quot;&apos;&nbsp;", "<&>\"'\u{a0}"),
            ("caf&eacute;s &#233; &#xE9;&#x1F6A3;", "cafés é é🚣"),
            ("a & b &unknown; &#; &#xD800; &amp", "a & b &unknown; &#; \u{fffd} &amp"),
            ("&&amp;", "&&"),
        ] {
            assert_eq!(decoded(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_it_ends(html in "[<>/!&a-c\"'= \\-é;#x0]{0,60}") {
            let count = Tags::new(&html).count();
            prop_assert!(count <= html.len() + 1);
            let _ = (decoded(&html), attribute(&html, "a"));
        }
    }
}
