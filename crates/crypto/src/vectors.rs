//! Published vectors: fixed inputs and the bytes they must give for ever.
//!
//! `tests/vectors/{keyslot,recovery,sealed}.json` are our own constructions, written by these tests
//! when `BACKSTOP_WRITE_VECTORS` is set and compared otherwise; another implementation can be tested
//! against them. `tests/vectors/libsodium.json` was made by libsodium itself (1.0.18) and is only
//! read here.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::argon2id::Params;
use crate::keyslot::{Allowance, Kek, Keyslot};
use crate::sealed::{CHUNK_BYTES, SealedReader, SealedWriter, open_bytes, seal_with_nonce};
use crate::secretstream::{StreamReader, StreamWriter};
use crate::{Key, Password, RecoveryKey, argon2i, argon2id, xchacha};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    unhex(value.as_str().unwrap()).try_into().unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(bytes))
}

/// Bytes that every language can make: the position modulo 251.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|i| u8::try_from(i % 251).unwrap()).collect()
}

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "vectors", name].iter().collect()
}

fn published(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path(name)).unwrap()).unwrap()
}

/// Compares with the published file, or writes it when asked to.
#[expect(clippy::disallowed_methods, reason = "a vector file is written by hand, into the source tree")]
fn must_be_as_published(name: &str, made: &Value) {
    if std::env::var_os("BACKSTOP_WRITE_VECTORS").is_some() {
        std::fs::write(path(name), serde_json::to_string_pretty(made).unwrap() + "\n").unwrap();
    }
    assert_eq!(&published(name), made, "{name} is published: a change needs a new format version");
}

#[test]
fn recovery_keys_are_as_published() {
    let rows: Vec<Value> = [[0x00; 32], [0xff; 32], std::array::from_fn(|i| u8::try_from(i * 8).unwrap())]
        .into_iter()
        .map(|bytes| json!({"bytes": hex(&bytes), "text": *RecoveryKey::from_bytes(bytes).to_text()}))
        .collect();
    must_be_as_published("recovery.json", &json!(rows));
}

/// A slot with a fixed nonce, which nothing but a vector may have.
fn fixed_slot(kek: &Kek, purpose: &str, inner: &Key) -> Keyslot {
    kek.wrap_key(purpose).seal_with_nonce(inner, [0x33; 12])
}

#[test]
fn keyslots_are_as_published() {
    let inner = Key::from_bytes([0x44; 32]);
    let params = Params::new(65536, 3, 1).unwrap();
    let typed = "cafe\u{301} \u{1f511} 42";
    let password = Password::new(typed).unwrap();
    let by_password = Kek::from_password_and_salt(&password, params, [0x22; 16]).unwrap();
    let recovery = RecoveryKey::from_bytes([0x55; 32]);
    let by_recovery = Kek::from_recovery(&recovery);
    let slots: Vec<Keyslot> = ["account", "archive"]
        .into_iter()
        .flat_map(|purpose| {
            [fixed_slot(&by_password, purpose, &inner), fixed_slot(&by_recovery, purpose, &inner)]
        })
        .collect();
    let made = json!({
        "password": typed,
        "recovery": *recovery.to_text(),
        "wrapped_key": hex(inner.expose()),
        "slots": slots,
    });
    must_be_as_published("keyslot.json", &made);
    for slot in serde_json::from_value::<Vec<Keyslot>>(published("keyslot.json")["slots"].clone()).unwrap() {
        let opened = slot
            .open_with_password(&password, Allowance::Usual)
            .or_else(|_| slot.open_with_recovery(&recovery));
        assert!(opened.unwrap().same_as(&inner));
    }
}

#[test]
fn sealed_streams_are_as_published() {
    let key = Key::from_bytes([0x66; 32]);
    let mut rows = Vec::new();
    for length in [0, 1, 100, CHUNK_BYTES, 2 * CHUNK_BYTES + 1] {
        let mut writer = SealedWriter::with_start(Vec::new(), &key, "backstop vector", &[0x77; 16]).unwrap();
        writer.write_all(&pattern(length)).unwrap();
        let sealed = writer.finish().unwrap();
        let mut back = Vec::new();
        let mut reader = SealedReader::new(sealed.as_slice(), &key, "backstop vector").unwrap();
        reader.read_to_end(&mut back).unwrap();
        assert!(back == pattern(length));
        let whole = (length <= 100).then(|| hex(&sealed));
        rows.push(json!({"plain_bytes": length, "sealed_sha256": sha256(&sealed), "sealed": whole}));
    }
    let small = seal_with_nonce(&key, b"backstop vector", b"small", [0x88; 12]).unwrap();
    assert_eq!(open_bytes(&key, b"backstop vector", &small).unwrap().as_slice(), b"small");
    let made = json!({
        "key": hex(key.expose()), "info": "backstop vector", "start": hex(&[0x77; 16]),
        "plain": "byte i is i modulo 251",
        "streams": rows,
        "small": {"associated": "backstop vector", "plain": "small", "sealed": hex(&small)},
    });
    must_be_as_published("sealed.json", &made);
}

#[test]
fn argon2i_is_libsodiums() {
    for row in published("libsodium.json")["argon2i"].as_array().unwrap() {
        let cost = argon2i::Cost {
            memory_kib: u32::try_from(row["memory_kib"].as_u64().unwrap()).unwrap(),
            passes: u32::try_from(row["passes"].as_u64().unwrap()).unwrap(),
        };
        let key = argon2i::derive(row["password"].as_str().unwrap().as_bytes(), &array(&row["salt"]), cost);
        assert_eq!(*key.unwrap().expose_hex(), row["key"].as_str().unwrap());
    }
}

#[test]
fn argon2id_is_libsodiums() {
    for row in published("libsodium.json")["argon2id"].as_array().unwrap() {
        let number = |name: &str| u32::try_from(row[name].as_u64().unwrap()).unwrap();
        let params = Params::new(number("memory_kib"), number("passes"), 1).unwrap();
        let secret = row["password"].as_str().unwrap().as_bytes();
        let key = argon2id::derive(secret, &array(&row["salt"]), params).unwrap();
        assert_eq!(*key.expose_hex(), row["key"].as_str().unwrap());
    }
}

#[test]
fn xchacha_is_libsodiums() {
    for row in published("libsodium.json")["xchacha20poly1305_ietf"].as_array().unwrap() {
        let (key, nonce) = (Key::from_bytes(array(&row["key"])), array(&row["nonce"]));
        let associated = unhex(row["associated"].as_str().unwrap());
        let plain = unhex(row["plain"].as_str().unwrap());
        let mut message = plain.clone();
        xchacha::seal_in_place(&key, &nonce, &associated, &mut message).unwrap();
        assert_eq!(hex(&message), row["sealed"].as_str().unwrap());
        xchacha::open_in_place(&key, &nonce, &associated, &mut message).unwrap();
        assert_eq!(message, plain);
    }
}

#[test]
fn xchacha_is_the_drafts() {
    // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    let plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
        future, sunscreen would be it.";
    let key = Key::from_bytes(std::array::from_fn(|i| 0x80 + u8::try_from(i).unwrap()));
    let nonce = std::array::from_fn(|i| 0x40 + u8::try_from(i).unwrap());
    let associated = unhex("50515253c0c1c2c3c4c5c6c7");
    let mut message = plain.to_vec();
    let tag = xchacha::seal_detached(&key, &nonce, &associated, &mut message).unwrap();
    assert_eq!(hex(&tag), "c0875924c1c7987947deafd8780acf49");
    assert_eq!(hex(&message[..16]), "bd6d179d3e83d43b9576579493c0e939");
    xchacha::open_detached(&key, &nonce, &associated, &mut message, &tag).unwrap();
    assert_eq!(message, plain);
}

#[test]
fn secretstream_is_libsodiums() {
    for row in published("libsodium.json")["secretstream"].as_array().unwrap() {
        let (key, header) = (Key::from_bytes(array(&row["key"])), array(&row["header"]));
        let number = |name: &str| usize::try_from(row[name].as_u64().unwrap()).unwrap();
        let (piece, plain) = (number("piece_bytes"), pattern(number("plain_bytes")));
        let mut writer = StreamWriter::new(Vec::new(), &key, &header, piece).unwrap();
        writer.write_all(&plain).unwrap();
        let made = writer.finish().unwrap();
        assert_eq!(sha256(&made), row["encrypted_sha256"].as_str().unwrap());
        if let Some(whole) = row["encrypted"].as_str() {
            assert_eq!(hex(&made), whole);
        }
        let mut back = Vec::new();
        StreamReader::new(made.as_slice(), &key, &header, piece).unwrap().read_to_end(&mut back).unwrap();
        assert!(back == plain);
    }
}
