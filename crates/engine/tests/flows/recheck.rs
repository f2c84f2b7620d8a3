//! Archives that are checked again by themselves, and what follows when one is damaged.

use std::path::Path;

use backstop_engine::api::{
    Action, Attended, BackupOrder, BackupResult, Conditions, Interval, Job, OutcomeWord, RestoreMode,
    Session, Verified,
};

use crate::world::{PASSWORD, World, sample};

const DAY_MS: i64 = 24 * 3_600_000;

/// An account with notes, one backup, and three weeks gone by.
fn three_weeks_later() -> (World, Session, BackupResult) {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let (path, secret) = sample("full-encrypted");
    let plan = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    session.apply(plan, &Job::new()).expect("a restore");
    session.use_folder(&world.path("documents"), None).expect("a folder");
    session.set_interval(Interval::Monthly, None).expect("set");
    let order = BackupOrder { attachments: true, ..BackupOrder::default() };
    let made = session.backup(&order, &Job::new()).expect("a backup");
    world.clock.pass_ms(21 * DAY_MS);
    (world, session, made)
}

fn attend(session: &Session) -> Attended {
    session.attend(&Conditions::by_hand(false), &Job::new()).expect("attended")
}

fn flag(session: &Session, path: &str) -> Option<(Verified, Option<i64>)> {
    let cards = session.archives().expect("a list");
    cards.into_iter().find(|card| card.path == path).map(|card| (card.verified, card.verified_at))
}

/// Turns one byte in the middle, with size and time as they were: only reading everything shows it.
fn damage(path: &Path) {
    let before = std::fs::metadata(path).expect("there").modified().expect("a time");
    let mut bytes = std::fs::read(path).expect("read");
    let middle = bytes.len() / 2;
    *bytes.get_mut(middle).expect("a byte") ^= 0xff;
    let mut file = std::fs::File::options().write(true).open(path).expect("opened");
    std::io::Write::write_all(&mut file, &bytes).expect("written");
    file.set_modified(before).expect("set");
}

#[test]
fn each_archive_is_read_in_full_again_every_three_weeks() {
    let (world, session, made) = three_weeks_later();
    assert!(session.has_work(&Conditions::by_hand(false)).expect("known"));
    let attended = attend(&session);
    assert_eq!(attended.rechecked.iter().map(|checked| checked.sound).collect::<Vec<_>>(), [true]);
    assert!(attended.backups.is_empty() && attended.warnings.is_empty(), "{attended:?}");
    let now = session.history().expect("a history");
    assert_eq!((now[0].kind.as_str(), now[0].outcome.as_str()), ("verify", "completed"));
    let (verified, at) = flag(&session, &made.path).expect("listed");
    assert_eq!((verified, at.is_some_and(|at| at > made_at(&session))), (Verified::Full, true));
    assert!(!session.has_work(&Conditions::by_hand(false)).expect("known"), "it is fresh");
    world.clock.pass_ms(13 * DAY_MS);
    session.set_interval(Interval::Never, None).expect("set");
    session
        .set_setting("schedule.full", "never", None)
        .or_else(|_| session.set_setting("backups_full", "never", None))
        .expect("set");
    assert!(attend(&session).rechecked.is_empty(), "not before its time");
}

fn made_at(session: &Session) -> i64 {
    let cards = session.archives().expect("a list");
    cards.first().and_then(|card| card.created).expect("a date")
}

#[test]
fn it_can_be_switched_off() {
    let (_world, session, _) = three_weeks_later();
    session.set_setting("recheck", "off", None).expect("set");
    assert!(!session.has_work(&Conditions::by_hand(false)).expect("known"));
    assert!(attend(&session).rechecked.is_empty());
}

#[test]
fn a_damaged_archive_is_flagged_and_announced_and_a_fresh_one_is_made_at_once() {
    let (_world, session, made) = three_weeks_later();
    damage(Path::new(&made.path));
    let attended = attend(&session);
    assert_eq!(attended.rechecked.iter().map(|checked| checked.sound).collect::<Vec<_>>(), [false]);
    assert_eq!(attended.warnings.len(), 1);
    assert_eq!(flag(&session, &made.path).map(|(verified, _)| verified), Some(Verified::Damaged));
    let [backup] = &attended.backups[..] else { panic!("one backup: {attended:?}") };
    let fresh = backup.end.as_ref().expect("made");
    assert_eq!((fresh.outcome, fresh.attachments), (OutcomeWord::Completed, made.attachments));
    assert_ne!(fresh.path, made.path);
    let notices = session.notices(false).expect("notices");
    let damaged = notices.iter().find(|due| due.notice.id == "damaged").expect("announced");
    assert_eq!(damaged.action, Action::ShowHistory, "a fresh one is there");
    session.note_said(&notices);
    assert!(session.notices(false).expect("notices").is_empty(), "said once");
    let next = attend(&session);
    assert!(next.backups.is_empty() && next.rechecked.is_empty(), "{next:?}");
}

#[test]
fn an_archive_of_someone_else_is_looked_at_as_far_as_it_opens() {
    let (world, session, made) = three_weeks_later();
    let (theirs, _) = sample("reexport-mobile-full-encrypted");
    let here = Path::new(&made.path).with_file_name("theirs.nnbackupz");
    std::fs::copy(theirs, &here).expect("copied");
    session.archives().expect("listed");
    let attended = attend(&session);
    assert_eq!(attended.rechecked.iter().map(|checked| checked.sound).collect::<Vec<_>>(), [true, true]);
    let theirs = flag(&session, &here.to_string_lossy()).map(|(verified, _)| verified);
    assert_eq!(theirs, Some(Verified::Quick));
    let runs = session.history().expect("a history");
    let said =
        runs.iter().filter(|run| run.reason.as_deref().is_some_and(|why| why.contains("another password")));
    assert_eq!(said.count(), 1);
    drop(world);
}
