//! Rest: nothing new is said, checked, and nothing else is taken for it.

use std::path::Path;
use std::sync::Arc;

use backstop_engine::api::{
    ArchiveFormat, BackupKind, BackupOrder, BackupResult, Job, OutcomeWord, RestoreMode, Session, Verified,
};
use backstop_engine::runs::{History, RunLog};

use crate::world::{PASSWORD, World, password, sample};

const OTHER_PASSWORD: &str = "medivo-sakuro-natope-lifeba";
const HOUR_MS: i64 = 3_600_000;

fn merge(world: &World, session: &Session, name: &str) {
    let (path, secret) = sample(name);
    let plan = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    session.apply(plan, &Job::new()).expect("a restore");
}

/// An account with notes and a first backup by itself.
fn begin(attachments: bool) -> (World, Session, BackupResult) {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    merge(&world, &session, "partial-plain");
    session.use_folder(&world.path("documents"), None).expect("a folder");
    let first = by_itself(&world, &session, attachments);
    assert_eq!((first.outcome, first.since), (OutcomeWord::Completed, None));
    (world, session, first)
}

fn by_itself(world: &World, session: &Session, attachments: bool) -> BackupResult {
    world.clock.pass_ms(HOUR_MS);
    let order = BackupOrder { automatic: true, attachments, ..BackupOrder::default() };
    session.backup(&order, &Job::new()).expect("a backup")
}

fn history(world: &World) -> Arc<History> {
    RunLog::new(&world.account_folder()).read().expect("a history")
}

/// A new file with these bytes.
fn put(path: &Path, bytes: &[u8]) {
    let mut file = std::fs::File::create_new(path).expect("a file");
    std::io::Write::write_all(&mut file, bytes).expect("written");
}

fn archives_in(world: &World) -> usize {
    std::fs::read_dir(world.path("documents/Backstop/backups")).expect("the folder").count()
}

#[test]
fn an_unchanged_library_is_checked_and_not_written_again() {
    let (world, session, first) = begin(false);
    let second = by_itself(&world, &session, false);
    assert_eq!((second.outcome, &second.path), (OutcomeWord::NothingNew, &first.path));
    assert_eq!((second.notes, second.bytes, archives_in(&world)), (17, first.bytes, 1));
    let history = history(&world);
    let made_at = history.runs[1].end.as_ref().expect("an end").ended;
    assert_eq!(second.since, Some(made_at.0));
    let success = history.last_success("library", BackupKind::Notes).expect("a success");
    assert_eq!(success.run.as_str(), second.run, "it counts for the schedule");
    let line = &session.history().expect("a history")[0];
    assert_eq!(line.outcome, "nothing_new");
    assert!(line.reason.as_deref().is_some_and(|reason| reason.contains("checked")), "{line:?}");
    assert_eq!(session.archives().expect("a list")[0].verified, Verified::Full, "as it was");
    // And again, however often.
    assert_eq!(by_itself(&world, &session, false).since, second.since);
}

#[test]
fn a_backup_with_attachments_holds_one_without_and_not_the_other_way() {
    let (world, session, _) = begin(false);
    let full = by_itself(&world, &session, true);
    assert_eq!(full.outcome, OutcomeWord::Completed);
    let (notes, again) = (by_itself(&world, &session, false), by_itself(&world, &session, true));
    for rested in [notes, again] {
        assert_eq!((rested.outcome, &rested.path), (OutcomeWord::NothingNew, &full.path));
    }
}

#[test]
fn who_presses_the_button_gets_an_archive() {
    let (world, session, first) = begin(false);
    world.clock.pass_ms(HOUR_MS);
    let made = session.backup(&BackupOrder::default(), &Job::new()).expect("a backup");
    assert_eq!(made.outcome, OutcomeWord::Completed);
    assert_ne!(made.path, first.path);
}

/// What is done to an account, its last archive given, after which nothing may be taken for nothing new.
type Change = fn(&World, &Session, &Path);

#[test]
fn whatever_would_make_another_archive_makes_one() {
    let rows: [(&str, Change); 11] = [
        ("notes", |world, session, _| merge(world, session, "full-encrypted")),
        ("the setting", |_, session, _| session.set_setting("skip_unchanged", "off", None).expect("set")),
        ("the format", |_, session, _| session.set_format(ArchiveFormat::Backstop).expect("set")),
        ("encryption", |_, session, _| {
            session.set_encryption(false, Some(&password(PASSWORD))).expect("set");
        }),
        ("the folder", |world, session, _| {
            std::fs::create_dir(world.path("other")).expect("a folder");
            session.use_folder(&world.path("other"), None).expect("set");
        }),
        ("the password", |_, session, _| {
            session.change_password(&password(PASSWORD), &password(OTHER_PASSWORD), true).expect("changed");
        }),
        ("the recovery key", |_, session, _| {
            session.new_recovery_key(&password(PASSWORD)).map(drop).expect("changed");
        }),
        ("the archive is gone", |_, _, path| std::fs::remove_file(path).expect("removed")),
        ("the archive has another size", |_, _, path| {
            let bytes = std::fs::read(path).expect("read");
            std::fs::remove_file(path).expect("removed");
            put(path, &bytes[..bytes.len() - 1]);
        }),
        ("the archive has another time", |_, _, path| {
            let bytes = std::fs::read(path).expect("read");
            std::fs::remove_file(path).expect("removed");
            put(path, &bytes);
            let file = std::fs::File::options().write(true).open(path).expect("opened");
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("set");
        }),
        ("nobody knows of the archive any more", |world, _, _| {
            std::fs::remove_file(world.account_folder().join("catalog.json")).expect("removed");
        }),
    ];
    for (what, change) in rows {
        let (world, session, first) = begin(false);
        change(&world, &session, Path::new(&first.path));
        let next = by_itself(&world, &session, false);
        assert_eq!((next.outcome, next.since), (OutcomeWord::Completed, None), "{what}");
        assert!(next.verified && Path::new(&next.path).exists(), "{what}");
    }
}

#[test]
fn an_archive_that_does_not_stand_a_quick_look_is_flagged_and_replaced() {
    let (world, session, first) = begin(false);
    // Damaged behind our back, with size and time as they were.
    let path = Path::new(&first.path);
    let before = std::fs::metadata(path).expect("there").modified().expect("a time");
    let mut bytes = std::fs::read(path).expect("read");
    let end = bytes.len();
    bytes[end - 30..].fill(0);
    std::fs::remove_file(path).expect("removed");
    put(path, &bytes);
    let file = std::fs::File::options().write(true).open(path).expect("opened");
    file.set_modified(before).expect("set");
    let next = by_itself(&world, &session, false);
    assert_eq!(next.outcome, OutcomeWord::Completed);
    let cards = session.archives().expect("a list");
    let flag = |path: &str| cards.iter().find(|card| card.path == path).map(|card| card.verified);
    assert_eq!((flag(&first.path), flag(&next.path)), (Some(Verified::Damaged), Some(Verified::Full)));
}
