//! `backstop plan`, `restore` and `undo`

use std::io::{self, Write};

use backstop_engine::api::{
    Change, ChangeCounts, Effort, PlanSummary, PlannedChange, PreparedRestore, Problem, RestoreMode,
    RestoreOrder, RestoreResult, Session,
};

use crate::args::{Mode, Restore};
use crate::desk::{Desk, not_yet, only_the_library};
use crate::exit::Exit;
use crate::output::documents::{LISTED, PlanDocument, PlanLists, RestoreDocument};
use crate::output::words::{count, grouped, one_line, whole};

/// `backstop plan`
pub(super) fn plan(desk: &Desk, order: &Restore) -> Result<Exit, Problem> {
    let (session, prepared) = prepare(desk, order)?;
    let summary = prepared.summary(&session, String::new())?;
    let lists = PlanLists { prepared: &prepared, session: &session };
    desk.output.answer(&PlanDocument::of(&summary, &lists), |out| {
        numbers(out, &summary.items, &summary.notes)?;
        only_here(out, &summary)?;
        summary.recovery.as_ref().map_or(Ok(()), |recovery| writeln!(out, "{}", whole(recovery)))?;
        for change in LISTED {
            lists.each(change, &mut |line| match line.kind.as_str() {
                "note" | "notebook" => planned(out, &line),
                _ => Ok(()),
            })?;
        }
        Ok(())
    })?;
    desk.output.warnings(&summary.warnings);
    Ok(Exit::warned(!summary.warnings.is_empty()))
}

/// `backstop restore`
pub(super) fn restore(desk: &Desk, order: &Restore) -> Result<Exit, Problem> {
    let (session, prepared) = prepare(desk, order)?;
    carry_out(desk, &session, prepared)
}

/// `backstop undo`
pub(super) fn undo(desk: &Desk, run: &str) -> Result<Exit, Problem> {
    let session = desk.session()?;
    let prepared = desk.watch(|_| session.plan_undo(run))?;
    carry_out(desk, &session, prepared)
}

fn prepare(desk: &Desk, order: &Restore) -> Result<(Session, PreparedRestore), Problem> {
    only_the_library(order.into.as_deref())?;
    let mode = match order.mode {
        Mode::Merge => RestoreMode::Merge,
        Mode::Overwrite => RestoreMode::Overwrite,
        Mode::Copy => RestoreMode::Copy,
        Mode::Exact => RestoreMode::Exact,
    };
    if order.full_joplin.is_some() {
        return Err(not_yet("`--full-joplin`"));
    }
    let backstop = desk.backstop()?;
    let session = desk.sign_in(&backstop)?;
    let effort = if order.salvage { Effort::Salvage } else { Effort::Usual };
    let archives = order.files.iter().map(|file| desk.open(&backstop, Some(&session), file, effort));
    let archives = archives.collect::<Result<Vec<_>, _>>()?;
    let wanted = RestoreOrder { mode, only: &order.only, salvage: order.salvage };
    let prepared = desk.watch(|job| session.plan_all(archives, &wanted, job))?;
    Ok((session, prepared))
}

fn carry_out(desk: &Desk, session: &Session, prepared: PreparedRestore) -> Result<Exit, Problem> {
    let result = desk.watch(|job| session.apply(prepared, job))?;
    desk.output.answer(&RestoreDocument::of(&result), |out| done(out, &result))?;
    desk.output.warnings(&result.warnings);
    Ok(result.outcome.into())
}

fn done(out: &mut dyn Write, result: &RestoreResult) -> io::Result<()> {
    numbers(out, &result.items, &result.notes)?;
    if result.attachments > 0 {
        writeln!(out, "{} brought back", count(result.attachments, "attachment"))?;
    }
    if let Some(recovery) = &result.recovery {
        writeln!(out, "{}", whole(recovery))?;
    }
    writeln!(out, "Take it back with: backstop undo {}", result.run)
}

/// A row for each thing that happens: all items, and the notes among them.
fn numbers(out: &mut dyn Write, items: &ChangeCounts, notes: &ChangeCounts) -> io::Result<()> {
    let rows = [
        ("added", items.added, notes.added),
        ("updated", items.updated, notes.updated),
        ("removed", items.removed, notes.removed),
        ("identical", items.identical, notes.identical),
        ("kept", items.kept, notes.kept),
        ("failed", items.failed, notes.failed),
    ];
    for (word, items, notes) in rows.iter().filter(|(word, items, _)| *items > 0 || *word == "added") {
        writeln!(out, "{word:<9}  {:>9}  of them {}", grouped(*items), count(*notes, "note"))?;
    }
    Ok(())
}

fn only_here(out: &mut dyn Write, summary: &PlanSummary) -> io::Result<()> {
    match summary.only_here {
        0 => Ok(()),
        notes => writeln!(out, "{} only here; they stay", count(notes, "note")),
    }
}

fn planned(out: &mut dyn Write, line: &PlannedChange) -> io::Result<()> {
    let sign = match line.change {
        Change::Added => '+',
        Change::Updated => '~',
        Change::Removed => '-',
        Change::Identical | Change::Kept => '=',
    };
    writeln!(out, "{sign} {:<8}  {}  {}", line.kind, one_line(&line.id), one_line(&line.title))
}
