//! Which entries there should be, against those that are there. Reads no bytes.

use std::collections::{BTreeSet, HashMap, HashSet};

use backstop_model::{Fault, FaultCode, Finding, Severity};

use super::facts::Facts;
use super::manifest::Manifest;
use super::open::BackstopArchive;
use super::{ATTACHMENTS, HEADER, ITEMS, MANIFEST, number_in, numbered};
use crate::limits;
use crate::zipscan::shown;

/// What is gone, what was added, and a header that is not the archive's own. Without a manifest the
/// numbers must tell, but for the last ones.
pub(super) fn findings(archive: &BackstopArchive) -> Vec<Finding> {
    match &archive.manifest {
        Some(manifest) => against(manifest, archive),
        None => gaps(archive),
    }
}

fn against(manifest: &Manifest, archive: &BackstopArchive) -> Vec<Finding> {
    let stated: HashMap<&str, Facts> =
        manifest.entries.iter().map(|listed| (&*listed.name, listed.facts)).collect();
    let names: HashSet<&str> = archive.entries.iter().map(|entry| &*entry.name).collect();
    let header = stated.get(HEADER).filter(|stated| **stated != Facts::of(&archive.header_bytes));
    let header = header.map(|_| {
        let message = "The head of the backup is not the one it was made with.";
        damage(FaultCode::EntryMismatch, HEADER, message)
    });
    let gone = manifest.entries.iter().map(|listed| &*listed.name).filter(|name| !names.contains(name));
    let gone = gone.map(|name| {
        damage(FaultCode::ChunkMissing, &shown(name), "This part was in the backup and is gone.")
    });
    let entries = archive.entries.iter().map(|entry| &*entry.name);
    let added = entries.filter(|name| *name != MANIFEST && !stated.contains_key(name)).map(added);
    header.into_iter().chain(gone).chain(added).take(limits::FINDINGS).collect()
}

fn added(name: &str) -> Finding {
    if number_in(name, ITEMS).or_else(|| number_in(name, ATTACHMENTS)).is_some() {
        let message = "This part was not in the backup when it was made; it was passed over.";
        return damage(FaultCode::EntryMismatch, &shown(name), message);
    }
    let message = "This file does not belong to the backup; it was passed over.";
    Finding { severity: Severity::Warning, fault: Fault::at(FaultCode::Stray, shown(name), message) }
}

fn gaps(archive: &BackstopArchive) -> Vec<Finding> {
    let readable = archive.entries.iter().filter(|entry| entry.readable);
    let here: BTreeSet<u64> = readable.filter_map(|entry| number_in(&entry.name, ITEMS)).collect();
    let end = here.last().copied().unwrap_or_default();
    let missing = (0..end).filter(|number| !here.contains(number)).take(limits::FINDINGS);
    missing
        .map(|number| damage(FaultCode::ChunkMissing, &numbered(ITEMS, number), "This part is missing."))
        .collect()
}

fn damage(code: FaultCode, part: &str, message: &str) -> Finding {
    Finding { severity: Severity::Damage, fault: Fault::at(code, part, message) }
}
