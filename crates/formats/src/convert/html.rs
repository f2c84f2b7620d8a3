//! HTML of a note made safe to show in a window.
//!
//! The note is hostile: it may come from anybody's file. ammonia decides what stays; before it, a
//! quick pass puts words where pictures, files and embeds were, because nothing may be loaded.
//! What comes out has no scripts, no styles, no sources and no links that lead anywhere. A window that
//! can draw the note's own pictures asks for marks where they are, and finds the bytes by their hash.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

use super::tags::{Tags, Token, attribute};

/// Elements that stay.
const KEPT: [&str; 41] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "u",
    "ul",
    "q",
];
const KEPT_IN_TABLES: [&str; 5] = ["thead", "tfoot", "tr", "td", "th"];

/// Elements that would show or load something from elsewhere. Their content goes with them.
const EMBEDS: [&str; 7] = ["iframe", "audio", "video", "object", "embed", "svg", "picture"];

/// The class of what stands for a picture or file; its `title` is the MIME type.
const PLACEHOLDER: &str = "attachment";

/// Makes the HTML of a note safe to show.
///
/// Checklists keep their classes (`checklist`, `simple-checklist`, `checked`), callouts theirs;
/// pictures, files and embeds become `<span class="attachment">name</span>`; a link keeps its
/// address as `title`.
#[must_use]
pub fn sanitized(html: &str) -> String {
    SANITIZER.clean(&with_words_for_embeds(html, Pictures::Words)).to_string()
}

/// The same, but a picture of the note itself becomes `<img data-hash="hex" alt="name">`. It has no
/// source either: who shows it finds the bytes by the hash, or shows the name.
#[must_use]
pub fn sanitized_with_pictures(html: &str) -> String {
    WITH_PICTURES.clean(&with_words_for_embeds(html, Pictures::Marks)).to_string()
}

/// What stands for a picture.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pictures {
    /// Its name.
    Words,
    /// An element that says which it is.
    Marks,
}

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(builder);

static WITH_PICTURES: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder();
    builder.add_tags(["img"]).add_tag_attributes("img", ["data-hash", "alt"]);
    builder
});

fn builder() -> Builder<'static> {
    let set = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
    let tags: HashSet<_> = KEPT.into_iter().chain(KEPT_IN_TABLES).collect();
    let attributes = HashMap::from([
        ("a", set(&["title"])),
        ("span", set(&["title"])),
        ("ol", set(&["start"])),
        ("ul", set(&["data-title", "data-type"])),
        ("div", set(&["data-callout-type"])),
        ("td", set(&["colspan", "rowspan"])),
        ("th", set(&["colspan", "rowspan"])),
    ]);
    let classes = HashMap::from([
        ("ul", set(&["checklist", "simple-checklist"])),
        ("li", set(&["checked", "checklist--item", "simple-checklist--item"])),
        ("div", set(&["callout", "collapsed", "math-block"])),
        ("span", set(&[PLACEHOLDER, "math-inline"])),
    ]);
    let mut builder = Builder::empty();
    builder
        .tags(tags)
        .clean_content_tags(set(&["script", "style", "template", "noscript", "title", "iframe"]))
        .tag_attributes(attributes)
        .generic_attributes(set(&["dir", "lang"]))
        .allowed_classes(classes)
        .link_rel(None);
    builder
}

fn with_words_for_embeds(html: &str, pictures: Pictures) -> String {
    let mut out = String::with_capacity(html.len());
    let mut tags = Tags::new(html);
    while let Some(token) = tags.next() {
        match token {
            Token::Text(text) => out.push_str(text),
            Token::Close(name) => out.push_str(&format!("</{name}>")),
            Token::Other => {}
            Token::Open(name, attributes) if name.eq_ignore_ascii_case("img") => {
                match hash_of(attributes).filter(|_| pictures == Pictures::Marks) {
                    Some(hash) => picture(&hash, attributes, &mut out),
                    None => placeholder(attributes, &mut out),
                }
            }
            Token::Open(name, attributes) if EMBEDS.iter().any(|embed| name.eq_ignore_ascii_case(embed)) => {
                placeholder(attributes, &mut out);
                // A tag that closes itself has no content; elsewhere nothing inside may stay.
                if !attributes.ends_with('/') && !name.eq_ignore_ascii_case("embed") {
                    tags.skip_past(name);
                }
            }
            Token::Open(name, attributes) if name.eq_ignore_ascii_case("a") => link(attributes, &mut out),
            Token::Open(name, attributes) => {
                out.push_str(&format!("<{name}{attributes}>"));
                if let Some(file) = file_name(name, attributes) {
                    out.push_str(&escaped(&file));
                }
            }
        }
    }
    out
}

/// The name of a file whose element is empty in the note.
fn file_name<'html>(name: &str, attributes: &'html str) -> Option<Cow<'html, str>> {
    let is_file = name.eq_ignore_ascii_case("span")
        && attribute(attributes, "class")
            .is_some_and(|class| class.split_ascii_whitespace().any(|one| one == PLACEHOLDER));
    if is_file { attribute(attributes, "data-filename") } else { None }
}

/// The hash by which an app names a picture's bytes: hex digits and nothing else.
fn hash_of<'html>(attributes: &'html str) -> Option<Cow<'html, str>> {
    let is_hash = |text: &str| (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    attribute(attributes, "data-hash").filter(|hash| is_hash(hash))
}

fn picture(hash: &str, attributes: &str, out: &mut String) {
    let name = name_of(attributes);
    out.push_str(&format!("<img data-hash=\"{}\" alt=\"{}\">", escaped(hash), escaped(&name)));
}

/// What a person calls a picture or embed.
fn name_of(attributes: &str) -> Cow<'_, str> {
    let named = ["data-filename", "title", "alt"]
        .iter()
        .find_map(|name| attribute(attributes, name).filter(|value| !value.trim().is_empty()));
    named.unwrap_or(Cow::Borrowed("…"))
}

fn placeholder(attributes: &str, out: &mut String) {
    let mime = attribute(attributes, "data-mime").unwrap_or_default();
    let name = name_of(attributes);
    out.push_str(&format!(
        "<span class=\"{PLACEHOLDER}\" title=\"{}\">{}</span>",
        escaped(&mime),
        escaped(&name)
    ));
}

fn link(attributes: &str, out: &mut String) {
    match attribute(attributes, "href") {
        Some(address) => out.push_str(&format!("<a title=\"{}\">", escaped(&address))),
        None => out.push_str("<a>"),
    }
}

/// Text with the characters that mean something in HTML written out.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_note_is_made_of_stays() {
        for (html, expected) in [
            (
                "<h1 data-block-id=\"x\">T</h1><p style=\"color:red\">a <b>b</b></p>",
                "<h1>T</h1><p>a <b>b</b></p>",
            ),
            (
                "<ul class=\"checklist x\" data-title=\"t\"><li class=\"checked checklist--item\"><p>s</p></li></ul>",
                "<ul class=\"checklist\" data-title=\"t\"><li class=\"checked checklist--item\"><p>s</p></li></ul>",
            ),
            (
                "<img src=\"https://e.invalid/x\" data-filename=\"a&quot;b.png\" data-mime=\"image/png\">",
                "<span class=\"attachment\" title=\"image/png\">a\"b.png</span>",
            ),
            (
                "<span class=\"attachment\" data-filename=\"t.pdf\"></span>",
                "<span class=\"attachment\">t.pdf</span>",
            ),
            (
                "<a href=\"https://e.invalid/?a=1&amp;b=2\" onclick=\"x()\">l</a>",
                "<a title=\"https://e.invalid/?a=1&amp;b=2\">l</a>",
            ),
            (
                "<iframe src=\"https://e.invalid\" title=\"Tides\">x</iframe>y",
                "<span class=\"attachment\" title=\"\">Tides</span>y",
            ),
            ("<pre class=\"language-x\"><code>a &lt; b</code></pre>", "<pre><code>a &lt; b</code></pre>"),
        ] {
            assert_eq!(sanitized(html), expected, "{html}");
        }
    }

    #[test]
    fn nothing_runs_and_nothing_loads() {
        for html in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg><script>alert(1)</script></svg>",
            "<svg/onload=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<p style=\"background:url(https://e.invalid)\">x</p>",
            "<link rel=stylesheet href=//e.invalid><base href=//e.invalid><meta http-equiv=refresh content=0>",
            "<form action=//e.invalid><input autofocus onfocus=alert(1)></form>",
            "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
            "<<script>script>alert(1)<</script>/script>",
            "<img data-filename=\"<img src=x onerror=alert(1)>\">",
            "<a href='\"><img src=x onerror=alert(1)>'>x</a>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        ] {
            assert_harmless(html);
        }
    }

    #[test]
    fn a_picture_of_the_note_is_marked_and_has_no_source() {
        let html = "<p>a<img src=\"https://e.invalid/x\" data-hash=\"9f3a62b1c4d5e6f7\" data-filename=\"pier&quot;.jpg\" data-mime=\"image/jpeg\" onload=x()>b</p>";
        assert_eq!(
            sanitized_with_pictures(html),
            "<p>a<img data-hash=\"9f3a62b1c4d5e6f7\" alt=\"pier&quot;.jpg\">b</p>"
        );
        for hash in ["", "../../etc/passwd", "9f3a62b1c4d5e6f7/..", "g".repeat(16).as_str()] {
            let html = format!("<img data-hash=\"{hash}\" alt=\"x\" src=\"https://e.invalid\">");
            let shown = "<span class=\"attachment\" title=\"\">x</span>";
            assert_eq!(sanitized_with_pictures(&html), shown, "{hash}");
        }
    }

    fn assert_harmless(html: &str) {
        is_harmless(html, &sanitized(html));
        is_harmless(html, &sanitized_with_pictures(html));
    }

    fn is_harmless(html: &str, safe: &str) {
        for token in Tags::new(safe) {
            let Token::Open(name, attributes) = token else { continue };
            let kept = KEPT.contains(&name) || KEPT_IN_TABLES.contains(&name) || name == "img";
            assert!(kept, "{name} out of {html}");
            for forbidden in ["src", "href", "style", "onerror", "onclick", "onload", "srcdoc", "action"] {
                assert_eq!(attribute(attributes, forbidden), None, "{safe} out of {html}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_soup_is_harmless(parts in prop::collection::vec(
            prop::sample::select(vec![
                "<", ">", "\"", "'", "script", "<script", "</script>", "<img ", "src=x ", "onerror=alert(1) ", "<svg ",
                "<a href=", "javascript:x", "<style>", "<!--", "-->", "<p ", "title=", "&lt;", "<iframe ", "x", " ",
                "data-filename=", "<span class=attachment ", "<math>", "<table>", "=",
            ]), 0..16)) {
            assert_harmless(&parts.concat());
        }
    }
}
