//! What is measured: made-up accounts of five shapes, as one plain archive and as a folder of files.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use backstop_testkit::Corpus;
use backstop_tests::{Outcome, Trouble, large};

/// An account of one shape. Notes have 4.2 KB of HTML in the mean; attached files do not compress.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// What it is asked for by.
    pub(super) name: &'static str,
    /// How many notes.
    pub(super) notes: usize,
    /// How many attached files.
    pub(super) files: usize,
    /// Bytes of each of them.
    pub(super) file_bytes: u64,
}

/// From a beginner's account to the largest that people have.
pub(super) const SHAPES: [Shape; 5] = [
    Shape { name: "small", notes: 50, files: 3, file_bytes: 200_000 },
    Shape { name: "notes", notes: 5_000, files: 0, file_bytes: 0 },
    Shape { name: "mixed", notes: 5_000, files: 300, file_bytes: 100_000 },
    Shape { name: "many", notes: 100_000, files: 0, file_bytes: 0 },
    Shape { name: "large", notes: 10, files: 2, file_bytes: 1_000_000_000 },
];

impl Shape {
    /// The shape of that name.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn named(name: &str) -> Outcome<Self> {
        let known = SHAPES.into_iter().find(|shape| shape.name == name);
        known.ok_or_else(|| {
            let names: Vec<&str> = SHAPES.iter().map(|shape| shape.name).collect();
            Trouble::new(format!("there is no corpus {name}, only {}", names.join(", ")))
        })
    }

    /// Writes it as a plain archive.
    ///
    /// # Errors
    /// If it can't be written.
    pub(super) fn archive(self, path: &Path) -> Outcome {
        large::archive(path, Corpus::of(self.notes), &vec![self.file_bytes; self.files]).map(drop)
    }

    /// Writes the same bytes as files, one for each note and attachment, and returns how many they are.
    ///
    /// # Errors
    /// If they can't be written.
    pub(super) fn folder(self, folder: &Path) -> Outcome<u64> {
        let corpus = Corpus::of(self.notes);
        let mut bytes = 0;
        for number in 0..self.notes {
            let html = corpus.html(number);
            bytes += html.len() as u64;
            File::create_new(folder.join(format!("{number}.html")))?.write_all(html.as_bytes())?;
        }
        for number in 0..self.files {
            let mut file = File::create_new(folder.join(format!("{number}.bin")))?;
            large::pieces(large::seed_of(number), self.file_bytes, |piece, _| Ok(file.write_all(piece)?))?;
            bytes += fs::metadata(folder.join(format!("{number}.bin")))?.len();
        }
        Ok(bytes)
    }
}
