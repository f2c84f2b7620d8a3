//! The list of known archives, made anew.

use super::Session;
use super::overview::head_of;
use crate::api::{CatalogCounts, Problem, Verified};
use crate::repository::{Catalog, FolderListing};

impl Session {
    /// Makes the list of known archives anew from the folders and the history. Pins stay, and so does what
    /// is in a folder that is out of reach.
    ///
    /// # Errors
    /// Settings or history can't be read; the catalog can't be written.
    pub fn rebuild_catalog(&self) -> Result<CatalogCounts, Problem> {
        let (settings, history) = (self.settings()?, self.runs().read()?);
        let shelves = self.shelves(&settings);
        let counts = self.catalog().change(|catalog| {
            let mut folders = catalog.folders();
            folders.extend(shelves.iter().map(|(folder, _)| folder.clone()));
            let listings: Vec<_> = folders.iter().map(|folder| FolderListing::of(folder)).collect();
            *catalog = Catalog::rebuild(catalog, &listings, &history, &mut |file| head_of(&file.path));
            counts(catalog)
        })?;
        Ok(counts)
    }
}

fn counts(catalog: &Catalog) -> CatalogCounts {
    let of = |counted: fn(&crate::repository::Entry) -> bool| {
        let number = catalog.entries.iter().filter(|entry| counted(entry)).count();
        u32::try_from(number).unwrap_or(u32::MAX)
    };
    CatalogCounts {
        archives: of(|_| true),
        damaged: of(|entry| entry.verified == Verified::Damaged),
        away: of(|entry| !entry.present),
        pinned: of(|entry| entry.pinned),
    }
}
