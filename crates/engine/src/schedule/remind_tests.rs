use jiff::SignedDuration;

use super::*;
use crate::schedule::Interval;

fn at(text: &str) -> Zoned {
    format!("{text}[Europe/Berlin]").parse().expect("a moment")
}

fn moment(text: &str) -> Option<Timestamp> {
    (!text.is_empty()).then(|| at(text).timestamp())
}

fn every(reminders: Interval) -> Schedule {
    Schedule {
        backups: Interval::Never,
        backups_full: Interval::Never,
        reminders,
        battery_limit: 50,
        paused_until: None,
    }
}

fn awake_for(seconds: i64) -> Conditions {
    Conditions {
        running: false,
        awake_for: Some(SignedDuration::from_secs(seconds)),
        catch_up_delay: SignedDuration::from_secs(45),
        battery: Some(3),
    }
}

fn not_before(next: &str) -> Remind {
    Remind::Not { next: at(next) }
}

#[test]
fn the_table_of_reminders() {
    use Interval::{Daily, Monthly, Never, Weekly};
    let rows = [
        // interval, last success, last reminder, now, answer
        (Never, "", "", "2026-11-22T08:00:00", Remind::Off),
        (Never, "2020-01-01T00:00:00", "", "2026-11-22T08:00:00", Remind::Off),
        // Never backed up: at once, then from the reminder on.
        (Weekly, "", "", "2026-11-22T08:00:00", Remind::Now),
        (Weekly, "", "2026-11-22T08:00:00", "2026-11-22T08:00:00", not_before("2026-11-29T08:00:00")),
        (Weekly, "", "2026-11-22T08:00:00", "2026-11-29T08:00:00", Remind::Now),
        // From the later of the two.
        (Daily, "2026-11-21T08:00:00", "", "2026-11-22T07:59:59", not_before("2026-11-22T08:00:00")),
        (Daily, "2026-11-21T08:00:00", "", "2026-11-22T08:00:00", Remind::Now),
        (
            Daily,
            "2026-11-21T08:00:00",
            "2026-11-22T07:00:00",
            "2026-11-22T09:00:00",
            not_before("2026-11-23T07:00:00"),
        ),
        (
            Daily,
            "2026-11-22T08:00:00",
            "2026-11-21T07:00:00",
            "2026-11-22T09:00:00",
            not_before("2026-11-23T08:00:00"),
        ),
        (Monthly, "2026-10-31T08:00:00", "", "2026-11-30T07:59:59", not_before("2026-11-30T08:00:00")),
        (Monthly, "2026-10-31T08:00:00", "", "2026-11-30T08:00:00", Remind::Now),
        // The hour stays over the change to winter time.
        (Daily, "2026-10-24T08:00:00", "", "2026-10-25T07:59:59", not_before("2026-10-25T08:00:00")),
        // Moments of another clock are no moments: hours ahead may be, days are not.
        (Daily, "2026-11-22T20:00:00", "", "2026-11-22T08:00:00", not_before("2026-11-23T20:00:00")),
        (Daily, "2027-11-22T20:00:00", "", "2026-11-22T08:00:00", Remind::Now),
        (
            Daily,
            "2026-11-21T20:00:00",
            "2027-11-22T20:00:00",
            "2026-11-22T08:00:00",
            not_before("2026-11-22T20:00:00"),
        ),
        (
            Daily,
            "2027-11-21T20:00:00",
            "2026-11-21T20:00:00",
            "2026-11-22T08:00:00",
            not_before("2026-11-22T20:00:00"),
        ),
    ];
    for (interval, success, reminder, now, expected) in rows {
        let answer =
            remind(&every(interval), moment(success), moment(reminder), &at(now), &awake_for(100_000));
        assert_eq!(answer, expected, "{interval} {success} {reminder} at {now}");
    }
}

#[test]
fn it_waits_for_a_job_for_the_computer_to_settle_and_for_the_end_of_a_pause() {
    let now = at("2026-11-22T08:00:00");
    let daily = every(Interval::Daily);
    let overdue = moment("2026-11-01T08:00:00");
    let ask = |schedule: &Schedule, world| remind(schedule, overdue, None, &now, &world);
    assert_eq!(ask(&daily, Conditions { running: true, ..awake_for(100) }), Remind::Running);
    let off = every(Interval::Never);
    assert_eq!(ask(&off, Conditions { running: true, ..awake_for(100) }), Remind::Off);
    assert_eq!(ask(&daily, awake_for(0)), not_before("2026-11-22T08:00:45"));
    assert_eq!(ask(&daily, awake_for(44)), not_before("2026-11-22T08:00:01"));
    assert_eq!(ask(&daily, awake_for(45)), Remind::Now);
    assert_eq!(ask(&daily, Conditions::by_hand(false)), Remind::Now);
    let paused = Schedule { paused_until: moment("2026-11-22T12:00:00"), ..daily };
    assert_eq!(ask(&paused, awake_for(100)), not_before("2026-11-22T12:00:00"));
    assert_eq!(ask(&paused, Conditions::by_hand(false)), not_before("2026-11-22T12:00:00"));
    let soon = remind(&paused, moment("2026-11-21T13:00:00"), None, &now, &awake_for(100));
    assert_eq!(soon, not_before("2026-11-22T13:00:00"));
}

proptest::proptest! {
    /// One reminder for one miss: right after it the next one is a whole interval away, and comes then.
    #[test]
    fn the_next_one_is_always_ahead(seconds in 0_i64..4_000_000_000, pick in 1_usize..4) {
        let schedule = every(Interval::ALL[pick]);
        let reminded = Timestamp::from_second(seconds).expect("in range");
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
        let answer = remind(&schedule, None, Some(reminded), &reminded.to_zoned(zone), &awake_for(100));
        let Remind::Not { next } = answer else { panic!("{answer:?}") };
        proptest::prop_assert!(next.timestamp() > reminded);
        proptest::prop_assert_eq!(remind(&schedule, None, Some(reminded), &next, &awake_for(100)), Remind::Now);
    }
}
