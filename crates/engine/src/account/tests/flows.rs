use backstop_crypto::argon2i::{self, Cost as Argon2iCost};
use backstop_crypto::{Allowance, Key, RecoveryKey};

use super::*;
use crate::lock::{AccountLock, LockError, LockKind};
use crate::problem::{Code, Problem};

#[test]
fn a_new_account_opens_by_password_and_by_recovery_key_only() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let keys = create(&accounts, " Olive Tern ", STRONG);
    let id = keys.head().id;
    assert_eq!(keys.head().name.as_str(), "Olive Tern");
    assert_eq!((keys.generation(), keys.recovery_key_is_confirmed()), (1, false));
    assert_eq!(listed(&accounts), (vec!["Olive Tern".to_owned()], 0));
    assert_eq!(accounts.find("olive tern").unwrap(), *keys.head());
    assert_eq!(accounts.find(&id.to_string()).unwrap().id, id);

    let by_password = accounts.open_with_password(id, &password(STRONG)).unwrap();
    assert!(same_keys(&keys, &by_password));
    let by_recovery = accounts.open_with_recovery(id, keys.recovery_key()).unwrap();
    assert!(same_keys(&keys, &by_recovery));
    let wrong = accounts.open_with_password(id, &password(OTHER));
    assert!(matches!(wrong, Err(AccountError::WrongSecret)));
    let wrong = accounts.open_with_recovery(id, &RecoveryKey::generate().unwrap());
    assert!(matches!(wrong, Err(AccountError::WrongSecret)));
    assert!(matches!(
        accounts.open_with_password(AccountId::random(), &password(STRONG)),
        Err(AccountError::NotFound)
    ));
}

#[test]
fn accounts_share_no_key_and_no_name() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let one = create(&accounts, "One", STRONG);
    let two = create(&accounts, "Two", STRONG);
    assert!(!same_keys(&one, &two));
    assert!(!one.nnbackupz_key().0.same_as(two.nnbackupz_key().0));
    assert!(!one.library_key().same_as(&one.blob_key()));
    assert!(matches!(try_create(&accounts, "oNE", STRONG, false), Err(AccountError::NameTaken)));
    assert!(matches!(try_create(&accounts, "  ", STRONG, false), Err(AccountError::Name(NameError::Empty))));
    assert_eq!(listed(&accounts).0, ["One", "Two"]);
}

#[test]
fn an_account_is_renamed_and_keeps_its_secrets() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let mut one = create(&accounts, "One", STRONG);
    let _two = create(&accounts, "Two", STRONG);
    assert!(matches!(accounts.rename(&mut one, "tWO"), Err(AccountError::NameTaken)));
    assert!(matches!(accounts.rename(&mut one, " "), Err(AccountError::Name(NameError::Empty))));
    assert_eq!(one.head().name.as_str(), "One");
    accounts.rename(&mut one, " ONE ").unwrap();
    accounts.rename(&mut one, "Uno").unwrap();
    assert_eq!(one.head().name.as_str(), "Uno");
    assert_eq!(listed(&accounts).0, ["Two", "Uno"]);
    let opened = accounts.open_with_password(one.head().id, &password(STRONG)).unwrap();
    assert!(same_keys(&one, &opened));
}

#[test]
fn a_weak_password_needs_insisting_and_an_empty_one_is_none() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let weak = try_create(&accounts, "A", "summer2026", false);
    assert!(matches!(weak, Err(AccountError::TooWeak { needed: 4, .. })));
    assert!(matches!(try_create(&accounts, "A", "", true), Err(AccountError::EmptyPassword)));
    assert_eq!(listed(&accounts), (vec![], 0));
    let keys = try_create(&accounts, "A", "summer2026", true).unwrap();
    assert!(matches!(
        change(&accounts, keys.head().id, "summer2026", "winter2026"),
        Err(AccountError::TooWeak { .. })
    ));
}

#[test]
fn the_vault_makes_archives_that_password_and_recovery_key_open() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let made = create(&accounts, "A", STRONG);
    let keychain = FakeKeychain::default();
    Accounts::keep_signed_in(&made, &keychain).unwrap();
    let keys = accounts.open_with_keychain(made.head().id, &keychain).unwrap();

    let file_key = Key::random().unwrap();
    let slot = keys.password_wrap_key().seal(&file_key).unwrap();
    let opened = slot.open_with_password(&password(STRONG), Allowance::Usual).unwrap();
    assert!(opened.same_as(&file_key));
    let slot = keys.recovery_wrap_key().seal(&file_key).unwrap();
    assert!(slot.open_with_recovery(made.recovery_key()).unwrap().same_as(&file_key));
    assert_eq!(slot.purpose(), "archive");

    let (key, salt) = keys.nnbackupz_key();
    let expected = argon2i::derive(STRONG.as_bytes(), salt, Argon2iCost::EIGHT_MIB_THREE_PASSES).unwrap();
    assert!(key.same_as(&expected));
}

#[test]
fn a_new_password_changes_what_it_must_and_nothing_else() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let before = create(&accounts, "A", STRONG);
    let id = before.head().id;
    let keychain = FakeKeychain::default();
    Accounts::keep_signed_in(&before, &keychain).unwrap();

    assert!(matches!(change(&accounts, id, OTHER, OTHER), Err(AccountError::WrongSecret)));
    let after = change(&accounts, id, STRONG, OTHER).unwrap();
    assert!(same_keys(&before, &after));
    assert_eq!(after.generation(), 2);
    assert!(after.recovery_key().same_as(before.recovery_key()));
    assert!(!after.nnbackupz_key().0.same_as(before.nnbackupz_key().0));
    assert_ne!(after.nnbackupz_key().1, before.nnbackupz_key().1);
    assert!(accounts.verify_password(id, &password(OTHER)).is_ok());
    assert!(matches!(accounts.verify_password(id, &password(STRONG)), Err(AccountError::WrongSecret)));
    assert!(accounts.open_with_recovery(id, before.recovery_key()).is_ok());

    // An old archive's slot still takes the old password; a new one takes the new.
    let file_key = Key::random().unwrap();
    let old_slot = before.password_wrap_key().seal(&file_key).unwrap();
    assert!(old_slot.open_with_password(&password(STRONG), Allowance::Usual).is_ok());
    let new_slot = after.password_wrap_key().seal(&file_key).unwrap();
    assert!(new_slot.open_with_password(&password(STRONG), Allowance::Usual).is_err());
    assert!(new_slot.open_with_password(&password(OTHER), Allowance::Usual).is_ok());

    // Whoever was signed in stays so, and sees the change at the start of the next run.
    let mut running = before;
    assert!(running.refresh().unwrap());
    assert!(!running.refresh().unwrap());
    assert_eq!(running.generation(), 2);
    assert!(same_keys(&running, &accounts.open_with_keychain(id, &keychain).unwrap()));
}

#[test]
fn the_recovery_key_sets_a_new_password() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let keys = create(&accounts, "A", STRONG);
    let id = keys.head().id;
    let typed = RecoveryKey::parse(&keys.recovery_key().to_text().to_lowercase()).unwrap();
    let new = password(OTHER);
    let new = NewPassword { password: &new, insist: false };
    let wrong = accounts.reset_password(id, &RecoveryKey::generate().unwrap(), new);
    assert!(matches!(wrong, Err(AccountError::WrongSecret)));
    let after = accounts.reset_password(id, &typed, new).unwrap();
    assert!(same_keys(&keys, &after));
    assert!(accounts.open_with_password(id, &password(STRONG)).is_err());
    assert!(accounts.open_with_password(id, &password(OTHER)).is_ok());
}

#[test]
fn a_new_recovery_key_takes_the_place_of_the_old_one() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let mut before = create(&accounts, "A", STRONG);
    let id = before.head().id;
    confirm(&accounts, &mut before, &[0, 5]).unwrap();
    assert!(matches!(accounts.new_recovery_key(id, &password(OTHER)), Err(AccountError::WrongSecret)));
    let after = accounts.new_recovery_key(id, &password(STRONG)).unwrap();
    assert!(!after.recovery_key().same_as(before.recovery_key()));
    assert_eq!((after.generation(), after.recovery_key_is_confirmed()), (2, false));
    assert!(accounts.open_with_recovery(id, before.recovery_key()).is_err());
    assert!(same_keys(&before, &accounts.open_with_recovery(id, after.recovery_key()).unwrap()));
    let shown = accounts.show_recovery_key(id, &password(STRONG)).unwrap();
    assert!(shown.same_as(after.recovery_key()));
    assert!(accounts.show_recovery_key(id, &password(OTHER)).is_err());
    // The password, its derived key and its slots are what they were.
    assert!(after.nnbackupz_key().0.same_as(before.nnbackupz_key().0));

    // The groups of the old key no longer confirm anything.
    assert!(matches!(confirm(&accounts, &mut before, &[0, 1]), Err(AccountError::NotConfirmed)));
}

/// Types groups back as they are in the keys at hand.
fn confirm(accounts: &Accounts, keys: &mut AccountKeys, positions: &[usize]) -> Result<(), AccountError> {
    let groups = keys.recovery_key().groups();
    let typed: Vec<(usize, &str)> = positions.iter().map(|at| (*at, groups[*at].as_str())).collect();
    accounts.confirm_recovery_key(keys, &typed)
}

#[test]
fn the_recovery_key_is_confirmed_by_two_different_groups() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let mut keys = create(&accounts, "A", STRONG);
    for too_few in [&[][..], &[3], &[3, 3]] {
        assert!(matches!(confirm(&accounts, &mut keys, too_few), Err(AccountError::NotConfirmed)));
    }
    let swapped = {
        let groups = keys.recovery_key().groups();
        let typed = [(0, groups[1].clone()), (1, groups[0].clone())];
        let typed: Vec<(usize, &str)> = typed.iter().map(|(at, text)| (*at, text.as_str())).collect();
        accounts.confirm_recovery_key(&mut keys, &typed)
    };
    assert!(matches!(swapped, Err(AccountError::NotConfirmed)));
    assert!(!keys.recovery_key_is_confirmed());
    confirm(&accounts, &mut keys, &[13, 2]).unwrap();
    assert!(keys.recovery_key_is_confirmed());
    let again = accounts.open_with_password(keys.head().id, &password(STRONG)).unwrap();
    assert!(again.recovery_key_is_confirmed());
    assert_eq!(again.generation(), 1, "no archive needs another slot for this");
}

#[test]
fn the_keychains_failures_are_told_apart() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let keys = create(&accounts, "A", STRONG);
    let id = keys.head().id;
    let keychain = FakeKeychain::default();
    assert!(matches!(accounts.open_with_keychain(id, &keychain), Err(AccountError::NotKept)));
    Accounts::keep_signed_in(&keys, &keychain).unwrap();
    let mut messages = Vec::new();
    for error in [
        KeychainError::Absent,
        KeychainError::Locked,
        KeychainError::Denied,
        KeychainError::Other("odd".to_owned()),
    ] {
        keychain.refuse(Some(error.clone()));
        let refused = accounts.open_with_keychain(id, &keychain).err().unwrap();
        assert!(matches!(&refused, AccountError::Keychain(told) if *told == error));
        let problem = Problem::from(refused);
        assert_eq!(problem.code, Code::NotLoggedIn);
        messages.push(problem.message);
    }
    messages.sort();
    messages.dedup();
    assert_eq!(messages.len(), 4);
    keychain.refuse(None);
    assert!(accounts.open_with_keychain(id, &keychain).is_ok());

    let other = Key::random().unwrap().expose_base64();
    for useless in ["", "not a key", other.as_str()] {
        keychain.store(&id.to_string(), useless).unwrap();
        let error = accounts.open_with_keychain(id, &keychain).err().unwrap();
        assert!(matches!(error, AccountError::KeptKeyUseless), "{useless}");
    }
    Accounts::forget(id, &keychain).unwrap();
    assert_eq!(keychain.len(), 0);
    Accounts::forget(id, &keychain).unwrap();
    keychain.refuse(Some(KeychainError::Absent));
    Accounts::forget(id, &keychain).unwrap();
    keychain.refuse(Some(KeychainError::Locked));
    assert!(matches!(Accounts::forget(id, &keychain), Err(AccountError::Keychain(KeychainError::Locked))));
}

#[test]
fn deleting_takes_the_account_and_no_archive() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let archive = data.path().join("library-2026-11-22-08-03-15.nnbackupz");
    std::fs::File::create_new(&archive).unwrap();
    let mut keys = create(&accounts, "A", STRONG);
    let stays = create(&accounts, "B", STRONG);
    let keychain = FakeKeychain::default();
    Accounts::keep_signed_in(&keys, &keychain).unwrap();
    std::fs::create_dir(keys.folder().join("blobs")).unwrap();
    std::fs::File::create_new(keys.folder().join("blobs/1")).unwrap();

    let job = AccountLock::acquire(keys.folder(), LockKind::Job).unwrap();
    let busy = accounts.delete(keys.head().id, &keychain);
    assert!(matches!(busy, Err(AccountError::Lock(LockError::Busy))));
    drop(job);
    assert_eq!(accounts.delete(keys.head().id, &keychain).unwrap(), Ok(()));
    assert!(!keys.folder().exists());
    assert_eq!(keychain.len(), 0);
    assert!(archive.exists());
    assert_eq!(listed(&accounts), (vec!["B".to_owned()], 0));
    assert!(matches!(keys.refresh(), Err(AccountError::NotFound)));
    assert!(matches!(accounts.delete(keys.head().id, &keychain), Err(AccountError::NotFound)));
    keychain.refuse(Some(KeychainError::Locked));
    assert_eq!(accounts.delete(stays.head().id, &keychain).unwrap(), Err(KeychainError::Locked));
    assert!(!stays.folder().exists());
}

#[test]
fn secrets_change_only_while_no_job_runs() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let keys = create(&accounts, "A", STRONG);
    let job = AccountLock::acquire(keys.folder(), LockKind::Job).unwrap();
    let busy = change(&accounts, keys.head().id, STRONG, OTHER).err().unwrap();
    assert_eq!(Problem::from(busy).code, Code::Busy);
    drop(job);
    assert!(change(&accounts, keys.head().id, STRONG, OTHER).is_ok());
}

#[test]
fn nothing_secret_is_readable_in_the_files() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let mut keys = create(&accounts, "Olive", STRONG);
    confirm(&accounts, &mut keys, &[1, 2]).unwrap();
    let changed = change(&accounts, keys.head().id, STRONG, OTHER).unwrap();
    let mut secrets = vec![STRONG.to_owned(), OTHER.to_owned()];
    for opened in [&keys, &changed] {
        secrets.push(opened.recovery_key().to_text().to_string());
        secrets.push(opened.recovery_key().to_text().replace('-', ""));
        for key in [
            opened.account_key(),
            opened.nnbackupz_key().0,
            opened.password_wrap_key().expose(),
            opened.recovery_wrap_key().expose(),
            &opened.library_key(),
            &Key::from_bytes(*opened.recovery_key().expose()),
        ] {
            secrets.push(key.expose_base64().to_string());
            secrets.push(key.expose_base64().trim_end_matches('=').to_owned());
            secrets.push(key.expose_hex().to_string());
        }
    }
    let mut files = 0;
    for entry in std::fs::read_dir(keys.folder()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        files += 1;

        for secret in &secrets {
            assert!(!text.contains(secret.as_str()));
        }
        for raw in [changed.account_key(), changed.nnbackupz_key().0] {
            assert!(!bytes.windows(32).any(|window| window == raw.expose()));
        }
    }
    assert!(files >= 1);
    let text = std::fs::read_to_string(keys.folder().join("account.json")).unwrap();
    assert!(text.contains("Olive"), "the name is open, and stays findable");
}

#[test]
fn the_password_of_a_place_is_kept_in_the_vault_and_forgotten_with_it() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let mut keys = create(&accounts, "One", STRONG);
    let id = keys.head().id;
    let place = crate::places::PlaceId::try_from("notesnook-3f9a1c".to_owned()).unwrap();
    let secret = "schön \"quoted\" \\ 🌲";
    accounts.set_place_secret(&mut keys, &place, Some(&password(secret))).unwrap();
    let kept = |keys: &AccountKeys| keys.place_secret(&place).map(|kept| kept.expose().to_owned());
    assert_eq!(kept(&keys).as_deref(), Some(secret));
    let text = std::fs::read_to_string(keys.folder().join("account.json")).unwrap();
    assert!(!text.contains("quoted") && !text.contains("notesnook-"));
    let mut other = accounts.open_with_password(id, &password(STRONG)).unwrap();
    assert_eq!(kept(&other).as_deref(), Some(secret));
    let change = NewPassword { password: &password(OTHER), insist: true };
    let changed = accounts.change_password(id, &password(STRONG), change).unwrap();
    assert_eq!(kept(&changed).as_deref(), Some(secret), "it is another app's and stays");
    other.refresh().unwrap();
    accounts.set_place_secret(&mut other, &place, None).unwrap();
    accounts.set_place_secret(&mut other, &place, None).unwrap();
    assert_eq!(kept(&other), None);
    assert_eq!(kept(&accounts.open_with_password(id, &password(OTHER)).unwrap()), None);
}
