//! What is told of what lies beside the own backups: another app's folder, and the second folder.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use backstop_engine::api::{BackupOrder, Interval, Job, Session};

use crate::world::{PASSWORD, World, sample};

const DAY_MS: i64 = 24 * 3_600_000;
/// The day before the clock of the world.
const YESTERDAY_SECS: u64 = 1_795_334_595 - 86_400;

/// Somebody who backs up by hand: nothing is ever overdue.
fn by_hand(world: &World) -> Session {
    let session = world.account("Olive", PASSWORD);
    session.use_folder(&world.path("documents"), None).expect("a folder");
    session.set_interval(Interval::Never, None).expect("set");
    session.set_setting("backups_full", "never", None).expect("set");
    session
}

/// What is told now of other folders; it counts as said.
fn told(session: &Session) -> Vec<String> {
    let notices = session.notices(false).expect("notices");
    session.note_said(&notices);
    let ids = notices.into_iter().map(|due| due.notice.id);
    ids.filter(|id| id == "copies" || id.starts_with("place_")).collect()
}

fn put(path: &Path, bytes: &[u8]) {
    let mut file = File::create_new(path).expect("a file");
    file.write_all(bytes).expect("written");
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(YESTERDAY_SECS)).expect("set");
}

#[test]
fn a_folder_that_notesnook_forgot_and_a_damaged_file_in_it_are_told() {
    let world = World::new();
    let session = by_hand(&world);
    let folder = world.path("documents").join("Notesnook").join("backups");
    fs::create_dir_all(&folder).expect("a folder");
    let bytes = fs::read(sample("full-plain").0).expect("read");
    put(&folder.join("whole.nnbackupz"), &bytes);
    session.add_place(&folder, None).expect("added");
    session.take_in(&Job::new()).expect("taken in");
    world.clock.pass_ms(100 * DAY_MS);
    assert_eq!(told(&session), ["place_stale"]);
    assert_eq!(told(&session), Vec::<String>::new(), "said");
    put(&folder.join("cut.nnbackupz"), &bytes[..bytes.len() / 2]);
    session.take_in(&Job::new()).expect("taken in");
    assert_eq!(told(&session), ["place_damaged"]);
    world.clock.pass_ms(7 * DAY_MS);
    assert_eq!(told(&session), ["place_stale"], "weekly, and the damaged one never again");
}

#[test]
fn copies_that_fail_for_days_are_told_until_they_succeed() {
    let world = World::new();
    let session = by_hand(&world);
    let second = world.path("second");
    fs::create_dir_all(second.join("Backstop").join("backups")).expect("a folder");
    session.set_setting("copies_folder", &second.to_string_lossy(), None).expect("set");
    fs::remove_dir_all(&second).expect("removed");
    session.backup(&BackupOrder::default(), &Job::new()).expect("a backup all the same");
    assert_eq!(told(&session), Vec::<String>::new(), "a disk may be away for a while");
    world.clock.pass_ms(3 * DAY_MS);
    assert_eq!(told(&session), ["copies"]);
    assert_eq!(told(&session), Vec::<String>::new(), "said");
    fs::create_dir_all(second.join("Backstop").join("backups")).expect("back again");
    session.copy_archives(false, &Job::new()).expect("copied").expect("something was missing");
    world.clock.pass_ms(8 * DAY_MS);
    assert_eq!(told(&session), Vec::<String>::new());
}
