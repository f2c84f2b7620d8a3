//! A check that runs by itself and is in the way of a backup that comes due meanwhile.

use std::path::Path;
use std::sync::Arc;

use backstop_engine::api::{
    Attended, BackupOrder, Conditions, Interval, Job, OutcomeWord, RestoreMode, Session, Verified,
};
use jiff::SignedDuration;

use crate::world::{PASSWORD, World, sample};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The program has been running for days.
fn settled() -> Conditions {
    Conditions {
        running: false,
        awake_for: Some(SignedDuration::from_hours(48)),
        catch_up_delay: SignedDuration::from_secs(45),
        battery: None,
    }
}

fn attend(session: &Session, job: &Job) -> Attended {
    session.attend(&settled(), job).expect("attended")
}

/// What is known of an archive, and when it was found out.
fn known(session: &Session, path: &str) -> (Verified, Option<i64>) {
    let cards = session.archives().expect("a list");
    let card = cards.into_iter().find(|card| card.path == path).expect("listed");
    (card.verified, card.verified_at)
}

#[test]
fn a_check_gives_way_to_a_backup_and_goes_on_later() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let (path, secret) = sample("full-encrypted");
    let plan = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    session.apply(plan, &Job::new()).expect("a restore");
    session.use_folder(&world.path("documents"), None).expect("a folder");
    session.set_interval(Interval::Monthly, None).expect("set");
    session.set_setting("skip_unchanged", "off", None).expect("set");
    let order = BackupOrder { attachments: true, ..BackupOrder::default() };
    let made = session.backup(&order, &Job::new()).expect("a backup");
    let (before, bytes) = (known(&session, &made.path), std::fs::read(Path::new(&made.path)).expect("read"));

    // Three weeks later a check is due and no backup; while it reads, the month ends.
    world.clock.pass_ms(21 * DAY_MS);
    let job = Arc::new(Job::new());
    world.clock.pass_while_it_can_wait(&job, 10 * DAY_MS);
    let attended = attend(&session, &job);
    assert!(attended.rechecked.is_empty() && attended.warnings.is_empty(), "{attended:?}");
    let [backup] = &attended.backups[..] else { panic!("the backup is not put off: {attended:?}") };
    assert_eq!(backup.end.as_ref().expect("made").outcome, OutcomeWord::Completed);
    assert_eq!(known(&session, &made.path), before, "a check that stopped says nothing of the archive");
    assert_eq!(std::fs::read(Path::new(&made.path)).expect("read"), bytes);
    let runs = session.history().expect("a history");
    let newest: Vec<_> = runs.iter().take(2).map(|run| (run.kind.as_str(), run.outcome.as_str())).collect();
    assert_eq!(newest, [("backup", "completed"), ("verify", "cancelled")]);
    assert!(session.notices(false).expect("notices").is_empty(), "nothing is wrong");

    // Not again at once; hours later the check is made, in full.
    assert!(attend(&session, &Job::new()).rechecked.is_empty());
    world.clock.pass_ms(6 * HOUR_MS);
    assert!(session.has_work(&settled()).expect("known"));
    let attended = attend(&session, &Job::new());
    assert_eq!(attended.rechecked.iter().map(|checked| checked.sound).collect::<Vec<_>>(), [true]);
    assert!(attended.backups.is_empty(), "{attended:?}");
    let (verified, at) = known(&session, &made.path);
    assert!(verified == Verified::Full && at > before.1, "{verified:?} at {at:?}");
}
