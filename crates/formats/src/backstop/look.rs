//! A look over an archive: what can be told without reading its items and attachments.
//!
//! Opening has read the zip's directory, every local header and the archive's own head; unlocking has
//! checked the head's MAC and read the manifest. Here the entries are compared with the manifest.

use backstop_crypto::sealed::sealed_len;
use backstop_model::{Fault, FaultCode, Finding, Severity};

use super::facts::Facts;
use super::open::BackstopArchive;
use super::{MANIFEST, expected, is_header};
use crate::zipscan::{Entry, shown};
use crate::{LookedOver, limits};

/// What an archive tells of itself.
pub(super) fn look_over(archive: &BackstopArchive) -> LookedOver {
    let sizes = archive.manifest.iter().flat_map(|manifest| &manifest.entries).filter_map(|listed| {
        let entry = archive.entry(&listed.name)?;
        let fits = is_header(&listed.name) || can_hold(entry, &listed.facts, archive.head.encrypted);
        (!fits).then(|| {
            let message = "This part is larger than what it holds; it is not the one that was made.";
            let fault = Fault::at(FaultCode::EntryMismatch, shown(&listed.name), message);
            Finding { severity: Severity::Damage, fault }
        })
    });
    let mut findings = archive.findings.clone();
    findings.extend(expected::findings(archive));
    findings.extend(sizes.take(limits::FINDINGS));
    let was_read = |name: &str| is_header(name) || (name == MANIFEST && archive.manifest.is_some());
    let unread = archive.entries.iter().filter(|entry| entry.packed_bytes > 0 && !was_read(&entry.name));
    LookedOver { findings, not_read: unread.map(|entry| (shown(&entry.name), entry.packed_bytes)).collect() }
}

/// Whether an entry of this size may hold so many plain bytes: compressing adds at most one in 128 and
/// a frame's head, and is left out where it does not pay.
fn can_hold(entry: &Entry, facts: &Facts, encrypted: bool) -> bool {
    let packed = facts.size.saturating_add(facts.size / 128).saturating_add(512);
    entry.packed_bytes <= if encrypted { sealed_len(packed) } else { packed }
}
