//! See the target of this name in `crates/hostile/src/lib.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| backstop_hostile::feed("salvage", bytes));
