use proptest::prelude::*;

use super::*;
use crate::argon2id::Params;
use crate::{Key, Password, RecoveryKey};

/// The least that Argon2 allows, so that thousands of tries cost nothing.
fn cheap() -> Params {
    Params::new(8, 1, 1).unwrap()
}

fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

fn slot_for(text: &str, inner: &Key) -> Keyslot {
    Kek::from_password(&password(text), cheap()).unwrap().wrap_key("account").seal(inner).unwrap()
}

#[test]
fn a_password_opens_its_slot_in_any_spelling() {
    let inner = Key::random().unwrap();
    for written in ["caf\u{e9}", "cafe\u{301}"] {
        let slot = slot_for(written, &inner);
        for typed in ["caf\u{e9}", "cafe\u{301}"] {
            let opened = slot.open_with_password(&password(typed), Allowance::Usual).unwrap();
            assert!(opened.same_as(&inner), "{written} {typed}");
        }
        let wrong = slot.open_with_password(&password("cafe"), Allowance::Usual);
        assert_eq!(wrong.err(), Some(SlotError::WrongSecret));
    }
}

#[test]
fn a_recovery_key_opens_its_slot_and_no_other_does() {
    let (inner, recovery) = (Key::random().unwrap(), RecoveryKey::generate().unwrap());
    let slot = Kek::from_recovery(&recovery).wrap_key("archive").seal(&inner).unwrap();
    assert!(slot.open_with_recovery(&recovery).unwrap().same_as(&inner));
    let other = RecoveryKey::generate().unwrap();
    assert_eq!(slot.open_with_recovery(&other).err(), Some(SlotError::WrongSecret));
    let typed = slot.open_with_password(&password("x"), Allowance::Usual);
    assert_eq!(typed.err(), Some(SlotError::NoSuchSlot));
}

#[test]
fn purposes_do_not_open_each_other() {
    let kek = Kek::from_password(&password("p"), cheap()).unwrap();
    let slot = kek.wrap_key("archive").seal(&Key::random().unwrap()).unwrap();
    let account_key = kek.wrap_key("account");
    let passed_off = WrapKey::from_kept(account_key.expose().duplicate(), slot.template());
    assert!(matches!(slot.unwrap_with_kept(&passed_off), Err(SlotError::Damaged(_))));
}

#[test]
fn a_kept_wrap_key_seals_slots_for_a_password_nobody_typed() {
    let kek = Kek::from_password(&password("secret words"), cheap()).unwrap();
    let wrap = kek.wrap_key("archive");
    let template = serde_json::to_string(wrap.template()).unwrap();
    let kept = WrapKey::from_kept(
        Key::from_base64(&wrap.expose().expose_base64()).unwrap(),
        serde_json::from_str(&template).unwrap(),
    );
    let inner = Key::random().unwrap();
    let slot = kept.seal(&inner).unwrap();
    let opened = slot.open_with_password(&password("secret words"), Allowance::Usual).unwrap();
    assert!(opened.same_as(&inner));
    assert!(slot.unwrap_with_kept(&kept).unwrap().same_as(&inner));
    assert_ne!(slot, kept.seal(&inner).unwrap(), "the nonce is fresh each time");
}

#[test]
fn one_derivation_serves_all_purposes() {
    let inner = Key::random().unwrap();
    let slot = slot_for("p", &inner);
    let kek = slot.kek_of_password(&password("p"), Allowance::Usual).unwrap();
    assert!(slot.unwrap_with(&kek).unwrap().same_as(&inner));
    assert_eq!(kek.wrap_key("account").template(), &slot.template());
    assert!(slot.kek_of_password(&password("q"), Allowance::Usual).is_err());
}

#[test]
fn an_expensive_slot_asks_first() {
    let json = serde_json::to_string(&slot_for("p", &Key::random().unwrap())).unwrap();
    let dear = json.replace("\"memory_kib\":8", "\"memory_kib\":1048576");
    let slot: Keyslot = serde_json::from_str(&dear).unwrap();
    // The changed number no longer fits the checksum, so nothing is derived at all.
    let changed = slot.open_with_password(&password("p"), Allowance::UserAgreed);
    assert!(matches!(changed.err(), Some(SlotError::Damaged(_))));

    let template = SlotTemplate {
        kind: SlotKind::Password,
        purpose: "account".to_owned(),
        kdf: slot.template().kdf,
        check: [0; 32],
    };
    let honest = WrapKey::from_kept(Key::from_bytes([1; 32]), template).seal(&Key::from_bytes([2; 32]));
    let asked = honest.unwrap().open_with_password(&password("p"), Allowance::Usual);
    assert_eq!(asked.err(), Some(SlotError::LimitExceeded { memory_kib: 1_048_576, seconds: 2 }));
}

#[test]
fn parameters_above_the_caps_are_refused_when_read() {
    let json = serde_json::to_string(&slot_for("p", &Key::random().unwrap())).unwrap();
    for hostile in ["\"memory_kib\":1048577", "\"memory_kib\":4294967295", "\"memory_kib\":7"] {
        let changed = json.replace("\"memory_kib\":8", hostile);
        assert_ne!(changed, json);
        assert!(serde_json::from_str::<Keyslot>(&changed).is_err(), "{hostile}");
    }
}

#[test]
fn every_changed_byte_and_every_cut_of_a_slot_is_damage() {
    let json = serde_json::to_string(&slot_for("p", &Key::random().unwrap())).unwrap();
    for at in 0..json.len() {
        assert!(serde_json::from_str::<Keyslot>(&json[..at]).is_err(), "cut at {at}");
        for flip in [0x01, 0x02, 0x10, 0x20] {
            let mut changed = json.clone().into_bytes();
            changed[at] ^= flip;
            // Not UTF-8, not JSON, not a slot: all seen before any secret is tried.
            let Ok(slot) = serde_json::from_slice::<Keyslot>(&changed) else { continue };
            let opened = slot.open_with_password(&password("p"), Allowance::UserAgreed);
            assert!(matches!(opened.err(), Some(SlotError::Damaged(_))), "byte {at} flip {flip}");
        }
    }
}

#[test]
fn a_forged_checksum_does_not_help() {
    let slot = slot_for("p", &Key::random().unwrap());
    let json = serde_json::to_value(&slot).unwrap();
    let other = serde_json::to_value(slot_for("p", &Key::random().unwrap())).unwrap();
    let mut forged: Keyslot = {
        let mut mixed = json.clone();
        mixed["wrapped"] = other["wrapped"].clone();
        serde_json::from_value(mixed).unwrap()
    };
    assert!(!forged.is_whole());
    forged = Keyslot::assemble(forged.template(), [3; 12], [4; 48]);
    assert!(forged.is_whole());
    let opened = forged.open_with_password(&password("p"), Allowance::Usual);
    assert_eq!(opened.err(), Some(SlotError::Damaged("its key does not unwrap")));
}

#[test]
fn the_most_telling_error_of_all_slots_wins() {
    let inner = Key::random().unwrap();
    let whole = slot_for("p", &inner);
    let damaged = {
        let mut json = serde_json::to_value(slot_for("q", &inner)).unwrap();
        json["wrapped"] = serde_json::to_value(&whole).unwrap()["wrapped"].clone();
        serde_json::from_value::<Keyslot>(json).unwrap()
    };
    let open = |slots: Vec<Keyslot>, text: &str| {
        Keyslots::try_from(slots).unwrap().open_with_password(&password(text), Allowance::Usual)
    };
    assert!(open(vec![damaged.clone(), whole.clone()], "p").is_ok());
    assert_eq!(open(vec![whole.clone()], "q").err(), Some(SlotError::WrongSecret));
    for slots in [vec![damaged.clone(), whole.clone()], vec![whole.clone(), damaged]] {
        assert!(matches!(open(slots, "q").err(), Some(SlotError::Damaged(_))));
    }
    assert_eq!(open(vec![], "q").err(), Some(SlotError::NoSuchSlot));
    let recovery = RecoveryKey::generate().unwrap();
    let slots = Keyslots::try_from(vec![whole.clone()]).unwrap();
    assert_eq!(slots.open_with_recovery(&recovery).err(), Some(SlotError::NoSuchSlot));
    assert!(Keyslots::try_from(vec![whole; MAX_SLOTS + 1]).is_err());
}

proptest! {
    #[test]
    fn any_password_opens_what_it_sealed(text in "\\PC{0,40}", inner: [u8; 32]) {
        let inner = Key::from_bytes(inner);
        let json = serde_json::to_string(&slot_for(&text, &inner)).unwrap();
        let slot: Keyslot = serde_json::from_str(&json).unwrap();
        let opened = slot.open_with_password(&password(&text), Allowance::Usual);
        prop_assert!(opened.unwrap().same_as(&inner));
    }
}
