//! The plug is pulled before each step of each write: what is there afterwards opens with the old
//! secrets or with the new ones, and the next change works.

use std::io::ErrorKind;

use super::*;
use crate::durable::fault::{Fault, Step, plan};

const STEPS: [Step; 4] = [Step::Create, Step::SyncFile, Step::Rename, Step::SyncFolder];
const FAULTS: [Fault; 2] = [Fault::PowerCut, Fault::Error(ErrorKind::StorageFull)];

fn each_fault(run: impl Fn(&Accounts, Step, Fault)) {
    for step in STEPS {
        for fault in FAULTS {
            let data = tempfile::tempdir().unwrap();
            run(&accounts(data.path()), step, fault);
        }
    }
}

fn opens(accounts: &Accounts, id: AccountId, text: &str) -> bool {
    match accounts.open_with_password(id, &password(text)) {
        Ok(_) => true,
        Err(AccountError::WrongSecret) => false,
        Err(other) => panic!("neither open nor closed: {other}"),
    }
}

#[test]
fn a_creation_that_dies_leaves_a_whole_account_or_none() {
    each_fault(|accounts, step, fault| {
        let made = {
            let _fault = plan(step, fault);
            try_create(accounts, "A", STRONG, false)
        };
        let (names, unreadable) = listed(accounts);
        assert_eq!(unreadable, 0, "{step:?}");
        assert_eq!(names.len(), usize::from(made.is_ok()), "{step:?}: what is told is what is there");
        if let Some(head) = accounts.list().unwrap().accounts.first() {
            assert!(opens(accounts, head.id, STRONG));
        } else {
            create(accounts, "A", STRONG);
        }
        assert_eq!(
            std::fs::read_dir(accounts.folder_of(AccountId::random()).parent().unwrap())
                .unwrap()
                .filter(|entry| entry.as_ref().unwrap().path().is_dir())
                .count(),
            1,
            "{step:?}: what died is cleared"
        );
    });
}

#[test]
fn a_change_of_password_that_dies_leaves_the_old_one_or_the_new_one() {
    each_fault(|accounts, step, fault| {
        let keys = create(accounts, "A", STRONG);
        let id = keys.head().id;
        let told = {
            let _fault = plan(step, fault);
            change(accounts, id, STRONG, OTHER)
        };
        let (old, new) = (opens(accounts, id, STRONG), opens(accounts, id, OTHER));
        assert!(old != new, "{step:?} {fault:?}: exactly one opens");
        assert_eq!(told.is_ok(), new, "{step:?} {fault:?}: what is told is what is there");
        let by_recovery = accounts.open_with_recovery(id, keys.recovery_key()).unwrap();
        assert!(same_keys(&keys, &by_recovery));

        let now = if old { STRONG } else { OTHER };
        change(accounts, id, now, "a third set of quiet gull words").unwrap();
        let parts = std::fs::read_dir(keys.folder()).unwrap();
        let parts =
            parts.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part"));
        assert_eq!(parts.count(), 0, "{step:?} {fault:?}: what died is cleared");
    });
}

#[test]
fn a_new_recovery_key_that_dies_leaves_the_old_one_or_the_new_one() {
    each_fault(|accounts, step, fault| {
        let keys = create(accounts, "A", STRONG);
        let id = keys.head().id;
        let told = {
            let _fault = plan(step, fault);
            accounts.new_recovery_key(id, &password(STRONG))
        };
        let shown = accounts.show_recovery_key(id, &password(STRONG)).unwrap();
        assert!(accounts.open_with_recovery(id, &shown).is_ok(), "{step:?}: slot and vault agree");
        match told {
            Ok(new) => assert!(shown.same_as(new.recovery_key())),
            Err(_) => assert!(shown.same_as(keys.recovery_key())),
        }
    });
}

#[test]
fn a_confirmation_that_dies_can_be_made_again() {
    each_fault(|accounts, step, fault| {
        let mut keys = create(accounts, "A", STRONG);
        let groups = keys.recovery_key().groups();
        let typed = [(0, groups[0].as_str()), (1, groups[1].as_str())];
        {
            let _fault = plan(step, fault);
            let told = accounts.confirm_recovery_key(&mut keys, &typed).is_ok();
            assert_eq!(keys.recovery_key_is_confirmed(), told);
        }
        accounts.confirm_recovery_key(&mut keys, &typed).unwrap();
        assert!(
            accounts
                .open_with_password(keys.head().id, &password(STRONG))
                .unwrap()
                .recovery_key_is_confirmed()
        );
    });
}

#[test]
fn a_deletion_that_dies_is_not_begun_or_is_finished_later() {
    each_fault(|accounts, step, fault| {
        let keys = create(accounts, "A", STRONG);
        let keychain = FakeKeychain::default();
        let told = {
            let _fault = plan(step, fault);
            accounts.delete(keys.head().id, &keychain)
        };
        assert!(told.is_err());
        let (names, unreadable) = listed(accounts);
        assert_eq!(unreadable, 0);
        if names.is_empty() {
            create(accounts, "B", OTHER);
            assert!(!keys.folder().exists(), "{step:?}: the next creation finished it");
        } else {
            assert!(opens(accounts, keys.head().id, STRONG), "{step:?}: not begun");
        }
    });
}

#[test]
fn a_deletion_cut_off_in_its_middle_is_never_an_account_again() {
    let data = tempfile::tempdir().unwrap();
    let accounts = accounts(data.path());
    let keys = create(&accounts, "A", STRONG);
    std::fs::create_dir(keys.folder().join("blobs")).unwrap();
    std::fs::File::create_new(keys.folder().join("deleted")).unwrap();
    assert_eq!(listed(&accounts), (vec![], 0));
    assert!(matches!(
        accounts.open_with_password(keys.head().id, &password(STRONG)),
        Err(AccountError::NotFound)
    ));
    create(&accounts, "A", STRONG);
    assert!(!keys.folder().exists());
}
