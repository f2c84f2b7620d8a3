//! Moments as people say them, in their own time zone.

use backstop_engine::ports::TimeMs;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

/// A moment, seen from now: `today 08:03`, `tomorrow 08:03`, `yesterday 08:03`, else `2026-11-23 08:03`.
#[must_use]
pub fn moment_in_words(at: TimeMs, now: TimeMs, zone: &TimeZone) -> String {
    let zoned = |time: TimeMs| -> Zoned {
        Timestamp::from_millisecond(time.0).unwrap_or_default().to_zoned(zone.clone())
    };
    let (at, now) = (zoned(at), zoned(now));
    let clock = at.strftime("%H:%M");
    let today = now.date();
    let days = [(0, "today"), (1, "tomorrow"), (-1, "yesterday")];
    let near = days.into_iter().find(|(days, _)| today.saturating_add(days.days()) == at.date());
    match near {
        Some((_, day)) => format!("{day} {clock}"),
        None => at.strftime("%Y-%m-%d %H:%M").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_close_by_have_words() {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        let at = |text: &str| {
            let zoned: Zoned = format!("{text}[Europe/Berlin]").parse().expect("a moment");
            TimeMs(zoned.timestamp().as_millisecond())
        };
        let now = at("2026-11-22T23:30:00");
        let rows = [
            ("2026-11-22T08:03:00", "today 08:03"),
            ("2026-11-23T00:10:00", "tomorrow 00:10"),
            ("2026-11-21T23:59:00", "yesterday 23:59"),
            ("2026-11-24T08:03:00", "2026-11-24 08:03"),
            ("2025-11-22T08:03:00", "2025-11-22 08:03"),
        ];
        for (text, words) in rows {
            assert_eq!(moment_in_words(at(text), now, &zone), words, "{text}");
        }
    }
}
