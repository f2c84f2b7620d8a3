//! The index: one short line for every item, so that a list is shown without reading a single text.
//!
//! It grows compressed, because the lines of a large library would not be small.

use backstop_model::{FlowError, Item, ItemId, Ref};
use serde::Serialize;
use zstd::stream::write::Encoder;

use super::facts::{Facts, Sums};
use super::line::{Attached, FlagName};
use super::put::LEVEL;

/// Where a line lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The number of its frame.
    pub(super) frame: u64,
    /// Where it begins among the plain bytes of the frame.
    pub(super) at: usize,
}

#[derive(Serialize)]
struct ItemEntry<'a> {
    app: &'a str,
    kind: &'a str,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<FlagName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relations: Vec<[&'a Ref; 2]>,
    frame: u64,
    at: usize,
}

#[derive(Serialize)]
struct AttachedEntry<'a> {
    attachment: &'a str,
    entry: &'a str,
    frame: u64,
    at: usize,
}

/// An index that grows.
pub(super) struct Index {
    packed: Encoder<'static, Vec<u8>>,
    sums: Sums,
    line: Vec<u8>,
}

impl Index {
    pub(super) fn new() -> Result<Self, FlowError> {
        let packed = Encoder::new(Vec::new(), LEVEL).map_err(FlowError::Write)?;
        Ok(Self { packed, sums: Sums::default(), line: Vec::new() })
    }

    pub(super) fn item(&mut self, item: &Item, place: Place) -> Result<(), FlowError> {
        self.add(&ItemEntry {
            app: item.key.app.as_str(),
            kind: item.key.kind.as_str(),
            id: item.key.id.as_str(),
            title: item.title.as_deref(),
            created: item.created.map(|time| time.0),
            edited: item.edited.map(|time| time.0),
            flags: FlagName::of(item.flags),
            owner: item.owner.as_ref().map(ItemId::as_str),
            relations: item.relations.iter().map(|link| [&link.from, &link.to]).collect(),
            frame: place.frame,
            at: place.at,
        })
    }

    pub(super) fn attached(&mut self, attached: &Attached, place: Place) -> Result<(), FlowError> {
        let (attachment, entry) = (attached.attachment.id.as_str(), &*attached.entry);
        self.add(&AttachedEntry { attachment, entry, frame: place.frame, at: place.at })
    }

    fn add(&mut self, entry: &impl Serialize) -> Result<(), FlowError> {
        use std::io::Write as _;
        self.line.clear();
        serde_json::to_writer(&mut self.line, entry).map_err(|error| FlowError::Write(error.into()))?;
        self.line.push(b'\n');
        self.sums.add(&self.line);
        self.packed.write_all(&self.line).map_err(FlowError::Write)
    }

    /// The packed bytes, and what is stated of the plain ones.
    pub(super) fn finish(self) -> Result<(Vec<u8>, Facts), FlowError> {
        let packed = self.packed.finish().map_err(FlowError::Write)?;
        Ok((packed, self.sums.facts()))
    }
}
