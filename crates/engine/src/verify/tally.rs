//! What flowed, as numbers: two flows of the same content have the same tally, in any order.

use std::collections::BTreeMap;

use backstop_model::{
    AttachmentHead, Body, Finding, FingerprintBuilder, FlowError, Item, Job, Kind, Severity, Sink, Source,
};

/// Counts and an order-free digest of everything that passed.
///
/// The digest covers what every writer of an app's own format must carry: key, title, owner, text
/// and relations of items; hash and size of attachments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    items: BTreeMap<Kind, u64>,
    attachments: u64,
    attachment_bytes: u64,
    digest: [u64; 4],
}

impl Tally {
    /// Items of one kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> u64 {
        self.items.get(&kind).copied().unwrap_or_default()
    }

    /// Items of every kind.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.items.values().sum()
    }

    /// Attachments whose bytes passed.
    #[must_use]
    pub fn attachments(&self) -> u64 {
        self.attachments
    }

    /// Their plain bytes.
    #[must_use]
    pub fn attachment_bytes(&self) -> u64 {
        self.attachment_bytes
    }

    /// Counts an item.
    pub fn item(&mut self, item: &Item) {
        // Keys of attachments are no content: a plain archive without attachments leaves them out.
        if item.key.kind == Kind::AttachmentsKey {
            return;
        }
        *self.items.entry(item.key.kind).or_default() += 1;
        let mut builder = FingerprintBuilder::default();
        builder
            .part("app", item.key.app.as_str().as_bytes())
            .part("kind", item.key.kind.as_str().as_bytes())
            .part("id", item.key.id.as_str().as_bytes())
            .part("title", item.title.as_deref().unwrap_or_default().as_bytes())
            .part("owner", item.owner.as_ref().map_or("", |id| id.as_str()).as_bytes());
        match &item.body {
            Some(Body::Text { text, .. }) => {
                builder.part("text", text.as_bytes());
            }
            Some(Body::Locked) => {
                builder.part("locked", b"");
            }
            None => {}
        }
        for relation in &item.relations {
            for end in [&relation.from, &relation.to] {
                builder.part(end.kind.as_str(), end.id.as_str().as_bytes());
            }
        }
        self.add(builder);
    }

    /// Counts an attachment whose bytes were read or written in full.
    pub fn attachment(&mut self, head: &AttachmentHead) {
        self.attachments += 1;
        self.attachment_bytes += head.size_bytes;
        let mut builder = FingerprintBuilder::default();
        let hash = head.hash.as_ref().map_or(head.id.as_str(), |hash| hash.hex.as_str());
        builder.part("hash", hash.as_bytes()).part("size", &head.size_bytes.to_le_bytes());
        self.add(builder);
    }

    /// Adds a fingerprint to a sum that does not depend on the order.
    fn add(&mut self, builder: FingerprintBuilder) {
        for (sum, bytes) in self.digest.iter_mut().zip(builder.finish().0.chunks_exact(8)) {
            let word = bytes.try_into().map_or(0, u64::from_le_bytes);
            *sum = sum.wrapping_add(word);
        }
    }
}

/// Passes everything on to another sink and keeps the tally of it.
pub struct Counted<'sink> {
    inner: &'sink mut dyn Sink,
    /// What has passed so far.
    pub tally: Tally,
    /// What the source was found to be, and the sink went on from.
    pub findings: Vec<Finding>,
    salvage: bool,
}

impl<'sink> Counted<'sink> {
    /// Begins with nothing.
    pub fn new(inner: &'sink mut dyn Sink) -> Self {
        Self { inner, tally: Tally::default(), findings: Vec::new(), salvage: false }
    }

    /// Whether damage is kept from the inner sink and listed, so that the rest goes on.
    #[must_use]
    pub fn salvaging(self, salvage: bool) -> Self {
        Self { salvage, ..self }
    }

    /// Reads all of `reader` into the inner sink.
    ///
    /// # Errors
    /// As the reader and the inner sink.
    pub fn run(
        mut self,
        reader: &mut dyn backstop_model::Reader,
        job: &Job,
    ) -> Result<(Tally, Vec<Finding>), FlowError> {
        reader.read_into(&mut self, job)?;
        Ok((self.tally, self.findings))
    }
}

impl Sink for Counted<'_> {
    fn item(&mut self, item: Item) -> Result<(), FlowError> {
        self.tally.item(&item);
        self.inner.item(item)
    }

    fn attachment(&mut self, head: &AttachmentHead, body: &dyn Source) -> Result<(), FlowError> {
        match self.inner.attachment(head, body) {
            Err(FlowError::Archive(fault)) if self.salvage => {
                self.findings.push(Finding { severity: Severity::Damage, fault });
                return Ok(());
            }
            other => other?,
        }
        self.tally.attachment(head);
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), FlowError> {
        if !(self.salvage && finding.severity == Severity::Damage) {
            self.inner.finding(finding.clone())?;
        }
        self.findings.push(finding);
        Ok(())
    }
}
