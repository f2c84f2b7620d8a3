//! What the owner chooses about everything that runs by itself.

use backstop_engine::api::{Choice, Code, Interval, Keep};

use crate::world::{PASSWORD, World, password};

const DAY_MS: i64 = 86_400_000;

#[test]
fn every_choice_is_kept_and_shown() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    for choice in [
        Choice::IntervalFull(Interval::Weekly),
        Choice::Reminders(Interval::Monthly),
        Choice::Keep(Keep::Some),
        Choice::SkipUnchanged(false),
        Choice::Recheck(false),
        Choice::BatteryLimit(30),
        Choice::NoticesOnSuccess(true),
    ] {
        session.choose(choice, None).expect("kept");
    }
    let shown = session.overview().expect("an overview");
    assert_eq!(
        (shown.interval_full, shown.reminders, shown.keep),
        (Interval::Weekly, Interval::Monthly, Keep::Some)
    );
    assert_eq!((shown.skip_unchanged, shown.recheck, shown.notices_on_success), (false, false, true));
    assert_eq!((shown.battery_limit, shown.keep_agreed), (30, false));
    for nonsense in [Choice::IntervalFull(Interval::Daily), Choice::BatteryLimit(101)] {
        assert_eq!(session.choose(nonsense, None).expect_err("refused").code, Code::Usage);
    }
    assert_eq!(session.overview().expect("an overview").interval_full, Interval::Weekly);
}

#[test]
fn an_interval_asks_for_the_password_while_encryption_is_off() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    session.set_encryption(false, Some(&password(PASSWORD))).expect("off");
    let weekly = Choice::IntervalFull(Interval::Weekly);
    assert_eq!(session.choose(weekly, None).expect_err("refused").code, Code::SecretRequired);
    assert_eq!(session.choose(weekly, Some(&password("no"))).expect_err("refused").code, Code::WrongSecret);
    session.choose(weekly, Some(&password(PASSWORD))).expect("kept");
    session.choose(Choice::Reminders(Interval::Daily), None).expect("a notice gives nothing away");
    let folder = world.path("second");
    std::fs::create_dir(&folder).expect("a folder");
    assert_eq!(
        session.use_copies_folder(Some(&folder), None).expect_err("refused").code,
        Code::SecretRequired
    );
}

#[test]
fn copies_go_into_a_second_folder_and_never_into_the_first() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    let (first, second) = (world.path("documents"), world.path("second"));
    std::fs::create_dir(&second).expect("a folder");
    session.use_folder(&first, None).expect("a folder");
    session.use_copies_folder(Some(&second), None).expect("a second folder");
    let copies = second.join("Backstop/backups").to_string_lossy().into_owned();
    assert_eq!(session.overview().expect("an overview").copies_folder, Some(copies));
    assert_eq!(session.use_copies_folder(Some(&first), None).expect_err("refused").code, Code::Usage);
    assert_eq!(session.use_folder(&second, None).expect_err("refused").code, Code::Usage);
    session.use_copies_folder(None, None).expect("none any more");
    assert_eq!(session.overview().expect("an overview").copies_folder, None);
}

#[test]
fn a_pause_ends_by_itself_a_day_later_or_when_the_owner_says() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    session.pause_for_a_day().expect("paused");
    let until = session.overview().expect("an overview").paused_until.expect("a pause");
    session.end_pause().expect("ended");
    assert_eq!(session.overview().expect("an overview").paused_until, None);
    session.pause_for_a_day().expect("paused");
    assert_eq!(session.overview().expect("an overview").paused_until, Some(until));
    world.clock.pass_ms(DAY_MS);
    assert_eq!(session.overview().expect("an overview").paused_until, None);
}
