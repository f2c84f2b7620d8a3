//! The words of notices: what happened, what is still safe, one thing to do.

use backstop_model::TimeMs;
use jiff::{Timestamp, Zoned};

use super::facts::{CopiesFailing, Damaged, DamagedInPlace, Failing, GoodNews, Overdue, Stale};
use crate::problem::{Code, Problem};

/// Title and body.
pub(super) type Words = (String, String);

pub(super) fn failed(
    failing: &Failing,
    overdue: &[Overdue],
    last_verified: Option<TimeMs>,
    now: &Zoned,
) -> Words {
    let title = match failing.code {
        Code::DiskGone => "Backup waits for its disk",
        Code::NoSpace => "Backup failed: the disk is full",
        _ => "Backup failed",
    };
    let mut sentences = vec![failing.message.clone()];
    sentences.extend(last_verified.map(|at| format!("The last verified backup is from {}.", day(at, now))));
    sentences.extend(
        longest(overdue).map(|days| format!("The next is overdue by {}.", counted(days, "day", "days"))),
    );
    sentences.extend(Problem::of(failing.code).hint);
    (title.to_owned(), sentences.join(" "))
}

pub(super) fn failed_again(failing: &Failing) -> Words {
    let title = match failing.in_a_row {
        3 => "Three backups in a row failed".to_owned(),
        more => format!("{more} backups in a row failed"),
    };
    (title, failing.message.clone())
}

pub(super) fn overdue(overdue: &[Overdue], last_verified: Option<TimeMs>, now: &Zoned) -> Words {
    let only_full = overdue.iter().all(|overdue| overdue.with_attachments);
    let what = if only_full { "A backup with attachments" } else { "A backup" };
    let title = format!("{what} is overdue by {}", counted(longest(overdue).unwrap_or(1), "day", "days"));
    let body = match last_verified {
        Some(at) if only_full => {
            let day = day(at, now);
            format!("The last verified backup of any kind is from {day}. Make one with attachments now.")
        }
        Some(at) => format!("The last verified backup is from {}. Make one now.", day(at, now)),
        None => "There is no verified backup yet. Make one now.".to_owned(),
    };
    (title, body)
}

pub(super) fn reminder(last_verified: Option<TimeMs>, now: &Zoned) -> Words {
    let body = match last_verified {
        Some(at) => {
            format!("You asked to be reminded. The last verified backup is from {}.", day(at, now))
        }
        None => "You asked to be reminded. There is no verified backup yet.".to_owned(),
    };
    ("Time for a backup".to_owned(), body)
}

pub(super) fn damaged(damaged: &[&Damaged], now: &Zoned) -> Words {
    let replaced = damaged.iter().all(|archive| archive.replaced);
    let next = if replaced {
        "A new backup was made, and your notes are as they were."
    } else {
        "Your notes are as they were. Make a new backup now."
    };
    match damaged {
        [one] => {
            let which = one.made.map_or_else(String::new, |at| format!(" from {}", day(at, now)));
            (
                "A backup is damaged".to_owned(),
                format!("The backup{which} is not what was written any more. {next}"),
            )
        }
        several => (
            format!("{} backups are damaged", several.len()),
            format!("They are not what was written any more. {next}"),
        ),
    }
}

/// None for no file.
pub(super) fn damaged_in_places(files: &[&DamagedInPlace], now: &Zoned) -> Option<Words> {
    let next =
        "Backstop left it as it is, and the notes in Notesnook are as they were. Make a new backup there.";
    let (first, more) = files.split_first()?;
    let title = match more.len() {
        0 => "A backup of Notesnook is damaged".to_owned(),
        more => format!("{} backups of Notesnook are damaged", more + 1),
    };
    let of = first.made.map_or_else(String::new, |at| format!(" of {}", day(at, now)));
    let body = if more.is_empty() {
        format!("The backup{of} in “{}” can't be read as a whole. {next}", first.title)
    } else {
        format!(
            "They can't be read as a whole; one of them is the backup{of} in “{}”. {}",
            first.title,
            next.replacen("left it as it is", "left them as they are", 1)
        )
    };
    Some((title, body))
}

/// None for no folder.
pub(super) fn stale(folders: &[&Stale]) -> Option<Words> {
    let longest = folders.iter().max_by_key(|folder| folder.days)?;
    let days = counted(u64::from(longest.days), "day", "days");
    let others = match folders.len() - 1 {
        0 => String::new(),
        1 => " One other folder has waited for long, too.".to_owned(),
        more => format!(" {more} other folders have waited for long, too."),
    };
    let body = format!(
        "The folder “{}” has got no new one in that time, which is longer than usual.{others} The backups that are there stay as they are. Look in Notesnook whether its backups are on.",
        longest.title
    );
    Some((format!("Notesnook last wrote a backup {days} ago"), body))
}

pub(super) fn copies(failing: &CopiesFailing, now: &Zoned) -> Words {
    let since = day(failing.since, now);
    let next = match failing.code {
        Some(Code::DiskGone | Code::NotFound) => "Connect its disk, or choose another folder for copies.",
        Some(Code::NoSpace) => "Free some space on its disk, or choose another folder for copies.",
        Some(_) => "Choose another folder for copies.",
        None => "The history says why.",
    };
    let body = format!(
        "Copying into the second folder has not gone well since {since}. The backups themselves are as they should be. {next}"
    );
    ("New backups have no copy".to_owned(), body)
}

pub(super) fn done_again() -> Words {
    (
        "An interrupted backup was done again".to_owned(),
        "The program or the computer stopped in the middle of a backup. What it left was cleaned up, and a new backup was made.".to_owned(),
    )
}

pub(super) fn clock_changed() -> Words {
    (
        "The clock of this computer changed".to_owned(),
        "The newest backup is from a time that has not come yet, so none is made by itself until then. Check the date, or make a backup now.".to_owned(),
    )
}

pub(super) fn pruning_paused(why: &str) -> Words {
    ("Old backups are kept for now".to_owned(), format!("{why} The plan shows what would go."))
}

pub(super) fn proof() -> Words {
    (
        "Try a restore".to_owned(),
        "Prove that your password or recovery key still opens a backup. It takes a minute and changes nothing.".to_owned(),
    )
}

pub(super) fn locked_out() -> Words {
    (
        "Backups wait until you sign in".to_owned(),
        "Backstop can't open your account by itself, so no backup is made. Earlier backups are as they were. Sign in with your password.".to_owned(),
    )
}

pub(super) fn good_news(news: &GoodNews, now: &Zoned) -> Words {
    if news.nothing_new {
        let body = "Your notes have not changed since the last backup, which was checked.";
        return ("Nothing new to back up".to_owned(), body.to_owned());
    }
    let title = if news.warnings { "Backup finished, with warnings" } else { "Backup finished" };
    let mut body = counted(news.notes, "note", "notes");
    if news.attachments > 0 {
        body.push_str(", ");
        body.push_str(&counted(news.attachments, "attachment", "attachments"));
    }
    body.push_str(&format!(", verified, {}.", day(news.at, now)));
    (title.to_owned(), body)
}

fn longest(overdue: &[Overdue]) -> Option<u64> {
    overdue.iter().map(|overdue| u64::from(overdue.days)).max()
}

/// `1 note`, `1,204 notes`.
fn counted(count: u64, one: &str, many: &str) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} {}", if count == 1 { one } else { many })
}

/// A day as people say it, in the time zone of the person.
fn day(at: TimeMs, now: &Zoned) -> String {
    let Ok(moment) = Timestamp::from_millisecond(at.0) else { return "an unknown day".to_owned() };
    let moment = moment.to_zoned(now.time_zone().clone());
    if moment.date() == now.date() {
        return "today".to_owned();
    }
    let format = if moment.year() == now.year() { "%-d %B" } else { "%-d %B %Y" };
    moment.strftime(format).to_string()
}
