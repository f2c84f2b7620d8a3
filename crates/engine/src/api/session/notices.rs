//! Which notices are due, from what is on the disk.

use std::sync::PoisonError;

use backstop_model::TimeMs;
use jiff::{Timestamp, Zoned};

use super::Session;
use super::attend::schedule_of;
use crate::account::AccountId;
use crate::api::{ArchiveCard, Backstop, PlaceAttention, PlaceCard, Problem};
use crate::durable::Origin;
use crate::lock::{AccountLock, LockKind};
use crate::notices::{
    CopiesFailing, Damaged, DamagedInPlace, DueNotice, Facts, Overdue, REMINDER, Said, SaidFile, Stale,
    copies_failing, due_notices, locked_out, of_history,
};
use crate::repository::Verified;
use crate::runs::History;
use crate::schedule::status::days_due;
use crate::schedule::{Conditions, Due, Dues, Interval, Remind, remind};
use crate::settings::{LIBRARY, Settings, SettingsFile};

impl Session {
    /// The notices that are due now, the most urgent first. `in_front`: a person looks at the window.
    ///
    /// Ask after each job and once a minute; give each as it says, then tell [`Session::note_said`] of all
    /// of them. What is not told is due again at the next question.
    ///
    /// # Errors
    /// Settings or history can't be read.
    pub fn notices(&self, in_front: bool) -> Result<Vec<DueNotice>, Problem> {
        let facts = Facts { in_front, ..self.facts()? };
        Ok(due_notices(&facts, &self.said(), &self.zoned_now()))
    }

    /// Takes note of notices that were given.
    pub fn note_said(&self, notices: &[DueNotice]) {
        let said = self.said_file().note(notices, self.now());
        let mut held = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        // Where nothing can be written, this program still knows what it said.
        held.get_or_insert(said).note(notices, self.now());
    }

    /// What this program said, else what was written down.
    fn said(&self) -> Said {
        let held = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let mut said = self.said_file().load();
        said.add(held.as_ref());
        said
    }

    /// Whether all that this program said is written down: the next one then says nothing of it again.
    pub(super) fn has_written_what_it_said(&self) -> bool {
        self.said() == self.said_file().load()
    }

    fn said_file(&self) -> SaidFile {
        SaidFile::new(&self.folder, &self.origin)
    }

    fn facts(&self) -> Result<Facts, Problem> {
        let running = AccountLock::is_held(&self.folder, LockKind::Job)?;
        let history = self.runs().read()?;
        let last_verified = self.left(&history).notes.success.map(|success| success.at);
        let facts = Facts { last_verified, ..of_history(&history, LIBRARY, running) };
        let settings = self.settings()?;
        let now = self.zoned_now();
        let conditions = Conditions { running, ..self.conditions() };
        let Dues { notes, full, .. } = self.dues(&conditions)?;
        let reminder = self.reminder(&settings, facts.last_verified, &conditions);
        // That a failed backup keeps the older ones is told with the failure.
        let paused = self.deleting_paused(&settings)?.filter(|pause| pause.can_accept);
        // A list of places that can't be read: the page of the places says so, and the rest is told all the same.
        let places = self.places().unwrap_or_default();
        Ok(Facts {
            stale: places.iter().filter_map(stale).collect(),
            damaged_in_places: self.damaged_in_places(&places),
            copies: self.copies_failing(&settings, &history)?,
            reminder,
            pruning_paused: paused.map(|pause| pause.message),
            proof_due: self.proof_is_due()?,
            tell_good_news: settings.notices_on_success,
            overdue: [overdue(&notes, false, &now), overdue(&full, true, &now)]
                .into_iter()
                .flatten()
                .collect(),
            damaged: self.damaged(facts.last_verified),
            clock_changed: matches!(notes, Due::Not { clock_changed: true, .. }),
            ..facts
        })
    }

    /// Now, if it is time for a reminder: counted from the last backup and the last reminder that was given.
    fn reminder(
        &self,
        settings: &Settings,
        last_verified: Option<TimeMs>,
        conditions: &Conditions,
    ) -> Option<TimeMs> {
        let now = self.zoned_now();
        let moment = |at: TimeMs| Timestamp::from_millisecond(at.0).ok();
        let last_reminder = self.said().at(REMINDER, &now).and_then(moment);
        let last_success = last_verified.and_then(moment);
        let answer = remind(&schedule_of(settings), last_success, last_reminder, &now, conditions);
        (answer == Remind::Now).then(|| self.now())
    }

    /// Whether copies fail that are missing.
    fn copies_failing(
        &self,
        settings: &Settings,
        history: &History,
    ) -> Result<Option<CopiesFailing>, Problem> {
        let Some(failing) = copies_failing(history).filter(|_| settings.copies_folder.is_some()) else {
            return Ok(None);
        };
        Ok((!self.uncopied(settings)?.is_empty()).then_some(failing))
    }

    /// Damaged files in the folders of other apps' backups, as they were last looked at.
    fn damaged_in_places(&self, places: &[PlaceCard]) -> Vec<DamagedInPlace> {
        if places.iter().all(|place| place.damaged == 0) {
            return Vec::new();
        }
        let files = self.place_archives(None).unwrap_or_default().into_iter();
        let damaged = files.filter(|file| file.verified == Verified::Damaged);
        let fact = |file: ArchiveCard| {
            let place = places.iter().find(|place| file.place.as_deref() == Some(&place.id))?;
            Some(DamagedInPlace {
                title: place.title.clone(),
                archive: file.id,
                made: file.created.map(TimeMs),
            })
        };
        damaged.filter_map(fact).collect()
    }

    /// Archives that are damaged, as far as the catalog knows.
    fn damaged(&self, last_verified: Option<TimeMs>) -> Vec<Damaged> {
        let catalog = self.catalog().load().unwrap_or_default();
        let damaged = catalog.entries.iter().filter(|entry| entry.verified == Verified::Damaged);
        let fact = |entry: &crate::repository::Entry| Damaged {
            archive: entry.id.clone(),
            made: entry.created.or(Some(entry.modified)),
            replaced: last_verified >= entry.verified_at.or(Some(entry.modified)),
        };
        damaged.map(fact).collect()
    }
}

/// Since how many days a folder of another app's backups has got no new one, if that is longer than usual.
fn stale(place: &PlaceCard) -> Option<Stale> {
    let days = place.attention.iter().find_map(|attention| match attention {
        PlaceAttention::Stale { days } => Some(*days),
        _ => None,
    })?;
    Some(Stale { place: place.id.clone(), title: place.title.clone(), days })
}

/// By how many whole days a kind is overdue, if it is.
fn overdue(due: &Due, with_attachments: bool, now: &Zoned) -> Option<Overdue> {
    let days = days_due(due, now).filter(|days| *days > 0)?;
    Some(Overdue { with_attachments, days })
}

impl Backstop {
    /// The notices for an account that nobody is signed in to: that its backups wait. None if it asks for
    /// nothing to happen by itself.
    ///
    /// # Errors
    /// There is no such account, or its settings can't be read.
    pub fn notices_locked_out(&self, account: &str) -> Result<Vec<DueNotice>, Problem> {
        let (id, said) = self.said_of(account)?;
        let folder = self.world.accounts.folder_of(id);
        let settings = SettingsFile::new(&folder, &Origin::new(&self.world.machine, &folder)).load()?;
        let wished = [settings.backups, settings.backups_full];
        if wished.iter().all(|interval| *interval == Interval::Never) {
            return Ok(Vec::new());
        }
        let clock = &self.world.ports.clock;
        let now = Timestamp::from_millisecond(clock.now().0).unwrap_or_default();
        Ok(locked_out(&said.load(), &now.to_zoned(clock.zone())).into_iter().collect())
    }

    /// Takes note of notices that were given for an account that nobody is signed in to.
    ///
    /// # Errors
    /// There is no such account.
    pub fn note_said(&self, account: &str, notices: &[DueNotice]) -> Result<(), Problem> {
        let (_, file) = self.said_of(account)?;
        let _: Said = file.note(notices, self.world.ports.clock.now());
        Ok(())
    }

    fn said_of(&self, account: &str) -> Result<(AccountId, SaidFile), Problem> {
        let id = self.world.accounts.find(account)?.id;
        let folder = self.world.accounts.folder_of(id);
        let origin = Origin::new(&self.world.machine, &folder);
        Ok((id, SaidFile::new(&folder, &origin)))
    }
}
