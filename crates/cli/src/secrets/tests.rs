use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use super::*;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        let mut file = File::options().create_new(true).write(true).open(&path).expect("a new file");
        io::Write::write_all(&mut file, bytes).expect("written");
        path
    }
}

fn secrets(files: SecretFiles, variable: fn(&str) -> Option<OsString>) -> Secrets {
    Secrets { files, variable, terminal: false }
}

fn nothing(_: &str) -> Option<OsString> {
    None
}

fn code<T>(result: Result<T, Problem>) -> Code {
    match result {
        Ok(_) => panic!("it was accepted"),
        Err(problem) => problem.code,
    }
}

fn line_of(bytes: &[u8]) -> Result<Line, Problem> {
    first_of(&read(bytes)?)
}

#[test]
fn a_secret_is_the_first_line_without_its_line_end() {
    for (bytes, wanted) in [
        (&b"harbour"[..], "harbour"),
        (b"harbour\n", "harbour"),
        (b"harbour\r\n", "harbour"),
        (b"harbour\nsecond line\n", "harbour"),
        (b" two  spaces \t\n", " two  spaces \t"),
        (b"in\rside\n", "in\rside"),
        ("bl\u{e5}b\u{e6}r \u{1f980}\n".as_bytes(), "bl\u{e5}b\u{e6}r \u{1f980}"),
    ] {
        assert_eq!(line_of(bytes).expect("a line").as_str(), wanted, "{bytes:?}");
    }
}

#[test]
fn a_file_without_a_secret_says_so() {
    for (bytes, wanted) in
        [(&b""[..], Code::SecretRequired), (b"\nharbour", Code::SecretRequired), (b"\xff\xfe", Code::Usage)]
    {
        assert_eq!(code(line_of(bytes)), wanted, "{bytes:?}");
    }
    let long = vec![b'a'; LONGEST_LINE_BYTES];
    assert_eq!(code(line_of(&long).and_then(password)), Code::Usage);
    let longest = vec![b'a'; 1024 * 1024];
    assert!(password(line_of(&longest).expect("a line")).is_ok());
}

#[test]
fn a_missing_file_is_not_found_and_an_error_never_shows_a_secret() {
    let folder = Folder::new();
    let gone = folder.0.path().join("gone");
    let files = SecretFiles { password_file: Some(gone), ..SecretFiles::default() };
    assert_eq!(code(secrets(files, nothing).account()), Code::NotFound);
    let bad = folder.file("key", b"swordfish-canary\n");
    let files = SecretFiles { recovery_key_file: Some(bad), ..SecretFiles::default() };
    let Err(problem) = secrets(files, nothing).archive() else { panic!("it was accepted") };
    assert_eq!(problem.code, Code::WrongSecret);
    let shown = format!("{problem:?}");
    assert!(!shown.contains("swordfish"), "{shown}");
}

#[test]
fn a_file_goes_before_the_environment() {
    let folder = Folder::new();
    let file = folder.file("password", b"from the file\n");
    let from_environment = |name: &str| (name == ACCOUNT).then(|| OsString::from("from outside"));
    let both = SecretFiles { password_file: Some(file), ..SecretFiles::default() };
    let read = |files| secrets(files, from_environment).account().expect("read").expect("given");
    assert_eq!(read(both).expose(), "from the file");
    assert_eq!(read(SecretFiles::default()).expose(), "from outside");
}

#[test]
fn an_archive_takes_its_password_or_a_key() {
    let folder = Folder::new();
    // 43 characters of base64url: the form of Notesnook's recovery key.
    let key = folder.file("key", b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n");
    let files = SecretFiles { recovery_key_file: Some(key), ..SecretFiles::default() };
    let given = secrets(files, nothing).archive().expect("read").expect("given");
    assert!(!matches!(given, ArchiveSecret::Password(_)));
    let of_the_archive = |name: &str| (name == ARCHIVE).then(|| OsString::from("its own"));
    let given = secrets(SecretFiles::default(), of_the_archive).archive().expect("read").expect("given");
    assert!(matches!(given, ArchiveSecret::Password(password) if password.expose() == "its own"));
    assert!(secrets(SecretFiles::default(), nothing).archive().expect("read").is_none());
}

#[test]
fn a_key_may_have_words_around_it() {
    let folder = Folder::new();
    let key = "O-dc2UYbBG9PXoimHX61Cxd87M-NREjXFE5WNKEh5mU";
    let saved = folder.file("saved", format!("My recovery key\n\n{key}\n\nKeep it.\n").as_bytes());
    let files = SecretFiles { recovery_key_file: Some(saved), ..SecretFiles::default() };
    assert!(matches!(secrets(files, nothing).archive(), Ok(Some(ArchiveSecret::NotesnookKey(_)))));
    let none = folder.file("none", b"My recovery key\n\nis elsewhere\n");
    let files = SecretFiles { recovery_key_file: Some(none), ..SecretFiles::default() };
    assert_eq!(code(secrets(files, nothing).recovery_key()), Code::WrongSecret);
}

#[test]
fn what_is_being_set_has_a_source_of_its_own() {
    let old_and_new = |name: &str| match name {
        ACCOUNT => Some(OsString::from("old")),
        NEW => Some(OsString::from("new")),
        _ => None,
    };
    let given = secrets(SecretFiles::default(), old_and_new);
    assert_eq!(given.account().expect("read").expect("given").expose(), "old");
    assert_eq!(given.new_password().expect("given").expose(), "new");
    assert_eq!(given.password_after_loss().expect("given").expose(), "new");
    let only_one = |name: &str| (name == ACCOUNT).then(|| OsString::from("the only one"));
    let given = secrets(SecretFiles::default(), only_one);
    assert_eq!(given.password_after_loss().expect("given").expose(), "the only one");
    assert_eq!(code(given.new_password()), Code::SecretRequired);
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let given = secrets(SecretFiles::default(), nothing);
    assert!(!given.can_ask());
    assert_eq!(code(given.account_or_ask("Password")), Code::SecretRequired);
    assert_eq!(code(given.first_password()), Code::SecretRequired);
    assert_eq!(code(given.recovery_key()), Code::SecretRequired);
    assert!(given.out().expect("read").is_none());
    assert!(given.vault().expect("read").is_none());
}

#[test]
fn an_empty_variable_is_an_unset_one() {
    let given = secrets(SecretFiles::default(), |_| Some(OsString::new()));
    assert!(given.account().expect("read").is_none());
    let empty = Folder::new();
    let files = SecretFiles { out_password_file: Some(empty.file("e", b"\n")), ..SecretFiles::default() };
    assert_eq!(code(secrets(files, nothing).out()), Code::SecretRequired);
    assert!(fs::read_dir(empty.0.path()).expect("still there").count() == 1);
}
