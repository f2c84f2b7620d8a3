//! Bringing the bytes of attachments into the library, before any row names them.

use std::collections::HashSet;

use backstop_model::{
    AttachmentHead, Finding, FlowError, Item, Job, Reader, Severity, Sink, Source, Stage as StageWord,
};

use super::RestoreError;
use crate::library::{BlobRecord, Library};
use crate::store::Store;

/// Attachments that the stage knows and the library lacks: hashes, and plain bytes of all together.
pub(super) struct Wanted {
    hashes: HashSet<String>,
    bytes: u64,
}

/// What is to be brought. The stage is attached.
pub(super) fn wanted(store: &Store) -> Result<Wanted, RestoreError> {
    let mut query = store.db.prepare(
        "SELECT hash, max(size_bytes) FROM stage.blobs WHERE hash NOT IN (SELECT hash FROM main.blobs)
         GROUP BY hash",
    )?;
    let mut rows = query.query([])?;
    let mut wanted = Wanted { hashes: HashSet::new(), bytes: 0 };
    while let Some(row) = rows.next()? {
        wanted.hashes.insert(row.get(0)?);
        wanted.bytes = wanted.bytes.saturating_add(u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0));
    }
    Ok(wanted)
}

/// Reads the archives once more and seals the wanted attachments into blobs.
pub(super) fn bring(
    library: &Library,
    readers: &mut [&mut dyn Reader],
    wanted: Wanted,
    salvage: bool,
    job: &Job,
) -> Result<Vec<BlobRecord>, RestoreError> {
    if wanted.hashes.is_empty() {
        return Ok(Vec::new());
    }
    let expected = wanted.hashes.len() as u64;
    job.enter(StageWord::Writing, expected, wanted.bytes);
    let mut bringing = Bringing { library, wanted: wanted.hashes, brought: Vec::new(), salvage, job };
    // The items were read for the plan; here only the attachments are counted, as they are sealed.
    for reader in readers {
        if bringing.wanted.is_empty() {
            break;
        }
        reader.read_into(&mut bringing, &job.uncounted())?;
    }
    let done = bringing.brought.len() as u64;
    if done != expected {
        return Err(RestoreError::Miscounted { expected, done });
    }
    library.blobs.sync()?;
    Ok(bringing.brought)
}

struct Bringing<'a> {
    library: &'a Library,
    wanted: HashSet<String>,
    brought: Vec<BlobRecord>,
    salvage: bool,
    job: &'a Job,
}

impl Sink for Bringing<'_> {
    fn item(&mut self, _: Item) -> Result<(), FlowError> {
        self.job.check()
    }

    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        let hash = head.hash.as_ref().map_or(head.id.as_str(), |hash| hash.hex.as_str());
        if !self.wanted.contains(hash) {
            return Ok(());
        }
        match self.library.blobs.add(hash, body, self.job) {
            Ok(blob) => self.brought.push(blob),
            // Only whole ones are wanted: there is another one with these bytes.
            Err(FlowError::Archive(_)) if self.salvage => return Ok(()),
            Err(other) => return Err(other),
        }
        self.wanted.remove(hash);
        self.job.add_items(1);
        Ok(())
    }

    /// The plan has listed what is damaged.
    fn finding(&mut self, finding: Finding) -> Result<(), FlowError> {
        match finding.severity {
            Severity::Damage if !self.salvage => Err(FlowError::Archive(finding.fault)),
            _ => Ok(()),
        }
    }
}
