//! Making and reading archives.

use std::fs::File;
use std::io::Cursor;

use backstop_crypto::argon2id::Params;
use backstop_crypto::{Kek, Password, RecoveryKey, WrapKey};
use backstop_formats::backstop::{BackstopWriter, SLOT_PURPOSE, WriterOptions};
use backstop_formats::{Archive, ArchiveSecret, open};
use backstop_model::{
    AttachmentHead, BytesSource, FaultCode, FlowError, Item, Job, Reader, Sink, TimeMs, Written, copy,
};
use backstop_testkit::{CollectedAttachment, CollectingSink, fixture};

pub(crate) const PASSWORD: &str = "Größe 12 – tide";
pub(crate) const RECOVERY: [u8; 32] = [0x5a; 32];

/// The recovery key's wrap: it costs no slow derivation.
pub(crate) fn recovery_wrap() -> WrapKey {
    Kek::from_recovery(&RecoveryKey::from_bytes(RECOVERY)).wrap_key(SLOT_PURPOSE)
}

/// A password's wrap with the least cost there can be.
pub(crate) fn password_wrap(typed: &str) -> WrapKey {
    let password = Password::new(typed).unwrap();
    Kek::from_password(&password, Params::new(8, 1, 1).unwrap()).unwrap().wrap_key(SLOT_PURPOSE)
}

pub(crate) fn options(attachments: bool, wraps: Vec<WrapKey>) -> WriterOptions {
    WriterOptions {
        attachments,
        wraps,
        archive_id: "3c1e".to_owned(),
        created: TimeMs(1_700_000_000_000),
        created_by: "Backstop test".to_owned(),
        place: "library".to_owned(),
    }
}

pub(crate) fn write(reader: &mut dyn Reader, options: WriterOptions) -> (Vec<u8>, Written) {
    let mut file = Cursor::new(Vec::new());
    let writer = BackstopWriter::new(&mut file, options).unwrap();
    let written = copy(reader, Box::new(writer), &Job::new()).unwrap();
    (file.into_inner(), written)
}

/// An archive with the recovery key's slot, or none.
pub(crate) fn made(reader: &mut dyn Reader, attachments: bool, encrypted: bool) -> Vec<u8> {
    let wraps = if encrypted { vec![recovery_wrap()] } else { Vec::new() };
    write(reader, options(attachments, wraps)).0
}

/// Opens what [`made`] made.
pub(crate) fn opened(file: &[u8]) -> Result<Box<dyn Archive>, FlowError> {
    let mut archive = open(Box::new(Cursor::new(file.to_vec())))?;
    let recovery = ArchiveSecret::RecoveryKey(RecoveryKey::from_bytes(RECOVERY));
    archive.unlock(&recovery, &Job::new())?;
    Ok(archive)
}

pub(crate) fn code_of(error: &FlowError) -> FaultCode {
    error.fault().unwrap_or_else(|| panic!("no fault of the archive: {error:?}")).code
}

/// Reads it with a sink that goes on.
pub(crate) fn read(file: &[u8]) -> Result<CollectingSink, FaultCode> {
    let mut sink = CollectingSink::tolerant();
    let read = opened(file).and_then(|mut archive| archive.read_into(&mut sink, &Job::new()));
    read.map(|()| sink).map_err(|error| code_of(&error))
}

/// Reads it with a sink that accepts nothing odd.
pub(crate) fn sound(archive: &mut dyn Archive) -> CollectingSink {
    let mut sink = CollectingSink::strict();
    archive.read_into(&mut sink, &Job::new()).unwrap();
    assert_eq!(sink.findings, []);
    sink
}

/// A real archive of Notesnook's.
pub(crate) fn sample(name: &str, password: &str) -> Box<dyn Archive> {
    let file = File::open(fixture(&format!("notesnook/6.1/{name}.nnbackupz"))).unwrap();
    let mut archive = open(Box::new(file)).unwrap();
    archive.unlock(&ArchiveSecret::Password(Password::new(password).unwrap()), &Job::new()).unwrap();
    archive
}

/// Items and attachments handed over one by one.
#[derive(Default, Clone)]
pub(crate) struct Given {
    pub(crate) items: Vec<Item>,
    pub(crate) attachments: Vec<(AttachmentHead, Vec<u8>)>,
}

impl Given {
    pub(crate) fn collected(&self) -> Vec<CollectedAttachment> {
        let each = self.attachments.iter();
        each.map(|(head, bytes)| CollectedAttachment { head: head.clone(), bytes: bytes.clone() }).collect()
    }
}

impl Reader for Given {
    fn read_into(&mut self, sink: &mut dyn Sink, job: &Job) -> Result<(), FlowError> {
        job.check()?;
        self.items.iter().cloned().try_for_each(|item| sink.item(item))?;
        self.attachments
            .iter()
            .try_for_each(|(head, bytes)| sink.attachment(head, &BytesSource(bytes.clone())))
    }
}
