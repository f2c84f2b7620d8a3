//! `backstop place …`

use std::io::{self, Write};

use backstop_engine::api::{
    Code, PlaceAttention, PlaceCard, PlacePassword, Problem, Session, TakenIn, Warning,
};
use serde_json::json;

use crate::args::{AddKind, AddPlace, PlaceCommand};
use crate::desk::{Desk, LIBRARY, not_yet};
use crate::exit::Exit;
use crate::output::places;
use crate::output::words::{count, local, one_line, size};

/// `backstop place …`
pub(super) fn run(desk: &Desk, command: &PlaceCommand) -> Result<Exit, Problem> {
    match command {
        PlaceCommand::List => list(desk),
        PlaceCommand::Discover => discover(desk),
        PlaceCommand::Add(order) => add(desk, order),
        PlaceCommand::Password { id } => password(desk, id),
        PlaceCommand::Remove { id } => remove(desk, id),
    }
}

fn list(desk: &Desk) -> Result<Exit, Problem> {
    let backstop = desk.backstop()?;
    let card = desk.account(&backstop)?;
    let cards = match desk.sign_in(&backstop) {
        // That there is a library is no secret.
        Err(problem) if problem.code == Code::NotLoggedIn && !backstop.has_other_places(&card)? => Vec::new(),
        session => session?.places()?,
    };
    let account = card.name;
    desk.output.answer(&places::list(&account, &cards), |out| {
        writeln!(out, "{LIBRARY}  the library of {}", one_line(&account))?;
        cards.iter().try_for_each(|place| print(out, place))
    })?;
    Ok(Exit::DONE)
}

fn discover(desk: &Desk) -> Result<Exit, Problem> {
    let found = desk.session()?.discover_places(&backstop_platform::usual_folders())?;
    desk.output.answer(&places::found(&found), |out| {
        for folder in &found {
            let (files, newest) = (count(folder.files, "backup"), local(folder.newest));
            writeln!(
                out,
                "{}\n  {files}, {}, newest {newest}",
                one_line(&folder.folder),
                size(folder.bytes)
            )?;
        }
        if found.is_empty() { writeln!(out, "No folder of Notesnook backups was found.") } else { Ok(()) }
    })?;
    if !found.is_empty() {
        desk.output.remark("Add one with: backstop place add notesnook-backups DIR");
    }
    Ok(Exit::DONE)
}

fn add(desk: &Desk, order: &AddPlace) -> Result<Exit, Problem> {
    if order.kind != AddKind::NotesnookBackups {
        return Err(not_yet(&format!("`place add {}`", order.kind.as_str())));
    }
    let session = desk.session()?;
    let secret = desk.secrets.archive_text()?;
    let id = session.add_place(&order.folder, secret.as_ref())?.id;
    if order.merge {
        session.set_place_merge(&id, true)?;
    }
    let (place, news) = take_in_all(desk, &session, &id)?;
    desk.output.answer(&places::added(&place, &news), |out| print(out, &place))?;
    let warnings: Vec<Warning> = news.iter().flat_map(TakenIn::all_warnings).collect();
    desk.output.warnings(&warnings);
    if place.password == PlacePassword::Needed {
        desk.output.remark(&format!(
            "Its backups are encrypted. Give their password with: backstop place password {id} --archive-password-file FILE"
        ));
    }
    let well = |why: &PlaceAttention| matches!(why, PlaceAttention::Stale { .. } | PlaceAttention::Empty);
    Ok(Exit::warned(!warnings.is_empty() || !place.attention.iter().all(well)))
}

/// Reads everything in a new place. While another job runs it waits for the next look by itself.
fn take_in_all(desk: &Desk, session: &Session, id: &str) -> Result<(PlaceCard, Vec<TakenIn>), Problem> {
    let news = match desk.watch(|job| session.take_in_all(id, job)) {
        Err(problem) if problem.code == Code::Busy => {
            desk.output.remark("Another job is running: the files are checked when it is done.");
            Vec::new()
        }
        other => other?,
    };
    Ok((session.place(id)?, news))
}

/// Gives the backups of a place their password, or another one, and checks what it opens.
fn password(desk: &Desk, id: &str) -> Result<Exit, Problem> {
    let session = desk.session()?;
    let secret = desk.secrets.archive_text()?.ok_or_else(|| {
        Problem::new(Code::SecretRequired, "No password of the backups was given. Nothing was changed.")
            .with_hint("Give it with --archive-password-file FILE, or in BACKSTOP_ARCHIVE_PASSWORD.")
    })?;
    session.set_place_password(id, &secret)?;
    let (place, news) = take_in_all(desk, &session, id)?;
    desk.output.answer(&places::added(&place, &news), |out| print(out, &place))?;
    let warnings: Vec<Warning> = news.iter().flat_map(TakenIn::all_warnings).collect();
    desk.output.warnings(&warnings);
    Ok(Exit::warned(!warnings.is_empty()))
}

fn remove(desk: &Desk, id: &str) -> Result<Exit, Problem> {
    if id == LIBRARY {
        return Err(Problem::new(Code::Usage, "The library can't be removed. Nothing was changed."));
    }
    desk.session()?.remove_place(id)?;
    desk.output.answer(&json!({"removed": id}), |out| {
        writeln!(out, "Removed. The folder and its files are as they were.")
    })?;
    Ok(Exit::DONE)
}

fn print(out: &mut dyn Write, place: &PlaceCard) -> io::Result<()> {
    let newest = place.newest.map(|newest| format!(", newest {}", local(newest))).unwrap_or_default();
    let merge = if place.merge { ", merged into the library" } else { "" };
    writeln!(
        out,
        "{}  {}\n  {}\n  {}, {}, {} verified{newest}{merge}",
        place.id,
        one_line(&place.title),
        one_line(&place.folder),
        count(place.files, "backup"),
        size(place.bytes),
        place.verified,
    )?;
    place.attention.iter().try_for_each(|why| writeln!(out, "  {}", sentence(why)))
}

/// Why somebody should look, for a person.
fn sentence(why: &PlaceAttention) -> String {
    match why {
        PlaceAttention::Gone => "Its folder can't be reached.".to_owned(),
        PlaceAttention::PasswordNeeded => "Its backups need a password to be checked.".to_owned(),
        PlaceAttention::PasswordWrong => {
            "The newest backup needs another password than the one that is kept. Nothing is damaged."
                .to_owned()
        }
        PlaceAttention::Damaged { files: 1 } => "1 backup is DAMAGED.".to_owned(),
        PlaceAttention::Damaged { files } => format!("{files} backups are DAMAGED."),
        PlaceAttention::Empty => "There is no backup in it yet.".to_owned(),
        PlaceAttention::Stale { days } => {
            format!("Notesnook last wrote a backup {} ago.", count(u64::from(*days), "day"))
        }
        PlaceAttention::NotMerged => {
            "Its notes could not be merged into the library; it is tried again within an hour.".to_owned()
        }
    }
}
