//! `docs/formats/open_backstop.py`, which was written from the description alone, opens what we make.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use backstop_crypto::{Password, RecoveryKey};
use backstop_formats::ArchiveSecret;
use backstop_testkit::{CollectedAttachment, CollectingSink};
use serde_json::Value;

use crate::common::{PASSWORD, RECOVERY, made, opened, sample, sound};
use crate::golden;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The Python that `cargo xtask check` made ready.
fn python() -> PathBuf {
    let folder = root().join("target/python");
    // Windows puts it elsewhere.
    let mut places = ["bin/python", "Scripts/python.exe"].into_iter().map(|place| folder.join(place));
    let hint = "cargo xtask check makes it; by hand: python3 -m venv target/python && \
                target/python/bin/pip install -r docs/formats/requirements.txt";
    places
        .find(|program| program.exists())
        .unwrap_or_else(|| panic!("there is no Python in {}. {hint}", folder.display()))
}

/// A place for secrets and for what comes out.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.put("password", PASSWORD.as_bytes());
        desk.put("recovery", RecoveryKey::from_bytes(RECOVERY).to_text().to_lowercase().as_bytes());
        desk.put("wrong", "Größe 12 - tide".as_bytes());
        desk
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::io::Write::write_all(&mut fs::File::create_new(&path).unwrap(), bytes).unwrap();
        path
    }

    fn open(&self, secret: &[&str], file: &Path, command: &[&str]) -> Output {
        let mut call = Command::new(python());
        call.arg(root().join("docs/formats/open_backstop.py")).env("PYTHONIOENCODING", "utf-8");
        if let [option, name] = secret {
            call.arg(option).arg(self.0.path().join(name));
        }
        call.arg(file).args(command).current_dir(self.0.path()).output().unwrap()
    }

    /// Takes everything out of a file and compares it with what our reader gives.
    fn gives_the_same(&self, secret: &[&str], file: &Path, ours: &CollectingSink) {
        for command in [&["check"][..], &["dump", "out"]] {
            let ended = self.open(secret, file, command);
            let told = String::from_utf8_lossy(&ended.stderr);
            assert!(ended.status.success(), "{} {command:?}: {told}", file.display());
        }
        let out = self.0.path().join("out");
        let lines = |name: &str| -> Vec<Value> {
            let text = fs::read_to_string(out.join(name)).unwrap();
            text.split_terminator('\n').map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let items = lines("items.ndjson");
        assert_eq!(items.len(), ours.items.len());
        for (theirs, ours) in items.iter().zip(&ours.items) {
            let key = [&theirs["app"], &theirs["kind"], &theirs["id"], &theirs["version"], &theirs["row"]];
            let (app, kind) = (ours.key.app.as_str(), ours.key.kind.as_str());
            let (version, row) = (&*ours.native.version, &*ours.native.json);
            assert_eq!(
                key.map(|value| value.as_str().unwrap()),
                [app, kind, ours.key.id.as_str(), version, row]
            );
            if let Some(title) = theirs["common"]["title"].as_str() {
                assert_eq!(Some(title), ours.title.as_deref());
            }
        }
        let files: Vec<CollectedAttachment> = lines("attachments.ndjson")
            .into_iter()
            .map(|line| CollectedAttachment {
                bytes: fs::read(out.join(line["file"].as_str().unwrap())).unwrap(),
                head: serde_json::from_value(line["attachment"].clone()).unwrap(),
            })
            .collect();
        assert!(files == ours.attachments, "the attachments of {} differ", file.display());
        fs::remove_dir_all(out).unwrap();
    }
}

const SECRETS: [[&str; 2]; 2] = [["--password-file", "password"], ["--recovery-key-file", "recovery"]];

#[test]
fn archives_of_earlier_days_give_the_same_items_and_bytes() {
    let desk = Desk::new();
    let password = ArchiveSecret::Password(Password::new(PASSWORD).unwrap());
    for name in golden::names() {
        let ours = golden::read(name, &password);
        for secret in &SECRETS {
            desk.gives_the_same(secret, &golden::path(name), &ours);
        }
    }
}

#[test]
fn a_real_account_in_a_fresh_archive_gives_the_same_items_and_bytes() {
    let desk = Desk::new();
    for encrypted in [false, true] {
        let bytes = made(&mut *sample("full-encrypted", "harbour-lantern-42"), true, encrypted);
        let file = desk.put(&format!("{encrypted}.backstop"), &bytes);
        let ours = sound(&mut *opened(&bytes).unwrap());
        desk.gives_the_same(&SECRETS[1], &file, &ours);
    }
}

#[test]
fn one_note_is_found_by_the_index() {
    let ended = Desk::new().open(&SECRETS[0], &golden::path("v1/encrypted-full"), &["show", "n1"]);
    let rows = String::from_utf8(ended.stdout).unwrap();
    assert!(rows.contains("Harbour") && rows.contains("The tide <b>turns</b> at four."), "{rows}");
}

#[test]
fn it_tells_a_wrong_secret_from_damage() {
    let desk = Desk::new();
    let whole = golden::path("v1/encrypted-full");
    let told = |secret: &[&str], file: &Path| {
        let ended = desk.open(secret, file, &["check"]);
        assert!(!ended.status.success());
        String::from_utf8(ended.stderr).unwrap()
    };
    assert!(told(&["--password-file", "wrong"], &whole).starts_with("Wrong secret"));
    assert!(told(&[], &whole).starts_with("Wrong secret"));
    let mut bytes = fs::read(&whole).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let damaged = desk.put("damaged.backstop", &bytes);
    assert!(told(&SECRETS[1], &damaged).starts_with("Damaged"));
    let cut = desk.put("cut.backstop", &bytes[..middle]);
    assert!(told(&SECRETS[1], &cut).starts_with("Damaged"));
}
