//! One function for each command: read the order, call the door, print the answer.

mod account;
mod backup;
mod convert;
mod history;
mod inspect;
mod keep;
mod place;
mod restore;
mod settings;
mod show;
mod verify;

use backstop_engine::api::Problem;

use crate::args::Command;
use crate::desk::{Desk, not_yet};
use crate::exit::Exit;

/// Does what was typed.
pub(crate) fn run(desk: &Desk, command: Command) -> Result<Exit, Problem> {
    match command {
        Command::Account(command) => account::run(desk, command),
        Command::Place(command) => place::run(desk, &command),
        Command::Backup(order) => backup::backup(desk, &order),
        Command::List(order) => backup::list(desk, order.place.as_deref()),
        Command::Inspect(order) => inspect::inspect(desk, &order),
        Command::Verify(order) => verify::verify(desk, &order),
        Command::Show(order) => show::show(desk, &order),
        Command::Search(order) => show::search(desk, &order),
        Command::Plan(order) => restore::plan(desk, &order),
        Command::Restore(order) => restore::restore(desk, &order),
        Command::Undo(order) => restore::undo(desk, &order.run),
        Command::Convert(order) => convert::convert(desk, &order),
        Command::Schedule(command) => settings::schedule(desk, command),
        Command::RunDue(_) => backup::run_due(desk),
        Command::Prune(order) => keep::prune(desk, &order),
        Command::Pin(order) => keep::pin(desk, &order),
        Command::Catalog(command) => keep::catalog(desk, &command),
        Command::History(order) => history::history(desk, &order),
        Command::Settings(command) => settings::settings(desk, command),
        Command::Later(later) => Err(not_yet(&format!("`{}`", later.name()))),
    }
}
