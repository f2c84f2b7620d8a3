//! Chunks of a damaged archive: what is proven to be whole, and what is given out by name as doubtful.

use backstop_model::{Fault, FaultCode, Finding, FlowError, Severity};

use super::chunk::{self, Clues, Proof};
use super::envelope::{Version, check_version};
use super::keys::Opener;
use super::parts::ChunkPart;
use super::reader::{Reading, sealed};
use crate::doubt::Doubt;
use crate::{Effort, Stated, limits};

impl Reading<'_> {
    /// Whether something of the archive is lost or its structure is damaged, and what of it is missing
    /// shall be named.
    pub(super) fn is_lossy(&self) -> bool {
        let damage = |finding: &Finding| finding.severity == Severity::Damage;
        let usual = self.archive.effort == Effort::Usual;
        !usual && (self.damaged || self.archive.findings.iter().any(damage))
    }

    /// As much of a chunk as can be made out.
    pub(super) fn chunk_salvaged(
        &mut self,
        part: &ChunkPart,
        opener: Option<&mut Opener>,
    ) -> Result<(), FlowError> {
        let (file, fault) = self.archive.entry_judged(part.entry, limits::CHUNK_FILE_BYTES, self.job)?;
        let known = self.archive.parts.chunks.iter();
        let mut versions = known.filter_map(|chunk| check_version(chunk.peek.as_ref()?.version).ok());
        let version = versions.next().unwrap_or(Version::CURRENT);
        let clues = Clues { named_md5: part.named_md5.as_deref(), version };
        let (packed, proof) = match (chunk::salvage(&file, opener, &clues), &fault) {
            (Ok(opened), _) => opened,
            (Err(FlowError::Archive(_)), Some(fault)) => return Err(FlowError::Archive(fault.clone())),
            (Err(error), _) => return Err(error),
        };
        let whole = proof == Proof::Proven || (proof == Proof::Unstated && fault.is_none());
        let contradicted =
            || Fault::new(FaultCode::ChecksumMismatch, "Its hash does not fit; it is damaged.");
        let fault = fault.or_else(|| (!whole).then(contradicted));
        if let Some(fault) = fault {
            if !whole && self.archive.effort == Effort::Whole {
                return Err(FlowError::Archive(fault));
            }
            let name = self.name_of(part.entry);
            self.report_kept(Fault { part: Some(name), ..fault }, whole)?;
        }
        if whole {
            return self.opened(part, &packed);
        }
        self.doubt = Some(Doubt::default());
        let read = self.opened(part, &packed);
        let doubt = self.doubt.take().unwrap_or_default();
        let name = self.name_of(part.entry);
        doubt.findings(&name).into_iter().try_for_each(|one| self.report(one.severity, one.fault))?;
        read
    }

    /// Tells of a damaged part of which the items come out all the same.
    fn report_kept(&mut self, fault: Fault, whole: bool) -> Result<(), FlowError> {
        if !whole {
            return self.report(Severity::Damage, fault);
        }
        // Nothing is lost, so what is missing elsewhere is still news.
        let message = format!("{} Its notes prove to be whole all the same.", fault.message);
        let finding = Finding { severity: Severity::Damage, fault: Fault { message, ..fault } };
        self.sink.finding(finding).map_err(sealed)
    }

    /// What an archive of ours says that it was made with.
    pub(super) fn stated(&self) -> Stated {
        let Some(end) = self.frame.stated() else { return Stated::default() };
        // What is in the trash is not told apart, so what is lost is counted rather than what there was.
        let lost: u64 = ["note", "trash"]
            .iter()
            .map(|name| end.counts.get(*name).map_or(0, |count| count.saturating_sub(self.frame.seen(name))))
            .sum();
        Stated { notes: Some(self.notes + lost), attachments: Some(end.attachments.len() as u64) }
    }
}
