use super::*;

/// Backups of any kind at that interval, and nothing else asked for.
fn every(interval: Interval) -> Schedule {
    Schedule {
        backups: interval,
        backups_full: Interval::Never,
        reminders: Interval::Never,
        battery_limit: 0,
        paused_until: None,
    }
}

fn due(interval: Interval, past: &Past, now: &Zoned, world: &Conditions) -> Due {
    super::due(&every(interval), BackupKind::Notes, past, now, world)
}

/// A moment in Berlin, where the clock goes forward on 29 March 2026 at 2:00 and back on 25 October
/// 2026 at 3:00; an offset in the text chooses between two equal readings.
fn at(text: &str) -> Zoned {
    format!("{text}[Europe/Berlin]").parse().expect("a moment")
}

fn past(success: &str) -> Past {
    Past { last_success: (!success.is_empty()).then(|| at(success).timestamp()), ..Past::default() }
}

/// The window has been open for a long time.
fn awake() -> Conditions {
    awake_for(SignedDuration::from_hours(24 * 365))
}

fn awake_for(time: SignedDuration) -> Conditions {
    Conditions {
        running: false,
        awake_for: Some(time),
        catch_up_delay: SignedDuration::from_secs(45),
        battery: None,
    }
}

fn now_since(since: &str) -> Due {
    Due::Now { since: at(since), reason: Reason::Scheduled }
}

fn not_before(next: &str) -> Due {
    Due::Not { next: at(next), clock_changed: false }
}

#[test]
fn an_interval_counts_from_the_last_verified_success() {
    use Interval::{Daily, Monthly, Weekly};
    let rows = [
        // A day, a week, a month: at the same hour.
        (Daily, "2026-11-21T08:03:15", "2026-11-21T08:03:15", not_before("2026-11-22T08:03:15")),
        (Daily, "2026-11-21T08:03:15", "2026-11-22T08:03:14", not_before("2026-11-22T08:03:15")),
        (Daily, "2026-11-21T08:03:15", "2026-11-22T08:03:15", now_since("2026-11-22T08:03:15")),
        (Weekly, "2026-11-15T20:00:00", "2026-11-22T19:59:59", not_before("2026-11-22T20:00:00")),
        (Weekly, "2026-11-15T20:00:00", "2026-11-22T20:00:00", now_since("2026-11-22T20:00:00")),
        (Monthly, "2026-10-22T08:00:00", "2026-11-22T07:59:59", not_before("2026-11-22T08:00:00")),
        (Monthly, "2026-10-22T08:00:00", "2026-11-22T08:00:00", now_since("2026-11-22T08:00:00")),
        // Long overdue is due once, since the first moment that was missed.
        (Daily, "2026-11-01T08:00:00", "2026-11-22T12:00:00", now_since("2026-11-02T08:00:00")),
        (Weekly, "2026-01-01T08:00:00", "2026-11-22T12:00:00", now_since("2026-01-08T08:00:00")),
        // Ends of months: the last day there is.
        (Monthly, "2026-01-31T08:00:00", "2026-02-28T07:00:00", not_before("2026-02-28T08:00:00")),
        (Monthly, "2026-01-31T08:00:00", "2026-02-28T08:00:00", now_since("2026-02-28T08:00:00")),
        (Monthly, "2028-01-31T08:00:00", "2028-02-28T08:00:00", not_before("2028-02-29T08:00:00")),
        (Monthly, "2026-03-31T08:00:00", "2026-04-30T08:00:00", now_since("2026-04-30T08:00:00")),
        (Monthly, "2026-04-30T08:00:00", "2026-05-30T08:00:00", now_since("2026-05-30T08:00:00")),
        (Monthly, "2026-12-31T23:59:59", "2027-01-31T23:59:58", not_before("2027-01-31T23:59:59")),
        // Over the year's end and a leap day.
        (Daily, "2026-12-31T08:00:00", "2027-01-01T08:00:00", now_since("2027-01-01T08:00:00")),
        (Daily, "2028-02-28T08:00:00", "2028-02-29T08:00:00", now_since("2028-02-29T08:00:00")),
        // The clock goes forward: 23 hours make a day, and 2:30 does not exist.
        (Daily, "2026-03-28T08:00:00", "2026-03-29T07:59:59", not_before("2026-03-29T08:00:00")),
        (Daily, "2026-03-28T08:00:00", "2026-03-29T08:00:00", now_since("2026-03-29T08:00:00")),
        (Daily, "2026-03-28T02:30:00", "2026-03-29T03:29:59", not_before("2026-03-29T03:30:00")),
        (Daily, "2026-03-28T02:30:00", "2026-03-29T03:30:00", now_since("2026-03-29T03:30:00")),
        (Weekly, "2026-03-25T20:00:00", "2026-04-01T19:59:59", not_before("2026-04-01T20:00:00")),
        // The clock goes back: 25 hours make a day, and 2:30 comes twice; the first one counts.
        (Daily, "2026-10-24T08:00:00", "2026-10-25T07:59:59", not_before("2026-10-25T08:00:00")),
        (Daily, "2026-10-24T08:00:00", "2026-10-25T08:00:00", now_since("2026-10-25T08:00:00")),
        (Daily, "2026-10-24T02:30:00", "2026-10-25T02:30:00+02:00", now_since("2026-10-25T02:30:00+02:00")),
        (Monthly, "2026-09-30T08:00:00", "2026-10-30T07:59:59", not_before("2026-10-30T08:00:00")),
    ];
    for (interval, success, now, expected) in rows {
        assert_eq!(
            due(interval, &past(success), &at(now), &awake()),
            expected,
            "{interval} {success} at {now}"
        );
    }
}

#[test]
fn the_place_of_the_person_gives_the_hour() {
    // 8:00 in Berlin on the 21st, looked at from Tokyo: due at the same hour of Tokyo's day.
    let success = Past { last_success: Some(at("2026-11-21T08:00:00").timestamp()), ..Past::default() };
    let tokyo = |text: &str| format!("{text}[Asia/Tokyo]").parse::<Zoned>().expect("a moment");
    let before = due(Interval::Daily, &success, &tokyo("2026-11-22T15:59:59"), &awake());
    assert_eq!(before.next(), Some(&tokyo("2026-11-22T16:00:00")));
    let after = due(Interval::Daily, &success, &tokyo("2026-11-22T16:00:00"), &awake());
    assert_eq!(after.since(), Some(&tokyo("2026-11-22T16:00:00")));
}

#[test]
fn never_is_never_and_running_waits() {
    let now = at("2026-11-22T08:00:00");
    for success in ["", "2020-01-01T00:00:00", "2030-01-01T00:00:00"] {
        assert_eq!(due(Interval::Never, &past(success), &now, &awake()), Due::Off);
        for interval in Interval::ALL {
            let running = Conditions { running: true, ..awake() };
            assert_eq!(due(interval, &past(success), &now, &running), Due::Running);
        }
    }
}

#[test]
fn a_clock_set_back_by_hours_makes_nothing_due_and_is_said() {
    for (success, next) in
        [("2026-11-22T08:00:01", "2026-11-23T08:00:01"), ("2026-11-23T09:00:00", "2026-11-24T09:00:00")]
    {
        let answer = due(Interval::Daily, &past(success), &at("2026-11-22T08:00:00"), &awake());
        assert_eq!(answer, Due::Not { next: at(next), clock_changed: true });
    }
    let same = due(Interval::Daily, &past("2026-11-22T08:00:00"), &at("2026-11-22T08:00:00"), &awake());
    assert_eq!(same, not_before("2026-11-23T08:00:00"), "the same moment is no change");
}

#[test]
fn a_success_from_days_that_have_not_come_is_followed_by_one_backup_and_no_more() {
    let now = at("2026-11-22T08:00:00");
    let reason = Reason::ClockChanged;
    for success in ["2026-11-23T09:00:01", "2026-12-22T08:00:00", "2037-01-01T00:00:00"] {
        for interval in [Interval::Daily, Interval::Weekly, Interval::Monthly] {
            let answer = due(interval, &past(success), &now, &awake());
            assert_eq!(answer, Due::Now { since: now.clone(), reason }, "{interval} {success}");
        }
        let settling = due(Interval::Daily, &past(success), &now, &awake_for(SignedDuration::ZERO));
        let later = Due::Later { at: at("2026-11-22T08:00:45"), since: now.clone(), reason };
        assert_eq!(settling, later, "the clock may come right by itself after a start");
    }
    assert_eq!(
        due(Interval::Daily, &past("2026-11-22T08:00:00"), &now, &awake()),
        not_before("2026-11-23T08:00:00"),
        "the new one counts, whatever date the one before it bears"
    );
}

#[test]
fn a_pause_holds_what_is_due_and_ends_within_a_day() {
    let paused =
        |until: &str| Schedule { paused_until: Some(at(until).timestamp()), ..every(Interval::Daily) };
    let now = at("2026-11-22T08:00:00");
    let decide = |until: &str, success: &str, world: &Conditions| {
        super::due(&paused(until), BackupKind::Notes, &past(success), &now, world)
    };
    let held = |until: &str, since: &str, reason| Due::Waiting {
        on: Hold::Pause { until: at(until) },
        since: at(since),
        reason,
    };
    for (until, success, expected) in [
        // Held, since when it is due still told; by cron too: the owner wants nothing to run by itself.
        (
            "2026-11-22T09:00:00",
            "2026-11-20T08:00:00",
            held("2026-11-22T09:00:00", "2026-11-21T08:00:00", Reason::Scheduled),
        ),
        (
            "2026-11-23T09:00:00",
            "2026-11-20T08:00:00",
            held("2026-11-23T09:00:00", "2026-11-21T08:00:00", Reason::Scheduled),
        ),
        ("2026-11-22T09:00:00", "", held("2026-11-22T09:00:00", "2026-11-22T08:00:00", Reason::FirstEver)),
        // Not due: the next is not before the end of the pause.
        ("2026-11-22T20:00:00", "2026-11-21T09:00:00", not_before("2026-11-22T20:00:00")),
        ("2026-11-22T20:00:00", "2026-11-21T21:00:00", not_before("2026-11-22T21:00:00")),
        // Over, and none that long: it was asked for by another clock.
        ("2026-11-22T08:00:00", "2026-11-20T08:00:00", now_since("2026-11-21T08:00:00")),
        ("2026-11-21T08:00:00", "2026-11-20T08:00:00", now_since("2026-11-21T08:00:00")),
        ("2026-11-23T09:00:01", "2026-11-20T08:00:00", now_since("2026-11-21T08:00:00")),
        ("2027-11-22T08:00:00", "2026-11-20T08:00:00", now_since("2026-11-21T08:00:00")),
    ] {
        for world in [awake(), Conditions::by_hand(false)] {
            let answer = decide(until, success, &world);
            assert_eq!(answer, expected, "{until} {success}");
            if let Due::Waiting { since, .. } = &expected {
                assert_eq!((answer.next(), answer.since()), (Some(&at(until)), Some(since)));
            }
        }
    }
}

#[test]
fn a_low_battery_holds_what_is_due() {
    let now = at("2026-11-22T08:00:00");
    let decide = |limit, battery, success: &str| {
        let schedule = Schedule { battery_limit: limit, ..every(Interval::Daily) };
        let world = Conditions { battery, ..awake() };
        super::due(&schedule, BackupKind::Notes, &past(success), &now, &world)
    };
    let overdue = "2026-11-20T08:00:00";
    for (limit, battery, held) in [
        (30, Some(29), true),
        (30, Some(30), false),
        (30, Some(100), false),
        (30, None, false),
        (0, Some(0), false),
        (100, Some(99), true),
        (1, Some(0), true),
    ] {
        let answer = decide(limit, battery, overdue);
        let since = at("2026-11-21T08:00:00");
        let reason = Reason::Scheduled;
        if held {
            let on = Hold::Battery { charge: battery.expect("a charge"), limit };
            assert_eq!(answer, Due::Waiting { on, since: since.clone(), reason });
            assert_eq!((answer.next(), answer.since()), (None, Some(&since)), "nobody knows when");
        } else {
            assert_eq!(answer, Due::Now { since, reason }, "{limit} {battery:?}");
        }
        assert!(matches!(decide(limit, battery, "2026-11-22T07:00:00"), Due::Not { .. }), "not due");
    }
}

#[test]
fn each_kind_has_its_own_interval() {
    let schedule = Schedule { backups_full: Interval::Monthly, ..every(Interval::Weekly) };
    let now = at("2026-11-22T08:00:00");
    let decide = |kind| super::due(&schedule, kind, &past("2026-11-01T08:00:00"), &now, &awake());
    assert_eq!(decide(BackupKind::Notes), now_since("2026-11-08T08:00:00"));
    assert_eq!(decide(BackupKind::Full), not_before("2026-12-01T08:00:00"));
    assert_eq!(Due::Off.next(), None);
    assert_eq!(Due::Running.since(), None);
    assert!(decide(BackupKind::Notes).is_now() && !decide(BackupKind::Full).is_now());
}

#[test]
fn what_was_missed_while_off_is_caught_up_once_a_little_after_the_start() {
    let now = "2026-11-22T09:00:00";
    let ago = |seconds| awake_for(SignedDuration::from_secs(seconds));
    let later =
        |at_: &str, since: &str| Due::Later { at: at(at_), since: at(since), reason: Reason::CatchUp };
    let catch_up = |since: &str| Due::Now { since: at(since), reason: Reason::CatchUp };
    let rows = [
        // Missed by an hour or by weeks: one catch-up, 45 seconds after the start.
        ("2026-11-21T08:00:00", ago(0), later("2026-11-22T09:00:45", "2026-11-22T08:00:00")),
        ("2026-11-21T08:00:00", ago(44), later("2026-11-22T09:00:01", "2026-11-22T08:00:00")),
        ("2026-11-21T08:00:00", ago(45), catch_up("2026-11-22T08:00:00")),
        ("2026-11-01T08:00:00", ago(10), later("2026-11-22T09:00:35", "2026-11-02T08:00:00")),
        ("2026-11-01T08:00:00", ago(600), catch_up("2026-11-02T08:00:00")),
        // It came, or comes, on the day of the start: due with the start, which may not last.
        ("2026-11-21T08:59:50", ago(20), later("2026-11-22T09:00:25", "2026-11-22T08:59:40")),
        ("2026-11-21T09:00:00", ago(0), later("2026-11-22T09:00:45", "2026-11-22T09:00:00")),
        ("2026-11-21T20:00:00", ago(0), later("2026-11-22T09:00:45", "2026-11-22T09:00:00")),
        ("2026-11-21T20:00:00", ago(45), catch_up("2026-11-22T08:59:15")),
        // The day of the start was another, and it came while the program ran: no wait.
        ("2026-11-21T08:59:50", ago(9 * 3600 + 1), now_since("2026-11-22T08:59:50")),
        ("2026-11-21T20:00:00", ago(9 * 3600 + 1), not_before("2026-11-22T20:00:00")),
        ("2026-11-21T20:00:00", ago(9 * 3600), catch_up("2026-11-22T00:00:00")),
        // Caught up: nothing more today.
        ("2026-11-22T08:59:00", ago(600), not_before("2026-11-23T08:59:00")),
        // From cron or by hand nothing waits, and what is due within half an hour is made.
        ("2026-11-21T08:00:00", Conditions::by_hand(false), now_since("2026-11-22T08:00:00")),
        ("2026-11-21T09:00:20", Conditions::by_hand(false), now_since("2026-11-22T09:00:00")),
        ("2026-11-21T09:30:00", Conditions::by_hand(false), now_since("2026-11-22T09:00:00")),
        ("2026-11-21T09:30:01", Conditions::by_hand(false), not_before("2026-11-22T09:30:01")),
        // Who only wants to know is told the moment itself.
        ("2026-11-21T09:10:00", Conditions::settled(), not_before("2026-11-22T09:10:00")),
    ];
    for (success, world, expected) in rows {
        let answer = due(Interval::Daily, &past(success), &at(now), &world);
        assert_eq!(answer, expected, "{success} {world:?}");
    }
}

#[test]
fn the_first_ever_waits_for_the_start_only() {
    let now = at("2026-11-22T09:00:00");
    let first = |world| due(Interval::Weekly, &past(""), &now, &world);
    let reason = Reason::FirstEver;
    assert_eq!(first(awake()), Due::Now { since: now.clone(), reason });
    assert_eq!(first(Conditions::by_hand(false)), Due::Now { since: now.clone(), reason });
    let waiting = Due::Later { at: at("2026-11-22T09:00:40"), since: now.clone(), reason };
    assert_eq!(first(awake_for(SignedDuration::from_secs(5))), waiting);
}

#[test]
fn failed_attempts_are_retried_with_growing_pauses() {
    let rows = [
        // attempts, minutes since the last one, minutes until the next
        (1, 0, Some(5)),
        (1, 4, Some(1)),
        (1, 5, None),
        (2, 5, Some(10)),
        (2, 15, None),
        (3, 15, Some(45)),
        (3, 60, None),
        (4, 60, Some(300)),
        (4, 360, None),
        (1_000, 0, Some(360)),
        (1_000, 359, Some(1)),
        (1_000, 360, None),
    ];
    let now = at("2026-11-22T12:00:00");
    for (attempts, ago, wait) in rows {
        let last_attempt = now.timestamp().saturating_sub(SignedDuration::from_mins(ago)).expect("in range");
        let past = Past { attempts, last_attempt: Some(last_attempt), ..past("2026-11-20T08:00:00") };
        let since = at("2026-11-21T08:00:00");
        let reason = Reason::Scheduled;
        let expected = match wait {
            None => Due::Now { since, reason },
            Some(minutes) => {
                Due::Later { at: now.saturating_add(SignedDuration::from_mins(minutes)), since, reason }
            }
        };
        assert_eq!(
            due(Interval::Daily, &past, &now, &awake()),
            expected,
            "{attempts} attempts, {ago} min ago"
        );
        assert!(matches!(due(Interval::Daily, &past, &now, &Conditions::by_hand(false)), Due::Now { .. }));
    }
}

#[test]
fn an_attempt_before_the_start_or_from_another_clock_delays_nothing() {
    let now = at("2026-11-22T12:00:00");
    let attempt = |moment: &str| Past {
        attempts: 9,
        last_attempt: Some(at(moment).timestamp()),
        ..past("2026-11-20T08:00:00")
    };
    let started = awake_for(SignedDuration::from_mins(2));
    for moment in ["2026-11-22T11:50:00", "2026-11-22T13:00:00"] {
        let answer = due(Interval::Daily, &attempt(moment), &now, &started);
        assert!(matches!(answer, Due::Now { reason: Reason::CatchUp, .. }), "{moment}: {answer:?}");
    }
    let answer = due(Interval::Daily, &attempt("2026-11-22T11:59:00"), &now, &started);
    assert_eq!(answer.next(), Some(&at("2026-11-22T17:59:00")));
}

#[test]
fn the_catch_up_comes_30_to_60_seconds_after_the_start() {
    for spread in (0..100).chain([u64::MAX]) {
        let seconds = catch_up_delay(spread).as_secs();
        assert!((30..=60).contains(&seconds), "{seconds}");
    }
    assert_ne!(catch_up_delay(1), catch_up_delay(2));
}

proptest::proptest! {
    /// After a success the next moment is always ahead, and asking then says "now": never quiet.
    #[test]
    fn the_next_moment_is_always_reached(seconds in 0_i64..4_000_000_000, pick in 1_usize..4) {
        let interval = Interval::ALL[pick];
        let success = Timestamp::from_second(seconds).expect("in range");
        let past = Past { last_success: Some(success), ..Past::default() };
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        let answer = due(interval, &past, &success.to_zoned(zone), &awake());
        let next = answer.next().expect("a next moment").clone();
        proptest::prop_assert!(next.timestamp() > success);
        let then = due(interval, &past, &next, &awake());
        proptest::prop_assert_eq!(then.since(), Some(&next));
    }
}

#[test]
fn a_damaged_archive_makes_a_fresh_one_due_at_once() {
    let damaged = |success: &str| Past { damaged: true, ..past(success) };
    let now = at("2026-11-22T12:00:00");
    let reason = Reason::Damaged;
    let due_for = |past: &Past, world| due(Interval::Weekly, past, &now, &world);
    // However new the last success is, and without the wait of a catch-up.
    for world in [awake(), awake_for(SignedDuration::ZERO), Conditions::by_hand(false)] {
        let since = now.clone();
        assert_eq!(due_for(&damaged("2026-11-22T11:00:00"), world), Due::Now { since, reason });
    }
    // Since its own moment, if that has passed already.
    let since = at("2026-11-17T08:00:00");
    assert_eq!(due_for(&damaged("2026-11-10T08:00:00"), awake()), Due::Now { since, reason });
    // A failed attempt is retried with pauses, as ever.
    let tried = Past { attempts: 1, last_attempt: Some(now.timestamp()), ..damaged("2026-11-22T11:00:00") };
    let waits = Due::Later { at: at("2026-11-22T12:05:00"), since: now.clone(), reason };
    assert_eq!(due_for(&tried, awake()), waits);
    // What is switched off stays off, and a clock that was set back decides nothing.
    assert_eq!(due(Interval::Never, &damaged("2026-11-22T11:00:00"), &now, &awake()), Due::Off);
    let future = due_for(&damaged("2026-11-22T13:00:00"), awake());
    assert_eq!(future, Due::Not { next: at("2026-11-29T13:00:00"), clock_changed: true });
}
