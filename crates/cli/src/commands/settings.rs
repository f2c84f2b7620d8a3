//! `backstop schedule …` and `backstop settings …`

use std::path::Path;

use backstop_engine::api::{Code, Keep, Password, Problem, Session, Spans};
use serde_json::{Map, Value, json};

use crate::args::{Every, EveryFull, ScheduleCommand, ScheduleSet, SettingsCommand};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::output::documents::Schedule;
use crate::output::words::{one_line, status};

/// The settings that need more than a value: folders that can be written to.
const FOLDER: &str = "backups_folder";
const COPIES: &str = "copies_folder";

/// `backstop schedule …`
pub(super) fn schedule(desk: &Desk, command: ScheduleCommand) -> Result<Exit, Problem> {
    match command {
        ScheduleCommand::Show => show(desk, &desk.session()?),
        ScheduleCommand::Set(order) => set(desk, &order),
    }
}

fn set(desk: &Desk, order: &ScheduleSet) -> Result<Exit, Problem> {
    let changes: Vec<(&str, String)> = [
        ("backups", order.backups.map(Every::word)),
        ("backups_full", order.full.map(EveryFull::word)),
        ("reminders", order.reminders.map(Every::word)),
        ("keep", order.keep.as_deref()),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?.to_owned())))
    .collect();
    if changes.is_empty() {
        return Err(Problem::new(Code::Usage, "There is nothing to set.")
            .with_hint("Type: backstop schedule set --backups daily"));
    }
    let session = desk.session()?;
    desk.with_password_if_needed(|password| session.set_settings(&changes, password))?;
    let exit = show(desk, &session)?;
    if order.keep.is_some() {
        desk.output.remark(
            "Nothing is deleted by itself before you have seen what that deletes. See it with: backstop prune",
        );
    }
    Ok(exit)
}

fn show(desk: &Desk, session: &Session) -> Result<Exit, Problem> {
    let seen = session.overview()?;
    desk.output.answer(&Schedule::of(&seen), |out| {
        writeln!(out, "Backups: {}", seen.interval)?;
        writeln!(out, "Backups with attachments: {}", seen.interval_full)?;
        writeln!(out, "Reminders: {}", seen.reminders)?;
        writeln!(out, "Keep: {}", kept(seen.keep))?;
        writeln!(out, "{}", status(&seen.status))
    })?;
    Ok(Exit::DONE)
}

/// A policy, and the numbers behind its word.
fn kept(keep: Keep) -> String {
    let Some(spans) = keep.spans() else { return "everything".to_owned() };
    let Spans { daily, weekly, monthly, yearly } = spans;
    format!("{keep} ({daily} daily, {weekly} weekly, {monthly} monthly, {yearly} yearly)")
}

/// `backstop settings …`
pub(super) fn settings(desk: &Desk, command: SettingsCommand) -> Result<Exit, Problem> {
    let session = desk.session()?;
    match command {
        SettingsCommand::Get { key: None } => {
            let all = session.all_settings()?;
            let document: Map<_, _> =
                all.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
            desk.output.answer(&Value::Object(document), |out| {
                all.iter().try_for_each(|(key, value)| writeln!(out, "{key} = {}", one_line(value)))
            })?;
        }
        SettingsCommand::Get { key: Some(key) } => print(desk, &session, &key)?,
        SettingsCommand::Set { key, value } => {
            desk.with_password_if_needed(|password| set_one(&session, &key, &value, password))?;
            print(desk, &session, &key)?;
        }
    }
    Ok(Exit::DONE)
}

/// A folder is made ready and tried out before it becomes a setting.
fn set_one(session: &Session, key: &str, value: &str, password: Option<&Password>) -> Result<(), Problem> {
    let folder = Path::new(value);
    match key.replace('-', "_").as_str() {
        FOLDER if folder.is_absolute() => session.use_folder(folder, password),
        COPIES if folder.is_absolute() => session.use_copies_folder(Some(folder), password),
        _ => session.set_setting(key, value, password),
    }
}

fn print(desk: &Desk, session: &Session, key: &str) -> Result<(), Problem> {
    let value = session.setting(key)?;
    desk.output.answer(&json!({key: value}), |out| writeln!(out, "{}", one_line(&value)))
}
