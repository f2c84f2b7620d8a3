#![expect(clippy::disallowed_methods, reason = "damages files on purpose")]

use std::fs;

use super::*;
use crate::problem::{Code, Problem};

fn open(accounts: &Accounts, id: AccountId) -> Result<AccountKeys, AccountError> {
    accounts.open_with_password(id, &password(STRONG))
}

#[test]
fn every_changed_byte_and_cut_is_damage_and_never_a_wrong_password() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let keys = create(&accounts, "A", STRONG);
    let path = keys.folder().join("account.json");
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x01;
        fs::write(&path, &changed).unwrap();
        let told = open(&accounts, keys.head().id).err();
        let expected = matches!(told, Some(AccountError::Damaged(_) | AccountError::NewerVersion(_)));
        assert!(expected, "byte {at}: {told:?}");
        if at % 16 == 0 {
            fs::write(&path, &whole[..at]).unwrap();
            assert!(matches!(open(&accounts, keys.head().id).err(), Some(AccountError::Damaged(_))));
        }
    }
    fs::write(&path, &whole).unwrap();
    assert!(open(&accounts, keys.head().id).is_ok());
}

#[test]
fn an_unreadable_account_is_listed_as_such_and_left_alone() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let keys = create(&accounts, "A", STRONG);
    let path = keys.folder().join("account.json");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, "").unwrap();
    let listing = accounts.list().unwrap();
    assert!(listing.accounts.is_empty());
    assert_eq!(listing.unreadable[0].folder, keys.head().id.to_string());
    let refused = change(&accounts, keys.head().id, STRONG, OTHER).err().unwrap();
    assert_eq!(Problem::from(refused).code, Code::InvalidContent);
    create(&accounts, "B", STRONG);
    assert_eq!(fs::read(&path).unwrap(), b"");

    // A library whose account.json is gone is no unfinished creation, so it is never cleared.
    fs::remove_file(&path).unwrap();
    fs::write(keys.folder().join("library.db"), "notes").unwrap();
    create(&accounts, "C", STRONG);
    assert_eq!(listed(&accounts), (vec!["B".to_owned(), "C".to_owned()], 1));
    fs::write(&path, &whole).unwrap();
    assert!(open(&accounts, keys.head().id).is_ok());
}

#[test]
fn a_newer_file_is_not_touched() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let keys = create(&accounts, "A", STRONG);
    let path = keys.folder().join("account.json");
    let newer = r#"{"format":"backstop account","version":2,"shape":"unknown"}"#;
    fs::write(&path, newer).unwrap();
    let told = open(&accounts, keys.head().id).err().unwrap();
    assert!(matches!(told, AccountError::NewerVersion(2)));
    assert_eq!(Problem::from(told).code, Code::NewerVersion);
    assert!(change(&accounts, keys.head().id, STRONG, OTHER).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), newer);
}

#[test]
fn the_file_of_another_account_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let one = create(&accounts, "One", STRONG);
    let two = create(&accounts, "Two", STRONG);
    fs::copy(two.folder().join("account.json"), one.folder().join("account.json")).unwrap();
    assert!(matches!(open(&accounts, one.head().id).err(), Some(AccountError::Damaged(_))));
    assert_eq!(listed(&accounts), (vec!["Two".to_owned()], 1));
}

#[test]
fn a_file_that_never_ends_is_not_read_to_its_end() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let keys = create(&accounts, "A", STRONG);
    fs::write(keys.folder().join("account.json"), vec![b' '; 2 * 1024 * 1024]).unwrap();
    assert!(matches!(open(&accounts, keys.head().id).err(), Some(AccountError::Damaged(_))));
}

#[test]
fn foreign_things_in_the_folder_are_no_accounts() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    assert_eq!(listed(&accounts), (vec![], 0));
    create(&accounts, "A", STRONG);
    let folder = data.path().join("accounts");
    fs::create_dir(folder.join("lost+found")).unwrap();
    fs::write(folder.join(AccountId::random().to_string()), "a file").unwrap();
    assert_eq!(listed(&accounts), (vec!["A".to_owned()], 0));
}
