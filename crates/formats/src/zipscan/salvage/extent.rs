//! Where the bytes of one part begin and end, and whether they are whole.

use std::io::{Read, Seek};

use backstop_model::FlowError;

use super::super::directory::wide_extra;
use super::super::local::{HEADER_BYTES, Header, SIZES_FOLLOW};
use super::super::{Entry, Fields, Method, State};
use super::method_of;
use super::places::Places;
use super::probe::{Probe, Sums};
use crate::limits;

/// Flags that a notes app's zip may have: encrypted, two for the level, sizes follow, UTF-8 names.
const KNOWN_FLAGS: u16 = 0b111 | SIZES_FOLLOW | 1 << 11;
/// Lengths of a descriptor, with and without signature, narrow and wide.
const DESCRIPTORS: [u64; 4] = [16, 12, 24, 20];
/// How many places behind stored bytes of unknown size are tried for their end.
const TRIED_ENDS: usize = 8;
/// Extra fields of headers that are gone: of our writer, with and without ZIP64 sizes.
const OUR_EXTRAS: [u64; 2] = [0, 20];

/// One part that was found.
pub(super) struct Found {
    pub(super) entry: Entry,
    /// The header's name where the directory has another one.
    pub(super) other_name: Option<Box<str>>,
    /// Whether header and directory do not agree.
    pub(super) contradicted: bool,
    /// Whether the directory has it.
    pub(super) listed: bool,
    /// Extra bytes of its header, if that is whole.
    pub(super) extra_bytes: Option<u64>,
    /// Where the next part may begin: what lies before belongs to this one.
    pub(super) free_from: u64,
}

/// What the file says of a part that begins at `at`.
pub(super) struct Part<'a> {
    pub(super) at: u64,
    pub(super) header: Option<(Header, u64)>,
    pub(super) record: Option<&'a Entry>,
    /// Of the file.
    pub(super) length: u64,
    /// Extra bytes that headers of this file have.
    pub(super) usual_extra: u64,
}

impl Part<'_> {
    /// Finds its bytes; `None` if there is no part here.
    pub(super) fn find<R: Read + Seek>(
        &self,
        probe: &mut Probe<'_, R>,
        places: &Places,
    ) -> Result<Option<Found>, FlowError> {
        if self.record.is_none() && !self.header.as_ref().is_some_and(|(header, _)| is_likely(header)) {
            return Ok(None);
        }
        for data_at in self.beginnings(places) {
            for method in self.methods() {
                if let Some(sums) = self.whole(probe, places, method, data_at)? {
                    let entry = self.entry(method, data_at, State::Sound, sums);
                    return Ok(Some(self.found(entry)));
                }
            }
        }
        let entry = self.damaged(probe, places)?;
        Ok(entry.map(|entry| self.found(entry)))
    }

    fn found(&self, entry: Entry) -> Found {
        let header_name = self.header.as_ref().map(|(header, _)| name_of(header));
        let other_name = header_name.filter(|name| self.record.is_some() && *name != entry.name);
        let fits = self.header.as_ref().is_some_and(|(header, _)| {
            let (crc32, packed) = (header.crc32, stated_packed(header));
            let sums_follow = header.flags & SIZES_FOLLOW != 0;
            let record_fits = self.record.is_none_or(|record| {
                (record.crc32, record.packed_bytes) == (entry.crc32, entry.packed_bytes)
                    && record.method == entry.method
            });
            record_fits
                && (sums_follow || (crc32, packed) == (entry.crc32, Some(entry.packed_bytes)))
                && method_of(header.method) == entry.method
        });
        let whole_header = entry.state == State::Sound && fits;
        let proven = entry.state == State::Sound && entry.packed_bytes > 0;
        let free_from = match entry.packed_bytes {
            // Only a record says that something begins here, and it may be the record that is damaged.
            _ if self.is_hearsay() && !proven => self.at + 1,
            // Nothing can be inside of nothing, whatever a damaged head says of its own length.
            0 => self.at + HEADER_BYTES as u64,
            packed => entry.data_at.saturating_add(packed),
        };
        Found {
            free_from,
            contradicted: !fits || other_name.is_some(),
            other_name,
            listed: self.record.is_some(),
            extra_bytes: self
                .header
                .as_ref()
                .filter(|_| whole_header)
                .map(|(header, _)| header.extra.len() as u64),
            entry,
        }
    }

    /// Whether no header stands where the directory says.
    fn is_hearsay(&self) -> bool {
        self.header.is_none()
    }

    /// Where its bytes may begin, the likeliest first.
    fn beginnings(&self, places: &Places) -> Vec<u64> {
        let fixed = self.at.saturating_add(HEADER_BYTES as u64);
        let mut all = Vec::new();
        let renamed = |record: &&Entry| {
            self.header.as_ref().is_some_and(|(header, _)| header.name != record.name.as_bytes())
        };
        if let Some(record) = self.record.filter(renamed) {
            // The length of the name may be what is damaged.
            all.push(fixed.saturating_add(record.name.len() as u64 + self.usual_extra));
        }
        if let Some((header, length)) = &self.header {
            all.push(self.at.saturating_add(*length));
            let extras = [header.extra.len() as u64, self.usual_extra];
            let names = [Some(header.name.len()), self.record.map(|record| record.name.len())];
            for name in names.into_iter().flatten() {
                all.extend(extras.map(|extra| fixed.saturating_add(name as u64 + extra)));
            }
        }
        if let Some(record) = self.record {
            let behind_name = fixed.saturating_add(record.name.len() as u64);
            all.push(behind_name.saturating_add(self.usual_extra));
            all.extend(OUR_EXTRAS.map(|extra| behind_name.saturating_add(extra)));
            if let Some(next) = places.next(fixed) {
                let end = next.checked_sub(record.packed_bytes);
                all.extend(end);
                all.extend(DESCRIPTORS.into_iter().filter_map(|bytes| end?.checked_sub(bytes)));
            }
        }
        let mut seen = Vec::new();
        all.retain(|at| {
            let new = *at > self.at && *at <= self.length && !seen.contains(at);
            seen.push(*at);
            new
        });
        all
    }

    fn methods(&self) -> Vec<Method> {
        let stated = self.header.iter().map(|(header, _)| method_of(header.method));
        let mut methods: Vec<Method> =
            self.record.map(|record| record.method).into_iter().chain(stated).collect();
        methods.extend([Method::Deflated, Method::Stored]);
        methods.retain(|method| !matches!(method, Method::Other(_)));
        let mut seen = Vec::new();
        methods.retain(|method| {
            let new = !seen.contains(method);
            seen.push(*method);
            new
        });
        methods
    }

    /// The checksums that are stated of it, in its header and in the directory.
    fn crcs(&self) -> impl Iterator<Item = u32> + '_ {
        let stated = |header: &Header| header.flags & SIZES_FOLLOW == 0 || header.crc32 != 0;
        let header = self.header.iter().filter(move |(header, _)| stated(header));
        header.map(|(header, _)| header.crc32).chain(self.record.map(|record| record.crc32))
    }

    /// The packed sizes that are stated of it, the directory's first.
    fn sizes(&self) -> Vec<u64> {
        let header = self.header.as_ref().and_then(|(header, _)| stated_packed(header));
        self.record.map(|record| record.packed_bytes).into_iter().chain(header).collect()
    }

    /// What the bytes at `data_at` unpack to, if a checksum says that they are whole.
    fn whole<R: Read + Seek>(
        &self,
        probe: &mut Probe<'_, R>,
        places: &Places,
        method: Method,
        data_at: u64,
    ) -> Result<Option<Sums>, FlowError> {
        if method == Method::Deflated {
            let Some(sums) = probe.sums(method, data_at, None)? else { return Ok(None) };
            let fits = self.crcs().any(|crc| crc == sums.crc32) || descriptor_fits(probe, data_at, sums)?;
            return Ok(Some(sums).filter(|_| fits));
        }
        for packed in self.sizes() {
            let sums = probe.sums(method, data_at, Some(packed))?;
            if sums.is_some_and(|sums| self.crcs().any(|crc| crc == sums.crc32)) {
                return Ok(sums);
            }
        }
        if self.header.as_ref().is_none_or(|(header, _)| header.flags & SIZES_FOLLOW == 0) {
            return Ok(None);
        }
        let mut from = data_at;
        for _ in 0..TRIED_ENDS {
            let Some(next) = places.next(from) else { break };
            if let Some(sums) = stored_before(probe, data_at, next)? {
                return Ok(Some(sums));
            }
            from = next + 1;
        }
        // Nothing behind it but the file's end, which may cut the next signature.
        for cut in 0..4_u64 {
            if let Some(sums) = stored_before(probe, data_at, self.length.saturating_sub(cut))? {
                return Ok(Some(sums));
            }
        }
        Ok(None)
    }

    /// A part that no checksum calls whole, with the likeliest end.
    fn damaged<R: Read + Seek>(
        &self,
        probe: &mut Probe<'_, R>,
        places: &Places,
    ) -> Result<Option<Entry>, FlowError> {
        let Some(data_at) = self.beginnings(places).first().copied() else { return Ok(None) };
        let method = self.methods().first().copied().unwrap_or(Method::Stored);
        let left = self.length - data_at;
        let ended = if method == Method::Deflated { probe.sums(method, data_at, None)? } else { None };
        let lands = |packed: u64| {
            let end = data_at.saturating_add(packed);
            places.begins(end) || DESCRIPTORS.iter().any(|bytes| places.begins(end.saturating_add(*bytes)))
        };
        let sizes = self.sizes();
        let agreed = matches!(sizes.as_slice(), [one, other] if one == other);
        let described = if method == Method::Stored { self.described(probe, places, data_at)? } else { None };
        let described = described.map(|sums| sums.packed_bytes).filter(|_| !agreed);
        let stated = described.or_else(|| sizes.iter().copied().find(|packed| agreed || lands(*packed)));
        // Inside stored bytes a signature may be part of them; inside deflated ones it hardly is.
        let stored = sizes.first().copied().filter(|_| method == Method::Stored);
        let next = places.next(data_at).map(|next| next - data_at);
        let packed = stated.or(ended.map(|sums| sums.packed_bytes)).or(stored).or(next).unwrap_or(u64::MAX);
        let runs_out =
            packed > left || (stated.is_none() && ended.is_none() && stored.is_none() && next.is_none());
        let state = if runs_out { State::Cut } else { State::Damaged };
        let mut packed_bytes = packed.min(left);
        if self.is_hearsay()
            && let Some(next) = places.next(self.at + 1)
        {
            packed_bytes = packed_bytes.min(next.saturating_sub(data_at));
        }
        let most = limits::FREE_EXPANSION_BYTES.saturating_add(packed_bytes.saturating_mul(limits::RATIO));
        let sums = Sums { crc32: 0, size_bytes: most, packed_bytes };
        Ok(Some(self.entry(method, data_at, state, sums)))
    }

    /// What a descriptor says that stands just where it says that stored bytes end. It tells their end
    /// even if they are damaged, and so is the directory.
    fn described<R: Read + Seek>(
        &self,
        probe: &mut Probe<'_, R>,
        places: &Places,
        data_at: u64,
    ) -> Result<Option<Sums>, FlowError> {
        if self.header.as_ref().is_none_or(|(header, _)| header.flags & SIZES_FOLLOW == 0) {
            return Ok(None);
        }
        let mut from = data_at;
        for _ in 0..TRIED_ENDS {
            let Some(next) = places.next(from) else { break };
            if let Some(stated) = descriptors_before(probe, data_at, next)?.first() {
                return Ok(Some(*stated));
            }
            from = next + 1;
        }
        Ok(None)
    }

    fn entry(&self, method: Method, data_at: u64, state: State, sums: Sums) -> Entry {
        let header_name = || self.header.as_ref().map(|(header, _)| name_of(header));
        let name = self.record.map(|record| record.name.clone()).or_else(header_name).unwrap_or_default();
        Entry {
            name,
            method,
            crc32: sums.crc32,
            packed_bytes: sums.packed_bytes,
            size_bytes: sums.size_bytes,
            readable: true,
            flags: 0,
            header_at: self.at,
            data_at,
            state,
        }
    }
}

/// Whether a header could be that of an entry that nothing else speaks of.
fn is_likely(header: &Header) -> bool {
    let known = header.flags & !KNOWN_FLAGS == 0;
    let method = !matches!(method_of(header.method), Method::Other(_));
    let name = (1..=limits::NAME_BYTES).contains(&header.name.len());
    // One of them may be damaged; a signature by chance is followed by noise.
    name && (u8::from(known) + u8::from(method) + u8::from(std::str::from_utf8(&header.name).is_ok())) >= 2
}

/// A name as text; what can't be one is replaced, so that the part is still looked into.
fn name_of(header: &Header) -> Box<str> {
    String::from_utf8_lossy(&header.name).replace(char::is_control, "\u{fffd}").into_boxed_str()
}

/// The packed size that a header states; nothing if it leaves that to a descriptor.
fn stated_packed(header: &Header) -> Option<u64> {
    if header.flags & SIZES_FOLLOW != 0 && header.packed == 0 {
        return None;
    }
    if header.packed != u32::MAX {
        return Some(u64::from(header.packed));
    }
    let mut wide = Fields(wide_extra(&header.extra)?);
    if header.size == u32::MAX {
        wide.u64()?;
    }
    // A descriptor follows where this is zero too.
    wide.u64().filter(|packed| header.flags & SIZES_FOLLOW == 0 || *packed > 0)
}

/// Whether a descriptor behind the bytes states these sums.
fn descriptor_fits<R: Read + Seek>(
    probe: &mut Probe<'_, R>,
    data_at: u64,
    sums: Sums,
) -> Result<bool, FlowError> {
    let bytes = probe.bytes(data_at.saturating_add(sums.packed_bytes), 24)?;
    Ok(DESCRIPTORS.iter().any(|length| {
        let length = usize::try_from(*length).unwrap_or(0);
        bytes.get(..length).and_then(read_descriptor) == Some(sums)
    }))
}

/// Stored bytes that end with their descriptor before `next`.
fn stored_before<R: Read + Seek>(
    probe: &mut Probe<'_, R>,
    data_at: u64,
    next: u64,
) -> Result<Option<Sums>, FlowError> {
    for stated in descriptors_before(probe, data_at, next)? {
        if probe.sums(Method::Stored, data_at, Some(stated.packed_bytes))? == Some(stated) {
            return Ok(Some(stated));
        }
    }
    Ok(None)
}

/// What descriptors that end at `next` say of stored bytes, if they stand where those end.
fn descriptors_before<R: Read + Seek>(
    probe: &mut Probe<'_, R>,
    data_at: u64,
    next: u64,
) -> Result<Vec<Sums>, FlowError> {
    let mut found = Vec::new();
    for length in DESCRIPTORS {
        let Some(end) = next.checked_sub(length).filter(|end| *end >= data_at) else { continue };
        let bytes = probe.bytes(end, usize::try_from(length).unwrap_or(0))?;
        let stated = read_descriptor(&bytes);
        found.extend(
            stated.filter(|sums| sums.packed_bytes == end - data_at && sums.size_bytes == sums.packed_bytes),
        );
    }
    Ok(found)
}

/// A descriptor that fills `bytes`.
fn read_descriptor(bytes: &[u8]) -> Option<Sums> {
    let (signed, wide) = (matches!(bytes.len(), 16 | 24), bytes.len() >= 20);
    let mut fields = Fields(bytes);
    if signed && fields.u32()? != 0x0807_4b50 {
        return None;
    }
    let crc32 = fields.u32()?;
    let mut number = || if wide { fields.u64() } else { fields.u32().map(u64::from) };
    Some(Sums { crc32, packed_bytes: number()?, size_bytes: number()? })
}
