//! Copies of archives in a second folder: which are missing (pure), and how one is made.
//!
//! A copy appears as an archive does: under a hidden name, synced, read back and compared, and only then
//! named, without overwriting anything. It keeps the time of its original's last write.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use backstop_model::Job;
use jiff::Zoned;
use sha2::{Digest, Sha256};

use crate::durable::{NewFile, Origin};
use crate::problem::{Code, Problem};
use crate::repository::Entry;
use crate::retention::{Health, Keep, Known, Origin as Maker, Origins, plan};

/// Bytes copied at a time, with a place to stop in between.
const PIECE: usize = 256 * 1024;

/// The archives among `originals` that are to be copied to where `copies` are, newest first.
///
/// What the policy would take away again at once is not copied, if the policy is carried out at all.
#[must_use]
pub(crate) fn missing<'e>(
    originals: &[&'e Entry],
    copies: &[&Entry],
    origins: &Origins<'_>,
    keep: Option<Keep>,
    now: &Zoned,
) -> Vec<&'e Entry> {
    let is_there = |original: &Entry| {
        copies.iter().any(|copy| {
            let same_file = copy.name == original.name && copy.bytes == original.bytes;
            let same_archive = original.archive.is_some() && copy.archive == original.archive;
            (same_file || same_archive) && origins.known(copy).health != Health::Damaged
        })
    };
    let whole = |original: &Known<'_>| {
        original.origin == Maker::Ours && original.health == Health::Verified && original.present
    };
    let mut missing: Vec<&Entry> = originals
        .iter()
        .copied()
        .filter(|original| whole(&origins.known(original)) && !is_there(original))
        .collect();
    missing.sort_by(|a, b| (b.created, &b.name).cmp(&(a.created, &a.name)));
    let Some(keep) = keep else { return missing };
    let known: Vec<_> = missing.iter().chain(copies).map(|entry| origins.known(entry)).collect();
    let verdicts = plan(keep, &known, now);
    let stays = missing.into_iter().zip(verdicts).filter(|(_, verdict)| !verdict.is_forget());
    stays.map(|(entry, _)| entry).collect()
}

/// Copies one archive. `check` reads the copy once more before it gets its name.
///
/// # Errors
/// What either disk answers, what `check` finds, a cancel. No copy is left then.
pub(crate) fn copy(
    from: &Path,
    target: &Path,
    (origin, run): (&Origin, &str),
    check: &mut dyn FnMut(&Path) -> Result<(), Problem>,
    job: &Job,
) -> Result<PathBuf, Problem> {
    let source = File::open(from).map_err(Problem::reading)?;
    let written = source.metadata().and_then(|about| about.modified()).map_err(Problem::reading)?;
    let mut file = NewFile::create(target, origin, run).map_err(Problem::writing)?;
    let put_in = pour(source, Some(&mut file), job)?;
    file.set_modified(written).map_err(Problem::writing)?;
    let synced = file.sync().map_err(Problem::writing)?;
    let came_out = pour(synced.open().map_err(Problem::writing)?, None, job)?;
    if put_in != came_out {
        return Err(Problem::new(
            Code::ChecksumMismatch,
            "The copy was read back and is not what was written, so it was not kept. The backup itself is as it was.",
        )
        .with_hint("Check the disk of the folder for copies, or choose another one."));
    }
    check(synced.path())?;
    job.check()?;
    synced.commit_numbered().map_err(Problem::writing)
}

/// Reads to the end, into a file if there is one; gives the hash of what was read.
fn pour(from: impl Read, mut into: Option<&mut NewFile>, job: &Job) -> Result<[u8; 32], Problem> {
    let mut from = job.watch(from);
    let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        let read = match from.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other.map_err(Problem::reading)?,
        };
        let bytes = piece.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(hash.finalize().into());
        }
        hash.update(bytes);
        if let Some(file) = into.as_mut() {
            file.write_all(bytes).map_err(Problem::writing)?;
        }
    }
}

#[cfg(test)]
#[path = "copies_tests.rs"]
mod tests;
