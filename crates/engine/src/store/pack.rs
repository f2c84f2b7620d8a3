//! A row's JSON text as it lies in the database: compressed where that pays.

use zstd::bulk::{Compressor, Decompressor};

use super::StoreError;

/// Fastest level: a note of 4 KB shrinks to half for a few microseconds, and fewer pages to seal
/// cost less than the compression.
const LEVEL: i32 = 1;
/// Below this a frame's overhead eats the gain.
const MIN_BYTES: usize = 160;
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
/// Flag and length before the bytes.
const HEAD_BYTES: usize = 5;

/// Packs and unpacks rows, keeping its compressor warm.
pub(crate) struct Packer {
    compressor: Compressor<'static>,
    decompressor: Decompressor<'static>,
}

impl Packer {
    pub(crate) fn new() -> Result<Self, StoreError> {
        Ok(Self { compressor: Compressor::new(LEVEL)?, decompressor: Decompressor::new()? })
    }

    pub(crate) fn pack(&mut self, json: &str) -> Result<Vec<u8>, StoreError> {
        let plain_bytes = u32::try_from(json.len())
            .map_err(|_| StoreError::Damaged(format!("a row of {} bytes is too long", json.len())))?;
        let (flag, bytes) = if json.len() < MIN_BYTES {
            (PLAIN, json.as_bytes().to_vec())
        } else {
            (ZSTD, self.compressor.compress(json.as_bytes())?)
        };
        let mut packed = Vec::with_capacity(HEAD_BYTES + bytes.len());
        packed.push(flag);
        packed.extend_from_slice(&plain_bytes.to_le_bytes());
        packed.extend_from_slice(&bytes);
        Ok(packed)
    }

    pub(crate) fn unpack(&mut self, packed: &[u8]) -> Result<String, StoreError> {
        let damaged = || StoreError::Damaged("its text does not unpack".to_owned());
        let (head, bytes) = packed.split_at_checked(HEAD_BYTES).ok_or_else(damaged)?;
        let (flag, length) = head.split_first().ok_or_else(damaged)?;
        let length = u32::from_le_bytes(length.try_into().map_err(|_| damaged())?) as usize;
        let plain = match *flag {
            PLAIN => bytes.to_vec(),
            ZSTD => self.decompressor.decompress(bytes, length).map_err(|_| damaged())?,
            _ => return Err(damaged()),
        };
        if plain.len() != length {
            return Err(damaged());
        }
        String::from_utf8(plain).map_err(|_| damaged())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_row_comes_back_as_it_was(json in "\\PC{0,600}") {
            let mut packer = Packer::new().expect("zstd");
            let packed = packer.pack(&json).expect("packs");
            prop_assert_eq!(packer.unpack(&packed).expect("unpacks"), json);
        }

        #[test]
        fn damage_is_an_error_or_another_text_never_a_panic(packed in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut packer = Packer::new().expect("zstd");
            let _ = packer.unpack(&packed);
        }
    }

    #[test]
    fn a_long_row_gets_smaller() {
        let mut packer = Packer::new().expect("zstd");
        let json = "note ".repeat(1000);
        assert!(packer.pack(&json).expect("packs").len() < json.len() / 4);
    }
}
