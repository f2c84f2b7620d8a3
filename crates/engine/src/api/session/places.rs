//! The places beside the library: added, looked after, removed. Their folders are only ever read.

use std::path::{Path, PathBuf};

use backstop_crypto::Password;
use backstop_formats::ArchiveSecret;
use backstop_model::{Job, TimeMs};

use super::Session;
use super::overview::archive_card;
use crate::api::{
    AccountCard, ArchiveCard, Backstop, Effort, FoundPlace, OpenArchive, PlaceAttention, PlaceCard,
    PlacePassword, Problem,
};
use crate::durable::Origin;
use crate::places::{MOST_PLACES, Place, PlaceFolder, PlacesFile, days_since, discover, limit_days};
use crate::problem::Code;
use crate::repository::{CatalogFile, Entry, Verified};
use crate::runs::Verification;

/// The longest password of a place, in bytes: far above any real one, and small in the account's file.
const SECRET_BYTES: usize = 4096;
/// Names of damaged files that a card lists.
const NAMES: usize = 20;

impl Backstop {
    /// Whether an account has places beside its library. Which ones, its owner sees.
    ///
    /// # Errors
    /// There is no such account, or its list of places can't be read.
    pub fn has_other_places(&self, account: &AccountCard) -> Result<bool, Problem> {
        let folder = self.world.accounts.folder_of(self.id(&account.id)?);
        let origin = Origin::new(&self.world.machine, &folder);
        Ok(!PlacesFile::new(&folder, &origin).load()?.places.is_empty())
    }
}

impl Session {
    pub(super) fn places_file(&self) -> PlacesFile {
        PlacesFile::new(&self.folder, &self.origin)
    }

    pub(super) fn catalog_of(&self, place: &Place) -> CatalogFile {
        CatalogFile::of_place(&self.folder, &self.origin, &place.id)
    }

    /// Every place beside the library, as it was last looked at.
    ///
    /// # Errors
    /// The list of places can't be read.
    pub fn places(&self) -> Result<Vec<PlaceCard>, Problem> {
        let places = self.places_file().load()?.places;
        Ok(places.iter().map(|place| self.place_card(place)).collect())
    }

    /// One place, as it was last looked at.
    ///
    /// # Errors
    /// `not_found`; the list of places can't be read.
    pub fn place(&self, id: &str) -> Result<PlaceCard, Problem> {
        Ok(self.place_card(&self.find_place(id)?))
    }

    fn find_place(&self, id: &str) -> Result<Place, Problem> {
        let places = self.places_file().load()?;
        places.find(id).cloned().ok_or_else(|| no_place(id))
    }

    /// Folders of places, to be watched.
    ///
    /// # Errors
    /// The list of places can't be read.
    pub fn place_folders(&self) -> Result<Vec<PathBuf>, Problem> {
        let places = self.places_file().load()?.places;
        Ok(places.into_iter().map(|place| place.folder.into()).collect())
    }

    /// Looks for folders of Notesnook backups below `spots`, that are no places yet.
    ///
    /// # Errors
    /// The list of places or the settings can't be read.
    pub fn discover_places(&self, spots: &[PathBuf]) -> Result<Vec<FoundPlace>, Problem> {
        let known = self.places_file().load()?.places;
        let own = self.archives_folder()?;
        let data = &self.world.data_dir;
        let skip = |folder: &Path| {
            folder == own
                || folder.starts_with(data)
                || known.iter().any(|place| place.folder.is_same(folder))
        };
        let found = discover(spots, &skip).into_iter().map(|found| FoundPlace {
            token: String::new(),
            folder: found.folder.to_string_lossy().into_owned(),
            files: found.files,
            bytes: found.bytes,
            newest: found.newest.0,
        });
        Ok(found.collect())
    }

    /// Adds a folder of Notesnook backups. Nothing in it is touched. With a password that is tried on its
    /// newest file first.
    ///
    /// # Errors
    /// `not_found` if there is no such folder; `usage` for one that is a place already, or is Backstop's own;
    /// `wrong_secret`. Nothing is added then.
    pub fn add_place(&self, folder: &Path, secret: Option<&Password>) -> Result<PlaceCard, Problem> {
        let folder = std::path::absolute(folder).map_err(Problem::reading)?;
        if !folder.is_dir() {
            return Err(Problem::of(Code::NotFound).with_detail(folder.to_string_lossy().into_owned()));
        }
        let folder = PlaceFolder::try_from(folder).map_err(|error| {
            Problem::new(Code::Usage, "The path of this folder can't be kept. Nothing was added.")
                .with_hint("Choose a folder with a plain path.")
                .with_detail(error.to_string())
        })?;
        if folder.is_same(&self.archives_folder()?) || folder.as_path().starts_with(&self.world.data_dir) {
            return Err(Problem::new(
                Code::Usage,
                "This is Backstop's own folder. Its backups are listed already, and nothing was added.",
            )
            .with_hint("Choose the folder that Notesnook writes its backups into."));
        }
        if let Some(secret) = secret {
            self.try_on_newest(folder.as_path(), secret)?;
        }
        let place = self.places_file().change(|places| {
            if places.places.iter().any(|place| place.folder.is_same(folder.as_path())) {
                return Err(Problem::new(Code::Usage, "This folder is one of your places already.")
                    .with_hint("See it on the page Places, or with: backstop place list"));
            }
            let many =
                || Problem::new(Code::Usage, format!("There are {MOST_PLACES} places, which is the most."));
            places.add(folder.clone()).ok_or_else(many)
        })?;
        if secret.is_some() {
            self.keep_secret(&place, secret)?;
        }
        Ok(self.place_card(&place))
    }

    /// Removes a place, and forgets its password and what was learned of its files. The files stay.
    ///
    /// # Errors
    /// `not_found`; the list of places can't be written.
    pub fn remove_place(&self, id: &str) -> Result<(), Problem> {
        let place = self.find_place(id)?;
        self.places_file().change(|places| {
            places.places.retain(|known| known.id != place.id);
            Ok(())
        })?;
        self.keep_secret(&place, None)?;
        Ok(self.catalog_of(&place).remove()?)
    }

    /// Whether the notes of a place are merged into the library.
    ///
    /// # Errors
    /// `not_found`; the list of places can't be written.
    pub fn set_place_merge(&self, id: &str, merge: bool) -> Result<(), Problem> {
        self.places_file().change(|places| {
            let place = places.places.iter_mut().find(|place| place.id.as_str() == id);
            place.map(|place| place.merge = merge).ok_or_else(|| no_place(id))
        })
    }

    /// Keeps the password of the files of a place, or a recovery key of Notesnook, once it opens the newest
    /// file that needs one. Closed files are tried again with it.
    ///
    /// # Errors
    /// `wrong_secret` if it does not open that file: nothing is kept then, and nothing is damaged.
    pub fn set_place_password(&self, id: &str, secret: &Password) -> Result<(), Problem> {
        let place = self.find_place(id)?;
        self.try_on_newest(place.folder.as_path(), secret)?;
        self.keep_secret(&place, Some(secret))?;
        self.catalog_of(&place).change(|catalog| {
            for entry in &mut catalog.entries {
                entry.problem = entry.problem.filter(|code| !is_closed(*code));
            }
        })?;
        Ok(())
    }

    fn keep_secret(&self, place: &Place, secret: Option<&Password>) -> Result<(), Problem> {
        Ok(self.world.accounts.set_place_secret(&mut self.keys(), &place.id, secret)?)
    }

    /// Tries a password on the newest file that is locked; a folder without one takes any.
    fn try_on_newest(&self, folder: &Path, secret: &Password) -> Result<(), Problem> {
        if secret.is_empty() || secret.expose().len() > SECRET_BYTES {
            return Err(Problem::new(
                Code::Usage,
                "This can't be the password of a backup. Nothing was kept.",
            )
            .with_hint("Type the password of the Notesnook account."));
        }
        let mut files = crate::repository::list_of(folder, &crate::places::NOTESNOOK_EXTENSIONS)
            .map_err(Problem::reading)?;
        files.sort_by_key(|file| std::cmp::Reverse(file.modified));
        let opened = files.iter().filter_map(|file| OpenArchive::open(&file.path, Effort::Usual).ok());
        for mut archive in opened.filter(OpenArchive::is_locked) {
            if self.unlock_own(&mut archive, &Job::new()).unwrap_or(false) {
                continue;
            }
            return unlock_with(&mut archive, secret, &Job::new());
        }
        Ok(())
    }

    /// The backups of a place, newest first, as they were last looked at; of all places without an id.
    ///
    /// # Errors
    /// `not_found`; the list of places can't be read.
    pub fn place_archives(&self, id: Option<&str>) -> Result<Vec<ArchiveCard>, Problem> {
        let places = match id {
            Some(id) => vec![self.find_place(id)?],
            None => self.places_file().load()?.places,
        };
        let mut cards = Vec::new();
        for place in &places {
            let catalog = self.catalog_of(place).load().unwrap_or_default();
            cards.extend(catalog.newest_first().into_iter().filter(|entry| entry.present).map(|entry| {
                let card = archive_card(entry);
                ArchiveCard {
                    id: format!("{}/{}", place.id, card.id),
                    place: Some(place.id.to_string()),
                    ..card
                }
            }));
        }
        cards.sort_by_key(|card| std::cmp::Reverse(card.created));
        Ok(cards)
    }

    /// Where a backup of a place is.
    pub(super) fn path_in_place(&self, place: &str, archive: &str) -> Result<PathBuf, Problem> {
        let catalog = self.catalog_of(&self.find_place(place)?).load().unwrap_or_default();
        let entry = catalog.find(archive).map(|entry| entry.path.clone());
        entry.ok_or_else(|| Problem::of(Code::NotFound))
    }

    /// Notes the check of a file that may be one of a place.
    pub(super) fn note_in_places(&self, path: &Path, check: &Verification) -> Result<(), Problem> {
        let places = self.places_file().load()?.places;
        if let Some(place) = places.iter().find(|place| path.parent() == Some(place.folder.as_path())) {
            self.catalog_of(place).change(|catalog| catalog.note_check(path, check))?;
        }
        Ok(())
    }

    /// Unlocks a backup that lies in one of the places with what is kept for it. `false` if nothing fits.
    ///
    /// # Errors
    /// What keeps the archive from being read at all; a cancel.
    pub fn unlock_of_place(&self, archive: &mut OpenArchive, job: &Job) -> Result<bool, Problem> {
        let places = self.places_file().load()?.places;
        let Some(place) = places.iter().find(|place| archive.path().parent() == Some(place.folder.as_path()))
        else {
            return Ok(false);
        };
        match self.unlock_for(place, archive, job)? {
            None => Ok(true),
            Some(_) => Ok(false),
        }
    }

    /// Unlocks a backup of a place: with the account's own keys, else with what is kept for the place. The
    /// reason, if it stays closed.
    pub(super) fn unlock_for(
        &self,
        place: &Place,
        archive: &mut OpenArchive,
        job: &Job,
    ) -> Result<Option<Code>, Problem> {
        if !archive.is_locked() || self.unlock_own(archive, job)? {
            return Ok(None);
        }
        let kept = self.keys().place_secret(&place.id).map(|secret| Password::new(secret.expose()));
        let Some(Ok(kept)) = kept else { return Ok(Some(Code::SecretRequired)) };
        match unlock_with(archive, &kept, job) {
            Ok(()) => Ok(None),
            Err(problem) if problem.code == Code::WrongSecret => Ok(Some(Code::WrongSecret)),
            Err(problem) => Err(problem),
        }
    }

    fn place_card(&self, place: &Place) -> PlaceCard {
        let catalog = self.catalog_of(place).load().unwrap_or_default();
        let entries: Vec<&Entry> = catalog.newest_first().into_iter().filter(|entry| entry.present).collect();
        let has_secret = self.keys().place_secret(&place.id).is_some();
        let now = self.now();
        let count = |verified| entries.iter().filter(move |entry| entry.verified == verified);
        let made = |entry: &Entry| entry.created.unwrap_or(entry.modified);
        let times: Vec<TimeMs> = entries.iter().map(|entry| made(entry)).collect();
        let newest = times.first().copied();
        let password = password_of(&entries, has_secret);
        let damaged = count(Verified::Damaged).count() as u64;
        let standing = Standing {
            reachable: place.folder.as_path().is_dir(),
            password,
            damaged,
            age_days: newest.map(|newest| days_since(newest, now)),
            limit_days: limit_days(&times),
            merge_failed: place.merge && place.merged.as_ref().is_some_and(|merged| merged.problem.is_some()),
        };
        PlaceCard {
            id: place.id.to_string(),
            kind: place.kind,
            title: place.title.clone(),
            folder: place.folder.as_path().to_string_lossy().into_owned(),
            merge: place.merge,
            merged_at: place.merged.as_ref().filter(|m| m.problem.is_none()).map(|merged| merged.at.0),
            files: entries.len() as u64,
            bytes: entries.iter().map(|entry| entry.bytes).sum(),
            verified: count(Verified::Full).count() as u64,
            damaged,
            damaged_names: count(Verified::Damaged).take(NAMES).map(|entry| entry.name.clone()).collect(),
            newest: newest.map(|time| time.0),
            newest_verified: count(Verified::Full).next().map(|entry| made(entry).0),
            age_days: standing.age_days,
            password,
            attention: attention(&standing),
        }
    }
}

/// Tries a text as a password, then as a recovery key, which Notesnook's users may have kept instead.
fn unlock_with(archive: &mut OpenArchive, secret: &Password, job: &Job) -> Result<(), Problem> {
    let wrong = || Problem::of(Code::WrongSecret);
    let typed = Password::new(secret.expose()).map_err(|_| wrong())?;
    match (archive.unlock(&ArchiveSecret::Password(typed), job), ArchiveSecret::parse_key(secret.expose())) {
        (Err(problem), Ok(key)) if problem.code == Code::WrongSecret => archive.unlock(&key, job),
        (end, _) => end,
    }
}

/// Whether a file stays closed for want of the right password.
pub(super) fn is_closed(code: Code) -> bool {
    matches!(code, Code::WrongSecret | Code::SecretRequired)
}

fn no_place(id: &str) -> Problem {
    Problem::new(Code::NotFound, format!("There is no place called {id}. Nothing was changed."))
        .with_hint("List the places with: backstop place list")
}

/// What the newest file that is locked says of the password. An older one may have an older password.
fn password_of(newest_first: &[&Entry], has_secret: bool) -> PlacePassword {
    let newest = newest_first.iter().find(|entry| {
        entry.encrypted && (entry.verified == Verified::Full || entry.problem.is_some_and(is_closed))
    });
    match newest.map(|entry| entry.problem) {
        Some(Some(Code::WrongSecret)) => PlacePassword::Wrong,
        Some(Some(Code::SecretRequired)) => PlacePassword::Needed,
        _ if has_secret => PlacePassword::Kept,
        _ => PlacePassword::NotNeeded,
    }
}

/// The facts by which a place asks for attention.
#[derive(Debug, Clone, Copy)]
struct Standing {
    reachable: bool,
    password: PlacePassword,
    damaged: u64,
    age_days: Option<u32>,
    limit_days: u32,
    merge_failed: bool,
}

/// Why somebody should look at a place, the most urgent first. Of a folder that is away nothing else is known.
fn attention(standing: &Standing) -> Vec<PlaceAttention> {
    if !standing.reachable {
        return vec![PlaceAttention::Gone];
    }
    let password = match standing.password {
        PlacePassword::Needed => Some(PlaceAttention::PasswordNeeded),
        PlacePassword::Wrong => Some(PlaceAttention::PasswordWrong),
        PlacePassword::NotNeeded | PlacePassword::Kept => None,
    };
    let damaged = (standing.damaged > 0).then_some(PlaceAttention::Damaged { files: standing.damaged });
    let age = match standing.age_days {
        None => Some(PlaceAttention::Empty),
        Some(days) => (days > standing.limit_days).then_some(PlaceAttention::Stale { days }),
    };
    let merge = standing.merge_failed.then_some(PlaceAttention::NotMerged);
    [password, damaged, age, merge].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_why_somebody_should_look() {
        use PlaceAttention as A;
        let well = Standing {
            reachable: true,
            password: PlacePassword::Kept,
            damaged: 0,
            age_days: Some(1),
            limit_days: 8,
            merge_failed: false,
        };
        let rows = [
            (well, vec![]),
            (Standing { age_days: Some(8), ..well }, vec![]),
            (Standing { age_days: Some(9), ..well }, vec![A::Stale { days: 9 }]),
            (Standing { age_days: Some(14), limit_days: 14, ..well }, vec![]),
            (Standing { age_days: None, ..well }, vec![A::Empty]),
            (Standing { password: PlacePassword::Needed, ..well }, vec![A::PasswordNeeded]),
            (Standing { password: PlacePassword::NotNeeded, ..well }, vec![]),
            (Standing { merge_failed: true, ..well }, vec![A::NotMerged]),
            (
                Standing { password: PlacePassword::Wrong, damaged: 2, age_days: Some(23), ..well },
                vec![A::PasswordWrong, A::Damaged { files: 2 }, A::Stale { days: 23 }],
            ),
            (Standing { reachable: false, damaged: 2, age_days: Some(99), ..well }, vec![A::Gone]),
        ];
        for (standing, wanted) in rows {
            assert_eq!(attention(&standing), wanted, "{standing:?}");
        }
    }
}
