//! How numbers, times and warnings read.

use backstop_engine::api::{
    CopiesState, MissingBackup, Protection, Recovery, StatusCard, Verified, Waiting, Warning,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A number with its noun: `1 note`, `1,204 notes`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// Digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in decimal units, as file managers show it.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return count(bytes, "byte");
    }
    let (mut tenths, mut unit) = (u128::from(bytes) * 10 / 1000, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        (tenths, unit) = (tenths / 1000, unit + 1);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS.get(unit).unwrap_or(&"PB"))
}

/// How long something took.
pub(crate) fn took(ms: u64) -> String {
    let seconds = ms / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) if seconds == 0 => format!("{ms} ms"),
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {} s", seconds % 60),
        _ => format!("{} h {minutes} min", grouped(hours)),
    }
}

/// A moment for a person: local, to the minute.
pub(crate) fn local(ms: i64) -> String {
    in_zone(ms, &TimeZone::system())
}

fn in_zone(ms: i64, zone: &TimeZone) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(moment) => moment.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
        Err(_) => "an impossible date".to_owned(),
    }
}

/// A moment for a program: RFC 3339, UTC, milliseconds. `None` for what no calendar holds.
pub(crate) fn rfc3339(ms: i64) -> Option<String> {
    Timestamp::from_millisecond(ms).ok().map(|moment| format!("{moment:.3}"))
}

/// A text that stays on its line and moves no cursor, whatever a file had in it.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if steers(c) { ' ' } else { c }).collect()
}

/// The text of a note for a terminal: lines stay, what would steer the terminal goes.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

/// Whether a terminal would obey it rather than show it.
pub(crate) fn steers(c: char) -> bool {
    c.is_control() || is_turning(c)
}

/// Marks that turn the direction of writing and so can make a name look like another one.
fn is_turning(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A warning as a line.
pub(crate) fn warning(warning: &Warning) -> String {
    let item = warning.item.as_deref().map(|item| format!(" ({})", one_line(item))).unwrap_or_default();
    format!("warning: {}: {}{item}", warning.code, one_line(&warning.message))
}

/// What was last found out about an archive.
pub(crate) fn verified(state: Verified) -> &'static str {
    match state {
        Verified::Full => "verified",
        Verified::Quick => "checked quickly",
        Verified::Never => "not checked",
        Verified::Damaged => "DAMAGED",
    }
}

/// The status card in sentences.
pub(crate) fn status(card: &StatusCard) -> String {
    let overdue = |kind: &str, days: u32| format!("Overdue{kind} by {}.", count(u64::from(days), "day"));
    let full = card.overdue_full_days.map(|days| overdue(" with attachments", days));
    let state = match &card.protection {
        Protection::Protected => "Protected.".to_owned(),
        Protection::Due => "A backup is due.".to_owned(),
        Protection::Overdue { days: worst } => match (card.overdue_days, full) {
            (Some(days), Some(full)) => format!("{} {full}", overdue("", days)),
            (None, Some(full)) => full,
            (days, None) => overdue("", days.unwrap_or(*worst)),
        },
        Protection::Away => "The last backup is out of reach.".to_owned(),
        Protection::Failed { reason, .. } => format!("The last backup failed: {}", one_line(reason)),
        Protection::Never if card.missing.is_some() => "There is no verified backup left.".to_owned(),
        Protection::Never => "There is no verified backup yet.".to_owned(),
        Protection::Running => "A backup is being made.".to_owned(),
    };
    let last = card.last_verified.map(|ms| format!(" Last verified backup: {}.", local(ms)));
    let full = card.last_verified_full.map(|ms| format!(" With attachments: {}.", local(ms)));
    let next = card.next.map(|ms| format!(" Next: {}.", local(ms)));
    let next_full = card.next_full.map(|ms| format!(" Next with attachments: {}.", local(ms)));
    let waits = card.waiting.as_ref().map(|on| format!(" {}", waiting(on)));
    let missing = card.missing.as_ref().map(|backup| format!(" {}", missing(backup)));
    let copies = card.copies.and_then(copies).map(|words| format!(" {words}"));
    [Some(state), missing, waits, last, full, next, next_full, copies].into_iter().flatten().collect()
}

/// Why the last verified backup can't be seen, in a sentence or two.
fn missing(backup: &MissingBackup) -> String {
    let (name, folder) = (one_line(&backup.name), one_line(&backup.folder));
    if backup.away {
        return format!("Its folder can't be reached now: {folder}.");
    }
    format!("{name}, verified {}, is not in its folder any more, and counts no more.", local(backup.verified))
}

/// What is wrong with the folder for copies, if something is.
pub(crate) fn copies(state: CopiesState) -> Option<String> {
    let missing =
        |verb: &str| format!("{} {verb} not copied yet.", count(u64::from(state.missing), "backup"));
    let missing = match state.missing {
        0 => None,
        1 => Some(missing("is")),
        _ => Some(missing("are")),
    };
    let away = state.away.then(|| "The folder for copies can't be reached.".to_owned());
    let said: Vec<String> = away.into_iter().chain(missing).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// What is waited for, in a sentence.
pub(crate) fn waiting(on: &Waiting) -> String {
    match on {
        Waiting::Pause { until } => format!("Paused until {}.", local(*until)),
        Waiting::Battery { charge, limit } => {
            format!("Waiting for power: the battery is at {charge} %, below {limit} %.")
        }
        Waiting::Disk { again: Some(again) } => {
            format!("Waiting for the backups folder, tried again at {}.", local(*again))
        }
        Waiting::Disk { again: None } => "Waiting for the backups folder.".to_owned(),
    }
}

/// How much of a damaged archive is whole.
pub(crate) fn whole(recovery: &Recovery) -> String {
    let notes = match (recovery.notes_stated, recovery.percent) {
        (Some(stated), Some(percent)) => {
            format!("{} of {} ({percent} %)", grouped(recovery.notes), count(stated, "note"))
        }
        _ => format!("{} (how many there were is not known)", count(recovery.notes, "note")),
    };
    format!("Damaged: {notes} can be recovered, and {}", count(recovery.attachments, "attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use backstop_engine::api::Code;

    #[test]
    fn numbers_are_grouped_and_agree_with_their_noun() {
        for (number, wanted) in [
            (0, "0 notes"),
            (1, "1 note"),
            (12, "12 notes"),
            (1204, "1,204 notes"),
            (1_000_000, "1,000,000 notes"),
        ] {
            assert_eq!(count(number, "note"), wanted);
        }
    }

    #[test]
    fn sizes_take_the_unit_that_fits() {
        for (bytes, wanted) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (1_049_999, "1.0 MB"),
            (412_345_678, "412.3 MB"),
            (5_000_000_000, "5.0 GB"),
            (u64::MAX, "18446.7 PB"),
        ] {
            assert_eq!(size(bytes), wanted);
        }
    }

    #[test]
    fn what_something_took_has_two_units_at_most() {
        for (ms, wanted) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (59_999, "59 s"),
            (65_000, "1 min 5 s"),
            (3_600_000, "1 h 0 min"),
            (u64::MAX, "5,124,095,576,030 h 25 min"),
        ] {
            assert_eq!(took(ms), wanted);
        }
    }

    #[test]
    fn moments_are_exact_for_programs_and_short_for_people() {
        assert_eq!(rfc3339(1_795_307_854_004).as_deref(), Some("2026-11-22T00:37:34.004Z"));
        assert_eq!(rfc3339(0).as_deref(), Some("1970-01-01T00:00:00.000Z"));
        assert_eq!(rfc3339(-1).as_deref(), Some("1969-12-31T23:59:59.999Z"));
        assert_eq!(rfc3339(i64::MAX), None);
        assert_eq!(in_zone(1_795_307_854_004, &TimeZone::UTC), "2026-11-22 00:37");
        assert_eq!(in_zone(i64::MIN, &TimeZone::UTC), "an impossible date");
    }

    #[test]
    fn nothing_in_a_file_can_steer_the_terminal() {
        assert_eq!(one_line("a\u{1b}[2Jb\nc\u{202e}d"), "a [2Jb c d");
        assert_eq!(harmless("a\u{1b}[2Jb\r\nc\td\u{7}"), "a[2Jb\nc\td");
    }

    #[test]
    fn the_status_is_a_sentence_in_every_state() {
        let reason = "no\nspace".to_owned();
        let failed = Protection::Failed { reason, code: Code::NoSpace, with_attachments: false };
        for (protection, wanted) in [
            (Protection::Protected, "Protected."),
            (Protection::Due, "A backup is due."),
            (Protection::Overdue { days: 1 }, "Overdue by 1 day."),
            (failed, "The last backup failed: no space"),
            (Protection::Never, "There is no verified backup yet."),
            (Protection::Running, "A backup is being made."),
            (Protection::Away, "The last backup is out of reach."),
        ] {
            assert_eq!(status(&StatusCard::bare(protection)), wanted);
        }
    }

    #[test]
    fn what_is_not_to_be_seen_is_said() {
        let missing = |away| MissingBackup {
            name: "library-1.nnbackupz".to_owned(),
            folder: "/mnt/usb".to_owned(),
            verified: 0,
            attachments_included: false,
            away,
        };
        let card =
            |protection, away| StatusCard { missing: Some(missing(away)), ..StatusCard::bare(protection) };
        let away = status(&card(Protection::Away, true));
        assert_eq!(away, "The last backup is out of reach. Its folder can't be reached now: /mnt/usb.");
        let gone = status(&card(Protection::Never, false));
        assert!(
            gone.starts_with("There is no verified backup left. library-1.nnbackupz, verified 1970-01-01 ")
        );
        assert!(gone.ends_with(", is not in its folder any more, and counts no more."), "{gone}");
    }

    #[test]
    fn of_copies_only_what_is_wrong_is_said() {
        for (away, missing, wanted) in [
            (false, 0, None),
            (false, 1, Some("1 backup is not copied yet.")),
            (true, 0, Some("The folder for copies can't be reached.")),
            (true, 3, Some("The folder for copies can't be reached. 3 backups are not copied yet.")),
        ] {
            let state = CopiesState { away, missing };
            assert_eq!(copies(state).as_deref(), wanted);
            let card = StatusCard { copies: Some(state), ..StatusCard::bare(Protection::Protected) };
            assert_eq!(status(&card), ["Protected."].into_iter().chain(wanted).collect::<Vec<_>>().join(" "));
        }
    }

    #[test]
    fn what_is_waited_for_is_said() {
        let overdue = |days, full| StatusCard {
            overdue_days: days,
            overdue_full_days: full,
            ..StatusCard::bare(Protection::Overdue { days: 2 })
        };
        assert_eq!(status(&overdue(Some(2), None)), "Overdue by 2 days.");
        assert_eq!(
            status(&overdue(Some(1), Some(2))),
            "Overdue by 1 day. Overdue with attachments by 2 days."
        );
        assert_eq!(status(&overdue(None, Some(2))), "Overdue with attachments by 2 days.");
        let waits = |on| status(&StatusCard { waiting: Some(on), ..StatusCard::bare(Protection::Due) });
        let battery = Waiting::Battery { charge: 12, limit: 30 };
        assert_eq!(waits(battery), "A backup is due. Waiting for power: the battery is at 12 %, below 30 %.");
        assert!(waits(Waiting::Pause { until: 0 }).starts_with("A backup is due. Paused until "));
        assert_eq!(waits(Waiting::Disk { again: None }), "A backup is due. Waiting for the backups folder.");
    }

    #[test]
    fn a_warning_names_its_code_and_item() {
        let odd = |item: Option<&str>| Warning {
            code: "stray".to_owned(),
            message: "An entry that does not belong there.".to_owned(),
            item: item.map(str::to_owned),
        };
        assert_eq!(warning(&odd(None)), "warning: stray: An entry that does not belong there.");
        assert_eq!(warning(&odd(Some("x"))), "warning: stray: An entry that does not belong there. (x)");
    }
}
