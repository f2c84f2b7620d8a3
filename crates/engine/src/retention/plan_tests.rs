use std::collections::BTreeMap;

use jiff::ToSpan;
use proptest::prelude::*;

use super::*;
use crate::retention::pause;
use crate::retention::pause::tests::{Told, history};

/// The table of states and events, which these tests hold to its word.
const DECISION: &str = include_str!("../../../../docs/decisions/retention.md");

fn now() -> Zoned {
    "2026-11-22T12:00:00[Europe/Berlin]".parse().expect("a moment")
}

fn verified(name: &'static str, days_ago: i32, hour: i8) -> Known<'static> {
    let day = now().checked_sub(days_ago.days()).expect("a day");
    let made = day.with().hour(hour).minute(0).build().expect("an hour");
    Known {
        name,
        place: "library",
        full: false,
        created: Some(made.timestamp()),
        origin: Origin::Ours,
        health: Health::Verified,
        present: true,
        pinned: false,
    }
}

fn full(name: &'static str, days_ago: i32) -> Known<'static> {
    Known { full: true, ..verified(name, days_ago, 8) }
}

fn spans(daily: u16, weekly: u16, monthly: u16, yearly: u16) -> Keep {
    Keep::Custom(Spans { daily, weekly, monthly, yearly })
}

/// A folder, one archive of which is looked at, and what its runs say.
struct World {
    archives: Vec<Known<'static>>,
    subject: &'static str,
    keep: Keep,
    now: Zoned,
    told: Vec<Told>,
    seen: Vec<String>,
}

impl World {
    fn subject(&mut self) -> &mut Known<'static> {
        let subject = self.subject;
        self.archives.iter_mut().find(|one| one.name == subject).expect("it is there")
    }

    fn others(&mut self) -> impl Iterator<Item = &mut Known<'static>> {
        let subject = self.subject;
        self.archives.iter_mut().filter(move |one| one.name != subject)
    }

    /// What the table says of it.
    fn verdict(&self) -> String {
        let verdicts = plan(self.keep, &self.archives, &self.now);
        let at = self.archives.iter().position(|one| one.name == self.subject).expect("it is there");
        let pause = pause(&history(&self.told), "library", &self.seen);
        match &verdicts[at] {
            Verdict::Keep(reasons) => {
                reasons.iter().map(|reason| word(*reason)).collect::<Vec<_>>().join(", ")
            }
            Verdict::Forget(_) if pause.is_some() => "**waits**".to_owned(),
            Verdict::Forget(Surplus::SameDay) => "**goes** (same day)".to_owned(),
            Verdict::Forget(Surplus::Older) => "**goes** (older)".to_owned(),
        }
    }
}

fn word(reason: Kept) -> &'static str {
    match reason {
        Kept::Everything => "everything",
        Kept::Pinned => "pinned",
        Kept::LastVerified => "last",
        Kept::LastVerifiedFull => "last full",
        Kept::Daily => "day",
        Kept::Weekly => "week",
        Kept::Monthly => "month",
        Kept::Yearly => "year",
        Kept::Unverified => "unverified",
        Kept::NothingVerified => "nothing verified",
        Kept::Damaged => "damaged",
        Kept::NotOurs => "not ours",
        Kept::Renamed => "renamed",
        Kept::OtherPlace => "other place",
        Kept::Away => "away",
        Kept::Future => "future",
        Kept::Undated => "undated",
    }
}

/// Six days with a backup each, two older ones with attachments; 3 daily are kept.
fn in_state(state: &str) -> World {
    let old = verified("subject", 5, 9);
    let (subject, added) = match state {
        "S1" => ("n1", None),
        "S2" => ("n2", None),
        "S3" => ("n5", None),
        "S4" => ("subject", Some(verified("subject", 2, 7))),
        "S5" => ("f20", None),
        "S6" => ("subject", Some(Known { health: Health::Unverified, ..verified("subject", 1, 9) })),
        "S7" => ("subject", Some(Known { health: Health::Unverified, ..old })),
        "S8" => ("subject", Some(Known { health: Health::Damaged, ..old })),
        "S9" => ("subject", Some(Known { pinned: true, ..old })),
        "S10" => ("subject", Some(Known { origin: Origin::Foreign, ..old })),
        "S11" => ("subject", Some(Known { origin: Origin::Renamed, ..old })),
        "S12" => ("subject", Some(Known { origin: Origin::OtherPlace, place: "gone", ..old })),
        "S13" => ("subject", Some(Known { present: false, ..old })),
        "S14" => ("subject", Some(verified("subject", -3, 8))),
        "S15" => ("subject", Some(Known { created: None, ..old })),
        other => panic!("{other} is no state of these tests"),
    };
    let days = [("n1", 1), ("n2", 2), ("n3", 3), ("n4", 4), ("n5", 5), ("n6", 6)];
    let mut archives: Vec<_> = days.map(|(name, days)| verified(name, days, 8)).to_vec();
    archives.extend([full("f20", 20), full("f40", 40)]);
    archives.extend(added);
    World {
        archives,
        subject,
        keep: spans(3, 0, 0, 0),
        now: now(),
        told: vec![Told::Made(100)],
        seen: vec![],
    }
}

fn happens(event: &str, world: &mut World) {
    match event {
        "E1" => {}
        "E2" => world.keep = Keep::All,
        "E3" => world.keep = spans(0, 0, 0, 0),
        "E4" => world.keep = spans(1, 2, 2, 2),
        "E5" => world.archives.extend([verified("new", 0, 11), full("new full", 0)]),
        "E6" => world.told.push(Told::Failed),
        "E7" => world.told.push(Told::Made(70)),
        "E8" => {
            world.told.push(Told::Made(70));
            world.seen.push("a1".to_owned());
        }
        "E9" => world.others().for_each(|one| one.health = Health::Damaged),
        "E10" => {
            let subject = world.subject;
            world.archives.retain(|one| one.name == subject);
        }
        "E11" => world.now = now().checked_sub(10.days()).expect("a day"),
        "E12" => world.now = now().checked_add(10.years()).expect("a day"),
        "E13" => world.subject().health = Health::Verified,
        "E14" => world.subject().health = Health::Damaged,
        "E15" => world.subject().pinned = true,
        "E16" => world.subject().pinned = false,
        other => panic!("{other} is no event of these tests"),
    }
}

/// The cells of the table, by state and event.
fn table() -> BTreeMap<(String, String), String> {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let id = |cell: &str| cell.split(' ').next().unwrap_or_default().to_owned();
    let mut events = Vec::new();
    let mut found = BTreeMap::new();
    for line in DECISION.lines() {
        if line.starts_with("| state ") {
            events = cells(line).iter().skip(1).map(|cell| id(cell)).collect();
        } else if line.starts_with("| S") && !events.is_empty() {
            let row = cells(line);
            for (event, cell) in events.iter().zip(row.iter().skip(1)) {
                found.insert((id(&row[0]), event.clone()), cell.clone());
            }
        } else if !line.starts_with('|') {
            events.clear();
        }
    }
    found
}

#[test]
fn every_pair_of_the_table_is_what_the_plan_says() {
    let table = table();
    let mut wrong = Vec::new();
    for state in (1..=15).map(|number| format!("S{number}")) {
        for event in (1..=16).map(|number| format!("E{number}")) {
            let mut world = in_state(&state);
            happens(&event, &mut world);
            let verdict = world.verdict();
            match table.get(&(state.clone(), event.clone())) {
                Some(told) if *told == verdict => {}
                told => wrong.push(format!("{state} {event}: {verdict:?}, and the table says {told:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(table.len(), 15 * 16, "the table has pairs that are not tried");
}

fn kept(keep: Keep, archives: &[Known<'static>]) -> Vec<&'static str> {
    let verdicts = plan(keep, archives, &now());
    archives
        .iter()
        .zip(verdicts)
        .filter(|(_, verdict)| !verdict.is_forget())
        .map(|(one, _)| one.name)
        .collect()
}

#[test]
fn slots_are_those_that_have_an_archive_and_the_last_one_of_each_stays() {
    let archives = [
        verified("a", 400, 8),
        verified("b", 399, 8),
        verified("c", 399, 9),
        verified("d", 30, 8),
        verified("e", 1, 8),
    ];
    assert_eq!(kept(spans(3, 0, 0, 0), &archives), ["c", "d", "e"], "whatever lies between the days");
    assert_eq!(kept(spans(0, 0, 0, 2), &archives), ["c", "e"]);
    assert_eq!(kept(spans(0, 0, 2, 0), &archives), ["d", "e"]);
    assert_eq!(kept(spans(9, 0, 0, 0), &archives), ["a", "c", "d", "e"]);
    assert_eq!(kept(spans(0, 0, 0, 0), &archives), ["e"], "the last verified one always");
}

#[test]
fn a_week_begins_on_monday_and_counts_to_the_year_of_most_of_its_days() {
    let at = |name: &'static str, day: &str| {
        let made: Zoned = format!("{day}T08:00:00[Europe/Berlin]").parse().expect("a moment");
        Known { created: Some(made.timestamp()), ..verified(name, 0, 8) }
    };
    // 2024-12-30 is a Monday of the first week of 2025.
    let archives = [
        at("sunday", "2024-12-29"),
        at("monday", "2024-12-30"),
        at("new year", "2025-01-01"),
        at("next sunday", "2025-01-05"),
        at("next monday", "2025-01-06"),
    ];
    assert_eq!(kept(spans(0, 3, 0, 0), &archives), ["sunday", "next sunday", "next monday"]);
    // The same week number of another year is another week.
    let years = [at("one", "2023-01-04"), at("two", "2024-01-04"), at("three", "2025-01-04")];
    assert_eq!(kept(spans(0, 2, 0, 0), &years), ["two", "three"]);
    assert_eq!(kept(spans(0, 0, 2, 0), &years), ["two", "three"], "and so with months");
    assert_eq!(kept(spans(2, 0, 0, 0), &years), ["two", "three"], "and with days");
}

#[test]
fn a_day_ends_where_the_person_lives() {
    let at = |name: &'static str, moment: &str| Known {
        created: Some(moment.parse().expect("a moment")),
        ..verified(name, 0, 8)
    };
    // 23:30 and 00:30 in Berlin; one day in London.
    let archives = [at("late", "2026-11-20T22:30:00Z"), at("early", "2026-11-20T23:30:00Z")];
    assert_eq!(kept(spans(2, 0, 0, 0), &archives), ["late", "early"]);
    let london = now().with_time_zone(jiff::tz::TimeZone::get("Europe/London").expect("a zone"));
    let verdicts = plan(spans(2, 0, 0, 0), &archives, &london);
    assert_eq!(verdicts[0], Verdict::Forget(Surplus::SameDay));
}

#[test]
fn where_the_clock_goes_back_over_midnight_the_day_is_still_one() {
    // In Havana the clock goes from 1 to 0 o'clock: 2026-11-01 has its first hour twice. In a zone that
    // goes back from 0:00 to 23:00 (Asuncion until 2024, 2024-03-24), a day is left and entered again.
    let zone = jiff::tz::TimeZone::get("America/Asuncion").expect("a zone");
    let at = |name: &'static str, moment: &str| Known {
        created: Some(moment.parse().expect("a moment")),
        ..verified(name, 0, 8)
    };
    let archives = [
        at("yesterday", "2024-03-23T12:00:00-03:00"),
        at("before midnight", "2024-03-23T23:50:00-03:00"),
        at("the hour again", "2024-03-23T23:10:00-04:00"),
        at("next day", "2024-03-24T12:00:00-04:00"),
    ];
    let verdicts = plan(spans(2, 0, 0, 0), &archives, &now().with_time_zone(zone));
    let stays: Vec<bool> = verdicts.iter().map(|verdict| !verdict.is_forget()).collect();
    assert_eq!(stays, [false, false, true, true]);
}

#[test]
fn places_and_kinds_are_planned_each_for_itself() {
    let other = |name| Known { place: "work", ..verified(name, 2, 8) };
    let archives =
        [verified("a", 3, 8), verified("b", 1, 8), full("c", 4), full("d", 2), other("e"), full("f", 9)];
    assert_eq!(kept(spans(1, 0, 0, 0), &archives), ["b", "d", "e"]);
    // The same day of another kind or place is no reason.
    let verdicts = plan(spans(1, 0, 0, 0), &[full("a", 1), full("b", 3), verified("c", 3, 9)], &now());
    assert_eq!(verdicts[1], Verdict::Forget(Surplus::Older));
    let verdicts = plan(spans(1, 0, 0, 0), &[verified("a", 1, 8), verified("b", 3, 8), other("c")], &now());
    assert_eq!(verdicts[1], Verdict::Forget(Surplus::Older));
}

#[test]
fn of_two_of_one_moment_the_name_decides() {
    let archives = [verified("b", 1, 8), verified("a", 1, 8)];
    assert_eq!(kept(spans(1, 0, 0, 0), &archives), ["b"]);
}

#[test]
fn what_was_made_at_this_very_moment_is_not_of_the_future() {
    let made = |name, moment: Timestamp| Known { created: Some(moment), ..verified(name, 0, 8) };
    let (now_ms, later) = (now().timestamp(), now().timestamp() + 1.milliseconds());
    let verdicts = plan(spans(1, 0, 0, 0), &[made("now", now_ms), made("later", later)], &now());
    assert_eq!(verdicts[0], Verdict::Keep([Kept::LastVerified, Kept::Daily].into()));
    assert_eq!(verdicts[1], Verdict::Keep([Kept::Future].into()));
}

#[test]
fn an_unverified_one_takes_no_slot_and_is_not_thrown_away_either() {
    let unverified = |name, days| Known { health: Health::Unverified, ..verified(name, days, 9) };
    let archives = [verified("v4", 4, 8), verified("v3", 3, 8), unverified("u2", 2), unverified("u1", 1)];
    assert_eq!(kept(spans(2, 0, 0, 0), &archives), ["v4", "v3", "u2", "u1"]);
    assert_eq!(kept(spans(1, 0, 0, 0), &archives), ["v3", "u1"]);
    assert_eq!(kept(spans(0, 0, 0, 0), &archives), ["v3"]);
    assert_eq!(kept(spans(0, 0, 0, 0), &archives[2..]), ["u2", "u1"], "nothing is better than these");
}

fn any_archive() -> impl Strategy<Value = Known<'static>> {
    let origins = prop_oneof![
        8 => Just(Origin::Ours),
        1 => Just(Origin::Renamed),
        1 => Just(Origin::OtherPlace),
        1 => Just(Origin::Foreign),
    ];
    let health = prop_oneof![
        6 => Just(Health::Verified),
        2 => Just(Health::Unverified),
        1 => Just(Health::Damaged),
    ];
    let created = prop_oneof![1 => Just(None), 20 => (-3_i64..30_000).prop_map(Some)];
    let place = prop_oneof![4 => Just("library"), 1 => Just("work")];
    let rare = || prop::bool::weighted(0.1);
    (origins, health, created, place, any::<bool>(), rare(), rare()).prop_map(
        |(origin, health, hours, place, full, pinned, away)| Known {
            name: "x",
            place,
            full,
            created: hours.map(|hours| now().timestamp() - hours.hours()),
            origin,
            health,
            present: !away,
            pinned,
        },
    )
}

fn any_spans() -> impl Strategy<Value = Spans> {
    (0_u16..9, 0_u16..7, 0_u16..13, 0_u16..4).prop_map(|(daily, weekly, monthly, yearly)| Spans {
        daily,
        weekly,
        monthly,
        yearly,
    })
}

fn eligible(one: &Known<'_>) -> bool {
    one.origin == Origin::Ours
        && one.present
        && one.health != Health::Damaged
        && one.created.is_some_and(|created| created <= now().timestamp())
}

proptest! {
    #[test]
    fn the_last_verified_one_of_each_kind_stays_and_never_nothing(
        archives in prop::collection::vec(any_archive(), 0..60),
        spans in any_spans(),
    ) {
        let verdicts = plan(Keep::Custom(spans), &archives, &now());
        for place in ["library", "work"] {
            for full in [false, true] {
                let kind: Vec<_> = archives
                    .iter()
                    .zip(&verdicts)
                    .filter(|(one, _)| one.place == place && one.full == full)
                    .collect();
                prop_assert!(kind.is_empty() || kind.iter().any(|(_, verdict)| !verdict.is_forget()));
                let verified = kind
                    .iter()
                    .filter(|(one, _)| eligible(one) && one.health == Health::Verified);
                if let Some(newest) = verified.clone().map(|(one, _)| one.created).max() {
                    let stays = |(one, verdict): &&(&Known<'_>, &Verdict)| {
                        one.created == newest && !verdict.is_forget()
                    };
                    prop_assert!(verified.clone().any(|pair| stays(&pair)));
                }
            }
        }
    }

    #[test]
    fn what_is_not_proven_to_be_a_whole_one_of_ours_stays(
        archives in prop::collection::vec(any_archive(), 0..60),
        spans in any_spans(),
    ) {
        for (one, verdict) in archives.iter().zip(plan(Keep::Custom(spans), &archives, &now())) {
            prop_assert!(!verdict.is_forget() || (eligible(one) && !one.pinned), "{one:?}");
        }
        let all = plan(Keep::All, &archives, &now());
        prop_assert!(all.iter().all(|verdict| !verdict.is_forget()));
    }

    #[test]
    fn planning_again_after_it_was_carried_out_deletes_nothing_more(
        archives in prop::collection::vec(any_archive(), 0..60),
        spans in any_spans(),
    ) {
        let verdicts = plan(Keep::Custom(spans), &archives, &now());
        let stay = archives.iter().zip(&verdicts).filter(|(_, verdict)| !verdict.is_forget());
        let left: Vec<_> = stay.map(|(one, _)| *one).collect();
        let again = plan(Keep::Custom(spans), &left, &now());
        prop_assert!(again.iter().all(|verdict| !verdict.is_forget()));
    }

    #[test]
    fn whoever_wants_to_keep_more_loses_nothing(
        archives in prop::collection::vec(any_archive(), 0..60),
        spans in any_spans(),
        more in any_spans(),
    ) {
        let wider = Spans {
            daily: spans.daily + more.daily,
            weekly: spans.weekly + more.weekly,
            monthly: spans.monthly + more.monthly,
            yearly: spans.yearly + more.yearly,
        };
        let (less, more) = (Keep::Custom(spans), Keep::Custom(wider));
        for (less, more) in plan(less, &archives, &now()).iter().zip(plan(more, &archives, &now())) {
            prop_assert!(less.is_forget() || !more.is_forget());
        }
    }
}
