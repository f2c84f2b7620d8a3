//! Changes of an archive, as bytes: what a fuzzer varies, and what a random walk draws.

use backstop_testkit::{RawEntry, RawZip};

use crate::bases::Entries;

/// Changes that one input may make.
const MOST: usize = 12;
/// Bytes of one change.
const CHANGE_BYTES: usize = 6;

/// Changes the entries as the bytes say and packs them into a zip whose checksums are right again.
/// Says whether anything was changed.
///
/// Six bytes are one change: what, which entry, a place of two bytes in it, another entry or a
/// value, and how the zip is packed.
pub(crate) fn changed(entries: &Entries, of_other: &Entries, bytes: &[u8]) -> (RawZip, bool) {
    let mut changed = entries.clone();
    let mut after = Vec::new();
    for change in bytes.as_chunks::<CHANGE_BYTES>().0.iter().take(MOST) {
        apply(*change, &mut changed, of_other, &mut after);
    }
    let deflated = bytes.last().is_some_and(|last| last % 2 == 1);
    let entry = |(name, bytes): &(String, Vec<u8>)| {
        if deflated { RawEntry::deflated(name, bytes) } else { RawEntry::stored(name, bytes) }
    };
    let mut zip = RawZip::of(changed.iter().map(entry));
    for [place, value] in &after {
        lie(&mut zip, *place, *value);
    }
    (zip, changed != *entries || !after.is_empty())
}

fn apply(
    [what, which, high, low, value, _]: [u8; CHANGE_BYTES],
    entries: &mut Entries,
    of_other: &Entries,
    after: &mut Vec<[u8; 2]>,
) {
    let count = entries.len();
    if count == 0 {
        return;
    }
    let one = usize::from(which) % count;
    let two = usize::from(value) % count;
    let name_of = |entries: &Entries, place: usize| entries.get(place).map(|(name, _)| name.clone());
    let bytes_of = |entries: &Entries, place: usize| entries.get(place).map(|(_, bytes)| bytes.clone());
    let at = usize::from(u16::from_be_bytes([high, low]));
    match what % 11 {
        0 => edit(entries, one, |bytes| {
            let length = bytes.len().max(1);
            if let Some(byte) = bytes.get_mut(at % length) {
                *byte ^= value;
            }
        }),
        1 => edit(entries, one, |bytes| bytes.truncate(at % (bytes.len() + 1))),
        2 => {
            entries.remove(one);
        }
        3 => {
            let (first, second) = (bytes_of(entries, one), bytes_of(entries, two));
            edit(entries, one, |bytes| *bytes = second.unwrap_or_default());
            edit(entries, two, |bytes| *bytes = first.unwrap_or_default());
        }
        4 => entries.extend(entries.get(one).cloned()),
        5 => {
            if let Some((name, entry)) = name_of(entries, two).zip(entries.get_mut(one)) {
                entry.0 = name;
            }
        }
        6 => {
            let foreign = of_other.get(usize::from(value) % of_other.len().max(1));
            edit(entries, one, |bytes| *bytes = foreign.map(|(_, other)| other.clone()).unwrap_or_default());
        }
        7 => entries.extend(of_other.get(usize::from(value) % of_other.len().max(1)).cloned()),
        8 => edit(entries, one, |bytes| bytes.extend(std::iter::repeat_n(value, at % 300))),
        9 => edit(entries, one, |bytes| {
            // A stretch of it is taken out, or stands there twice.
            let from = at % (bytes.len() + 1);
            let to = (from + usize::from(value)).min(bytes.len());
            let stretch: Vec<u8> = bytes.get(from..to).unwrap_or_default().to_vec();
            if high % 2 == 0 { drop(bytes.drain(from..to)) } else { drop(bytes.splice(from..from, stretch)) }
        }),
        _ => after.push([which, value]),
    }
}

fn edit(entries: &mut Entries, place: usize, change: impl FnOnce(&mut Vec<u8>)) {
    if let Some((_, bytes)) = entries.get_mut(place) {
        change(bytes);
    }
}

/// Makes a header of the zip tell something else than its directory, or both something wrong.
fn lie(zip: &mut RawZip, place: u8, value: u8) {
    let count = zip.entries.len().max(1);
    let Some(entry) = zip.entries.get_mut(usize::from(place) % count) else { return };
    match value % 8 {
        0 => entry.local_name.push('x'),
        1 => entry.crc32 ^= u32::from(value),
        2 => entry.local_crc32 ^= u32::from(value),
        3 => entry.size_bytes = entry.size_bytes.wrapping_add(u32::from(value)),
        4 => entry.method = u16::from(value),
        5 => entry.flags ^= 1 << (value / 16),
        6 => entry.descriptor = !entry.descriptor,
        _ => entry.header_at = Some(u32::from(value)),
    }
}
