//! What a hostile file may cost us. Every cap is a constant with its reason.
//!
//! Nothing is ever allocated from a size that a file declares; these caps bound what a file can
//! make us keep after it has really delivered the bytes.

/// Entries in one zip. A Notesnook account with 100,000 attachments stays far below; the directory
/// of this many entries takes about 30 MiB of memory.
pub const ZIP_ENTRIES: u64 = 200_000;

/// Bytes in one entry name. The longest any app writes is below 100.
pub const NAME_BYTES: usize = 1024;

/// Bytes of all entry names together, so that many long names can't fill the memory.
pub const ALL_NAMES_BYTES: usize = 32 * MIB_USIZE;

/// How far back the end record is looked for: its own 22 bytes and the longest zip comment.
pub const ZIP_END_SEARCH_BYTES: u64 = 22 + 65_535;

/// Depth of nesting of one item. The deepest real row has four levels; below serde_json's own 128.
pub const JSON_DEPTH: usize = 64;

/// Bytes of one item's JSON text. A note with 150 MB of pictures inside its HTML still fits.
pub const ITEM_BYTES: usize = 256 * MIB_USIZE;

/// Bytes of one chunk file once unpacked from the zip: a chunk of [`CHUNK_CLOSES_AT`] and one item
/// of [`ITEM_BYTES`], compressed by a quarter, in base64 twice (compressed text, then ciphertext).
pub const CHUNK_FILE_BYTES: usize = 512 * MIB_USIZE;

/// Fields of one row that are looked at; the row itself stays whole. A real one has below 40.
pub const ROW_FIELDS: usize = 10_000;

/// Bytes of a title or file name that are shown; the row keeps all of it. Notesnook cuts at 500.
pub const TITLE_BYTES: usize = 64 * 1024;

/// Bytes of `attachments/.attachments_key`. A real one has 85 or 275.
pub const KEY_FILE_BYTES: usize = 64 * 1024;

/// UTF-16 units at which Notesnook closes a chunk. Source: its backup code, `10 * 1024 * 1024`.
pub const CHUNK_CLOSES_AT: u64 = 10 * MIB;

/// Bytes of `backstop.json`. Ours have 1,200 with two keyslots; four would have 2,300.
pub const CONTAINER_HEADER_BYTES: usize = 64 * 1024;

/// Bytes of a container's manifest: [`ZIP_ENTRIES`] lines of 130 bytes fit twice.
pub const CONTAINER_MANIFEST_BYTES: usize = 64 * MIB_USIZE;

/// Bytes of one frame of a container: a line of [`ITEM_BYTES`] that goes along twice, as a row and
/// as the text in it.
pub const CONTAINER_FRAME_BYTES: usize = 2 * ITEM_BYTES + MIB_USIZE;

/// How much a packed file may unpack to before [`RATIO`] counts.
pub const FREE_EXPANSION_BYTES: u64 = 10 * MIB;

/// As [`FREE_EXPANSION_BYTES`] for the rows of an archive: an honest chunk may end in one item of
/// [`ITEM_BYTES`], however well that compresses.
pub const FREE_ROWS_BYTES: u64 = FREE_EXPANSION_BYTES + ITEM_BYTES as u64;

/// How much of a packed part that nobody vouches for may be in memory at once before [`KEPT_RATIO`]
/// counts: a chunk file with its longest row, a frame. An item exists four times while it is read: as
/// packed, as its row, as its text and, unescaped, in its fingerprint. So this stays below a quarter of
/// the 128 MiB that any job may take. A note of 21 MB that says one line over and over is still read.
pub const FREE_KEPT_BYTES: usize = 22 * MIB_USIZE;

/// Unpacked bytes in memory at once per packed byte beyond [`FREE_KEPT_BYTES`]. A text reaches 20.
pub const KEPT_RATIO: u64 = 20;

/// As [`KEPT_RATIO`] for a text that is packed once more inside of its row. The row itself stays as it
/// is, whatever of its text is too much.
pub const INNER_RATIO: usize = 2;

/// Unpacked bytes per packed byte beyond the free ones. Text reaches 20; a bomb 1,000.
pub const RATIO: u64 = 200;

/// Different salts in one archive. A real one has a single salt; each costs a key derivation.
pub const SALTS: usize = 64;

/// Attachments keys in one archive, and known to one writer. Real files have one.
pub const ATTACHMENT_KEYS: usize = 64;

/// Bytes of one attachment piece. Notesnook writes 524,288; a row may state another size.
pub const ATTACHMENT_PIECE_BYTES: usize = 16 * MIB_USIZE;

/// Members of one list in a row of an older Notesnook: tags of a note, topics of a notebook. Each
/// becomes rows of its own, so a list must not be many.
pub const MEMBERS: usize = 20_000;

/// Bytes of what is kept of an older backup until all its rows are read: names of tags, and which
/// note is in which topic. 100,000 notes take about 15 MiB.
pub const GATHERED_BYTES: usize = 48 * MIB_USIZE;

/// Findings about entries of one directory before the rest is only counted.
pub const FINDINGS: usize = 1000;

const MIB: u64 = 1024 * 1024;
const MIB_USIZE: usize = 1024 * 1024;

/// Whether `unpacked` bytes out of `packed` are more than an honest file would give.
#[must_use]
pub fn expands_too_much(packed: u64, unpacked: u64, free: u64) -> bool {
    unpacked > free.saturating_add(packed.saturating_mul(RATIO))
}

/// How many bytes out of `packed` bytes that nobody vouches for may be in memory at once, however many
/// the format itself allows. So a small file can't ask for much memory; a stream is not affected.
#[must_use]
pub fn kept_at_once(packed: u64, most: usize) -> usize {
    let more = usize::try_from(packed.saturating_mul(KEPT_RATIO)).unwrap_or(usize::MAX);
    most.min(FREE_KEPT_BYTES.saturating_add(more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expansion_is_free_up_to_a_point() {
        for (packed, unpacked, too_much) in [
            (0, FREE_EXPANSION_BYTES, false),
            (0, FREE_EXPANSION_BYTES + 1, true),
            (1000, FREE_EXPANSION_BYTES + 200_000, false),
            (1000, FREE_EXPANSION_BYTES + 200_001, true),
            (u64::MAX, u64::MAX, false),
        ] {
            assert_eq!(
                expands_too_much(packed, unpacked, FREE_EXPANSION_BYTES),
                too_much,
                "{packed} {unpacked}"
            );
        }
    }

    #[test]
    fn a_small_part_is_kept_small_and_a_large_one_may_be_large() {
        for (packed, kept) in [
            (0, FREE_KEPT_BYTES),
            (MIB, FREE_KEPT_BYTES + 20 * MIB_USIZE),
            (12 * MIB, ITEM_BYTES),
            (u64::MAX, ITEM_BYTES),
        ] {
            assert_eq!(kept_at_once(packed, ITEM_BYTES), kept, "{packed}");
        }
    }
}
