//! What is kept and what is deleted: `prune`, `pin`, `catalog rebuild`.

use std::io::{self, Write};
use std::path::Path;

use backstop_engine::api::{Problem, PrunePlanCard, PruneResult, PrunedArchive};
use serde::Serialize;
use serde_json::json;

use crate::args::{CatalogCommand, Pin, Prune};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::output::words::{count, local, one_line, rfc3339, size};

/// `backstop prune`
pub(super) fn prune(desk: &Desk, order: &Prune) -> Result<Exit, Problem> {
    let session = desk.session()?;
    if order.accept_drop {
        session.accept_drop()?;
    }
    let plan = session.prune_plan()?;
    let paused = plan.paused.is_some();
    let done = if !order.apply || paused {
        None
    } else if plan.to_delete == 0 {
        session.agree_to_keep(plan.keep)?;
        None
    } else {
        Some(desk.watch(|job| session.prune(&plan.token, job))?)
    };
    desk.output.answer(&PruneDocument::of(&plan, done.as_ref()), |out| {
        shown(out, &plan)?;
        done.as_ref().map_or(Ok(()), |done| carried_out(out, done))
    })?;
    if let Some(done) = &done {
        desk.output.warnings(&done.warnings);
        return Ok(done.outcome.into());
    }
    if plan.to_delete > 0 && !paused && !order.apply {
        desk.output.remark("Nothing was deleted. Delete these with: backstop prune --apply");
    }
    Ok(Exit::warned(paused))
}

fn shown(out: &mut dyn Write, plan: &PrunePlanCard) -> io::Result<()> {
    plan.archives.iter().try_for_each(|archive| line(out, archive))?;
    writeln!(
        out,
        "Keep {}: {} to delete ({}), {} to keep",
        plan.keep,
        plan.to_delete,
        size(plan.bytes_freed),
        plan.to_keep
    )?;
    match &plan.paused {
        None => Ok(()),
        Some(pause) if pause.can_accept => writeln!(
            out,
            "Paused: {} If that is right: backstop prune --accept-drop",
            one_line(&pause.message)
        ),
        Some(pause) => writeln!(out, "Paused: {}", one_line(&pause.message)),
    }
}

fn line(out: &mut dyn Write, archive: &PrunedArchive) -> io::Result<()> {
    let what = if archive.delete { "DELETE" } else { "keep  " };
    let created = archive.created.map_or_else(|| "unknown date    ".to_owned(), local);
    let kind = if archive.attachments_included { "with attachments" } else { "notes only" };
    let copy = if archive.copy { "  copy" } else { "" };
    let reasons = archive.reasons.join(" ");
    writeln!(out, "{what}  {created}  {kind}{copy}  {}  {reasons}", size(archive.bytes))?;
    writeln!(out, "        {}", one_line(&archive.path))
}

fn carried_out(out: &mut dyn Write, done: &PruneResult) -> io::Result<()> {
    let trash = match done.in_trash {
        0 => String::new(),
        some => format!(", {some} of them into the trash"),
    };
    let deleted = count(done.deleted.len() as u64, "backup");
    writeln!(out, "Deleted {deleted} ({}){trash}", size(done.bytes_freed))
}

/// `prune`, before and after.
#[derive(Serialize)]
struct PruneDocument<'a> {
    keep: String,
    agreed: bool,
    paused: Option<&'a backstop_engine::api::PauseReason>,
    to_delete: u32,
    to_keep: u32,
    bytes_freed: u64,
    archives: Vec<Planned<'a>>,
    run: Option<&'a str>,
    deleted: &'a [String],
    in_trash: u32,
    warnings: &'a [backstop_engine::api::Warning],
}

#[derive(Serialize)]
struct Planned<'a> {
    created: Option<String>,
    id: &'a str,
    path: &'a str,
    place: Option<&'a str>,
    attachments_included: bool,
    copy: bool,
    bytes: u64,
    delete: bool,
    codes: &'a [backstop_engine::api::KeepReason],
    reasons: &'a [String],
}

impl<'a> PruneDocument<'a> {
    fn of(plan: &'a PrunePlanCard, done: Option<&'a PruneResult>) -> Self {
        let planned = |archive: &'a PrunedArchive| Planned {
            created: archive.created.and_then(rfc3339),
            id: &archive.id,
            path: &archive.path,
            place: archive.place.as_deref(),
            attachments_included: archive.attachments_included,
            copy: archive.copy,
            bytes: archive.bytes,
            delete: archive.delete,
            codes: &archive.codes,
            reasons: &archive.reasons,
        };
        Self {
            keep: plan.keep.to_string(),
            agreed: plan.agreed || done.is_some(),
            paused: plan.paused.as_ref(),
            to_delete: plan.to_delete,
            to_keep: plan.to_keep,
            bytes_freed: done.map_or(plan.bytes_freed, |done| done.bytes_freed),
            archives: plan.archives.iter().map(planned).collect(),
            run: done.map(|done| done.run.as_str()),
            deleted: done.map_or(&[], |done| &done.deleted),
            in_trash: done.map_or(0, |done| done.in_trash),
            warnings: done.map_or(&[], |done| &done.warnings),
        }
    }
}

/// `backstop pin`
pub(super) fn pin(desk: &Desk, order: &Pin) -> Result<Exit, Problem> {
    // A path as it was typed here; an id or a name names no file here.
    let typed = Path::new(&order.archive);
    let path = typed.exists().then(|| std::path::absolute(typed).ok()).flatten();
    let archive = path.map_or_else(|| order.archive.clone(), |path| path.to_string_lossy().into_owned());
    desk.session()?.pin(&archive, !order.off)?;
    let document = json!({"archive": order.archive, "pinned": !order.off});
    let done = if order.off { "Not pinned any more" } else { "Pinned" };
    desk.output.answer(&document, |out| writeln!(out, "{done}: {}", one_line(&order.archive)))?;
    Ok(Exit::DONE)
}

/// `backstop catalog …`
pub(super) fn catalog(desk: &Desk, command: &CatalogCommand) -> Result<Exit, Problem> {
    match command {
        CatalogCommand::Rebuild => {
            let found = desk.session()?.rebuild_catalog()?;
            desk.output.answer(&found, |out| {
                let (damaged, away, pinned) = (found.damaged, found.away, found.pinned);
                let archives = count(u64::from(found.archives), "backup");
                writeln!(out, "{archives}: {damaged} damaged, {away} out of reach, {pinned} pinned")
            })?;
            Ok(Exit::DONE)
        }
    }
}
