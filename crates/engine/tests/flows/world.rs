//! A data folder of its own, with a clock, a keychain and notices that tests can hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use backstop_crypto::Zeroizing;
use backstop_crypto::argon2id::Params;
use backstop_engine::account::Cost;
use backstop_engine::api::{ArchiveSecret, Backstop, Job, OpenArchive, Password, Session, Setup};
use backstop_engine::ports::{Clock, Keychain, KeychainError, Notice, Notices, Ports};
use backstop_model::TimeMs;
use jiff::tz::TimeZone;
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "tavode-limora-zukite-bagonu";

/// 22 November 2026, 08:03:15 UTC.
const NOW_MS: i64 = 1_795_334_595_000;

#[derive(Default)]
pub(crate) struct TestClock {
    now_ms: AtomicI64,
    /// Time that passes while a job does what can wait: once, at the first look at the clock.
    leap: Mutex<Option<(Arc<Job>, i64)>>,
}

impl TestClock {
    pub(crate) fn pass_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Lets time pass in the middle of what the job does that can wait.
    pub(crate) fn pass_while_it_can_wait(&self, job: &Arc<Job>, ms: i64) {
        *self.leap.lock().expect("held by one") = Some((Arc::clone(job), ms));
    }
}

impl Clock for TestClock {
    fn now(&self) -> TimeMs {
        if let Some((_, ms)) = self.leap.lock().expect("held by one").take_if(|(job, _)| job.can_wait()) {
            self.pass_ms(ms);
        }
        TimeMs(self.now_ms.load(Ordering::Relaxed))
    }

    fn zone(&self) -> TimeZone {
        TimeZone::UTC
    }
}

#[derive(Default)]
struct TestKeychain(Mutex<BTreeMap<String, String>>);

impl Keychain for TestKeychain {
    fn store(&self, entry: &str, secret: &str) -> Result<(), KeychainError> {
        self.0.lock().expect("held by one").insert(entry.to_owned(), secret.to_owned());
        Ok(())
    }

    fn load(&self, entry: &str) -> Result<Option<Zeroizing<String>>, KeychainError> {
        Ok(self.0.lock().expect("held by one").get(entry).cloned().map(Zeroizing::new))
    }

    fn delete(&self, entry: &str) -> Result<(), KeychainError> {
        self.0.lock().expect("held by one").remove(entry);
        Ok(())
    }

    fn probe(&self) -> Result<(), KeychainError> {
        Ok(())
    }
}

struct Silence;

impl Notices for Silence {
    fn show(&self, _: &Notice) {}
}

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) engine: Backstop,
    pub(crate) clock: Arc<TestClock>,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("documents")).expect("a folder for documents");
        let clock = Arc::new(TestClock::default());
        clock.pass_ms(NOW_MS);
        let engine = Backstop::open(Setup {
            data_dir: folder.path().join("data"),
            documents: folder.path().join("documents"),
            machine: "test".to_owned(),
            cost: Cost::Fixed(Params::new(64, 1, 1).expect("small")),
            ports: Ports {
                clock: clock.clone(),
                keychain: Arc::new(TestKeychain::default()),
                notices: Arc::new(Silence),
            },
        })
        .expect("an engine");
        Self { folder, engine, clock }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of the only account.
    pub(crate) fn account_folder(&self) -> PathBuf {
        let mut accounts = std::fs::read_dir(self.path("data").join("accounts")).expect("accounts");
        accounts
            .find_map(|entry| entry.ok().map(|entry| entry.path()).filter(|path| path.is_dir()))
            .expect("one account")
    }

    pub(crate) fn account(&self, name: &str, secret: &str) -> Session {
        self.engine.create_account(name, &password(secret), false, true).expect("an account").0
    }

    pub(crate) fn open(&self, path: &Path, secret: &str) -> OpenArchive {
        let mut archive = self.engine.open_archive(path).expect("an archive");
        if archive.is_locked() {
            archive.unlock(&ArchiveSecret::Password(password(secret)), &Job::new()).expect("its password");
        }
        archive
    }

    /// The inventory of an archive, as `inspect --json` prints it.
    pub(crate) fn inventory(&self, path: &Path, secret: &str) -> serde_json::Value {
        let mut archive = self.open(path, secret);
        let inventory = self.engine.inspect(&mut archive, &Job::new()).expect("an inventory");
        serde_json::to_value(inventory).expect("JSON")
    }
}

pub(crate) fn password(text: &str) -> Password {
    Password::new(text).expect("short enough")
}

/// A real file of the app, by name, and its password.
pub(crate) fn sample(name: &str) -> (PathBuf, &'static str) {
    let path = backstop_testkit::fixture(&format!("notesnook/6.1/{name}.nnbackupz"));
    let secret = match name {
        "reexport-mobile-full-encrypted" => "a different account password",
        "full-encrypted" | "partial-encrypted" => "harbour-lantern-42",
        _ => "",
    };
    (path, secret)
}
