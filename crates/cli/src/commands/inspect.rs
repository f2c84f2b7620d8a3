//! `backstop inspect`

use std::io::{self, Write};

use backstop_engine::api::{Code, Effort, Inventory, Problem};

use crate::args::Inspect;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::output::words::{grouped, local, one_line, whole};

/// Lists everything in an archive; of a damaged one, what is whole.
pub(super) fn inspect(desk: &Desk, order: &Inspect) -> Result<Exit, Problem> {
    let backstop = desk.backstop()?;
    let mut archive = desk.open(&backstop, None, &order.file, Effort::Whole)?;
    let inventory = desk.watch(|job| backstop.inspect(&mut archive, job))?;
    if inventory.is_damaged() && inventory.is_empty() {
        return Err(nothing_whole(&inventory));
    }
    desk.output.answer(&inventory, |out| text(out, &inventory))?;
    desk.output.warnings(&inventory.warnings());
    Ok(Exit::warned(inventory.is_damaged() || inventory.has_warnings()))
}

/// The first damage is why; all of it is in the details.
fn nothing_whole(inventory: &Inventory) -> Problem {
    let warnings = inventory.warnings();
    let named = |code: &str| Code::ALL.into_iter().find(|known| known.as_str() == code);
    let code = warnings.iter().find_map(|warning| named(&warning.code)).unwrap_or(Code::InvalidContent);
    let details = warnings.iter().map(|warning| {
        let item = warning.item.as_deref().map(|item| format!(" in {item}")).unwrap_or_default();
        format!("{}: {}{item}", warning.code, warning.message)
    });
    let mut problem = Problem::of(code);
    problem.details.extend(details);
    problem
}

fn text(out: &mut dyn Write, inventory: &Inventory) -> io::Result<()> {
    let head = inventory.head();
    let created = head.created.map_or_else(|| "at an unknown time".to_owned(), |time| local(time.0));
    let sealed = if head.encrypted { "encrypted" } else { "not encrypted" };
    let full = if head.attachments_included { "with attachments" } else { "without attachments" };
    let (format, version) = (one_line(&head.format), one_line(&head.format_version));
    writeln!(out, "{format} {version}, {sealed}, {full}, made {created}")?;
    for (name, number) in inventory.counts().map_err(io::Error::other)? {
        writeln!(out, "{:>9}  {name}", grouped(number))?;
    }
    if let Some(recovery) = &inventory.recovery {
        writeln!(out, "{}", whole(recovery))?;
    }
    inventory
        .each_title(&mut |kind, id, title| writeln!(out, "{kind:<10}  {}  {}", one_line(id), one_line(title)))
}
