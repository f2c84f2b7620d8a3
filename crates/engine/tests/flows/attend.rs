//! What runs by itself, with a real library, a real folder, and days that pass in no time.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use backstop_engine::api::{
    Attended, BackupKind, BackupOrder, Code, Conditions, Job, Problem, Protection, RestoreMode, Session,
    Waiting,
};
use backstop_engine::durable::Origin;
use backstop_engine::runs::{Begin, RunKind, RunLog, Trigger};
use backstop_model::TimeMs;
use jiff::SignedDuration;

use crate::world::{PASSWORD, World, sample};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// An account with notes, whose backups are daily and without attachments, whatever changed. Nothing else runs
/// by itself.
fn daily(world: &World) -> Session {
    let session = world.account("Olive", PASSWORD);
    let (path, secret) = sample("partial-plain");
    let plan = session.plan(world.open(&path, secret), RestoreMode::Merge, &Job::new()).expect("a plan");
    session.apply(plan, &Job::new()).expect("a restore");
    session.use_folder(&world.path("documents"), None).expect("a folder");
    let calm = [("backups_full", "never"), ("skip_unchanged", "off"), ("recheck", "off"), ("keep", "all")];
    for (key, value) in calm {
        session.set_setting(key, value, None).expect("set");
    }
    session
}

/// The program runs, and the computer woke so long ago.
fn awake_for(minutes: i64) -> Conditions {
    Conditions {
        running: false,
        awake_for: Some(SignedDuration::from_mins(minutes)),
        catch_up_delay: SignedDuration::from_secs(45),
        battery: None,
    }
}

fn attend(session: &Session, conditions: Conditions) -> Attended {
    session.attend(&conditions, &Job::new()).expect("attended")
}

fn made(attended: &Attended) -> usize {
    attended.backups.iter().filter(|backup| backup.end.is_ok()).count()
}

fn archives(world: &World) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = world.path("documents").join("Backstop/backups");
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut all: Vec<_> = entries.map(|path| (path.clone(), fs::read(path).expect("a file"))).collect();
    all.sort();
    all
}

/// A row of numbers that looks random and is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % limit
    }
}

#[test]
fn thirty_days_with_a_laptop_that_sleeps_at_random() {
    for seed in [1, 7] {
        let world = World::new();
        let session = daily(&world);
        let (mut dice, mut now) = (Dice(seed), 0);
        // The world begins at 08:03:15; days are counted from the midnight before.
        let day_of = |now: i64| (now + (8 * 60 + 3) * MINUTE_MS) / DAY_MS;
        let (mut awake, mut backed_up) = (BTreeSet::new(), Vec::new());
        while now < 30 * DAY_MS {
            let minutes = 2 + dice.below(500);
            for minute in (0..minutes).filter(|minute| *minute < 3 || minute % 20 == 0) {
                if minute == 1 {
                    awake.insert(day_of(now));
                }
                let conditions = awake_for(minute);
                if session.has_work(&conditions).expect("asked") {
                    let attended = attend(&session, conditions);
                    assert_eq!((made(&attended), attended.warnings.len()), (1, 0), "{attended:?}");
                    backed_up.push(day_of(now));
                }
                let step = if minute < 2 { 1 } else { 20 - minute % 20 };
                world.clock.pass_ms(step * MINUTE_MS);
                now += step * MINUTE_MS;
            }
            let asleep = (1 + dice.below(1200)) * MINUTE_MS;
            world.clock.pass_ms(asleep);
            now += asleep;
        }
        let days: BTreeSet<_> = backed_up.iter().copied().collect();
        assert_eq!(days.len(), backed_up.len(), "no day with two: {backed_up:?}");
        assert!(awake.is_subset(&days), "awake on {awake:?}, backed up on {days:?}");
        assert!(awake.len() >= 20, "{awake:?}");
        let cards = session.archives().expect("a list");
        assert_eq!(cards.len(), backed_up.len());
        assert!(cards.iter().all(|card| card.verified == backstop_engine::api::Verified::Full));
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a disk is unplugged and plugged in again")]
fn a_folder_that_goes_away_and_comes_back() {
    let world = World::new();
    let session = daily(&world);
    assert_eq!(made(&attend(&session, awake_for(1))), 1);
    let before = archives(&world);
    world.clock.pass_ms(DAY_MS);
    let (there, away) = (world.path("documents"), world.path("unplugged"));
    fs::rename(&there, &away).expect("unplugged");
    let failed = attend(&session, awake_for(2 * 24 * 60));
    assert_eq!(failed.failure().map(|problem| problem.code), Some(Code::DiskGone));
    let status = session.status().expect("a status");
    assert!(matches!(status.protection, Protection::Failed { code: Code::DiskGone, .. }), "{status:?}");
    let Some(Waiting::Disk { again: Some(again) }) = status.waiting else { panic!("{status:?}") };
    assert_eq!(status.next, Some(again), "it says when it is tried again");
    // Not again before five minutes are over, then after fifteen.
    let look = |minutes: i64| {
        world.clock.pass_ms(minutes * MINUTE_MS);
        session.has_work(&awake_for(2 * 24 * 60 + minutes)).expect("asked")
    };
    assert!(!look(4));
    assert!(look(1));
    assert!(attend(&session, awake_for(3 * 24 * 60)).failure().is_some());
    assert!(!look(14));
    fs::rename(&away, &there).expect("plugged in again");
    assert_eq!(archives(&world), before, "no earlier archive was touched");
    assert!(look(1));
    assert_eq!(made(&attend(&session, awake_for(3 * 24 * 60))), 1, "by itself");
    let status = session.status().expect("a status");
    assert_eq!((status.protection, status.waiting), (Protection::Protected, None));
    let after = archives(&world);
    assert_eq!(after.len(), 2);
    assert!(before.iter().all(|archive| after.contains(archive)));
}

#[test]
fn a_backup_that_was_killed_is_cleared_said_and_made_again() {
    let world = World::new();
    let session = daily(&world);
    assert_eq!(made(&attend(&session, awake_for(1))), 1);
    world.clock.pass_ms(DAY_MS);
    let account = world.account_folder();
    let part = world
        .path("documents")
        .join("Backstop/backups")
        .join(format!(".backstop-{}-20261123-080315-aaaa-0.part", Origin::new("test", &account)));
    fs::File::create_new(&part).expect("a part");
    let begin = Begin {
        run: "20261123-080315-aaaa".parse().expect("a run id"),
        kind: RunKind::Backup,
        trigger: Trigger::Automatic,
        started: TimeMs(1),
        places: vec!["library".to_owned()],
        undoes: None,
        folder: None,
        attachments: false,
    };
    RunLog::new(&account).begin(&begin).expect("recorded");
    assert!(session.has_work(&awake_for(0)).expect("asked"), "there is something to clear");
    assert_eq!(made(&attend(&session, awake_for(0))), 0, "the backup waits for the computer to settle");
    assert!(!part.exists());
    let history = session.history().expect("a history");
    assert_eq!(history.first().map(|run| run.outcome.as_str()), Some("left_running"));
    assert!(!session.has_work(&awake_for(0)).expect("asked"), "cleared once");
    world.clock.pass_ms(MINUTE_MS);
    assert_eq!(made(&attend(&session, awake_for(1))), 1);
    assert_eq!(archives(&world).len(), 2);
}

#[test]
fn a_pause_and_a_low_battery_are_said_and_end() {
    let world = World::new();
    let session = daily(&world);
    assert_eq!(made(&attend(&session, awake_for(1))), 1);
    world.clock.pass_ms(3 * DAY_MS);
    // Long overdue to be checked again too: that waits as well.
    session.set_setting("recheck", "on", None).expect("set");
    world.clock.pass_ms(40 * DAY_MS);
    session.pause_for_a_day().expect("paused");
    for conditions in [awake_for(100), Conditions::by_hand(false)] {
        assert!(!session.has_work(&conditions).expect("asked"), "{conditions:?}");
        let attended = attend(&session, conditions);
        assert_eq!((attended.backups.len(), attended.rechecked.len()), (0, 0), "{conditions:?}");
    }
    session.set_setting("recheck", "off", None).expect("set");
    let status = session.status().expect("a status");
    assert!(matches!(status.waiting, Some(Waiting::Pause { .. })), "{status:?}");
    assert_eq!((status.overdue_days, status.overdue_full_days), (Some(42), None), "still counted");
    session.end_pause().expect("ended");
    session.set_setting("battery_limit", "30", None).expect("set");
    let low = Conditions { battery: Some(12), ..awake_for(5000) };
    // `run-due` waits for the mains too.
    for low in [low, Conditions { battery: Some(12), ..Conditions::by_hand(false) }] {
        assert_eq!(attend(&session, low).backups.len(), 0);
        let status = session.status().expect("a status");
        assert_eq!(status.waiting, Some(Waiting::Battery { charge: 12, limit: 30 }));
    }
    assert_eq!(made(&attend(&session, Conditions { battery: Some(30), ..low })), 1);
    assert_eq!(session.status().expect("a status").waiting, None);
}

#[test]
fn a_clock_that_ran_far_ahead_costs_one_backup_and_no_year() {
    let world = World::new();
    let session = daily(&world);
    world.clock.pass_ms(365 * DAY_MS);
    assert_eq!(made(&attend(&session, awake_for(1))), 1);
    world.clock.pass_ms(-365 * DAY_MS);
    assert!(!session.has_work(&awake_for(0)).expect("asked"), "the clock may come right by itself");
    assert_eq!(made(&attend(&session, awake_for(1))), 1);
    world.clock.pass_ms(MINUTE_MS);
    assert_eq!(attend(&session, awake_for(2)).backups.len(), 0, "once");
    assert_eq!(session.status().expect("a status").protection, Protection::Protected);
    world.clock.pass_ms(DAY_MS);
    assert_eq!(made(&attend(&session, awake_for(3000))), 1, "and daily from then on");
}

#[test]
fn one_with_attachments_counts_as_both_and_each_is_counted_apart() {
    let world = World::new();
    let session = daily(&world);
    session.set_setting("backups_full", "weekly", None).expect("set");
    let kinds = |minutes| -> Vec<BackupKind> {
        attend(&session, awake_for(minutes)).backups.iter().map(|backup| backup.kind).collect()
    };
    assert_eq!(kinds(1), [BackupKind::Full]);
    let mut later = Vec::new();
    for day in 1..=8 {
        world.clock.pass_ms(DAY_MS);
        later.extend(kinds(day * 24 * 60));
    }
    let mut expected = vec![BackupKind::Notes; 8];
    expected[6] = BackupKind::Full;
    assert_eq!(later, expected);
    let status = session.status().expect("a status");
    assert!(status.next < status.next_full && status.last_verified > status.last_verified_full);
}

#[test]
fn who_is_locked_out_leaves_a_failed_run_and_keeps_nobody_else_waiting() {
    let world = World::new();
    let session = daily(&world);
    let problem = Problem::of(Code::NotLoggedIn);
    let record = || world.engine.record_locked_out("Olive", &problem).expect("recorded");
    assert!(record());
    let status = session.status().expect("a status");
    assert!(matches!(status.protection, Protection::Failed { code: Code::NotLoggedIn, .. }), "{status:?}");
    assert!(record());
    assert_eq!(made(&attend(&session, awake_for(1))), 1, "not held by what others could not do");
    assert_eq!(session.status().expect("a status").protection, Protection::Protected);
    let runs = session.history().expect("a history").len();
    assert!(!record(), "nothing is due");
    assert_eq!(session.history().expect("a history").len(), runs);
    let full = BackupOrder { attachments: true, ..BackupOrder::default() };
    session.backup(&full, &Job::new()).expect("a backup by hand");
}
