//! Notices from what is on the disk.

use backstop_engine::api::{BackupOrder, Interval, Job, Session};

use crate::world::{PASSWORD, World};

const DAY_MS: i64 = 24 * 3_600_000;

/// What is told now; it counts as said.
fn told(session: &Session) -> Vec<String> {
    let notices = session.notices(false).expect("notices");
    session.note_said(&notices);
    notices.into_iter().map(|due| due.notice.id).collect()
}

#[test]
fn a_reminder_comes_a_day_after_the_last_backup_and_then_daily() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    session.use_folder(&world.path("documents"), None).expect("a folder");
    session.set_interval(Interval::Never, None).expect("set");
    session.set_setting("backups_full", "never", None).expect("set");
    session.set_setting("reminders", "daily", None).expect("set");
    let back_up = || session.backup(&BackupOrder::default(), &Job::new()).expect("a backup");
    back_up();
    assert_eq!(told(&session), Vec::<String>::new());
    for _ in 0..2 {
        world.clock.pass_ms(DAY_MS);
        assert_eq!(told(&session), ["reminder"]);
        assert_eq!(told(&session), Vec::<String>::new(), "said once");
    }
    world.clock.pass_ms(DAY_MS);
    back_up();
    assert_eq!(told(&session), Vec::<String>::new(), "it was made in time");
    session.set_setting("reminders", "never", None).expect("set");
    world.clock.pass_ms(9 * DAY_MS);
    assert_eq!(told(&session), Vec::<String>::new());
}

#[test]
fn a_failing_folder_is_told_once_a_day_until_a_backup_succeeds() {
    let world = World::new();
    let session = world.account("Olive", PASSWORD);
    session.use_folder(&world.path("documents"), None).expect("a folder");
    let away = world.path("away");
    let back_up = || {
        let order = BackupOrder { automatic: true, ..BackupOrder::default() };
        session.backup(&order, &Job::new()).is_ok()
    };
    std::fs::create_dir(&away).expect("a folder");
    session.use_folder(&away, None).expect("a folder");
    std::fs::remove_dir_all(&away).expect("removed");
    assert!(!back_up());
    assert_eq!(told(&session), ["backup"]);
    world.clock.pass_ms(DAY_MS / 4);
    assert!(!back_up());
    assert_eq!(told(&session), Vec::<String>::new(), "said today");
    assert!(!back_up());
    let third = session.notices(false).expect("notices");
    assert!(third.iter().any(|due| due.bring_window), "the third in a row brings the window");
    session.note_said(&third);
    world.clock.pass_ms(DAY_MS);
    assert_eq!(told(&session), ["backup"], "the next day");
    std::fs::create_dir(&away).expect("a folder");
    session.use_folder(&away, None).expect("back again");
    assert!(back_up());
    assert_eq!(told(&session), Vec::<String>::new());
}
