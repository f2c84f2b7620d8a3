//! Every file in `tests/fixtures/notesnook/6.1` against what the real Notesnook core found in it.

use std::collections::BTreeSet;
use std::fs::File;

use backstop_crypto::Password;
use backstop_formats::{Archive, ArchiveSecret, open};
use backstop_model::{Job, Kind};
use backstop_testkit::{CollectingSink, conformance, fixture, fixture_folders};
use serde_json::Value;

use crate::inventory::{self, compare_attachments, compare_counts, compare_notes, compare_rest};

/// File and password.
const SAMPLES: [(&str, &str); 5] = [
    ("partial-plain", ""),
    ("partial-encrypted", "harbour-lantern-42"),
    ("full-plain", ""),
    ("full-encrypted", "harbour-lantern-42"),
    ("reexport-mobile-full-encrypted", "a different account password"),
];
const NOTESNOOK_KEY: &str = "O-dc2UYbBG9PXoimHX61Cxd87M-NREjXFE5WNKEh5mU";

fn open_sample(name: &str) -> Box<dyn Archive> {
    open(Box::new(File::open(fixture(&format!("notesnook/6.1/{name}.nnbackupz"))).unwrap())).unwrap()
}

fn unlocked(name: &str, password: &str) -> Box<dyn Archive> {
    let mut archive = open_sample(name);
    if archive.is_locked() {
        archive.unlock(&ArchiveSecret::Password(Password::new(password).unwrap()), &Job::new()).unwrap();
    }
    archive
}

fn read(name: &str, password: &str) -> CollectingSink {
    let mut sink = CollectingSink::strict();
    unlocked(name, password).read_into(&mut sink, &Job::new()).unwrap();
    assert_eq!(sink.findings, [], "{name}");
    sink
}

fn expected(name: &str) -> Value {
    inventory::expected(&format!("6.1/{name}.nnbackupz"))
}

#[test]
fn every_sample_is_what_the_real_core_found() {
    for (name, password) in SAMPLES {
        let (sink, expected) = (read(name, password), expected(name));
        let full = name.contains("full");
        compare_notes(&sink, &expected, name);
        compare_counts(&sink, &expected, name);
        compare_rest(&sink, &expected, name);
        assert_eq!(sink.attachments.len(), if full { 6 } else { 0 }, "{name}");
        compare_attachments(&sink, &expected, full, name);
    }
}

#[test]
fn the_head_is_told_before_anything_is_read() {
    for (name, _) in SAMPLES {
        let archive = open_sample(name);
        let head = archive.head();
        assert_eq!((head.format.as_str(), head.format_version.as_str()), ("nnbackupz", "6.1"));
        assert_eq!(head.encrypted, name.contains("encrypted"), "{name}");
        assert_eq!(head.attachments_included, name.contains("full"), "{name}");
        assert!(head.created.is_some_and(|created| created.0 > 1_700_000_000_000), "{name}");
        assert_eq!((archive.is_locked(), head.archive_id.clone()), (head.encrypted, None));
    }
}

#[test]
fn notesnooks_own_recovery_key_opens_what_it_made() {
    for name in ["partial-encrypted", "full-encrypted"] {
        let mut archive = open_sample(name);
        archive.unlock(&ArchiveSecret::parse_key(NOTESNOOK_KEY).unwrap(), &Job::new()).unwrap();
        let mut sink = CollectingSink::strict();
        archive.read_into(&mut sink, &Job::new()).unwrap();
        assert_eq!(sink.of_kind(Kind::Note).count(), 17);
    }
}

#[test]
fn every_folder_of_fixtures_is_read() {
    let folders = fixture_folders("notesnook").unwrap();
    let (this, older): (Vec<&str>, Vec<&str>) =
        folders.iter().map(String::as_str).partition(|folder| *folder == "6.1");
    assert_eq!((this.as_slice(), older.as_slice()), (&["6.1"][..], &crate::older::FOLDERS[..]));
    let files = std::fs::read_dir(fixture("notesnook/6.1")).unwrap();
    let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let archives: BTreeSet<String> =
        names.filter_map(|name| Some(name.strip_suffix(".nnbackupz")?.to_owned())).collect();
    assert_eq!(archives, SAMPLES.iter().map(|(name, _)| (*name).to_owned()).collect());
}

conformance!(conformance_plain, unlocked("full-plain", ""));
conformance!(conformance_encrypted, unlocked("full-encrypted", "harbour-lantern-42"));
