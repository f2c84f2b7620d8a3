//! Notices: what they say, and when one is worth it. Never a word of a note.

use backstop_engine::api::{Attended, BackupResult, Code, OutcomeWord, Problem};
use backstop_engine::ports::{Notice, Notices};
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// The system's notices.
pub(crate) struct SystemNotices(pub(crate) AppHandle);

impl Notices for SystemNotices {
    fn show(&self, notice: &Notice) {
        let shown = self.0.notification().builder().title(&notice.title).body(&notice.body);
        // Whether anybody sees it can't be known; a system without notices is no fault of the job.
        let _ = shown.show();
    }
}

/// How a backup ended, and who is there to see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// The schedule started it.
    pub(crate) automatic: bool,
    /// The window is in front.
    pub(crate) in_front: bool,
    /// The settings ask for notices of backups that went well.
    pub(crate) good_news: bool,
}

/// The notice that a backup is worth, if it is worth one.
///
/// A failure that the schedule met is always told. What a person started is told only when they do not look
/// at the window, which says it too. A cancel is never told.
pub(crate) fn of_backup(end: &Result<BackupResult, Problem>, seen: Seen) -> Option<Notice> {
    let away = !seen.in_front;
    let (title, body) = match end {
        // Not failures: stopped by a person, or another program makes one just now.
        Err(problem) if matches!(problem.code, Code::Cancelled | Code::Busy) => return None,
        // The window asks for the password next.
        Err(problem) if !seen.automatic && problem.code == Code::SecretRequired => return None,
        Err(problem) => (seen.automatic || away).then(|| failed(problem))?,
        Ok(made) if made.outcome == OutcomeWord::Cancelled => return None,
        Ok(made) => (away && seen.good_news).then(|| finished(made))?,
    };
    Some(Notice { id: "backup".to_owned(), title, body })
}

/// Nobody is signed in after the start, and the keychain opens nothing.
pub(crate) fn sign_in() -> Notice {
    Notice {
        id: "sign-in".to_owned(),
        title: "Sign in to Backstop".to_owned(),
        body: "Automatic backups wait until you have signed in. Your earlier backups are safe. Open Backstop and type \
               your password."
            .to_owned(),
    }
}

/// A backup was cut off by a shutdown or a crash; this is what has been done about it.
pub(crate) fn cut_off(attended: &Attended) -> Notice {
    let again = attended.backups.iter().any(|backup| backup.end.is_ok());
    let body = if again {
        "It was stopped in the middle. What it left was removed, earlier backups are as they were, and a new backup \
         has been made."
    } else {
        "It was stopped in the middle. What it left was removed, and earlier backups are as they were. The next one \
         is made when it is due."
    };
    Notice { id: "cut-off".to_owned(), title: "A backup was cut off".to_owned(), body: body.to_owned() }
}

fn failed(problem: &Problem) -> (String, String) {
    let mut body = problem.message.clone();
    if let Some(hint) = &problem.hint {
        body.push(' ');
        body.push_str(hint);
    }
    ("Backup failed".to_owned(), body)
}

fn finished(made: &BackupResult) -> (String, String) {
    let title = match made.outcome {
        OutcomeWord::CompletedWithWarnings => "Backup finished, with warnings",
        _ => "Backup finished",
    };
    let mut body = counted(made.notes, "note", "notes");
    if made.attachments > 0 {
        body.push_str(", ");
        body.push_str(&counted(made.attachments, "attachment", "attachments"));
    }
    body.push_str(if made.verified { ", verified." } else { "." });
    (title.to_owned(), body)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn made(outcome: OutcomeWord, notes: u64, attachments: u64) -> BackupResult {
        BackupResult {
            run: String::new(),
            outcome,
            name: String::new(),
            path: String::new(),
            bytes: 1,
            notes,
            attachments,
            verified: true,
            encrypted: true,
            since: None,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn the_table_of_notices() {
        let good = || Ok::<_, Problem>(made(OutcomeWord::Completed, 3, 0));
        let bad = || Err(Problem::of(Code::DiskGone));
        let stopped = || Err(Problem::of(Code::Cancelled));
        let err = |code| Err(Problem::of(code));
        let rows = [
            // end, automatic, in front, good news wished, told
            (good(), true, false, true, true),
            (good(), true, false, false, false),
            (good(), true, true, true, false),
            (good(), false, false, true, true),
            (good(), false, true, true, false),
            (bad(), true, true, false, true),
            (bad(), true, false, false, true),
            (bad(), false, true, true, false),
            (bad(), false, false, false, true),
            (stopped(), true, false, true, false),
            (stopped(), false, false, true, false),
            (err(Code::Busy), true, false, true, false),
            (err(Code::SecretRequired), false, false, true, false),
            (err(Code::SecretRequired), true, false, true, true),
            (Ok(made(OutcomeWord::Cancelled, 0, 0)), true, false, true, false),
        ];
        for (row, (end, automatic, in_front, good_news, told)) in rows.into_iter().enumerate() {
            let seen = Seen { automatic, in_front, good_news };
            assert_eq!(of_backup(&end, seen).is_some(), told, "row {row}");
        }
    }

    #[test]
    fn the_words_are_plain() {
        let seen = Seen { automatic: true, in_front: false, good_news: true };
        let says = |end| of_backup(&end, seen).map(|notice| format!("{}: {}", notice.title, notice.body));
        let rows = [
            (Ok(made(OutcomeWord::Completed, 1, 0)), "Backup finished: 1 note, verified."),
            (
                Ok(made(OutcomeWord::Completed, 1204, 318)),
                "Backup finished: 1,204 notes, 318 attachments, verified.",
            ),
            (
                Ok(made(OutcomeWord::CompletedWithWarnings, 100_000, 1)),
                "Backup finished, with warnings: 100,000 notes, 1 attachment, verified.",
            ),
            (
                Err(Problem::new(Code::NoSpace, "The disk is full.").with_hint("Make room.")),
                "Backup failed: The disk is full. Make room.",
            ),
        ];
        for (end, words) in rows {
            assert_eq!(says(end).as_deref(), Some(words));
        }
    }
}
