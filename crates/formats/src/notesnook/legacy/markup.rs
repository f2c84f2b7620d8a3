//! Bodies of the editor that Notesnook had until version 5.4 (TinyMCE), turned into what its
//! present one (tiptap) reads. Pure, tag by tag; what is not touched stays byte for byte.
//!
//! Source: FORMAT.md, "Older versions", and backups of those versions.

use std::borrow::Cow;

use memchr::memmem;

use crate::convert::tags::{Tags, Token, attribute, decoded};

/// Elements without content or end tag. Source: WHATWG HTML, "Void elements".
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// How many open elements are looked back through for the one that an end tag means.
const LOOK_BACK: usize = 256;

/// The class that Notesnook gave the frame around a table.
const TABLE_FRAME: &str = "table-container";

/// From 5.2: checklists get the classes that the present editor knows.
pub(super) fn with_plain_checklists(html: &str) -> Cow<'_, str> {
    if memmem::find(html.as_bytes(), b"tox-checklist").is_none() {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len());
    let mut tags = Tags::new(html);
    while let Some((token, raw)) = tags.next_with_raw() {
        match token {
            Token::Open(name, attributes) if attributes.contains("tox-checklist") => {
                push_tag(&mut out, name, attributes, &|name, value| {
                    if !name.eq_ignore_ascii_case("class") {
                        return Fate::Kept;
                    }
                    let class = |class: &str| match class {
                        "tox-checklist" => "checklist".to_owned(),
                        "tox-checklist--checked" => "checked".to_owned(),
                        other => other.to_owned(),
                    };
                    Fate::Becomes(value.split_ascii_whitespace().map(class).collect::<Vec<_>>().join(" "))
                });
            }
            _ => out.push_str(raw),
        }
    }
    Cow::Owned(out)
}

/// From 5.3: tables whose frame was stored as text become tables again.
pub(super) fn with_tables_decoded(html: &str) -> Cow<'_, str> {
    const BEGIN: &str = "&lt;div class=";
    const END: &str = "&lt;/table&gt;&lt;/div&gt;";
    if !html.contains(TABLE_FRAME) || !html.contains(BEGIN) {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, from)) = rest.find(BEGIN).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        let class = from.strip_prefix(BEGIN).unwrap_or_default();
        let class = class.trim_start_matches("&quot;").trim_start_matches(['"', '\'']);
        let end = from.find(END).map(|at| at + END.len()).filter(|_| class.starts_with(TABLE_FRAME));
        let (part, after) = from.split_at_checked(end.unwrap_or(BEGIN.len())).unwrap_or((from, ""));
        match end {
            Some(_) => out.push_str(&decoded(part)),
            None => out.push_str(part),
        }
        rest = after;
        if end.is_none() && !rest.contains(END) {
            break;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// From 5.4: frames of tables and leftovers of the editor go, spans in code go, pictures stand
/// beside paragraphs instead of in them. Line breaks in code stay as they are.
pub(super) fn as_tiptap(html: &str) -> Cow<'_, str> {
    let telling = ["data-mce-", "contenteditable", TABLE_FRAME, "<pre", "<PRE", "<img", "<IMG"];
    if !telling.iter().any(|word| html.contains(word)) {
        return Cow::Borrowed(html);
    }
    let mut walk = Walk { out: String::with_capacity(html.len()), ..Walk::default() };
    let mut tags = Tags::new(html);
    while let Some((token, raw)) = tags.next_with_raw() {
        match token {
            Token::Open(name, attributes) => walk.open(name, attributes, raw),
            Token::Close(name) => walk.close(name, raw),
            Token::Text(_) | Token::Other => walk.content(raw),
        }
    }
    if walk.waiting.as_ref().is_some_and(|waiting| !waiting.lifted) {
        walk.begin_paragraph();
    }
    Cow::Owned(walk.out)
}

/// An element that is open.
struct Open<'html> {
    name: &'html str,
    /// Whether its tags are left out.
    dropped: bool,
    /// Whether everything in it is left out.
    silent: bool,
}

/// A paragraph whose start tag waits until something comes that stays in it.
struct Waiting {
    tag: String,
    /// Whether a picture was lifted out: then an empty paragraph is nobody's.
    lifted: bool,
}

#[derive(Default)]
struct Walk<'html> {
    out: String,
    open: Vec<Open<'html>>,
    code: usize,
    silent: usize,
    waiting: Option<Waiting>,
    /// The start tag of the paragraph that is open and written.
    paragraph: Option<String>,
}

impl<'html> Walk<'html> {
    fn open(&mut self, name: &'html str, attributes: &'html str, raw: &str) {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let void = VOID.iter().any(|void| is(void));
        let bogus = attribute(attributes, "data-mce-bogus");
        let silent = bogus.as_deref() == Some("all") && !void;
        let dropped = bogus.is_some()
            || (is("span") && self.code > 0)
            || (is("div") && attribute(attributes, "class").is_some_and(|class| is_frame(&class)));
        if self.silent == 0 && !dropped {
            self.write_start(name, attributes, raw);
        }
        if !void {
            self.code += usize::from(is("pre"));
            self.silent += usize::from(silent);
            self.open.push(Open { name, dropped, silent });
        }
    }

    fn write_start(&mut self, name: &str, attributes: &str, raw: &str) {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let in_paragraph = self.open.last().is_some_and(|open| open.name.eq_ignore_ascii_case("p"));
        let mut tag = String::new();
        if attributes.contains("data-mce-") || (is("table") && attributes.contains("contenteditable")) {
            push_tag(&mut tag, name, attributes, &|attribute, _| {
                let leftover = attribute.starts_with("data-mce-")
                    || (is("table") && attribute.eq_ignore_ascii_case("contenteditable"));
                if leftover { Fate::Dropped } else { Fate::Kept }
            });
        } else {
            tag.push_str(raw);
        }
        if is("p") {
            self.begin_paragraph();
            self.waiting = Some(Waiting { tag, lifted: false });
        } else if is("img") && in_paragraph {
            self.lift(&tag);
        } else {
            self.begin_paragraph();
            self.out.push_str(&tag);
        }
    }

    /// Puts a picture before the paragraph, or between its two halves.
    fn lift(&mut self, picture: &str) {
        match (&mut self.waiting, self.paragraph.take()) {
            (Some(waiting), _) => waiting.lifted = true,
            (None, Some(tag)) => {
                self.out.push_str("</p>");
                self.waiting = Some(Waiting { tag, lifted: true });
            }
            (None, None) => {}
        }
        self.out.push_str(picture);
    }

    /// Writes the start tag that waits.
    fn begin_paragraph(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            self.out.push_str(&waiting.tag);
            self.paragraph = Some(waiting.tag);
        }
    }

    fn close(&mut self, name: &str, raw: &str) {
        let recent = self.open.iter().rev().take(LOOK_BACK);
        let back = recent.enumerate().find(|(_, open)| open.name.eq_ignore_ascii_case(name));
        let Some(at) = back.map(|(back, _)| self.open.len() - 1 - back) else {
            return self.content(raw);
        };
        let was_silent = self.silent > 0;
        let mut dropped = false;
        for open in self.open.drain(at..) {
            self.code -= usize::from(open.name.eq_ignore_ascii_case("pre"));
            self.silent -= usize::from(open.silent);
            dropped = dropped || (open.dropped && open.name.eq_ignore_ascii_case(name));
        }
        if was_silent || dropped {
            return;
        }
        if name.eq_ignore_ascii_case("p") {
            self.paragraph = None;
            match self.waiting.take() {
                Some(waiting) if waiting.lifted => return,
                Some(waiting) => self.out.push_str(&waiting.tag),
                None => {}
            }
            self.out.push_str(raw);
        } else {
            self.content(raw);
        }
    }

    fn content(&mut self, raw: &str) {
        if self.silent == 0 {
            self.begin_paragraph();
            self.out.push_str(raw);
        }
    }
}

fn is_frame(class: &str) -> bool {
    class.split_ascii_whitespace().any(|class| class == TABLE_FRAME)
}

/// What becomes of an attribute.
enum Fate {
    Kept,
    Dropped,
    Becomes(String),
}

/// Writes a start tag with some of its attributes changed.
fn push_tag(out: &mut String, name: &str, attributes: &str, fate: &dyn Fn(&str, &str) -> Fate) {
    out.push('<');
    out.push_str(name);
    let mut rest = attributes;
    while let Some(one) = next_attribute(rest) {
        let (raw, after) = rest.split_at_checked(one.bytes).unwrap_or((rest, ""));
        match fate(one.name, one.value) {
            Fate::Kept => out.push_str(raw),
            Fate::Dropped => {}
            Fate::Becomes(value) => {
                // The value was looked at as it stands, entities and all; only its own quotes could end it.
                let quote = if value.contains('"') { '\'' } else { '"' };
                out.push_str(&format!(" {}={quote}{value}{quote}", one.name));
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out.push('>');
}

/// One attribute: how many bytes it takes with what stands before it, its name, its value as it is.
struct Attribute<'html> {
    bytes: usize,
    name: &'html str,
    value: &'html str,
}

fn next_attribute(text: &str) -> Option<Attribute<'_>> {
    let body = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
    let end = |text: &str, is_end: &dyn Fn(char) -> bool| text.find(is_end).unwrap_or(text.len());
    let name_end = end(body, &|c| c.is_ascii_whitespace() || matches!(c, '=' | '/')).max(1);
    let (name, after) = body.split_at_checked(name_end)?;
    let spent = |rest: &str| text.len() - rest.len();
    let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else {
        return Some(Attribute { bytes: spent(after), name, value: "" });
    };
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            let (value, rest) = inner.split_once(quote).unwrap_or((inner, ""));
            return Some(Attribute { bytes: spent(rest), name, value });
        }
    }
    let (value, rest) = value.split_at_checked(end(value, &|c| c.is_ascii_whitespace()))?;
    Some(Attribute { bytes: spent(rest), name, value })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn checklists_get_their_present_classes() {
        for (before, after) in [
            (
                r#"<ul style="list-style-type: none;" class="tox-checklist"><li>a<br></li><li class="tox-checklist--checked">b</li></ul>"#,
                r#"<ul style="list-style-type: none;" class="checklist"><li>a<br></li><li class="checked">b</li></ul>"#,
            ),
            ("<UL class='x tox-checklist'>", r#"<UL class="x checklist">"#),
            ("<p>the class tox-checklist</p>", "<p>the class tox-checklist</p>"),
            (r#"<p title="tox-checklist">x</p>"#, r#"<p title="tox-checklist">x</p>"#),
            ("<p>&nbsp;1 < 2</p >", "<p>&nbsp;1 < 2</p >"),
        ] {
            assert_eq!(with_plain_checklists(before), after);
        }
    }

    #[test]
    fn tables_that_became_text_are_tables_again() {
        let table = r#"&lt;div class="table-container" contenteditable="false"&gt;&lt;table&gt;&lt;tr&gt;&lt;td&gt;1 &amp;lt; 2&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;&lt;/div&gt;"#;
        let decoded = r#"<div class="table-container" contenteditable="false"><table><tr><td>1 &lt; 2</td></tr></table></div>"#;
        for (before, after) in [
            (format!("<p>a</p>{table}<p>b</p>"), format!("<p>a</p>{decoded}<p>b</p>")),
            (format!("{table}{table}"), format!("{decoded}{decoded}")),
            (table.replace('"', "&quot;"), decoded.to_owned()),
            (format!("&lt;div class=x&gt; {table}"), format!("&lt;div class=x&gt; {decoded}")),
            (
                "<p>&lt;div class=\"table-container\"&gt;</p>".to_owned(),
                "<p>&lt;div class=\"table-container\"&gt;</p>".to_owned(),
            ),
            ("<p>&lt;table&gt;</p>".to_owned(), "<p>&lt;table&gt;</p>".to_owned()),
        ] {
            assert_eq!(with_tables_decoded(&before), after);
        }
    }

    #[test]
    fn what_only_the_old_editor_needed_goes() {
        for (before, after) in [
            (
                r#"<div class="table-container" contenteditable="false"><table contenteditable="true" border="1"><tr><td>x<br data-mce-bogus="1"></td></tr></table></div><p>y</p>"#,
                r#"<table border="1"><tr><td>x</td></tr></table><p>y</p>"#,
            ),
            (
                r#"<div class="table-container"><div><table></table></div></div><div>z</div>"#,
                "<div><table></table></div><div>z</div>",
            ),
            (
                r#"<a href="https://a.b/?x=1&amp;y" data-mce-href="https://a.b/" title='"'>l</a>"#,
                r#"<a href="https://a.b/?x=1&amp;y" title='"'>l</a>"#,
            ),
            (r#"<p>a<b data-mce-bogus="1">b</b><i data-mce-bogus="all">c<u>d</u></i>e</p>"#, "<p>abe</p>"),
            (
                "<pre class=\"hljs language-js\"><span class=\"hljs-keyword\">let</span> a;<br>b\n<span>c</span></pre><span>d</span>",
                "<pre class=\"hljs language-js\">let a;<br>b\nc</pre><span>d</span>",
            ),
            ("<p>text</p>", "<p>text</p>"),
        ] {
            assert_eq!(as_tiptap(before), after);
        }
    }

    #[test]
    fn pictures_stand_beside_paragraphs() {
        for (before, after) in [
            (r#"<p><img data-hash="h"></p>"#, r#"<img data-hash="h">"#),
            ("<p class=\"x\">a<img src=1>b</p>", "<p class=\"x\">a</p><img src=1><p class=\"x\">b</p>"),
            ("<p><img id=1><img id=2></p>", "<img id=1><img id=2>"),
            ("<p>a<img></p><p></p>", "<p>a</p><img><p></p>"),
            ("<p><img>b</p>", "<img><p>b</p>"),
            ("<p><b>a<img></b></p>", "<p><b>a<img></b></p>"),
            ("<li><img></li><img>", "<li><img></li><img>"),
            ("<p>a<img data-mce-src=\"x\">", "<p>a</p><img>"),
            ("<p>a</p><p>", "<p>a</p><p>"),
            ("<p>open<p>again<img></p>", "<p>open<p>again</p><img>"),
        ] {
            assert_eq!(as_tiptap(before), after, "{before}");
        }
    }

    proptest! {
        #[test]
        fn what_has_nothing_old_in_it_stays_as_it_is(html in "(<(/?(p|b|div|ul|li|a))>|[a-c &;<>é\"])*") {
            prop_assert_eq!(&with_plain_checklists(&html), &html);
            prop_assert_eq!(&with_tables_decoded(&html), &html);
            prop_assert_eq!(&as_tiptap(&html), &html);
        }

        #[test]
        fn nothing_panics(html in "(<(/?(p|pre|img|span|div|table))( (class|contenteditable|data-mce-bogus)(=(\"|')?(all|1|table-container|tox-checklist)(\"|')?)?)?/?>|[ab<>\"'=&;é])*") {
            let _ = (with_plain_checklists(&html), with_tables_decoded(&html), as_tiptap(&html));
        }
    }
}
