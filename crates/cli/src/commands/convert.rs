//! `backstop convert`

use backstop_engine::api::{Code, ConvertOrder, Effort, Password, Problem};

use crate::args::Convert;
use crate::desk::{Desk, not_yet};
use crate::exit::Exit;
use crate::output::words::{count, one_line, size, whole};

/// Writes an archive anew.
pub(super) fn convert(desk: &Desk, order: &Convert) -> Result<Exit, Problem> {
    if order.form.is_some() {
        return Err(not_yet("Converting to a folder of files"));
    }
    let backstop = desk.backstop()?;
    let effort = if order.salvage { Effort::Salvage } else { Effort::Usual };
    let mut archive = desk.open(&backstop, None, &order.input, effort)?;
    let password = out_password(desk, order.no_encryption)?;
    let order = ConvertOrder {
        out: &order.output,
        attachments: order.attachments.choice(),
        salvage: order.salvage,
        password: password.as_ref(),
    };
    let report = desk.watch(|job| backstop.convert(&mut archive, &order, job))?;
    desk.output.answer(&report, |out| {
        let notes = count(report.notes, "note");
        let attachments = count(report.attachments, "attachment");
        let sealed = if password.is_some() { "encrypted" } else { "NOT encrypted" };
        let path = one_line(&report.path.to_string_lossy());
        writeln!(out, "{notes}, {attachments}, {}, {sealed}, verified\n{path}", size(report.bytes))?;
        report.recovery.as_ref().map_or(Ok(()), |recovery| writeln!(out, "{}", whole(recovery)))
    })?;
    desk.output.warnings(&report.warnings);
    Ok(Exit::warned(!report.warnings.is_empty()))
}

/// The password of the new file; none only if that was said in so many words.
fn out_password(desk: &Desk, no_encryption: bool) -> Result<Option<Password>, Problem> {
    match (desk.secrets.out()?, no_encryption) {
        (Some(_), true) => Err(Problem::new(
            Code::Usage,
            "A password for the new file was given, and --no-encryption too. Nothing was written.",
        )
        .with_hint("Leave one of them out.")),
        (Some(password), false) => Ok(Some(password)),
        (None, true) => Ok(None),
        (None, false) if desk.secrets.can_ask() => desk.secrets.ask_out().map(Some),
        (None, false) => Err(Problem::new(
            Code::Usage,
            "No password for the new file was given, and it is not written unencrypted unasked. Nothing was written.",
        )
        .with_hint("Give one with --out-password-file or BACKSTOP_OUT_PASSWORD, or say --no-encryption.")),
    }
}
