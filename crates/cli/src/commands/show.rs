//! `backstop show` and `backstop search`

use std::path::Path;

use backstop_engine::api::{Code, Effort, Found, FoundNote, NoteQuery, Problem, Session, ShowAs};
use serde_json::json;

use crate::args::{As, Search, Show};
use crate::desk::{Desk, not_yet, only_the_library};
use crate::exit::Exit;
use crate::output::words::{harmless, one_line, size};

/// Notes of the library that are asked for at once.
const PAGE: u32 = 500;

/// Shows one item, or takes one attachment out.
pub(super) fn show(desk: &Desk, order: &Show) -> Result<Exit, Problem> {
    if let (Some(id), Some(out)) = (&order.attachment, &order.out) {
        return extract(desk, order, id, out);
    }
    let form = match order.form {
        As::Markdown => return Err(not_yet("`--as markdown`")),
        As::Html => ShowAs::Html,
        As::Text => ShowAs::Text,
        As::Raw => ShowAs::Raw,
    };
    let vault = desk.secrets.vault()?;
    let shown = match (order.what.as_slice(), &order.place) {
        ([id], Some(place)) => {
            only_the_library(Some(place))?;
            desk.session()?.show(id, form, vault.as_ref())?
        }
        ([file, id], None) => {
            let backstop = desk.backstop()?;
            let mut archive = desk.open(&backstop, None, Path::new(file), Effort::Whole)?;
            desk.watch(|job| backstop.show(&mut archive, id, form, vault.as_ref(), job))?
        }
        _ => return Err(misplaced("show FILE ITEM, or show --place library ITEM")),
    };
    desk.output.answer(&shown, |out| {
        if form == ShowAs::Text && !shown.title.is_empty() {
            writeln!(out, "{}\n", one_line(&shown.title))?;
        }
        let text = if form == ShowAs::Text { harmless(&shown.text) } else { shown.text.clone() };
        writeln!(out, "{}", text.trim_end_matches('\n'))
    })?;
    desk.output.warnings(&shown.warnings);
    Ok(Exit::warned(!shown.warnings.is_empty()))
}

fn extract(desk: &Desk, order: &Show, id: &str, out: &Path) -> Result<Exit, Problem> {
    let bytes = match (order.what.as_slice(), &order.place) {
        ([], Some(place)) => {
            only_the_library(Some(place))?;
            let session = desk.session()?;
            desk.watch(|job| session.extract(id, out, job))?
        }
        ([file], None) => {
            let backstop = desk.backstop()?;
            let mut archive = desk.open(&backstop, None, Path::new(file), Effort::Whole)?;
            desk.watch(|job| backstop.extract(&mut archive, id, out, job))?
        }
        _ => return Err(misplaced("show FILE|--place library --attachment ID --out NEWFILE")),
    };
    let path = out.display().to_string();
    desk.output.answer(&json!({"attachment": id, "path": path, "bytes": bytes}), |to| {
        writeln!(to, "{}: {}", one_line(&path), size(bytes))
    })?;
    Ok(Exit::DONE)
}

/// Finds notes by their words.
pub(super) fn search(desk: &Desk, order: &Search) -> Result<Exit, Problem> {
    let found = match (order.what.as_slice(), &order.place) {
        (words, Some(place)) => {
            only_the_library(Some(place))?;
            Found { notes: in_library(&desk.session()?, &words.join(" "))?, warnings: Vec::new() }
        }
        ([file, words @ ..], None) if !words.is_empty() => {
            let backstop = desk.backstop()?;
            let mut archive = desk.open(&backstop, None, Path::new(file), Effort::Whole)?;
            desk.watch(|job| backstop.search(&mut archive, &words.join(" "), job))?
        }
        _ => return Err(misplaced("search FILE WORDS..., or search --place library WORDS...")),
    };
    desk.output.answer(&found, |out| {
        let mut notes = found.notes.iter();
        notes.try_for_each(|note| writeln!(out, "{}  {}", one_line(&note.id), one_line(&note.title)))
    })?;
    desk.output.warnings(&found.warnings);
    Ok(Exit::warned(!found.warnings.is_empty()))
}

/// Every live note of the library with these words, page by page.
fn in_library(session: &Session, words: &str) -> Result<Vec<FoundNote>, Problem> {
    let mut found = Vec::new();
    loop {
        let offset = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let query =
            NoteQuery { notebook: None, trashed: false, words: Some(words.to_owned()), offset, limit: PAGE };
        let page = session.notes(&query)?;
        let last = page.notes.is_empty() || found.len() as u64 + page.notes.len() as u64 >= page.total;
        found.extend(page.notes.into_iter().map(|row| FoundNote {
            id: row.id,
            title: row.title,
            app: row.app,
        }));
        if last {
            return Ok(found);
        }
    }
}

fn misplaced(form: &str) -> Problem {
    Problem::new(Code::Usage, format!("This is typed so: backstop {form}"))
}
