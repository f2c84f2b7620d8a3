//! The table of states and events in `docs/decisions/due.md`, computed: every pair in it is asked here, and
//! every pair that can be asked must stand in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};

use super::*;

const TABLE: &str = include_str!("../../../../docs/decisions/due.md");

/// Where one kind of backup stands, before something happens.
#[derive(Clone)]
struct State {
    schedule: Schedule,
    past: Past,
    now: Zoned,
    world: Conditions,
}

fn at(text: &str) -> Zoned {
    format!("{text}[Europe/Berlin]").parse().expect("a moment")
}

fn moment(text: &str) -> Option<Timestamp> {
    Some(at(text).timestamp())
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// It is 22 November, 12:00; backups are daily; the last one was yesterday at 11:00; the program runs since
/// yesterday at 16:00.
fn usual() -> State {
    State {
        schedule: Schedule {
            backups: Interval::Daily,
            backups_full: Interval::Never,
            reminders: Interval::Never,
            battery_limit: 30,
            paused_until: None,
        },
        past: Past { last_success: moment("2026-11-21T11:00:00"), ..Past::default() },
        now: at("2026-11-22T12:00:00"),
        world: Conditions {
            running: false,
            awake_for: Some(SignedDuration::from_hours(20)),
            catch_up_delay: SignedDuration::from_secs(45),
            battery: None,
        },
    }
}

/// A name in the document, and what makes it so.
type Named = (&'static str, fn(&mut State));

const STATES: [Named; 12] = [
    ("off", |it| it.schedule.backups = Interval::Never),
    ("running", |it| it.world.running = true),
    ("never", |it| it.past = Past::default()),
    ("fresh", |it| it.past.last_success = moment("2026-11-22T08:00:00")),
    ("due", |_| {}),
    ("damaged", |it| {
        it.past.last_success = moment("2026-11-22T08:00:00");
        it.past.damaged = true;
    }),
    ("missed", |it| {
        it.past.last_success = moment("2026-11-18T09:00:00");
        it.world.awake_for = Some(SignedDuration::from_secs(10));
    }),
    ("failed", |it| {
        it.past.attempts = 2;
        it.past.last_attempt = moment("2026-11-22T11:58:00");
    }),
    ("paused", |it| it.schedule.paused_until = moment("2026-11-22T20:00:00")),
    ("low", |it| it.world.battery = Some(12)),
    ("ahead", |it| it.past.last_success = moment("2026-11-22T15:00:00")),
    ("far", |it| it.past.last_success = moment("2027-03-01T08:00:00")),
];

const EVENTS: [Named; 20] = [
    ("a look at the clock", |_| {}),
    ("`run-due`", |it| {
        it.world = Conditions { battery: it.world.battery, ..Conditions::by_hand(it.world.running) };
    }),
    ("start or wake", wake),
    ("45 s after it", |it| {
        wake(it);
        pass(it, SignedDuration::from_secs(45));
    }),
    ("an hour passes", |it| pass(it, HOUR)),
    ("a day passes", |it| pass(it, HOUR * 24)),
    ("a day asleep, then wake", |it| {
        pass(it, HOUR * 24);
        wake(it);
    }),
    ("a verified backup", |it| {
        it.past = Past { last_success: Some(it.now.timestamp()), ..Past::default() };
    }),
    ("an attempt fails", |it| {
        it.past.attempts += 1;
        it.past.last_attempt = Some(it.now.timestamp());
    }),
    ("a job begins", |it| it.world.running = true),
    ("the job ends", |it| it.world.running = false),
    ("interval: never", |it| it.schedule.backups = Interval::Never),
    ("interval: weekly", |it| it.schedule.backups = Interval::Weekly),
    ("pause for a day", |it| {
        it.schedule.paused_until = Some(it.now.saturating_add(1.day()).timestamp());
    }),
    ("the pause ends", |it| it.schedule.paused_until = None),
    ("the battery is low", |it| it.world.battery = Some(29)),
    ("mains", |it| it.world.battery = None),
    ("clock back by 2 h", |it| set_clock(it, HOUR * -2)),
    ("clock back by a year", |it| set_clock(it, HOUR * -24 * 365)),
    ("clock forward by a year", |it| set_clock(it, HOUR * 24 * 365)),
];

fn pass(it: &mut State, time: SignedDuration) {
    it.now = it.now.saturating_add(time);
    it.world.awake_for = it.world.awake_for.map(|awake| awake + time);
}

fn wake(it: &mut State) {
    it.world.awake_for = Some(SignedDuration::ZERO);
}

/// A clock that is set looks like a sleep of the computer.
fn set_clock(it: &mut State, by: SignedDuration) {
    it.now = it.now.saturating_add(by);
    wake(it);
}

fn answer(it: &State) -> String {
    let in_time = |then: &Zoned| {
        let seconds = then.duration_since(&it.now).as_secs();
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match (hours, minutes, seconds) {
            (0, 0, seconds) => format!("{seconds} s"),
            (0, minutes, 0) => format!("{minutes} min"),
            (hours @ 48.., 0, 0) => format!("{} d {} h", hours / 24, hours % 24),
            (hours, 0, 0) => format!("{hours} h"),
            (hours, minutes, 0) => format!("{hours}:{minutes:02} h"),
            _ => format!("{hours}:{minutes:02}:{seconds:02}"),
        }
    };
    match due(&it.schedule, BackupKind::Notes, &it.past, &it.now, &it.world) {
        Due::Off => "off".to_owned(),
        Due::Running => "running".to_owned(),
        Due::Not { next, clock_changed: false } => format!("in {}", in_time(&next)),
        Due::Not { next, clock_changed: true } => format!("in {}, clock", in_time(&next)),
        Due::Later { at, .. } => format!("after {}", in_time(&at)),
        Due::Waiting { on: Hold::Pause { .. }, .. } => "paused".to_owned(),
        Due::Waiting { on: Hold::Battery { .. }, .. } => "power".to_owned(),
        Due::Now { reason: Reason::Scheduled, .. } => "**now**".to_owned(),
        Due::Now { reason: Reason::CatchUp, .. } => "**catch up**".to_owned(),
        Due::Now { reason: Reason::FirstEver, .. } => "**first**".to_owned(),
        Due::Now { reason: Reason::Damaged, .. } => "**fresh one**".to_owned(),
        Due::Now { reason: Reason::ClockChanged, .. } => "**again**".to_owned(),
    }
}

/// The table as it must stand in the document.
fn computed() -> String {
    let mut table = "| event \\ state |".to_owned();
    for (name, _) in STATES {
        let _ = write!(table, " {name} |");
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(STATES.len()));
    for (event, happen) in EVENTS {
        let _ = write!(table, "\n| {event} |");
        for (_, set_up) in STATES {
            let mut state = usual();
            set_up(&mut state);
            happen(&mut state);
            let _ = write!(table, " {} |", answer(&state));
        }
    }
    table
}

#[test]
fn every_pair_of_the_document_is_decided_as_it_says() {
    let computed = computed();
    let rows = |text: &str| -> BTreeMap<String, String> {
        let row = |line: &str| Some((line.split('|').nth(1)?.trim().to_owned(), line.to_owned()));
        text.lines().filter(|line| line.starts_with("| ")).filter_map(row).collect()
    };
    let documented = rows(TABLE);
    for (event, row) in rows(&computed) {
        assert_eq!(documented.get(&event), Some(&row), "the row {event:?} of:\n{computed}");
    }
    assert!(TABLE.contains(&computed), "the document has another table than:\n{computed}");
}

/// A day of the simulation below, in minutes.
const DAY: i64 = 24 * 60;

/// The minutes of a span at which somebody looks: each of the first, then now and then.
fn looks((woke, sleeps): (i64, i64)) -> impl Iterator<Item = i64> {
    (woke..sleeps).filter(move |minute| minute - woke < 3 || (minute - woke) % LOOK == 0)
}

/// Minutes between two looks, for as long as a laptop is awake.
const LOOK: i64 = 10;

/// Lives with the schedule for a while: the laptop is awake in the given spans of minutes. Gives the moments of
/// the backups that were made, in minutes.
fn live(awake: &[(i64, i64)]) -> Vec<i64> {
    let start = at("2026-10-20T00:00:00");
    let schedule = usual().schedule;
    let (mut past, mut made) = (Past::default(), Vec::new());
    for span in awake {
        for minute in looks(*span) {
            let now = start.saturating_add(SignedDuration::from_mins(minute));
            let awake_for = Some(SignedDuration::from_mins(minute - span.0));
            let world = Conditions { awake_for, ..usual().world };
            if due(&schedule, BackupKind::Notes, &past, &now, &world).is_now() {
                past = Past { last_success: Some(now.timestamp()), ..Past::default() };
                made.push(minute);
            }
        }
    }
    made
}

/// Spans of a laptop that is opened and closed: pauses and uses, in minutes, one after the other.
fn spans(lengths: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut clock = 0;
    let span = |(asleep, awake): &(i64, i64)| {
        let woke = clock + asleep;
        clock = woke + awake;
        (woke, clock)
    };
    lengths.iter().map(span).collect()
}

/// A disk that is away is tried often enough to be found when it comes back, and no more than that.
#[test]
fn failures_are_tried_again_with_growing_pauses() {
    let mut it = usual();
    it.past = Past::default();
    it.world.awake_for = Some(SignedDuration::ZERO);
    let mut waited = Vec::new();
    for _ in 0..7 {
        let before = it.now.clone();
        let ask = |it: &State| due(&it.schedule, BackupKind::Notes, &it.past, &it.now, &it.world);
        if let Due::Later { at, .. } = ask(&it) {
            let wait = at.duration_since(&it.now);
            pass(&mut it, wait);
        }
        assert!(ask(&it).is_now(), "a wait ends when it says");
        waited.push(it.now.duration_since(&before).as_secs());
        it.past = Past { attempts: it.past.attempts + 1, last_attempt: Some(it.now.timestamp()), ..it.past };
    }
    assert_eq!(waited, [45, 5 * 60, 15 * 60, 3600, 6 * 3600, 6 * 3600, 6 * 3600]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(100))]

    /// Whenever the laptop sleeps: no day of the calendar with two backups, so never two for one miss; each
    /// start is followed by a backup of that day; and while it is awake none is older than a day.
    #[test]
    fn a_laptop_that_sleeps_at_random_is_backed_up_once_a_day(
        lengths in proptest::collection::vec((1_i64..3000, 2_i64..900), 1..12),
    ) {
        let awake = spans(&lengths);
        let made = live(&awake);
        let day = |minute: i64| at("2026-10-20T00:00:00").saturating_add(SignedDuration::from_mins(minute)).date();
        let days: std::collections::BTreeSet<_> = made.iter().map(|minute| day(*minute)).collect();
        proptest::prop_assert_eq!(days.len(), made.len(), "a day with two: {:?}", made);
        let last = |minute: i64| made.iter().rev().find(|made| **made <= minute).copied();
        for (woke, sleeps) in &awake {
            // A minute is enough to settle and start.
            if woke + 1 < *sleeps && day(*woke) == day(woke + 1) {
                proptest::prop_assert!(days.contains(&day(*woke)), "awake at {woke}: {made:?}");
            }
            for minute in looks((*woke, *sleeps)).skip(1) {
                // The day on which winter time begins has 25 hours.
                let fresh = last(minute).is_some_and(|last| minute - last <= DAY + 60 + LOOK);
                proptest::prop_assert!(fresh, "{minute}: {made:?}");
            }
        }
    }

    /// Time only ever brings a backup nearer: what is due stays due until one is made.
    #[test]
    fn what_is_due_stays_due(
        success in 0_i64..2_000_000, later in 0_i64..2_000_000, further in 0_i64..2_000_000, pick in 1_usize..4,
    ) {
        let start = at("2026-01-01T00:00:00");
        let minute = |minute| start.saturating_add(SignedDuration::from_mins(minute));
        let schedule = Schedule { backups: Interval::ALL[pick], ..usual().schedule };
        let past = Past { last_success: Some(minute(success).timestamp()), ..Past::default() };
        let ask = |at: i64| {
            due(&schedule, BackupKind::Notes, &past, &minute(at), &Conditions::by_hand(false))
        };
        let (first, second) = (ask(success + later), ask(success + later + further));
        proptest::prop_assert!(!first.is_now() || second.is_now());
        if let Some(next) = first.next() {
            proptest::prop_assert!(*next > minute(success + later));
        }
    }
}
