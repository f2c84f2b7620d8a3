//! Commands on archive files: no account is needed for any of them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::WithAttachments;

/// List everything in an archive
///
/// Format, version, counts, notebooks, tags, notes, attachments with their SHA-256, and what is odd. The
/// notes' texts are not printed. A damaged archive still lists every part of it that is whole.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 whole, 3 something is odd, missing or damaged and the rest is listed, 10 no such file or not an archive, 12 wrong password or none given, 13 damaged and nothing in it is whole, 14 newer version."
)]
pub(crate) struct Inspect {
    /// The archive
    pub(crate) file: PathBuf,
}

/// Check that archives are whole
///
/// Reads every byte and every item, decrypts, and compares all checksums. With --quick every head is
/// checked, and that all announced parts are there in their size; the report names what was not read. A
/// quick check needs no password, but sees more with it.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all whole, 3 whole with warnings, 10 no such file or not an archive, 12 wrong password or none given, 13 damaged, 14 newer version. Of several files, the first that is not whole decides."
)]
pub(crate) struct Verify {
    /// The archives
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Only the structure, not every byte
    #[arg(long)]
    pub(crate) quick: bool,
}

/// How an item is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum As {
    /// Markdown (not in this version)
    Markdown,
    /// HTML without scripts and remote loads
    Html,
    /// Plain text
    Text,
    /// The row as its app wrote it
    Raw,
}

/// Show one item of an archive or of the library, or take out one attachment
///
///   backstop show FILE ITEM [--as html|text|raw]
///   backstop show --place library ITEM
///   backstop show FILE --attachment ID --out NEWFILE
///   backstop show --place library --attachment ID --out NEWFILE
///
/// ITEM is an id from `inspect` or `search`. A locked note is shown with --vault-password-file.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Exit codes: 0 shown, 3 shown and other parts of the archive are damaged (listed), 2 the new file exists already, 10 no such file, item or attachment, 12 wrong password or none given, 13 damaged, 16 not logged in (only with --place)."
)]
pub(crate) struct Show {
    /// The archive and the id of an item; only the id with --place
    #[arg(value_name = "FILE|ITEM", required_unless_present_all = ["place", "attachment"], num_args = 1..=2)]
    pub(crate) what: Vec<String>,
    /// Look in this place instead of a file
    #[arg(long, value_name = "ID")]
    pub(crate) place: Option<String>,
    /// In which form
    #[arg(long = "as", value_enum, value_name = "FORM", default_value = "text")]
    pub(crate) form: As,
    /// Take out this attachment, by its id or hash
    #[arg(long, value_name = "ID", requires = "out")]
    pub(crate) attachment: Option<String>,
    /// Where the attachment goes; the file must not exist
    #[arg(long, value_name = "FILE", requires = "attachment")]
    pub(crate) out: Option<PathBuf>,
}

/// Find the notes that hold all of the words
///
///   backstop search FILE WORDS...
///   backstop search --place library WORDS...
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Exit codes: 0 searched (whether or not something was found), 3 searched what is whole of a damaged archive, 10 no such file, 12 wrong password or none given, 13 damaged, 16 not logged in (only with --place)."
)]
pub(crate) struct Search {
    /// The archive, then the words; only the words with --place
    #[arg(value_name = "FILE|WORDS", required = true, num_args = 1..)]
    pub(crate) what: Vec<String>,
    /// Look in this place instead of a file
    #[arg(long, value_name = "ID")]
    pub(crate) place: Option<String>,
}

/// Write an archive anew, with another password or format
///
/// The extension of OUT names the format; this version writes .nnbackupz (Notesnook's) and .backstop
/// (Backstop's own). OUT is encrypted with the
/// password of --out-password-file or BACKSTOP_OUT_PASSWORD. It appears whole and checked, or not at all,
/// and never replaces a file that is there.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 written and checked, 2 OUT exists, its format is not written, or neither a password nor --no-encryption was given, 3 written, but something was odd about IN or could not be carried over (listed), 10 no such file or not an archive, 12 wrong password of IN or none given, 13 IN is damaged (with --salvage: nothing in it is whole), 14 newer version, 15 no space, 130 cancelled."
)]
pub(crate) struct Convert {
    /// What to read
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// The new file
    #[arg(value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Write it readable for everyone
    #[arg(long)]
    pub(crate) no_encryption: bool,
    #[command(flatten)]
    pub(crate) attachments: WithAttachments,
    /// Take what is whole out of a damaged archive and list what is lost; ends with 3
    #[arg(long)]
    pub(crate) salvage: bool,
    /// A folder of files instead of an archive (not in this version)
    #[arg(long = "as", value_name = "FORMAT")]
    pub(crate) form: Option<String>,
}
