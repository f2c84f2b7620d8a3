//! SHA-256 of streams; of a long one on a thread of its own.
//!
//! Hashing is the slowest of what happens to a byte on its way into a backup or out of one, and
//! nothing waits for its result before the end. So beyond a few megabytes it goes on beside the rest.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use sha2::{Digest as _, Sha256};

/// Streams of this size and more are hashed on a thread: below, starting one costs more than it gives.
const BESIDE_FROM_BYTES: u64 = 4 * 1024 * 1024;
/// Bytes handed over at a time.
const PIECE_BYTES: usize = 256 * 1024;
/// Pieces that may wait; the faster side waits for the slower one, and memory stays bounded.
const PIECES: usize = 4;

/// SHA-256 of what passes by.
#[derive(Default)]
pub struct Digest {
    state: State,
    seen_bytes: u64,
}

enum State {
    /// Hashed at once.
    Here(Sha256),
    /// Hashed on a thread.
    Beside(Beside),
}

impl Default for State {
    fn default() -> Self {
        Self::Here(Sha256::new())
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Digest").field("seen_bytes", &self.seen_bytes).finish_non_exhaustive()
    }
}

impl Digest {
    /// Adds the bytes that come next.
    pub fn update(&mut self, bytes: &[u8]) {
        let before = self.seen_bytes;
        self.seen_bytes += bytes.len() as u64;
        if before < BESIDE_FROM_BYTES && self.seen_bytes >= BESIDE_FROM_BYTES {
            self.go_beside();
        }
        match &mut self.state {
            State::Here(hash) => hash.update(bytes),
            State::Beside(beside) => beside.update(bytes),
        }
    }

    /// The digest of everything that was added.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        match self.state {
            State::Here(hash) => hash.finalize().into(),
            State::Beside(beside) => beside.finish().finalize().into(),
        }
    }

    /// Goes on with the hash on a thread. Where there is no other processor, or no thread to be had,
    /// it goes on here.
    fn go_beside(&mut self) {
        let State::Here(hash) = &self.state else { return };
        let alone = thread::available_parallelism().is_ok_and(|threads| threads.get() == 1);
        if let Some(beside) = (!alone).then(|| Beside::start(hash.clone())).flatten() {
            self.state = State::Beside(beside);
        }
    }
}

/// A hash on a thread. Dropped without an end, the thread ends by itself.
struct Beside {
    piece: Vec<u8>,
    full: SyncSender<Vec<u8>>,
    spent: Receiver<Vec<u8>>,
    thread: JoinHandle<Sha256>,
}

impl Beside {
    fn start(mut hash: Sha256) -> Option<Self> {
        let (full, pieces) = sync_channel::<Vec<u8>>(PIECES);
        let (give_back, spent) = channel();
        let work = move || {
            for mut piece in pieces {
                hash.update(&piece);
                piece.clear();
                // Nobody takes it back once the stream has ended.
                let _ = give_back.send(piece);
            }
            hash
        };
        let thread = thread::Builder::new().name("sha-256".to_owned()).spawn(work).ok()?;
        Some(Self { piece: Vec::with_capacity(PIECE_BYTES), full, spent, thread })
    }

    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = PIECE_BYTES - self.piece.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() == PIECE_BYTES {
                self.hand_over();
            }
        }
    }

    fn hand_over(&mut self) {
        let empty = self.spent.try_recv().unwrap_or_else(|_| Vec::with_capacity(PIECE_BYTES));
        // A thread that takes nothing has died of a panic, which the end passes on.
        let _ = self.full.send(std::mem::replace(&mut self.piece, empty));
    }

    fn finish(mut self) -> Sha256 {
        self.hand_over();
        drop(self.full);
        match self.thread.join() {
            Ok(hash) => hash,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn in_pieces(bytes: &[u8], piece: usize) -> [u8; 32] {
        let mut digest = Digest::default();
        bytes.chunks(piece.max(1)).for_each(|piece| digest.update(piece));
        digest.finish()
    }

    #[test]
    fn it_is_sha_256_here_and_beside() {
        let edge = usize::try_from(BESIDE_FROM_BYTES).unwrap();
        for length in [0, 1, edge - 1, edge, edge + 1, edge + PIECE_BYTES, edge + 3 * PIECE_BYTES + 7] {
            let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let expected: [u8; 32] = Sha256::digest(&bytes).into();
            for piece in [4096, 65_536, PIECE_BYTES, edge + 5] {
                assert_eq!(in_pieces(&bytes, piece), expected, "{length} bytes by {piece}");
            }
        }
    }

    #[test]
    fn one_that_is_dropped_harms_nobody() {
        let mut digest = Digest::default();
        digest.update(&vec![1; 6 * 1024 * 1024]);
        drop(digest);
        assert_eq!(in_pieces(b"abc", 1), <[u8; 32]>::from(Sha256::digest(b"abc")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn pieces_of_any_size_are_the_same_stream(piece in 1_usize..700_000, length in 0_usize..9_000_000) {
            let bytes = vec![7; length];
            prop_assert_eq!(in_pieces(&bytes, piece), <[u8; 32]>::from(Sha256::digest(&bytes)));
        }
    }
}
