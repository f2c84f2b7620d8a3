//! Archives as our own writers make them, of whatever was read before.

use std::io::Cursor;

use backstop_crypto::{Kek, Key, RecoveryKey};
use backstop_formats::ArchiveSecret;
use backstop_formats::backstop::{BackstopWriter, SLOT_PURPOSE, WriterOptions};
use backstop_formats::notesnook::{Encryption, NotesnookWriter, WriterOptions as NotesnookOptions};
use backstop_model::{BytesSource, FlowError, Job, Reader, Sink, TimeMs, copy};
use backstop_testkit::CollectingSink;

use crate::reading::opened;

/// The key of every Notesnook archive made here. No password stands before it: deriving one costs
/// more than reading a small archive.
pub(crate) const KEY: [u8; 32] = [0x42; 32];
/// The recovery key of every container made here, and of the golden ones.
pub(crate) const RECOVERY: [u8; 32] = [0x5a; 32];
pub(crate) const SALT: [u8; 16] = [7; 16];

/// What opens a Notesnook archive made here.
pub(crate) fn notesnook_key() -> ArchiveSecret {
    ArchiveSecret::NotesnookKey(Key::from_bytes(KEY))
}

/// What opens a container made here.
pub(crate) fn recovery_key() -> ArchiveSecret {
    ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes(RECOVERY))
}

/// What was read before, as a reader.
struct Given<'a>(&'a CollectingSink);

impl Reader for Given<'_> {
    fn read_into(&mut self, sink: &mut dyn Sink, _job: &Job) -> Result<(), FlowError> {
        self.0.items.iter().cloned().try_for_each(|item| sink.item(item))?;
        let mut attachments = self.0.attachments.iter();
        attachments.try_for_each(|one| sink.attachment(&one.head, &BytesSource(one.bytes.clone())))
    }
}

/// A container of what was read.
///
/// # Panics
/// If our writer refuses what our reader gave.
pub(crate) fn container(of: &CollectingSink, id: &str, encrypted: bool) -> Vec<u8> {
    let wrap = || Kek::from_recovery(&RecoveryKey::from_bytes(RECOVERY)).wrap_key(SLOT_PURPOSE);
    let options = WriterOptions {
        attachments: true,
        wraps: encrypted.then(wrap).into_iter().collect(),
        archive_id: id.to_owned(),
        created: TimeMs(0),
        created_by: "test".to_owned(),
        place: String::new(),
    };
    let mut file = Cursor::new(Vec::new());
    let written = BackstopWriter::new(&mut file, options)
        .and_then(|writer| copy(&mut Given(of), Box::new(writer), &Job::new()));
    assert!(written.is_ok(), "a container does not take it: {written:?}");
    file.into_inner()
}

/// A backup for Notesnook of what was read.
///
/// # Panics
/// If our writer refuses what our reader gave.
pub(crate) fn notesnook(of: &CollectingSink, id: &str, encrypted: bool) -> Vec<u8> {
    let encryption = || Encryption { key: Key::from_bytes(KEY), salt: SALT, slots: Vec::new() };
    let options = NotesnookOptions {
        attachments: true,
        encryption: encrypted.then(encryption),
        archive_id: id.to_owned(),
        created: TimeMs(0),
        created_by: "test".to_owned(),
    };
    let mut file = Cursor::new(Vec::new());
    let written = NotesnookWriter::new(&mut file, options)
        .and_then(|writer| copy(&mut Given(of), Box::new(writer), &Job::new()));
    assert!(written.is_ok(), "a backup for Notesnook does not take it: {written:?}");
    file.into_inner()
}

/// All that is in a file which must be readable.
///
/// # Panics
/// If it is not.
pub(crate) fn contents(bytes: Vec<u8>, secret: Option<&ArchiveSecret>) -> CollectingSink {
    let mut sink = CollectingSink::tolerant();
    let read = opened(bytes).and_then(|mut archive| {
        secret.map_or(Ok(()), |secret| archive.unlock(secret, &Job::new()))?;
        archive.read_into(&mut sink, &Job::new())
    });
    assert!(read.is_ok(), "{read:?}");
    sink
}
