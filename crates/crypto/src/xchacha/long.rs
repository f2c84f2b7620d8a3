//! Messages too long for memory: the same cipher, piece by piece.
//!
//! A message has one tag at its end, so nothing of it is proven before all of it has passed by.
//! Whoever needs proof first walks twice: once with [`LongMessage::check`], once with
//! [`LongMessage::open`]. Source: RFC 8439, 2.8, with the nonce of draft-irtf-cfrg-xchacha-03.

use std::fmt;

use chacha20::XChaCha20;
use chacha20::cipher::{KeyIvInit as _, StreamCipher as _};
use poly1305::Poly1305;
use poly1305::universal_hash::{KeyInit as _, UniversalHash as _};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{DoesNotOpen, NONCE_BYTES, TAG_BYTES};
use crate::secret::Key;

/// Bytes of a block of the cipher: the first makes the key of the tag, the message begins after it.
const CIPHER_BLOCK_BYTES: usize = 64;
const MAC_BLOCK_BYTES: usize = 16;

/// One message without associated data, taken in pieces of any size.
pub struct LongMessage {
    cipher: XChaCha20,
    mac: Poly1305,
    /// The beginning of a block that is not whole yet.
    held: [u8; MAC_BLOCK_BYTES],
    held_bytes: usize,
    length: u64,
}

impl fmt::Debug for LongMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LongMessage").field("length", &self.length).finish_non_exhaustive()
    }
}

impl LongMessage {
    /// Begins at the first byte of the ciphertext.
    #[must_use]
    pub fn new(key: &Key, nonce: &[u8; NONCE_BYTES]) -> Self {
        let mut cipher = XChaCha20::new(key.expose().into(), &(*nonce).into());
        let mut block = Zeroizing::new([0; CIPHER_BLOCK_BYTES]);
        cipher.apply_keystream(block.as_mut_slice());
        let mut mac_key = Zeroizing::new([0; 32]);
        mac_key.iter_mut().zip(block.iter()).for_each(|(to, from)| *to = *from);
        let mac = Poly1305::new(&(*mac_key).into());
        Self { cipher, mac, held: [0; MAC_BLOCK_BYTES], held_bytes: 0, length: 0 }
    }

    /// Takes a piece of ciphertext for the tag only.
    pub fn check(&mut self, mut piece: &[u8]) {
        self.length = self.length.saturating_add(piece.len() as u64);
        if self.held_bytes > 0 {
            let room = MAC_BLOCK_BYTES.saturating_sub(self.held_bytes).min(piece.len());
            let (now, later) = piece.split_at_checked(room).unwrap_or((piece, &[]));
            self.hold(now);
            piece = later;
            if self.held_bytes < MAC_BLOCK_BYTES {
                return;
            }
            self.mac.update_padded(&self.held);
            self.held_bytes = 0;
        }
        let whole = piece.len() - piece.len() % MAC_BLOCK_BYTES;
        let (blocks, rest) = piece.split_at_checked(whole).unwrap_or((piece, &[]));
        self.mac.update_padded(blocks);
        self.hold(rest);
    }

    fn hold(&mut self, bytes: &[u8]) {
        let free = self.held.iter_mut().skip(self.held_bytes);
        free.zip(bytes).for_each(|(to, from)| *to = *from);
        self.held_bytes += bytes.len();
    }

    /// Takes a piece of ciphertext and turns it into plain text, which nothing proves yet.
    ///
    /// # Errors
    /// [`DoesNotOpen`] beyond the length that the cipher allows (256 GiB).
    pub fn open(&mut self, piece: &mut [u8]) -> Result<(), DoesNotOpen> {
        self.check(piece);
        self.cipher.try_apply_keystream(piece).map_err(|_| DoesNotOpen)
    }

    /// The end of the message: proves all of it.
    ///
    /// # Errors
    /// [`DoesNotOpen`] if the key or nonce is wrong or any byte was changed.
    pub fn finish(mut self, tag: &[u8; TAG_BYTES]) -> Result<(), DoesNotOpen> {
        if self.held_bytes > 0 {
            let held = self.held;
            self.mac.update_padded(held.get(..self.held_bytes).unwrap_or_default());
        }
        let mut lengths = [0; MAC_BLOCK_BYTES];
        // No associated data: its length, the first eight bytes, is 0.
        lengths.iter_mut().skip(8).zip(self.length.to_le_bytes()).for_each(|(to, from)| *to = from);
        self.mac.update_padded(&lengths);
        let made = self.mac.finalize();
        if bool::from(made.as_slice().ct_eq(tag)) { Ok(()) } else { Err(DoesNotOpen) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::seal_in_place;
    use super::*;

    proptest! {
        #[test]
        fn pieces_open_as_the_whole_does(
            key: [u8; 32], nonce: [u8; 24], plain in prop::collection::vec(any::<u8>(), 0..400),
            cuts in prop::collection::vec(1_usize..70, 1..40), flip in any::<prop::sample::Index>(),
        ) {
            let key = Key::from_bytes(key);
            let mut sealed = plain.clone();
            seal_in_place(&key, &nonce, &[], &mut sealed).unwrap();
            let run = |sealed: &[u8]| {
                let (mut body, tag) = (sealed[..plain.len()].to_vec(), sealed[plain.len()..].try_into().unwrap());
                let (mut checked, mut opened) = (LongMessage::new(&key, &nonce), LongMessage::new(&key, &nonce));
                let mut at = 0;
                for cut in cuts.iter().cycle() {
                    if at == body.len() {
                        break;
                    }
                    let end = (at + cut).min(body.len());
                    checked.check(&body[at..end]);
                    opened.open(&mut body[at..end]).unwrap();
                    at = end;
                }
                (checked.finish(&tag), opened.finish(&tag), body)
            };
            prop_assert_eq!(run(&sealed), (Ok(()), Ok(()), plain.clone()));
            let at = flip.index(sealed.len());
            sealed[at] ^= 1;
            let (checked, opened, _) = run(&sealed);
            prop_assert_eq!((checked, opened), (Err(DoesNotOpen), Err(DoesNotOpen)));
        }
    }
}
