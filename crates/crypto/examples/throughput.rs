//! How fast the ciphers and the derivations run here: `cargo run --release -p backstop-crypto
//! --example throughput`. Prints a line per measurement; decides nothing.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring tool for developers")]

use std::io::{Read, Write as _};
use std::time::{Duration, Instant};

use backstop_crypto::argon2id::Params;
use backstop_crypto::sealed::{SealedReader, SealedWriter};
use backstop_crypto::secretstream::{StreamReader, StreamWriter};
use backstop_crypto::{Key, Password, argon2i, argon2id, xchacha};

const MIB: usize = 256;
const PIECE_BYTES: usize = 512 * 1024;

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed().as_secs_f64())
}

fn per_second(name: &str, seconds: f64) {
    println!("{name:<24} {:>6.0} MiB/s", f64::from(u32::try_from(MIB).unwrap()) / seconds);
}

fn main() {
    let key = Key::random().unwrap();
    let mut plain = vec![0x5a; MIB * 1024 * 1024];

    let (stream, seconds) = timed(|| {
        let out = Vec::with_capacity(plain.len() + plain.len() / 1024);
        let mut writer = StreamWriter::new(out, &key, &[1; 24], PIECE_BYTES).unwrap();
        writer.write_all(&plain).unwrap();
        writer.finish().unwrap()
    });
    per_second("secretstream write", seconds);
    let mut reader = StreamReader::new(stream.as_slice(), &key, &[1; 24], PIECE_BYTES).unwrap();
    per_second("secretstream read", timed(|| drain(&mut reader)).1);
    drop(stream);

    let (sealed, seconds) = timed(|| {
        let out = Vec::with_capacity(plain.len() + plain.len() / 1024);
        let mut writer = SealedWriter::new(out, &key, "speed").unwrap();
        writer.write_all(&plain).unwrap();
        writer.finish().unwrap()
    });
    per_second("sealed write", seconds);
    let mut reader = SealedReader::new(sealed.as_slice(), &key, "speed").unwrap();
    per_second("sealed read", timed(|| drain(&mut reader)).1);
    drop(sealed);

    let (tag, seconds) = timed(|| xchacha::seal_detached(&key, &[2; 24], b"", &mut plain).unwrap());
    per_second("xchacha seal", seconds);
    let opened = timed(|| xchacha::open_detached(&key, &[2; 24], b"", &mut plain, &tag).unwrap());
    per_second("xchacha open", opened.1);

    let cost = argon2i::Cost::EIGHT_MIB_THREE_PASSES;
    println!("argon2i 8 MiB x 3        {:.3} s", timed(|| argon2i::derive(b"x", &[0; 16], cost)).1);
    let (params, seconds) = timed(|| Params::calibrate(Duration::from_millis(500)).unwrap());
    println!("calibrated to {} KiB in {seconds:.3} s", params.memory_kib());
    let password = Password::new("x").unwrap();
    let derived = timed(|| argon2id::derive(password.expose().as_bytes(), &[0; 16], params).unwrap());
    println!("argon2id as calibrated   {:.3} s", derived.1);
}

fn drain(reader: &mut impl Read) {
    let mut buffer = vec![0; 64 * 1024];
    while reader.read(&mut buffer).unwrap() > 0 {}
}
