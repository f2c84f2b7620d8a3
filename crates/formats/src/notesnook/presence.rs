//! Whether parts are missing from an archive that does not say what it should hold.
//!
//! Notesnook closes a chunk once it is full, so an archive whose last chunk is full may have lost
//! others. It surely has if rows also point to what is nowhere.

use std::collections::HashSet;

use backstop_model::{Fault, FaultCode, FlowError, Item, Kind, Severity};
use xxhash_rust::xxh64::xxh64;

use super::reader::Reading;
use super::wire::Row;
use crate::limits;

/// What notes point to and what is there, as 8-byte hashes: a warning needs no more.
#[derive(Debug, Default)]
pub(super) struct Presence {
    contents: Vec<u64>,
    bodies: HashSet<u64>,
    /// The notes that have those, where each is to be named.
    named: Option<Vec<Box<str>>>,
    /// Whether the last chunk was closed because it was full.
    pub(super) last_was_full: bool,
}

impl Presence {
    /// Keeps in mind which note has which text: of a damaged archive each note that lost its own is named.
    pub(super) fn naming() -> Self {
        Self { named: Some(Vec::new()), ..Self::default() }
    }

    pub(super) fn see(&mut self, item: &Item, row: &Row<'_>) {
        match item.key.kind {
            Kind::Note => {
                let content = row.text("contentId").map(|id| hash(&id));
                self.contents.extend(content);
                if let Some(named) = self.named.as_mut().filter(|_| content.is_some()) {
                    named.push(item.key.id.as_str().into());
                }
            }
            Kind::Body => {
                self.bodies.insert(hash(item.key.id.as_str()));
            }
            _ => {}
        }
    }

    fn dangling(&self) -> usize {
        self.contents.iter().filter(|content| !self.bodies.contains(content)).count()
    }
}

fn hash(id: &str) -> u64 {
    xxh64(id.as_bytes(), 0)
}

impl Presence {
    /// The notes whose texts are not there, if they are kept in mind.
    pub(super) fn without_text(&self) -> impl Iterator<Item = &str> {
        let pairs = self.contents.iter().zip(self.named.iter().flatten());
        pairs.filter(|(content, _)| !self.bodies.contains(content)).map(|(_, id)| &**id)
    }

    /// What is missing, if anything is.
    pub(super) fn finding(&self) -> Option<(Severity, Fault)> {
        let dangling = self.dangling();
        if dangling > 0 && self.last_was_full {
            let message =
                "The last parts of the backup are missing: texts that its notes belong to are not in it.";
            return Some((Severity::Damage, Fault::new(FaultCode::ChunkMissing, message)));
        }
        let message = match dangling {
            0 => return None,
            1 => "The text of 1 note is not in the backup.".to_owned(),
            _ => format!("The texts of {dangling} notes are not in the backup."),
        };
        Some((Severity::Warning, Fault::new(FaultCode::InvalidContent, message)))
    }
}

impl Reading<'_> {
    /// Looks for texts that notes point to. After damage their absence is no news.
    pub(super) fn check_presence(&mut self) -> Result<(), FlowError> {
        if self.is_lossy() {
            return self.name_lost_texts();
        }
        match self.presence.finding().filter(|_| !self.damaged) {
            Some((severity, fault)) => self.report(severity, fault),
            None => Ok(()),
        }
    }

    /// Each note that has lost its text.
    fn name_lost_texts(&mut self) -> Result<(), FlowError> {
        let faults: Vec<Fault> = self
            .presence
            .without_text()
            .take(limits::FINDINGS)
            .map(|id| Fault::at(FaultCode::InvalidContent, id, "The text of this note is lost."))
            .collect();
        faults.into_iter().try_for_each(|fault| self.report(Severity::Damage, fault))
    }
}
