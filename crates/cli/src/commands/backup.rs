//! Making backups, and what is known of them: `backup`, `run-due`, `list`.

use std::io::{self, Write};

use backstop_engine::api::{
    ArchiveCard, ArchiveFormat, Attended, BackupOrder, BackupResult, Code, Conditions, OutcomeWord, Problem,
    Session, TakenIn, Waiting,
};
use backstop_platform::charge_on_battery;

use crate::args::Backup;
use crate::desk::{Desk, LIBRARY, not_yet, only_the_library};
use crate::exit::Exit;
use crate::output::documents::{BackupDocument, KnownArchives};
use crate::output::words::{count, local, one_line, size, verified, waiting as waiting_words};

/// `backstop backup`
pub(super) fn backup(desk: &Desk, order: &Backup) -> Result<Exit, Problem> {
    only_the_library(order.place.as_deref())?;
    let named = |name: &str| ArchiveFormat::named(name).ok_or_else(|| not_yet(&format!("The format {name}")));
    let format = order.format.as_deref().map(named).transpose()?;
    let session = desk.session()?;
    let make = |password: Option<&_>| {
        let order = BackupOrder {
            attachments: order.attachments.choice().unwrap_or(false),
            format,
            to: order.to.as_deref(),
            no_encryption: order.no_encryption,
            automatic: false,
            password,
        };
        desk.watch(|job| session.backup(&order, job))
    };
    let result = desk.with_password_if_needed(make)?;
    desk.output.answer(&BackupDocument::of(&result), |out| made(out, &result))?;
    desk.output.warnings(&result.warnings);
    remind_of_attachments(desk, &session, order, &result)?;
    Ok(result.outcome.into())
}

/// A backup without attachments of a library that has some is worth a remark.
fn remind_of_attachments(
    desk: &Desk,
    session: &Session,
    order: &Backup,
    result: &BackupResult,
) -> Result<(), Problem> {
    let silent = order.attachments.choice().is_some() || result.attachments > 0;
    if !silent && session.overview()?.attachments > 0 {
        desk.output.remark("Attachments are not in this backup. Include them with --attachments.");
    }
    Ok(())
}

fn made(out: &mut dyn Write, result: &BackupResult) -> io::Result<()> {
    if let Some(since) = result.since {
        return writeln!(
            out,
            "Nothing new since {}. The backup from then was checked.\n{}",
            local(since),
            one_line(&result.path)
        );
    }
    let encrypted = if result.encrypted { "encrypted" } else { "NOT encrypted" };
    let checked = if result.verified { "verified" } else { "not verified" };
    writeln!(
        out,
        "{}, {}, {}, {encrypted}, {checked}\n{}",
        count(result.notes, "note"),
        count(result.attachments, "attachment"),
        size(result.bytes),
        one_line(&result.path)
    )
}

/// `backstop run-due`
pub(super) fn run_due(desk: &Desk) -> Result<Exit, Problem> {
    let session = session_for_cron(desk)?;
    let conditions = Conditions { battery: charge_on_battery(), ..Conditions::by_hand(false) };
    let Attended { backups, rechecked, taken_in, mut warnings } =
        desk.watch(|job| session.attend(&conditions, job))?;
    let mut results = Vec::new();
    let mut failure = None;
    for backup in backups {
        match backup.end {
            Ok(result) => results.push(result),
            Err(problem) => failure = failure.or(Some(problem)),
        }
    }
    if let Some(problem) = failure {
        let made = results.iter().map(|result| format!("This backup was made: {}", result.path));
        let rest = warnings.iter().map(|warning| warning.message.clone());
        return Err(made.chain(rest).fold(problem, Problem::with_detail));
    }
    warnings.extend(results.iter().flat_map(|result| result.warnings.iter().cloned()));
    let waiting = session.status()?.waiting;
    let document = BackupDocument::of_due(&results, &taken_in, &warnings, waiting.as_ref());
    desk.output.answer(&document, |out| {
        match (&waiting, results.is_empty()) {
            (Some(on @ (Waiting::Pause { .. } | Waiting::Battery { .. })), true) => {
                writeln!(out, "Nothing was done. {}", waiting_words(on))
            }
            (_, true) => writeln!(out, "Nothing is due."),
            (_, false) => results.iter().try_for_each(|result| made(out, result)),
        }?;
        taken_in.iter().try_for_each(|news| writeln!(out, "{}", taken_in_line(news)))
    })?;
    if !rechecked.is_empty() {
        let backups = count(rechecked.len() as u64, "backup");
        desk.output.remark(&format!("Checked again: {backups}."));
    }
    desk.output.warnings(&warnings);
    Ok(if warnings.is_empty() { Exit::DONE } else { OutcomeWord::CompletedWithWarnings.into() })
}

/// What was new in the folder of another app. What is wrong with it is among the warnings.
fn taken_in_line(news: &TakenIn) -> String {
    let merged = news.merged.as_ref().map(|merged| merged.notes.added + merged.notes.updated);
    let merged =
        merged.map(|notes| format!(", {} merged into the library", count(notes, "note"))).unwrap_or_default();
    format!("{}: {} checked{merged}", one_line(&news.title), count(news.sound + news.closed, "new backup"))
}

/// Signs in. Nobody may be there to read why that fails: the history tells it then, and the status card.
fn session_for_cron(desk: &Desk) -> Result<Session, Problem> {
    let backstop = desk.backstop()?;
    desk.sign_in(&backstop).map_err(|problem| {
        let locked_out = matches!(problem.code, Code::NotLoggedIn | Code::WrongSecret);
        let record = || backstop.record_locked_out(&desk.account(&backstop)?.id, &problem);
        match if locked_out { record() } else { Ok(false) } {
            Ok(_) => problem,
            Err(error) => problem.with_detail(error.message),
        }
    })
}

/// `backstop list`
pub(super) fn list(desk: &Desk, place: Option<&str>) -> Result<Exit, Problem> {
    let session = desk.session()?;
    let archives = match place {
        None => session.archives()?,
        Some(LIBRARY) => {
            let mut archives = session.archives()?;
            archives.retain(|card| card.place.as_deref() == Some(LIBRARY));
            archives
        }
        Some(place) => session.place_archives(Some(place))?,
    };
    desk.output.answer(&KnownArchives::of(&archives), |out| {
        archives.iter().try_for_each(|card| writeln!(out, "{}", archive_line(card)))
    })?;
    Ok(Exit::DONE)
}

fn archive_line(card: &ArchiveCard) -> String {
    let created = card.created.map_or_else(|| "unknown date    ".to_owned(), local);
    let notes = card.notes.map_or_else(|| "? notes".to_owned(), |notes| count(notes, "note"));
    let kind = if card.attachments_included { "with attachments" } else { "notes only" };
    let open = if card.encrypted { "" } else { "  NOT encrypted" };
    let pinned = if card.pinned { "  pinned" } else { "" };
    let state = if card.newer { "of a newer version, can't be checked" } else { verified(card.verified) };
    let copy = match (card.copy, card.copied) {
        (true, _) => "  a copy",
        (_, true) => "  copied",
        _ => "",
    };
    let path = one_line(&card.path);
    format!("{created}  {notes}  {kind}  {}  {state}{open}{pinned}{copy}\n  {path}", size(card.bytes))
}
