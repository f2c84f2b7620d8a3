//! Bodies of notes, on their way to a window, a terminal and a search index.

use std::cell::RefCell;

use backstop_formats::convert::{html, text};
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// Attributes that neither load nor run nor style anything. Whatever else a browser knows is no
/// business of a note.
const HARMLESS: [&str; 12] = [
    "title",
    "class",
    "start",
    "colspan",
    "rowspan",
    "dir",
    "lang",
    "data-title",
    "data-type",
    "data-callout-type",
    "data-hash",
    "alt",
];

/// Elements whose content or presence a browser treats in a way of its own, told apart from the
/// sanitizer's own list of what stays.
const ACTIVE: [&str; 32] = [
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "embed",
    "applet",
    "frame",
    "frameset",
    "svg",
    "math",
    "form",
    "input",
    "button",
    "textarea",
    "select",
    "option",
    "link",
    "meta",
    "base",
    "title",
    "audio",
    "video",
    "source",
    "track",
    "picture",
    "plaintext",
    "xmp",
    "noembed",
    "portal",
    "foreignobject",
];

/// The bytes are the HTML of a body.
pub(crate) fn html(bytes: &[u8]) {
    let body = String::from_utf8_lossy(bytes);
    for (shown, pictures) in [(html::sanitized(&body), false), (html::sanitized_with_pictures(&body), true)] {
        check(&shown, pictures);
        // What a browser sees does not change when it is made safe once more.
        let twice = if pictures { html::sanitized_with_pictures(&shown) } else { html::sanitized(&shown) };
        check(&twice, pictures);
    }
    let text = text::from_html(&body);
    let preview = text::preview(&text, 80);
    assert!(preview.chars().count() <= 80 && !preview.contains('\n'), "{preview:?}");
    check(&html::sanitized(&format!("<pre>{}</pre>", html::escaped(&body))), false);
}

/// Reads HTML as a browser does and refuses all that could act.
fn check(shown: &str, pictures: bool) {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(shown));
    let tokenizer = Tokenizer::new(Witness(RefCell::new(Vec::new())), TokenizerOpts::default());
    let _script = tokenizer.feed(&input);
    tokenizer.end();
    for tag in tokenizer.sink.0.take() {
        let name = &*tag.name;
        assert!(!ACTIVE.contains(&name) && name.is_ascii(), "<{name}> stays: {shown}");
        assert!(name != "img" || pictures, "a picture stays: {shown}");
        for attribute in tag.attrs {
            let known = HARMLESS.contains(&&*attribute.name.local);
            assert!(known, "{} of <{name}> stays: {shown}", attribute.name.local);
        }
    }
}

/// Keeps the tags.
struct Witness(RefCell<Vec<Tag>>);

impl TokenSink for Witness {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.0.borrow_mut().push(tag),
            Token::CommentToken(text) => assert!(text.is_empty(), "a comment stays: {text}"),
            Token::DoctypeToken(_) => assert_eq!("a doctype", "", "stays"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
