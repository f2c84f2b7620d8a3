//! Backing the library up: by hand, or because it is due.

use std::path::Path;

use backstop_crypto::Password;
use backstop_model::{Job, Kind, TimeMs};

use super::rest::{Rest, nothing_new};
use super::{Record, RunOrder, Session, Warned};
use crate::api::{ArchiveFormat, BackupResult, OutcomeWord, Problem, Warning, of_backup, of_store};
use crate::backup::{Form, Made, Order, Seal, make};
use crate::library::Library;
use crate::repository::Repository;
use crate::runs::{Counts, Level, MadeArchive, RunId, RunKind, Trigger, Verification};
use crate::settings::LIBRARY;

/// What backup to make.
#[derive(Clone, Copy, Default)]
pub struct BackupOrder<'a> {
    /// With the bytes of attachments.
    pub attachments: bool,
    /// The format for this run; else the one of the settings.
    pub format: Option<ArchiveFormat>,
    /// The exact folder for this run; else the one of the settings.
    pub to: Option<&'a Path>,
    /// Without encryption, for this run only. Asks for the password.
    pub no_encryption: bool,
    /// Started by the schedule, which nobody can be asked in.
    pub automatic: bool,
    /// The account password, where one is asked for.
    pub password: Option<&'a Password>,
}

impl Session {
    /// Makes a backup of the library, reads it back, and names it.
    ///
    /// # Errors
    /// `secret_required` or `wrong_secret` if it would be readable to anyone; `busy`; what the disk
    /// says. No file is left then, and earlier archives are as they were.
    pub fn backup(&self, order: &BackupOrder<'_>, job: &Job) -> Result<BackupResult, Problem> {
        let settings = self.settings()?;
        let encrypt = settings.encryption && !order.no_encryption;
        // What runs by itself was agreed to, with the password, when the interval was chosen.
        let agreed = order.automatic && !order.no_encryption;
        self.require_password(!encrypt && !agreed, order.password)?;
        let trigger = if order.automatic { Trigger::Automatic } else { Trigger::Manual };
        let folder = order.to.map(std::path::absolute).transpose().map_err(Problem::writing)?;
        let order_run =
            RunOrder { kind: RunKind::Backup, trigger, undoes: None, folder, attachments: order.attachments };
        self.run(order_run, |run| {
            let data_dir = &self.world.data_dir;
            let repository = match order.to {
                Some(folder) => Repository::exact(folder, data_dir, &self.origin)?,
                None => Repository::open(&settings.backups_folder, data_dir, &self.origin)?,
            };
            self.keys().refresh()?;
            let format = order.format.unwrap_or_else(|| settings.format_of(LIBRARY));
            let library = self.open_library()?;
            let state = self.backup_state(&library, format, encrypt)?;
            let may_rest = order.automatic && settings.skip_unchanged && order.to.is_none();
            let mut found = None;
            if may_rest {
                match self.rest(&repository, order.attachments, &state, job)? {
                    Rest::On(made, since) => return Ok(nothing_new(run, made, since)),
                    Rest::No(damaged) => found = damaged,
                }
            }
            let form = (format, encrypt);
            let made = self.make_archive(&library, &repository, run, order.attachments, form, job)?;
            let mut end = report(run, &made, encrypt, order.attachments, state, self.now());
            end.1.verifications.extend(found);
            Ok(end)
        })
        .inspect(|result| self.remember(result, trigger))
        .map(|mut result| {
            // An archive that went elsewhere is no concern of the second folder.
            if order.to.is_none() {
                self.copy_after(&mut result, trigger, job);
            }
            result
        })
    }

    fn make_archive(
        &self,
        library: &Library,
        repository: &Repository,
        run: &RunId,
        attachments: bool,
        (format, encrypt): (ArchiveFormat, bool),
        job: &Job,
    ) -> Result<Made, Problem> {
        let bytes = if attachments { library.attachment_bytes().map_err(of_store)? } else { 0 };
        repository.check_space(bytes)?;
        let target = repository.target(LIBRARY, &self.zoned_now(), attachments, format.extension());
        let order = Order {
            target: &target,
            origin: &self.origin,
            run: run.as_str(),
            attachments,
            form: self.form(format, encrypt)?,
            place: LIBRARY,
            created: self.now(),
            salvage: false,
        };
        make(&mut library.reader(attachments), order, job).map_err(of_backup)
    }

    /// A format with what seals it: nobody has to type the password for that.
    fn form(&self, format: ArchiveFormat, encrypt: bool) -> Result<Form, Problem> {
        let keys = self.keys();
        Ok(match format {
            ArchiveFormat::Nnbackupz if encrypt => {
                let (key, salt) = keys.nnbackupz_key();
                let slot = keys.recovery_wrap_key().seal(key).map_err(|error| Problem::internal(&error))?;
                Form::Nnbackupz(Some(Seal { key: key.duplicate(), salt: *salt, slots: vec![slot] }))
            }
            ArchiveFormat::Nnbackupz => Form::Nnbackupz(None),
            ArchiveFormat::Backstop if encrypt => Form::Backstop(vec![
                keys.password_wrap_key().duplicate(),
                keys.recovery_wrap_key().duplicate(),
            ]),
            ArchiveFormat::Backstop => Form::Backstop(Vec::new()),
        })
    }
}

impl Warned for BackupResult {
    fn warn(&mut self, warning: Warning) {
        self.outcome = OutcomeWord::CompletedWithWarnings;
        self.warnings.push(warning);
    }
}

fn report(
    run: &RunId,
    made: &Made,
    encrypted: bool,
    full: bool,
    state: String,
    now: TimeMs,
) -> (BackupResult, Record) {
    let name = made.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (notes, attachments) = (made.tally.of(Kind::Note), made.tally.attachments());
    let losses = made.losses.iter().map(Warning::of_loss);
    let warnings: Vec<Warning> = made.findings.iter().map(Warning::of).chain(losses).collect();
    let outcome =
        if warnings.is_empty() { OutcomeWord::Completed } else { OutcomeWord::CompletedWithWarnings };
    let record = Record {
        counts: Counts {
            notes,
            attachments,
            items: made.tally.items(),
            bytes: made.bytes,
            ..Counts::default()
        },
        warnings: warnings.iter().map(|warning| warning.message.clone()).collect(),
        archives: vec![MadeArchive {
            archive: made.archive_id.clone(),
            place: LIBRARY.to_owned(),
            path: made.path.clone(),
            bytes: made.bytes,
            notes,
            attachments,
            attachments_included: full,
            encrypted,
            verified: true,
            state: Some(state),
        }],
        verifications: vec![Verification {
            archive: Some(made.archive_id.clone()),
            manifest_sha256: None,
            name: name.clone(),
            bytes: made.bytes,
            level: Level::Full,
            sound: true,
            at: now,
        }],
        ..Record::default()
    };
    let result = BackupResult {
        run: run.as_str().to_owned(),
        outcome,
        name,
        path: made.path.to_string_lossy().into_owned(),
        bytes: made.bytes,
        notes,
        attachments,
        verified: true,
        encrypted,
        since: None,
        warnings,
    };
    (result, record)
}
