//! The state word of the status card, from facts. Pure.

use jiff::Zoned;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Due;
use crate::problem::Code;

/// The state word of the status card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Protection {
    /// The last verified backup is recent enough, or nothing is asked for.
    Protected,
    /// A backup is due now and starts by itself.
    Due,
    /// A backup is overdue by this many whole days.
    Overdue {
        /// Whole days, at least one.
        days: u32,
    },
    /// The last attempt failed.
    Failed {
        /// Why, in a sentence.
        reason: String,
        /// The code of the failure.
        code: Code,
    },
    /// There has never been a verified backup.
    Never,
    /// A backup is being made now.
    Running,
}

/// The facts behind the word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing<'a> {
    /// A backup is being made now.
    pub running: bool,
    /// There is a verified backup.
    pub ever: bool,
    /// Why the newest attempt failed, if it came after the last success. A cancel is no failure.
    pub failure: Option<(Code, &'a str)>,
    /// What the schedule says.
    pub due: &'a Due,
}

/// Chooses the word. A failure goes before an age: it says what to mend.
#[must_use]
pub fn protection(standing: &Standing<'_>, now: &Zoned) -> Protection {
    if standing.running {
        return Protection::Running;
    }
    if let Some((code, reason)) = standing.failure {
        return Protection::Failed { reason: reason.to_owned(), code };
    }
    if !standing.ever {
        return Protection::Never;
    }
    match standing.due.since().map(|since| whole_days(since, now)) {
        None => Protection::Protected,
        Some(0) => Protection::Due,
        Some(days) => Protection::Overdue { days },
    }
}

fn whole_days(since: &Zoned, now: &Zoned) -> u32 {
    let hours = now.duration_since(since).as_hours();
    u32::try_from(hours / 24).unwrap_or(if hours < 0 { 0 } else { u32::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Reason;

    fn at(text: &str) -> Zoned {
        format!("{text}[Europe/Berlin]").parse().expect("a moment")
    }

    #[test]
    fn the_table_of_states() {
        let now = at("2026-11-22T08:00:00");
        let fine = Due::Not { next: at("2026-11-23T08:00:00"), clock_changed: false };
        let since = |text: &str| Due::Now { since: at(text), reason: Reason::Scheduled };
        let later = Due::Later {
            at: at("2026-11-22T08:05:00"),
            since: at("2026-11-19T07:00:00"),
            reason: Reason::CatchUp,
        };
        let gone = Some((Code::DiskGone, "The disk is not there."));
        let failed = Protection::Failed { reason: "The disk is not there.".to_owned(), code: Code::DiskGone };
        let rows = [
            (false, true, None, &fine, Protection::Protected),
            (false, true, None, &Due::Off, Protection::Protected),
            (false, true, None, &since("2026-11-22T08:00:00"), Protection::Due),
            (false, true, None, &since("2026-11-21T08:00:01"), Protection::Due),
            (false, true, None, &since("2026-11-21T08:00:00"), Protection::Overdue { days: 1 }),
            (false, true, None, &since("2026-10-22T08:00:00"), Protection::Overdue { days: 31 }),
            (false, true, None, &since("1970-01-01T00:00:00"), Protection::Overdue { days: 20_779 }),
            (false, true, None, &later, Protection::Overdue { days: 3 }),
            (false, false, None, &since("2026-11-22T08:00:00"), Protection::Never),
            (false, false, None, &Due::Off, Protection::Never),
            (false, false, gone, &since("2026-11-22T08:00:00"), failed.clone()),
            (false, true, gone, &fine, failed.clone()),
            (false, true, gone, &since("2026-11-19T08:00:00"), failed.clone()),
            (false, true, gone, &Due::Off, failed),
            (true, true, gone, &fine, Protection::Running),
            (true, false, None, &Due::Running, Protection::Running),
        ];
        for (row, (running, ever, failure, due, expected)) in rows.into_iter().enumerate() {
            let standing = Standing { running, ever, failure, due };
            assert_eq!(protection(&standing, &now), expected, "row {row}");
        }
    }

    #[test]
    fn the_word_crosses_as_a_tag() {
        let json = serde_json::to_value(Protection::Failed { reason: "x".to_owned(), code: Code::NoSpace });
        let expected = serde_json::json!({"state": "failed", "reason": "x", "code": "no_space"});
        assert_eq!(json.expect("json"), expected);
    }
}
