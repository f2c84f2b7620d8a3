//! `backstop schedule …` and `backstop settings …`

use std::path::Path;

use backstop_engine::api::{Code, Interval, Password, Problem, Session};
use serde_json::{Map, Value, json};

use crate::args::{Every, ScheduleCommand, ScheduleSet, SettingsCommand};
use crate::desk::{Desk, not_yet};
use crate::exit::Exit;
use crate::output::documents::Schedule;
use crate::output::words::{every, one_line, status};

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
    for (option, value) in
        [("--full", &order.full), ("--reminders", &order.reminders), ("--keep", &order.keep)]
    {
        if value.is_some() {
            return Err(not_yet(&format!("`{option}`")));
        }
    }
    let Some(backups) = order.backups else {
        return Err(Problem::new(Code::Usage, "There is nothing to set.")
            .with_hint("Type: backstop schedule set --backups daily"));
    };
    let interval = match backups {
        Every::Never => Interval::Never,
        Every::Daily => Interval::Daily,
        Every::Weekly => Interval::Weekly,
        Every::Monthly => Interval::Monthly,
    };
    let session = desk.session()?;
    desk.with_password_if_needed(|password| session.set_interval(interval, password))?;
    show(desk, &session)
}

fn show(desk: &Desk, session: &Session) -> Result<Exit, Problem> {
    let overview = session.overview()?;
    let backups = every(overview.interval);
    desk.output.answer(&Schedule::of(backups, &overview.status), |out| {
        writeln!(out, "Backups: {backups}\n{}", status(&overview.status))
    })?;
    Ok(Exit::DONE)
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
