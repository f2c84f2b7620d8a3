//! Sealed archives of ours that somebody changed who can make checksums right but has no key.

use backstop_model::{FlowError, Job, Severity};
use backstop_testkit::CollectingSink;

use crate::bases::{self, Base};
use crate::edits::changed;
use crate::made::{notesnook_key, recovery_key};
use crate::reading::{opened, refusal};

/// The first byte says which archive; the rest is how it is changed.
///
/// What comes out was in it, byte for byte. If anything of it does not come out, that is said.
pub(crate) fn altered(bytes: &[u8]) {
    let Some((which, edits)) = bytes.split_first() else { return };
    let bases = bases::sealed();
    let which = usize::from(*which) % bases.len();
    // The other archive of the same kind; it opens with the same secret.
    let (Some(base), Some(other)) = (bases.get(which), bases.get(which ^ 1)) else { return };
    let (zip, was_changed) = changed(&base.entries, &other.entries, edits);
    let sink = match given(zip.bytes()) {
        Ok(sink) => sink,
        Err(error) => {
            refusal(&error);
            assert!(was_changed, "a whole archive is refused: {error}");
            return;
        }
    };
    let told = !sink.codes(Severity::Damage).is_empty();
    // A backup for Notesnook has one key for all of an account, so a part of another one opens too.
    assert!(is_in(&sink, &[base, other]), "something comes out that nobody sealed");
    let complete = [base, other].iter().any(|base| is_all_of(&sink, base));
    assert!(complete || told, "it is not what it was and nothing is said: {:?}", sink.findings);
    assert!(was_changed || !told, "a whole archive is called damaged: {:?}", sink.findings);
}

fn given(bytes: Vec<u8>) -> Result<CollectingSink, FlowError> {
    let mut archive = opened(bytes)?;
    let job = Job::new();
    let (recovery, key) = (recovery_key(), notesnook_key());
    let secret = if archive.head().format == "backstop" { &recovery } else { &key };
    archive.unlock(secret, &job)?;
    let mut sink = CollectingSink::tolerant();
    archive.read_into(&mut sink, &job)?;
    Ok(sink)
}

/// Whether all that came out is in one of the bases.
fn is_in(sink: &CollectingSink, bases: &[&Base]) -> bool {
    let item = |item| bases.iter().any(|base| base.whole.items.contains(item));
    let attachment = |one| bases.iter().any(|base| base.whole.attachments.contains(one));
    sink.items.iter().all(item) && sink.attachments.iter().all(attachment)
}

/// Whether what came out is a base, no more and no less.
fn is_all_of(sink: &CollectingSink, base: &Base) -> bool {
    sink.items.len() == base.whole.items.len()
        && sink.attachments.len() == base.whole.attachments.len()
        && is_in(sink, &[base])
}
