//! `backstop history`: every run, and what it made.

use std::io::{self, Write};

use backstop_engine::api::{Problem, RunCard, RunKind, RunLine, RunOutcome, RunQuery};
use serde_json::json;

use crate::args::{Ended, RunSort, ShowHistory};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::output::words::{count, local, one_line, size, took};

/// Lists the runs that were asked for.
pub(super) fn history(desk: &Desk, order: &ShowHistory) -> Result<Exit, Problem> {
    let runs = desk.session()?.list_runs(&query(order), order.limit)?;
    let lines: Vec<RunLine> = runs.iter().map(RunLine::of).collect();
    desk.output.answer(&json!({"runs": lines}), |out| runs.iter().try_for_each(|run| print(out, run)))?;
    Ok(Exit::DONE)
}

fn query(order: &ShowHistory) -> RunQuery {
    let kinds = match order.kind {
        None => Vec::new(),
        Some(RunSort::Backup) => vec![RunKind::Backup],
        Some(RunSort::Restore) => vec![RunKind::Restore, RunKind::Undo],
        Some(RunSort::Prune) => vec![RunKind::Prune],
        Some(RunSort::Copy) => vec![RunKind::Copy],
        Some(RunSort::Verify) => vec![RunKind::Verify, RunKind::Proof],
    };
    let outcomes = match order.outcome {
        None => Vec::new(),
        Some(Ended::Done) => vec![RunOutcome::Completed, RunOutcome::CompletedWithWarnings],
        Some(Ended::NothingNew) => vec![RunOutcome::NothingNew],
        Some(Ended::Failed) => vec![RunOutcome::Failed, RunOutcome::LeftRunning],
        Some(Ended::Cancelled) => vec![RunOutcome::Cancelled],
        Some(Ended::Running) => vec![RunOutcome::Running],
    };
    RunQuery { kinds, outcomes, ..RunQuery::default() }
}

fn print(out: &mut dyn Write, run: &RunCard) -> io::Result<()> {
    writeln!(out, "{}", facts(run).join("  "))?;
    if let Some(reason) = &run.reason {
        writeln!(out, "  {}", one_line(reason))?;
    }
    run.archives.iter().try_for_each(|archive| {
        let gone = if archive.id.is_none() { " (not there any more)" } else { "" };
        writeln!(out, "  {}{gone}", one_line(&archive.path))
    })
}

/// What the first line says.
fn facts(run: &RunCard) -> Vec<String> {
    let trigger = if run.automatic { "automatic" } else { "by hand" };
    let mut facts = vec![
        local(run.started),
        run.run.clone(),
        run.kind.as_str().to_owned(),
        run.outcome.as_str().replace('_', " "),
        trigger.to_owned(),
    ];
    facts.extend(run.duration_ms.map(took));
    match run.kind {
        RunKind::Backup if !run.archives.is_empty() => {
            facts.extend([count(run.notes, "note"), count(run.attachments, "attachment"), size(run.bytes)]);
        }
        RunKind::Restore | RunKind::Undo if run.items.added + run.items.updated + run.items.removed > 0 => {
            facts.push(format!(
                "{} added, {} updated, {} removed",
                run.items.added, run.items.updated, run.items.removed
            ));
        }
        RunKind::Prune => facts.push(format!("{} deleted", count(run.deleted.len() as u64, "backup"))),
        _ => {}
    }
    facts
}

#[cfg(test)]
mod tests {
    use backstop_engine::api::{ChangeCounts, Code};

    use super::*;

    fn run(kind: RunKind, outcome: RunOutcome) -> RunCard {
        RunCard {
            run: "20261122-080315-k3f9".to_owned(),
            kind,
            automatic: true,
            outcome,
            code: Some(Code::NoSpace),
            reason: None,
            started: 0,
            ended: Some(1),
            duration_ms: Some(65_000),
            places: vec!["library".to_owned()],
            attachments_included: false,
            bytes: 9_400_000,
            notes: 1204,
            attachments: 0,
            items: ChangeCounts { added: 2, ..ChangeCounts::default() },
            archives: Vec::new(),
            checked: Vec::new(),
            deleted: Vec::new(),
            copied: Vec::new(),
            since: None,
        }
    }

    #[test]
    fn a_line_says_only_what_means_something_for_its_kind() {
        let line = |kind, outcome| facts(&run(kind, outcome)).split_off(2).join(", ");
        assert_eq!(line(RunKind::Backup, RunOutcome::Failed), "backup, failed, automatic, 1 min 5 s");
        assert_eq!(
            line(RunKind::Restore, RunOutcome::CompletedWithWarnings),
            "restore, completed with warnings, automatic, 1 min 5 s, 2 added, 0 updated, 0 removed"
        );
        assert_eq!(line(RunKind::Verify, RunOutcome::Completed), "verify, completed, automatic, 1 min 5 s");
    }

    #[test]
    fn a_reason_stays_on_its_line() {
        let mut out = Vec::new();
        let failed =
            RunCard { reason: Some("no\nspace".to_owned()), ..run(RunKind::Backup, RunOutcome::Failed) };
        print(&mut out, &failed).expect("in memory");
        let text = String::from_utf8(out).expect("text");
        assert!(text.ends_with("\n  no space\n"), "{text}");
    }
}
