//! Bringing the bytes of attachments into the library, before any row names them.

use std::collections::HashSet;

use backstop_model::{AttachmentHead, FlowError, Item, Job, Reader, Sink, Source, Stage as StageWord};

use super::RestoreError;
use crate::library::{BlobRecord, Library};
use crate::store::Store;

/// Hashes of the attachments that the stage knows and the library lacks. The stage is attached.
pub(super) fn wanted(store: &Store) -> Result<HashSet<String>, RestoreError> {
    let mut query = store
        .db
        .prepare("SELECT DISTINCT hash FROM stage.blobs WHERE hash NOT IN (SELECT hash FROM main.blobs)")?;
    let hashes = query.query_map([], |row| row.get(0))?;
    Ok(hashes.collect::<Result<_, _>>()?)
}

/// Reads the archive once more and seals the wanted attachments into blobs.
pub(super) fn bring(
    library: &Library,
    reader: &mut dyn Reader,
    wanted: HashSet<String>,
    job: &Job,
) -> Result<Vec<BlobRecord>, RestoreError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    job.enter(StageWord::Writing, wanted.len() as u64, 0);
    let expected = wanted.len() as u64;
    let mut bringing = Bringing { library, wanted, brought: Vec::new(), job };
    reader.read_into(&mut bringing, job)?;
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
    job: &'a Job,
}

impl Sink for Bringing<'_> {
    fn item(&mut self, _: Item) -> Result<(), FlowError> {
        self.job.check()
    }

    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        let hash = head.hash.as_ref().map_or(head.id.as_str(), |hash| hash.hex.as_str());
        if self.wanted.remove(hash) {
            self.brought.push(self.library.blobs.add(hash, body, self.job)?);
            self.job.add_items(1);
        }
        Ok(())
    }
}
