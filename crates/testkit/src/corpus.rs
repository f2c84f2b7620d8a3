//! Notes in any number, the same every time.

use crate::notesnook::{body, note, notebook, relation, tag};

const WORDS: [&str; 48] = [
    "harbour", "tide", "oar", "boat", "crew", "storm", "plan", "letter", "garden", "plum", "soup", "bread",
    "salt", "river", "lamp", "window", "paper", "north", "winter", "august", "meeting", "budget", "draft",
    "review", "Straße", "größer", "été", "señor", "naïve", "日本", "the", "a", "of", "and", "to", "in",
    "with", "for", "that", "it", "was", "on", "as", "at", "by", "from", "or", "not",
];

/// Mean length of a note's HTML in bytes: that of a real account.
const HTML_BYTES: usize = 4200;
/// Notes per notebook.
const PER_NOTEBOOK: usize = 50;
/// Tags in all.
const TAGS: usize = 20;

/// A made-up account of so many notes.
#[derive(Debug, Clone, Copy)]
pub struct Corpus {
    /// How many notes.
    pub notes: usize,
    /// Another seed, other words.
    pub seed: u64,
}

impl Corpus {
    /// An account of so many notes.
    #[must_use]
    pub fn of(notes: usize) -> Self {
        Self { notes, seed: 1 }
    }

    /// Its rows as JSON, in Notesnook's order: notes, notebooks, bodies, tags, relations.
    pub fn rows(self) -> impl Iterator<Item = String> {
        let notebooks = self.notes.div_ceil(PER_NOTEBOOK);
        let notes = (0..self.notes).map(move |n| {
            let title = self.words(n, 5);
            note(&id("a", n), &title, Some(&id("c", n)))
        });
        let books = (0..notebooks).map(|n| notebook(&id("b", n), &format!("Notebook {n}")));
        let bodies = (0..self.notes).map(move |n| body(&id("c", n), &id("a", n), &self.html(n)));
        let tags = (0..TAGS.min(self.notes)).map(|n| tag(&id("d", n), &format!("tag {n}")));
        let relations = (0..self.notes).flat_map(|n| {
            let (book, word) = (id("b", n / PER_NOTEBOOK), id("d", n % TAGS));
            let in_book = relation(("notebook", &book), ("note", &id("a", n)));
            let tagged =
                (n % 3 == 0 && n % TAGS < TAGS).then(|| relation(("tag", &word), ("note", &id("a", n))));
            std::iter::once(in_book).chain(tagged)
        });
        notes.chain(books).chain(bodies).chain(tags).chain(relations)
    }

    /// The HTML of the note with this number.
    #[must_use]
    pub fn html(self, note: usize) -> String {
        let mut random = Random::new(self.seed, note as u64);
        let length = HTML_BYTES / 2 + random.below(HTML_BYTES);
        let mut html = String::with_capacity(length + 200);
        while html.len() < length {
            let block = random.below(1 << 30);
            html.push_str(&format!("<p data-block-id=\"{block:08x}\" data-spacing=\"double\">"));
            for _ in 0..30 + random.below(40) {
                html.push_str(random.word());
                html.push_str(if random.below(9) == 0 { ", " } else { " " });
            }
            html.push_str("</p>");
        }
        html
    }

    /// The title of the note with this number.
    #[must_use]
    pub fn title(self, note: usize) -> String {
        self.words(note, 5)
    }

    fn words(self, note: usize, count: usize) -> String {
        let mut random = Random::new(self.seed ^ 0x5eed, note as u64);
        (0..count).map(|_| random.word()).collect::<Vec<_>>().join(" ")
    }
}

fn id(kind: &str, number: usize) -> String {
    format!("{kind}{number:023x}")
}

/// A number that looks random and is the same every time (SplitMix64).
struct Random(u64);

impl Random {
    fn new(seed: u64, stream: u64) -> Self {
        Self(
            seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(stream.wrapping_mul(0xD1B5_4A32_D192_ED03)),
        )
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap_or(0)
    }

    fn word(&mut self) -> &'static str {
        WORDS.get(self.below(WORDS.len())).copied().unwrap_or("word")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn is_of_type(row: &str, r#type: &str) -> bool {
        serde_json::from_str::<Value>(row).is_ok_and(|row| row["type"] == r#type)
    }

    #[test]
    fn the_same_corpus_comes_out_each_time() {
        let corpus = Corpus::of(120);
        let rows: Vec<String> = corpus.rows().collect();
        assert_eq!(rows, corpus.rows().collect::<Vec<_>>());
        for (r#type, count) in
            [("note", 120), ("tiptap", 120), ("notebook", 3), ("tag", 20), ("relation", 160)]
        {
            assert_eq!(rows.iter().filter(|row| is_of_type(row, r#type)).count(), count, "{type}");
        }
        let bytes: usize = (0..120).map(|n| corpus.html(n).len()).sum();
        assert!((3900..4800).contains(&(bytes / 120)), "{}", bytes / 120);
        assert_ne!(Corpus { seed: 2, ..corpus }.html(0), corpus.html(0));
    }
}
