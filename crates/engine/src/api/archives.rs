//! What anyone may do with an archive file, given what opens it.

use std::path::Path;

use backstop_crypto::Password;
use backstop_formats::Effort;
use backstop_model::{FlowError, Job, Severity, Stage as StageWord};

use super::{
    ArchiveFormat, Backstop, CheckResult, ConvertOrder, ConvertReport, Found, FoundNote, OpenArchive,
    Problem, Recovery, ShowAs, Shown, UnreadPart, VerifyLevel, VerifyReport, Warning, of_backup, of_flow,
    of_store,
};
use crate::backup::{Form, Order, make};
use crate::durable::{Loose, NewFile, SyncedFile};
use crate::inspect::{Inventory, inventory};
use crate::look::{Alone, pluck};
use crate::problem::Code;
use crate::show;
use crate::stage::{Bytes, Keep, Reading, Stage, Tolerance, copy_through};
use crate::store::NoteFilter;
use crate::verify::{Checked, check_archive};

/// A search gives everything it finds: the ids and titles of the notes, not their texts.
const ALL: u32 = u32::MAX;

impl Backstop {
    /// Opens an archive. Reads its structure, no item.
    ///
    /// # Errors
    /// `not_found`, `not_an_archive`, `nothing_inside`, `archive_cut`, `newer_version` and the other
    /// codes of a damaged structure.
    pub fn open_archive(&self, path: &Path) -> Result<OpenArchive, Problem> {
        self.open_archive_with(path, Effort::Usual)
    }

    /// As [`Backstop::open_archive`], also a file whose structure is damaged, if the effort says so. What
    /// is wrong with it comes out as warnings when it is read.
    ///
    /// # Errors
    /// As [`Backstop::open_archive`], where nothing in it can be found any more.
    pub fn open_archive_with(&self, path: &Path, effort: Effort) -> Result<OpenArchive, Problem> {
        OpenArchive::open(path, effort)
    }

    /// Lists what is in an archive, and what of it is damaged.
    ///
    /// # Errors
    /// `secret_required`; what keeps the whole archive from being read.
    pub fn inspect(&self, archive: &mut OpenArchive, job: &Job) -> Result<Inventory, Problem> {
        job.enter(StageWord::Reading, 0, archive.bytes());
        let mut inventory = inventory(archive.archive()?, self.scratch(), job).map_err(of_flow)?;
        let (notes, attachments) = inventory.whole().map_err(of_store)?;
        inventory.recovery = Recovery::of(notes, attachments, archive.stated(), inventory.findings());
        Ok(inventory)
    }

    /// Checks an archive. A quick check needs no secret; of a locked archive it then sees less, and says so.
    ///
    /// # Errors
    /// `secret_required` for a full check; what keeps the whole archive from being read.
    pub fn verify(
        &self,
        archive: &mut OpenArchive,
        level: VerifyLevel,
        job: &Job,
    ) -> Result<VerifyReport, Problem> {
        if level == VerifyLevel::Quick {
            return look_over(archive, job);
        }
        let (path, bytes) = (archive.path().to_owned(), archive.bytes());
        let checked: Checked = check_archive(archive.archive()?, bytes, job).map_err(of_flow)?;
        Ok(VerifyReport {
            path,
            level,
            ok: checked.is_sound(),
            bytes_read: bytes,
            items_read: checked.tally.items(),
            not_read: 0,
            parts_not_read: Vec::new(),
            recovery: recovery_of(&checked, archive),
            findings: checked.findings.iter().map(Warning::of).collect(),
        })
    }

    /// Checks an archive for who looks at a window. `full` reads every byte and item, else only the
    /// structure is read, which opening has done.
    ///
    /// # Errors
    /// `secret_required` for a full check; what keeps the whole archive from being read.
    pub fn check(&self, archive: &mut OpenArchive, full: bool, job: &Job) -> Result<CheckResult, Problem> {
        let (name, bytes) = (archive.name(), archive.bytes());
        if !full {
            let looked = look_over(archive, job)?;
            let (sound, not_read, findings) = (looked.ok, looked.not_read, looked.findings);
            return Ok(CheckResult { sound, not_read, findings, ..CheckResult::nothing_read(name, full) });
        }
        let checked = check_archive(archive.archive()?, bytes, job).map_err(of_flow)?;
        Ok(CheckResult {
            sound: checked.is_sound(),
            items_read: checked.tally.items(),
            notes: checked.tally.of(backstop_model::Kind::Note),
            attachments: checked.tally.attachments(),
            recovery: recovery_of(&checked, archive),
            findings: checked.findings.iter().map(Warning::of).collect(),
            ..CheckResult::nothing_read(name, full)
        })
    }

    /// Every note that holds all of the words, newest edit first, those in the trash last.
    ///
    /// # Errors
    /// `secret_required`; what keeps the whole archive from being read.
    pub fn search(&self, archive: &mut OpenArchive, words: &str, job: &Job) -> Result<Found, Problem> {
        let stage = self.staged(archive, job)?.index_words(job).map_err(of_flow)?;
        let filter = |trashed| NoteFilter { words: Some(words.to_owned()), trashed, notebook: None };
        let (_, mut lines) = stage.store.notes(&filter(false), 0, ALL).map_err(of_store)?;
        lines.extend(stage.store.notes(&filter(true), 0, ALL).map_err(of_store)?.1);
        let found = |line: crate::store::NoteLine| FoundNote {
            id: line.id,
            title: line.title,
            app: line.app.as_str().to_owned(),
        };
        Ok(Found { notes: lines.into_iter().map(found).collect(), warnings: damage_of(&stage) })
    }

    /// Shows one item of an archive; a locked note if the password of its vault is given.
    ///
    /// # Errors
    /// `not_found`, `secret_required`, `wrong_secret` for a vault's; what keeps the whole archive from being read.
    pub fn show(
        &self,
        archive: &mut OpenArchive,
        item: &str,
        how: ShowAs,
        vault: Option<&Password>,
        job: &Job,
    ) -> Result<Shown, Problem> {
        let stage = match self.staged_alone(archive, item, job)? {
            Some(stage) => stage,
            None => self.staged(archive, job)?,
        };
        let shown = show::show(&stage.store, item, how, vault)?;
        Ok(Shown { warnings: damage_of(&stage), ..shown })
    }

    /// One item and what belongs to it, by the archive's index. `None` if there is no index, or it does
    /// not lead there: a full read may.
    fn staged_alone(&self, archive: &mut OpenArchive, id: &str, job: &Job) -> Result<Option<Stage>, Problem> {
        let Some(contents) = archive.archive()?.contents() else { return Ok(None) };
        let how = Reading { keep: Keep::Rows, tolerance: Tolerance::List, bytes: Bytes::Pass };
        match Stage::fill(self.scratch(), &mut Alone { contents, id }, how, job) {
            Ok(stage) => Ok(Some(stage).filter(|stage| stage.items_read() > 0)),
            Err(FlowError::Archive(_)) => Ok(None),
            Err(other) => Err(of_flow(other)),
        }
    }

    /// Writes the bytes of one attachment (by the id of its row, or its hash) into a new file.
    ///
    /// # Errors
    /// `not_found` if its bytes are not in the archive; `usage` if the file exists.
    pub fn extract(
        &self,
        archive: &mut OpenArchive,
        attachment: &str,
        out: &Path,
        job: &Job,
    ) -> Result<u64, Problem> {
        let loose = self.loose(out)?;
        let mut file = NewFile::create(out, &loose.origin, &loose.run).map_err(Problem::writing)?;
        let mut take = |bytes: &mut dyn std::io::Read| copy_through(bytes, &mut file);
        let copied = pluck(archive.archive()?, &[attachment], &mut take, job).map_err(of_flow)?;
        let Some(bytes) = copied else {
            return Err(Problem::new(Code::NotFound, "The bytes of this attachment are not in the archive."));
        };
        file.sync().and_then(SyncedFile::commit).map_err(Problem::writing)?;
        Ok(bytes)
    }

    /// Writes an archive anew in another form, reads it back, and names it.
    ///
    /// # Errors
    /// `usage` if the file exists or its format can't be written; any damage of the source.
    pub fn convert(
        &self,
        from: &mut OpenArchive,
        order: &ConvertOrder<'_>,
        job: &Job,
    ) -> Result<ConvertReport, Problem> {
        let extension = order.out.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let Some(format) = ArchiveFormat::named(extension) else {
            let message =
                format!("Backstop can't write .{extension} files in this version. Nothing was written.");
            return Err(Problem::new(Code::Usage, message)
                .with_hint("Give the new file a name that ends in .nnbackupz or .backstop."));
        };
        if order.out.exists() {
            return Err(Problem::new(
                Code::Usage,
                "A file of that name is there already. It was not touched.",
            )
            .with_hint("Choose another name."));
        }
        let _ = from.archive()?;
        let full = from.head().attachments_included;
        let loose = self.loose(order.out)?;
        let form = self.form_for(format, order.password)?;
        let order = Order {
            target: order.out,
            origin: &loose.origin,
            run: &loose.run,
            attachments: order.attachments.unwrap_or(full),
            form,
            place: "",
            created: self.world.ports.clock.now(),
            salvage: order.salvage,
        };
        let read = if order.attachments { from.bytes() } else { from.item_bytes() };
        job.enter(StageWord::Reading, 0, read);
        let salvage = order.salvage;
        let made = make(from, order, job).map_err(of_backup)?;
        let (notes, attachments) = (made.tally.of(backstop_model::Kind::Note), made.tally.attachments());
        let recovery = Recovery::of(notes, attachments, from.stated(), &made.findings).filter(|_| salvage);
        Ok(ConvertReport {
            recovery,
            path: made.path,
            bytes: made.bytes,
            notes: made.tally.of(backstop_model::Kind::Note),
            attachments: made.tally.attachments(),
            verified: true,
            warnings: made
                .findings
                .iter()
                .map(Warning::of)
                .chain(made.losses.iter().map(Warning::of_loss))
                .collect(),
        })
    }

    /// A run without an account, which clears what dead ones left beside its file.
    fn loose(&self, target: &Path) -> Result<Loose, Problem> {
        Loose::begin(self.scratch(), &self.world.machine, target).map_err(Problem::writing)
    }

    /// A format under a password of its own, or readable to anyone.
    fn form_for(&self, format: ArchiveFormat, password: Option<&Password>) -> Result<Form, Problem> {
        match (format, password) {
            (ArchiveFormat::Nnbackupz, password) => Form::nnbackupz_for(password).map_err(of_backup),
            (ArchiveFormat::Backstop, Some(password)) => {
                Form::backstop_for(password, self.world.accounts.new_params()?).map_err(of_backup)
            }
            (ArchiveFormat::Backstop, None) => Ok(Form::Backstop(Vec::new())),
        }
    }

    pub(super) fn staged(&self, archive: &mut OpenArchive, job: &Job) -> Result<Stage, Problem> {
        job.enter(StageWord::Reading, 0, archive.item_bytes());
        let how = Reading { keep: Keep::Rows, tolerance: Tolerance::List, bytes: Bytes::Pass };
        Stage::fill(self.scratch(), archive.archive()?, how, job).map_err(of_flow)
    }
}

/// What of an archive could not be read: it may have held what was asked for.
pub(super) fn damage_of(stage: &Stage) -> Vec<Warning> {
    let damage = stage.findings().iter().filter(|finding| finding.severity == Severity::Damage);
    damage.map(Warning::of).collect()
}

fn recovery_of(checked: &Checked, archive: &OpenArchive) -> Option<Recovery> {
    let (notes, attachments) = (checked.tally.of(backstop_model::Kind::Note), checked.tally.attachments());
    Recovery::of(notes, attachments, archive.stated(), &checked.findings)
}

/// The most parts that a quick check lists by name.
const PARTS_LISTED: usize = 1_000;

fn look_over(archive: &mut OpenArchive, job: &Job) -> Result<VerifyReport, Problem> {
    let (path, bytes) = (archive.path().to_owned(), archive.bytes());
    let looked = archive.look_over(job)?;
    let not_read = looked.not_read.iter().map(|(_, bytes)| bytes).sum::<u64>().min(bytes);
    let unread = looked.not_read.into_iter().take(PARTS_LISTED);
    Ok(VerifyReport {
        path,
        level: VerifyLevel::Quick,
        ok: looked.findings.iter().all(|finding| finding.severity == Severity::Warning),
        bytes_read: bytes - not_read,
        items_read: 0,
        not_read,
        parts_not_read: unread.map(|(part, bytes)| UnreadPart { part, bytes }).collect(),
        recovery: None,
        findings: looked.findings.iter().map(Warning::of).collect(),
    })
}
