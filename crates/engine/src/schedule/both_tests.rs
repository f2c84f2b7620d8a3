use super::*;
use crate::schedule::{Hold, Interval, Reason};

fn at(text: &str) -> Zoned {
    format!("{text}[Europe/Berlin]").parse().expect("a moment")
}

const NOW: &str = "2026-11-22T08:00:00";

fn now() -> Due {
    Due::Now { since: at("2026-11-22T07:00:00"), reason: Reason::Scheduled }
}

fn next(text: &str) -> Due {
    Due::Not { next: at(text), clock_changed: false }
}

fn later(text: &str) -> Due {
    Due::Later { at: at(text), since: at("2026-11-22T07:00:00"), reason: Reason::CatchUp }
}

fn dues(notes: &Due, full: &Due, full_attempts: u32) -> Dues {
    let now = at(NOW);
    Dues {
        notes: notes.clone(),
        full: full.clone(),
        full_attempts,
        today: now.date(),
        soon: now.saturating_add(SOON),
    }
}

#[test]
fn one_archive_is_enough_where_both_are_due() {
    use BackupKind::{Full, Notes};
    let held =
        Due::Waiting { on: Hold::Battery { charge: 1, limit: 2 }, since: at(NOW), reason: Reason::Scheduled };
    let rows: [(Due, Due, u32, &[BackupKind]); 19] = [
        (now(), now(), 0, &[Full]),
        (now(), now(), 2, &[Full]),
        // Three failures: notes go first, and it is tried behind them.
        (now(), now(), 3, &[Notes, Full]),
        (now(), now(), 99, &[Notes, Full]),
        (next("2026-11-22T20:00:00"), now(), 99, &[Full]),
        (Due::Off, now(), 0, &[Full]),
        (now(), Due::Off, 0, &[Notes]),
        (now(), held.clone(), 0, &[Notes]),
        // It would come later on the same day: one archive a day.
        (now(), next("2026-11-22T23:59:59"), 0, &[Full]),
        (now(), next("2026-11-23T00:00:00"), 0, &[Notes]),
        (now(), next("2026-12-22T08:00:00"), 0, &[Notes]),
        // It starts in a moment: notes wait for it, for a minute at most.
        (now(), later("2026-11-22T08:00:45"), 0, &[]),
        (now(), later("2026-11-22T08:01:00"), 1, &[]),
        (now(), later("2026-11-22T08:01:01"), 1, &[Notes]),
        (now(), later("2026-11-22T14:00:00"), 9, &[Notes]),
        (later("2026-11-22T08:00:45"), later("2026-11-22T08:00:45"), 0, &[]),
        (next("2026-11-23T08:00:00"), next("2026-11-22T23:00:00"), 0, &[]),
        (Due::Running, Due::Running, 0, &[]),
        (held.clone(), held, 0, &[]),
    ];
    for (row, (notes, full, attempts, expected)) in rows.into_iter().enumerate() {
        assert_eq!(dues(&notes, &full, attempts).start(), expected, "row {row}");
    }
}

#[test]
fn notes_are_backed_up_when_it_fails_with_attachments() {
    use BackupKind::{Full, Notes};
    let rows = [
        (now(), now(), 0, Full, Code::NoSpace, Some(Notes)),
        (now(), now(), 2, Full, Code::Internal, Some(Notes)),
        (now(), next("2026-11-22T23:59:59"), 0, Full, Code::NoSpace, Some(Notes)),
        // They were made before it.
        (now(), now(), 3, Full, Code::NoSpace, None),
        // They would meet the same.
        (now(), now(), 0, Full, Code::DiskGone, None),
        (now(), now(), 0, Full, Code::ReadOnly, None),
        (now(), now(), 0, Full, Code::Cancelled, None),
        (now(), now(), 0, Full, Code::Busy, None),
        (now(), now(), 0, Full, Code::NotLoggedIn, None),
        (now(), now(), 0, Full, Code::WrongSecret, None),
        // They are not due, or were the ones that failed.
        (next("2026-11-23T08:00:00"), now(), 0, Full, Code::NoSpace, None),
        (now(), Due::Off, 0, Notes, Code::NoSpace, None),
        (now(), now(), 3, Notes, Code::NoSpace, None),
    ];
    for (row, (notes, full, attempts, failed, code, expected)) in rows.into_iter().enumerate() {
        assert_eq!(dues(&notes, &full, attempts).instead_of(failed, code), expected, "row {row}");
    }
}

#[test]
fn each_kind_is_asked_with_its_own_past() {
    let success = |text: &str| Past { last_success: Some(at(text).timestamp()), ..Past::default() };
    let schedule = Schedule {
        backups: Interval::Daily,
        backups_full: Interval::Weekly,
        reminders: Interval::Never,
        battery_limit: 0,
        paused_until: None,
    };
    let full = Past { attempts: 7, ..success("2026-11-10T08:00:00") };
    let pasts = Pasts { notes: success("2026-11-22T07:00:00"), full };
    let both = Dues::of(&schedule, &pasts, &at(NOW), &Conditions::by_hand(false));
    assert_eq!(both.kind(BackupKind::Notes), &next("2026-11-23T07:00:00"));
    let since = at("2026-11-17T08:00:00");
    assert_eq!(both.kind(BackupKind::Full), &Due::Now { since, reason: Reason::Scheduled });
    assert_eq!(both, dues(&both.notes, &both.full, 7));
}

#[test]
fn the_words_of_a_kind() {
    for kind in BackupKind::ALL {
        assert_eq!(BackupKind::of(kind.attachments()), kind);
    }
    assert!(BackupKind::Full.attachments() && !BackupKind::Notes.attachments());
}
