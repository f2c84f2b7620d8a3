//! The ways a small archive can be damaged, one by one, and what reading each must give: the right
//! code, or every item and byte as it was.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use backstop_model::{FaultCode, Severity};

use crate::{CollectingSink, RawEntry, RawZip};

/// One damaged copy.
#[derive(Debug, Clone)]
pub struct Damage {
    /// What was done, for the message of a test.
    pub what: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Damaged copies of a file: cut at each of `edges` and one byte before and behind, and single bits
/// flipped at every `step`-th byte.
pub fn damages(file: &[u8], edges: &[usize], step: usize) -> impl Iterator<Item = Damage> {
    let cuts = edges.iter().flat_map(|edge| [edge.saturating_sub(1), *edge, edge + 1]);
    let cuts = cuts.filter(|at| *at < file.len()).map(|at| Damage {
        what: format!("cut at {at}"),
        bytes: file.get(..at).unwrap_or_default().to_vec(),
    });
    let flips = (0..file.len()).step_by(step.max(1)).map(|at| flipped(file, at, at % 8));
    cuts.chain(flips)
}

/// Copies with one bit flipped anywhere, `count` of them. The same seed gives the same ones.
pub fn flips(file: &[u8], count: usize, seed: u64) -> impl Iterator<Item = Damage> {
    let mut state = seed | 1;
    // xorshift64: any stream that reaches every byte does.
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap_or_default()
    };
    (0..count).map(move |_| {
        let mut damage = flipped(file, random() % file.len().max(1), random() % 8);
        damage.what = format!("seed {seed}: {}", damage.what);
        damage
    })
}

/// The seeds a test walks with: one that never changes and one that nobody has tried.
#[must_use]
pub fn seeds() -> [u64; 2] {
    [1, RandomState::new().build_hasher().finish()]
}

/// How many bits a test flips: `BACKSTOP_FLIPS`, which a soak sets, or a few hundred.
#[must_use]
pub fn flips_wanted() -> usize {
    std::env::var("BACKSTOP_FLIPS").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

fn flipped(file: &[u8], at: usize, bit: usize) -> Damage {
    let mut bytes = file.to_vec();
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << bit;
    }
    Damage { what: format!("bit {bit} of byte {at} flipped"), bytes }
}

/// Where a signature of the zip stands: the edges of its entries and records.
#[must_use]
pub fn zip_edges(file: &[u8]) -> Vec<usize> {
    let four = file.windows(4).enumerate();
    four.filter(|(_, four)| matches!(four, [b'P', b'K', 1..=6, 1..=6])).map(|(at, _)| at).collect()
}

/// Copies of a zip whose checksums are right and whose entries are not: each dropped, repeated, cut,
/// and each two exchanged, by their bytes and by their names; and headers that tell something else.
pub fn rearranged(entries: &[(String, Vec<u8>)]) -> impl Iterator<Item = Damage> {
    let whole = || RawZip::of(entries.iter().map(|(name, bytes)| RawEntry::stored(name, bytes)));
    let one = move |what: &str, change: &dyn Fn(&mut Vec<RawEntry>)| {
        let mut zip = whole();
        change(&mut zip.entries);
        Damage { what: what.to_owned(), bytes: zip.bytes() }
    };
    (0..entries.len()).flat_map(move |at| {
        let name = entries.get(at).map_or("", |(name, _)| name);
        let mut damages = vec![
            one(&format!("{name} dropped"), &|entries| drop(entries.remove(at))),
            one(&format!("{name} repeated"), &|entries| entries.extend(entries.get(at).cloned())),
        ];
        for other in at + 1..entries.len() {
            let two = entries.get(other).map_or("", |(name, _)| name);
            damages
                .push(one(&format!("{name} and {two} swapped"), &|entries| swap_bytes(entries, at, other)));
        }
        for (what, lie) in LIES {
            damages.push(one(&format!("{name}: {what}"), &|entries| {
                entries.get_mut(at).into_iter().for_each(lie);
            }));
        }
        damages
    })
}

/// Copies whose entries stand in another order, which is no damage.
pub fn reordered(entries: &[(String, Vec<u8>)]) -> impl Iterator<Item = Damage> {
    (1..entries.len()).map(|by| {
        let turned = entries.iter().cycle().skip(by).take(entries.len());
        let zip = RawZip::of(turned.map(|(name, bytes)| RawEntry::stored(name, bytes)));
        Damage { what: format!("turned by {by}"), bytes: zip.bytes() }
    })
}

type Lie = fn(&mut RawEntry);

/// Ways a header contradicts the directory, or both what is there.
const LIES: [(&str, Lie); 9] = [
    ("another name in its header", |entry| entry.local_name.push('x')),
    ("another name in both", |entry| {
        entry.name.push('x');
        entry.local_name.push('x');
    }),
    ("a wrong CRC in the directory", |entry| entry.crc32 ^= 1),
    ("a wrong CRC in its header", |entry| entry.local_crc32 ^= 1),
    ("a size of one more", |entry| entry.size_bytes += 1),
    ("a size of four gigabytes", |entry| entry.size_bytes = u32::MAX - 1),
    ("another method", |entry| entry.method = 12),
    ("the flag of encryption", |entry| entry.flags |= 1),
    ("a header elsewhere", |entry| entry.header_at = Some(1)),
];

fn swap_bytes(entries: &mut [RawEntry], one: usize, two: usize) {
    let stored = |entries: &[RawEntry], at: usize| entries.get(at).map(|entry| entry.packed.clone());
    let (first, second) = (stored(entries, one), stored(entries, two));
    for (at, bytes) in [(one, second), (two, first)] {
        if let Some((entry, bytes)) = entries.get_mut(at).zip(bytes) {
            *entry = RawEntry::stored(&entry.name, &bytes);
        }
    }
}

/// What a reader of damaged copies is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The archive states what it holds: whatever does not come out is damage.
    Complete,
    /// It does not, as an app's own backup: what does not come out may be a warning, because it could
    /// never have been there.
    AsFarAsItTells,
}

/// How often a walk saw which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Copies that were refused or found damaged.
    pub noticed: usize,
    /// Copies that read as if nothing had happened.
    pub harmless: usize,
}

/// Reads every damaged copy. Each is refused with a code of damage; or tells of it and gives nothing
/// but what was in the whole; or gives every item and byte of it.
///
/// # Panics
/// At the first that does none of these.
pub fn walk(
    damages: impl Iterator<Item = Damage>,
    whole: &CollectingSink,
    claim: Claim,
    read: impl Fn(Vec<u8>) -> Result<CollectingSink, FaultCode>,
) -> Tally {
    let mut tally = Tally::default();
    for Damage { what, bytes } in damages {
        match read(bytes) {
            Err(code) => {
                assert!(is_damage(code), "{what}: {code:?}");
                tally.noticed += 1;
            }
            Ok(sink) if sink.items == whole.items && sink.attachments == whole.attachments => {
                tally.harmless += 1;
            }
            Ok(sink) => {
                let codes = sink.codes(Severity::Damage);
                let told = !codes.is_empty() || (claim == Claim::AsFarAsItTells && !sink.findings.is_empty());
                assert!(told, "{what}: content changed, only {:?}", sink.findings);
                assert!(codes.iter().all(|code| is_damage(*code)), "{what}: {codes:?}");
                assert!(is_part_of(&sink, whole), "{what}: what came out is not what was put in");
                tally.noticed += 1;
            }
        }
    }
    tally
}

/// Whether a code may stand for damage: it is never called a wrong secret, nor another version.
#[must_use]
pub fn is_damage(code: FaultCode) -> bool {
    use FaultCode::{AttachmentMissing, NewerVersion, SecretRequired, UnsupportedVersion, WrongSecret};
    !matches!(code, WrongSecret | SecretRequired | NewerVersion | UnsupportedVersion | AttachmentMissing)
}

/// Whether everything that came out was in the whole.
#[must_use]
pub fn is_part_of(sink: &CollectingSink, whole: &CollectingSink) -> bool {
    sink.items.iter().all(|item| whole.items.contains(item))
        && sink.attachments.iter().all(|one| whole.attachments.contains(one))
}
