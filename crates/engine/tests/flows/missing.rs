//! A backup whose file is not there any more: said, counted no more, and made good.

use std::fs;
use std::path::Path;

use backstop_engine::api::{
    Attended, BackupOrder, BackupResult, Conditions, CopiesState, Interval, Job, OutcomeWord, Protection,
    RestoreMode, Session, StatusCard,
};

use crate::world::{PASSWORD, World, sample};

const DAY_MS: i64 = 24 * 3_600_000;

/// An account with notes, daily backups, and two of them: of yesterday and of an hour ago.
fn two_backups() -> (World, Session, [BackupResult; 2]) {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    merge(&world, &session, "partial-plain");
    session.use_folder(&world.path("documents"), None).expect("a folder");
    let calm = [("backups_full", "never"), ("recheck", "off"), ("keep", "all")];
    for (key, value) in calm {
        session.set_setting(key, value, None).expect("set");
    }
    let first = session.backup(&BackupOrder::default(), &Job::new()).expect("a backup");
    world.clock.pass_ms(DAY_MS);
    let second = session.backup(&BackupOrder::default(), &Job::new()).expect("a backup");
    world.clock.pass_ms(DAY_MS / 24);
    assert_eq!(said(&session), (Protection::Protected, None), "both are there");
    (world, session, [first, second])
}

fn merge(world: &World, session: &Session, name: &str) {
    let (path, secret) = sample(name);
    let plan = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    session.apply(plan, &Job::new()).expect("a restore");
}

fn status(session: &Session) -> StatusCard {
    session.status().expect("a status")
}

/// The word of the card, and the name of the backup that it misses, with whether that is only away.
fn said(session: &Session) -> (Protection, Option<(String, bool)>) {
    let card = status(session);
    (card.protection, card.missing.map(|missing| (missing.name, missing.away)))
}

fn attend(session: &Session) -> Attended {
    session.attend(&Conditions::by_hand(false), &Job::new()).expect("attended")
}

fn has_work(session: &Session) -> bool {
    session.has_work(&Conditions::by_hand(false)).expect("known")
}

#[expect(clippy::disallowed_methods, reason = "files are moved by hand")]
fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) {
    fs::rename(from, to).expect("moved");
}

#[test]
fn a_deleted_backup_counts_no_more_and_a_fresh_one_is_made() {
    let (_world, session, [first, second]) = two_backups();
    assert!(!has_work(&session));
    fs::remove_file(&second.path).expect("deleted by hand");
    let card = status(&session);
    assert_eq!(card.protection, Protection::Due, "the one of yesterday is a day old");
    let missing = card.missing.expect("said");
    assert_eq!((missing.name, missing.away), (second.name, false));
    assert_eq!(Path::new(&missing.folder), Path::new(&first.path).parent().expect("a folder"));
    assert!(card.last_verified.is_some_and(|at| at < missing.verified), "the date of the one that is there");
    assert!(has_work(&session));
    // Nothing is new in the library, and still it is not left at the archive that is gone.
    let attended = attend(&session);
    let made = attended.backups[0].end.as_ref().expect("made");
    assert!(made.outcome == OutcomeWord::Completed && Path::new(&made.path).exists(), "{made:?}");
    assert_eq!(said(&session), (Protection::Protected, None));
    assert!(!has_work(&session));
}

#[test]
fn with_none_left_the_card_says_never_and_one_is_made() {
    let (_world, session, [first, second]) = two_backups();
    for made in [&first, &second] {
        fs::remove_file(&made.path).expect("deleted by hand");
    }
    let card = status(&session);
    assert_eq!((card.protection, card.last_verified), (Protection::Never, None));
    assert_eq!(card.missing.map(|missing| missing.name), Some(second.name));
    assert_eq!(attend(&session).backups.len(), 1);
    assert_eq!(said(&session), (Protection::Protected, None));
}

#[test]
fn a_file_cut_short_is_not_the_backup_that_was_verified() {
    let (_world, session, [_, second]) = two_backups();
    let file = fs::File::options().write(true).open(&second.path).expect("opened");
    file.set_len(second.bytes / 2).expect("cut");
    assert_eq!(said(&session), (Protection::Due, Some((second.name, false))));
}

#[test]
fn a_renamed_backup_is_found_again_and_no_other_one_is_made() {
    let (_world, session, [_, second]) = two_backups();
    let renamed = Path::new(&second.path).with_file_name("before the move.nnbackupz");
    rename(&second.path, &renamed);
    assert!(
        status(&session).missing.is_some() && has_work(&session),
        "as far as a look at the old name tells"
    );
    assert!(attend(&session).backups.is_empty());
    assert_eq!(said(&session), (Protection::Protected, None));
    assert!(!has_work(&session));
}

#[test]
fn a_folder_that_is_away_is_said_and_its_backups_count() {
    let (world, session, [_, second]) = two_backups();
    let (there, away) = (world.path("documents"), world.path("unplugged"));
    let before = status(&session);
    rename(&there, &away);
    let card = status(&session);
    assert_eq!(card.protection, Protection::Away, "not called protected");
    assert_eq!((card.last_verified, card.next), (before.last_verified, before.next));
    assert_eq!(card.missing.map(|missing| (missing.name, missing.away)), Some((second.name, true)));
    assert!(!has_work(&session), "nothing is tried before it is due");
    rename(&away, &there);
    assert_eq!(said(&session), (Protection::Protected, None));
}

#[test]
fn a_copy_that_is_there_stands_for_the_backup() {
    let (world, session, [_, second]) = two_backups();
    let copies = world.path("second");
    fs::create_dir(&copies).expect("a folder");
    session.use_copies_folder(Some(&copies), None).expect("a second folder");
    assert_eq!(status(&session).copies, Some(CopiesState { away: false, missing: 2 }));
    attend(&session);
    assert_eq!(status(&session).copies, Some(CopiesState { away: false, missing: 0 }));
    let cards = session.archives().expect("a list");
    let mut told: Vec<_> = cards.iter().map(|card| (card.copy, card.copied)).collect();
    told.sort_unstable();
    assert_eq!(told, [(false, true), (false, true), (true, false), (true, false)]);
    fs::remove_file(&second.path).expect("deleted by hand");
    assert_eq!(said(&session), (Protection::Protected, None));
    let unplugged = world.path("unplugged");
    rename(&copies, &unplugged);
    assert_eq!(said(&session), (Protection::Due, Some((second.name, false))));
    let card = status(&session);
    assert_eq!(card.copies, Some(CopiesState { away: true, missing: 0 }));
    attend(&session);
    assert_eq!(status(&session).copies, Some(CopiesState { away: true, missing: 1 }), "the fresh one");
}

#[test]
fn what_its_owner_deletes_with_backstop_is_not_missed() {
    let (_world, session, [first, second]) = two_backups();
    let id = |made: &BackupResult| -> String {
        let cards = session.archives().expect("a list");
        cards.into_iter().find(|card| card.path == made.path).expect("listed").id
    };
    session.delete_archive(&id(&second), false).expect("deleted");
    assert_eq!(said(&session), (Protection::Due, None));
    session.delete_archive(&id(&first), true).expect("deleted");
    assert_eq!(said(&session), (Protection::Never, None));
}

#[test]
fn where_backups_are_made_by_hand_it_is_said_and_nothing_starts() {
    let (_world, session, [_, second]) = two_backups();
    session.set_interval(Interval::Never, None).expect("set");
    fs::remove_file(&second.path).expect("deleted by hand");
    assert_eq!(said(&session), (Protection::Protected, Some((second.name, false))));
    assert!(!has_work(&session));
}

#[test]
fn of_a_thousand_backups_that_are_gone_the_newest_is_named() {
    let (world, session, [_, second]) = two_backups();
    let before = status(&session);
    let log = world.account_folder().join("runs.ndjson");
    let lines = fs::read_to_string(&log).expect("the log");
    let lines: Vec<&str> = lines.lines().collect();
    let name = second.name.trim_end_matches(".nnbackupz");
    let again = |at: u32| {
        let (id, gone) = (format!("20260101-000000-{at}"), format!("gone-{at}"));
        let lines = lines[lines.len() - 2..].iter();
        // Each with an id of its own inside, or the file of another one would stand for it.
        let inside = format!(r#""archive":"{at}-"#);
        let other = |line: &&str| {
            line.replace(&second.run, &id).replace(name, &gone).replace(r#""archive":""#, &inside) + "\n"
        };
        lines.map(other).collect::<String>()
    };
    let mut file = fs::File::options().append(true).open(&log).expect("opened");
    std::io::Write::write_all(&mut file, (1..=1000).map(again).collect::<String>().as_bytes())
        .expect("written");
    let card = status(&session);
    assert_eq!(card.missing.map(|missing| missing.name), Some("gone-1000.nnbackupz".to_owned()));
    assert_eq!(card.last_verified, before.last_verified);
}
