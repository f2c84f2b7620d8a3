//! What every parser keeps to, whatever it is fed.
//!
//! One function for each parser, called a *target*: it takes any bytes, hands them to the parser
//! through its public door, and panics if what comes out breaks a promise. libFuzzer looks for such
//! bytes (the programs in `fuzz/`); the tests of this crate replay the seeds and every input that once
//! broke something. Tests and fuzzing only: nothing that is shipped may use this crate.
//!
//! It goes through the doors that the program itself goes through, so nothing had to be made public
//! for it. Where a checksum or cipher stands before a parser, the target puts the right one around
//! its bytes: a fuzzer finds no CRC and no key by chance.

mod bases;
mod edits;
mod made;
mod reading;
mod seeds;
mod targets;

pub use seeds::seeds_of;

/// One parser and its promise.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name: of its program and of the folders of its inputs.
    pub name: &'static str,
    /// What is fed, and what it must keep to, in a line.
    pub about: &'static str,
    /// Feeds it.
    ///
    /// # Panics
    /// If a promise is broken.
    pub feed: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "zipscan",
        about: "a zip: what is called readable is there once, lies in the file and overlaps nothing",
        feed: targets::zip::scan,
    },
    Target {
        name: "chunk",
        about: "a chunk file of Notesnook: envelope, base64, gzip, rows",
        feed: targets::notesnook::chunk,
    },
    Target {
        name: "rows",
        about: "rows of Notesnook: what was read comes back from a library, a container and a new backup",
        feed: targets::notesnook::rows,
    },
    Target {
        name: "legacy",
        about: "a `.nnbackup` of Notesnook 5: its walk, its checksum, its migrations",
        feed: targets::notesnook::legacy,
    },
    Target {
        name: "cipher",
        about: "cipher objects in chunks, key files, rows and older backups, and what is inside of them",
        feed: targets::notesnook::cipher,
    },
    Target {
        name: "attachment",
        about: "the encrypted bytes of an attachment: nothing but what was encrypted, all of it or an error",
        feed: targets::streams::attachment,
    },
    Target {
        name: "sealed",
        about: "a sealed stream: nothing but what was sealed, all of it or an error",
        feed: targets::streams::sealed,
    },
    Target {
        name: "header",
        about: "the head of a `.backstop`: keyslots, versions, MAC",
        feed: targets::container::header,
    },
    Target {
        name: "items",
        about: "the items of a plain `.backstop`, packed and unpacked",
        feed: targets::container::items,
    },
    Target {
        name: "lists",
        about: "manifest and index of a plain `.backstop`",
        feed: targets::container::lists,
    },
    Target {
        name: "altered",
        about: "sealed archives with right checksums, changed in parts: nothing that was not in them, or silence",
        feed: targets::altered::altered,
    },
    Target {
        name: "html",
        about: "HTML of a note: what is shown runs nothing and loads nothing",
        feed: targets::text::html,
    },
    Target { name: "file", about: "a whole file of any format", feed: targets::file::file },
    Target {
        name: "salvage",
        about: "a damaged file of any format: more effort never gives less, and a sound file is read as ever",
        feed: targets::file::salvage,
    },
];

/// Feeds a target by its name.
///
/// # Panics
/// If there is none, and if it breaks its promise.
pub fn feed(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    assert!(target.is_some(), "there is no target {name}");
    if let Some(target) = target {
        (target.feed)(bytes);
    }
}
