//! HTML to plain text, for search, previews and headlines. Blocks become lines; nothing is laid out.

use super::tags::{Tags, Token, attribute, decoded};

/// Elements that begin and end a line of their own.
const BLOCKS: [&str; 30] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
];

/// Elements whose content is no text.
const SILENT: [&str; 6] = ["script", "style", "template", "noscript", "iframe", "svg"];

/// The text of an HTML body. Names of pictures and files are part of it, so that they are found.
#[must_use]
pub fn from_html(html: &str) -> String {
    let mut lines = Lines { text: String::with_capacity(html.len() / 2), ..Lines::default() };
    let mut tags = Tags::new(html);
    while let Some(token) = tags.next() {
        match token {
            Token::Text(text) => lines.add(&decoded(text)),
            Token::Open(name, attributes) => {
                lines.open(name, attributes);
                if is_one_of(name, &SILENT) {
                    tags.skip_past(name);
                }
            }
            Token::Close(name) => lines.close(name),
            Token::Other => {}
        }
    }
    lines.text.truncate(lines.text.trim_end().len());
    lines.text
}

/// The first `chars` characters of a text, in one line.
#[must_use]
pub fn preview(text: &str, chars: usize) -> String {
    let mut preview = String::new();
    let mut left = chars;
    for word in text.split_whitespace() {
        let space = usize::from(!preview.is_empty());
        if left <= space {
            break;
        }
        if space == 1 {
            preview.push(' ');
        }
        left -= space;
        let before = preview.len();
        preview.extend(word.chars().take(left));
        left -= preview.get(before..).map_or(0, |added| added.chars().count());
    }
    preview
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[derive(Default)]
struct Lines {
    text: String,
    /// White space was met that counts only if more text follows on the line.
    blank: bool,
    /// Depth of `pre`, in which white space counts.
    pre: u32,
}

impl Lines {
    fn add(&mut self, text: &str) {
        if self.pre > 0 {
            self.text.push_str(text);
            return;
        }
        self.blank |= text.starts_with(|c: char| c.is_ascii_whitespace());
        for word in text.split_ascii_whitespace() {
            self.space();
            self.text.push_str(word);
            self.blank = true;
        }
        if !text.is_empty() {
            self.blank = text.ends_with(|c: char| c.is_ascii_whitespace())
                || (self.blank && text.trim_ascii().is_empty());
        }
    }

    fn space(&mut self) {
        if self.blank && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push(' ');
        }
        self.blank = false;
    }

    fn new_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.blank = false;
    }

    fn open(&mut self, name: &str, attributes: &str) {
        if is_one_of(name, &BLOCKS) {
            self.new_line();
            self.pre += u32::from(name.eq_ignore_ascii_case("pre"));
        } else if name.eq_ignore_ascii_case("br") {
            self.text.push('\n');
            self.blank = false;
        } else if is_one_of(name, &["td", "th"]) {
            self.blank = true;
        } else if is_one_of(name, &["img", "span", "audio", "video", "iframe"])
            && let Some(file) = attribute(attributes, "data-filename")
        {
            self.blank = true;
            self.add(&file);
            self.blank = true;
        }
    }

    fn close(&mut self, name: &str) {
        if is_one_of(name, &BLOCKS) {
            if name.eq_ignore_ascii_case("pre") {
                self.pre = self.pre.saturating_sub(1);
            }
            // Paragraphs within a cell do not part the cell from its row.
            self.new_line();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_comes_out_in_lines() {
        for (html, text) in [
            ("", ""),
            ("<p>One</p><p>Two &amp; <b>th</b>ree</p>", "One\nTwo & three"),
            ("<p> a \n b <i> c</i>d </p>", "a b cd"),
            (
                "<ul><li><p>Straps</p></li><li><p>Riggers</p><ul><li>Port</li></ul></li></ul>",
                "Straps\nRiggers\nPort",
            ),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("<pre><code>x\n\ty  z</code></pre>after", "x\n\ty  z\nafter"),
            ("<style>p{}</style><script>if (a<b) {}</script>shown", "shown"),
            (
                "<p>In <span class=\"attachment\" data-filename=\"tide table.pdf\"></span> and</p>",
                "In tide table.pdf and",
            ),
            ("<img data-filename=\"pier.png\">", "pier.png"),
            ("<P>caf&eacute;</P><!-- no --><H1>x</H1>", "café\nx"),
            ("1 < 2 <b", "1 < 2"),
        ] {
            assert_eq!(from_html(html), text, "{html}");
        }
    }

    #[test]
    fn a_preview_is_one_line_of_so_many_characters() {
        assert_eq!(preview("a  b\nc", 20), "a b c");
        assert_eq!(preview("häuser am see", 8), "häuser a");
        assert_eq!(preview("ab cd", 3), "ab");
        assert_eq!(preview("", 5), "");
    }

    #[test]
    fn a_megabyte_of_open_brackets_takes_no_time_to_speak_of() {
        for piece in ["<", "<a", "<!--", "&", "<p \"", "</"] {
            let html = piece.repeat(1_000_000 / piece.len());
            assert!(from_html(&html).len() <= html.len(), "{piece}");
        }
    }

    proptest! {
        #[test]
        fn words_survive(words in prop::collection::vec("[a-zäß]{1,8}", 1..20)) {
            let html: String = words.iter().map(|word| format!("<p><b>{word}</b></p>")).collect();
            prop_assert_eq!(from_html(&html), words.join("\n"));
        }
    }
}
