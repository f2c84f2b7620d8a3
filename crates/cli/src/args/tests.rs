use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::*;

fn read(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("backstop").chain(line.split_whitespace()))
}

fn command(line: &str) -> Command {
    read(line).unwrap_or_else(|error| panic!("{line}: {error}")).command
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_line_of_the_contract_is_understood() {
    for line in [
        "account create --name A --save-recovery-key F",
        "account list",
        "account status",
        "account login --keep",
        "account logout",
        "account change-password",
        "account reset-password --recovery-key-file F",
        "account recovery-key --new",
        "account delete",
        "place list",
        "place discover",
        "place add joplin DIR",
        "place remove ID",
        "backup",
        "backup --place library --attachments --format nnbackupz --no-encryption --to DIR",
        "backup --all --no-attachments",
        "list --place library",
        "inspect F",
        "verify F G --quick",
        "show F ITEM --as raw",
        "show F --attachment A --out G",
        "show --place library ITEM --as markdown",
        "search F two words",
        "search --place library two words",
        "diff F G",
        "plan F --into library --mode merge --salvage",
        "restore F --mode exact --only a b --full-joplin keep",
        "undo RUN",
        "convert IN OUT --no-encryption --no-attachments --salvage --as markdown",
        "export --as markdown OUT",
        "schedule show",
        "schedule set --backups daily --full weekly --reminders never --keep many",
        "run-due",
        "prune --apply",
        "history",
        "pin X",
        "catalog rebuild",
        "settings get",
        "settings get encryption",
        "settings set encryption off",
    ] {
        command(line);
    }
}

#[test]
fn options_of_all_commands_stand_before_or_after_the_command() {
    for line in [
        "--data-dir D --account A --json -q --password-file F list",
        "list --data-dir D --account A --json -q --password-file F",
    ] {
        let cli = read(line).expect("understood");
        assert_eq!(cli.globals.data_dir, Some(PathBuf::from("D")));
        assert_eq!(cli.globals.account.as_deref(), Some("A"));
        assert!(cli.globals.json && cli.globals.quiet && !cli.globals.verbose);
        assert_eq!(cli.secrets.password_file, Some(PathBuf::from("F")));
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    for (line, wanted) in [
        ("", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand),
        ("fly", ErrorKind::InvalidSubcommand),
        ("list -q -v", ErrorKind::ArgumentConflict),
        ("backup --all --place library", ErrorKind::ArgumentConflict),
        ("inspect", ErrorKind::MissingRequiredArgument),
        ("show F --attachment A", ErrorKind::MissingRequiredArgument),
        ("restore F --mode all", ErrorKind::InvalidValue),
        ("schedule set --backups hourly", ErrorKind::InvalidValue),
        ("inspect F --recovery-key-file K --archive-password-file P", ErrorKind::ArgumentConflict),
        ("account create", ErrorKind::MissingRequiredArgument),
        ("list --password secret", ErrorKind::UnknownArgument),
    ] {
        assert_eq!(read(line).expect_err("refused").kind(), wanted, "{line}");
    }
}

#[test]
fn attachments_are_chosen_by_the_last_word() {
    for (line, wanted) in [
        ("backup", None),
        ("backup --attachments", Some(true)),
        ("backup --no-attachments", Some(false)),
        ("backup --no-attachments --attachments", Some(true)),
        ("backup --attachments --no-attachments", Some(false)),
    ] {
        let Command::Backup(order) = command(line) else { panic!("{line} is a backup") };
        assert_eq!(order.attachments.choice(), wanted, "{line}");
    }
}

/// The help is the manual: each command says what it does and how it ends, and no secret has an option
/// that takes it directly.
#[test]
fn every_command_explains_itself() {
    let mut program = Cli::command();
    program.build();
    let mut left: Vec<clap::Command> = program.get_subcommands().cloned().collect();
    let mut seen = 0;
    while let Some(command) = left.pop() {
        left.extend(command.get_subcommands().filter(|below| below.get_name() != "help").cloned());
        assert!(command.get_about().is_some(), "{} says what it does", command.get_name());
        for option in command.get_arguments() {
            assert!(
                option.get_help().is_some() || option.is_hide_set(),
                "{option} of {}",
                command.get_name()
            );
            assert!(!["password", "recovery-key"].contains(&option.get_long().unwrap_or_default()));
        }
        seen += 1;
    }
    assert!(seen > 35, "{seen} commands were looked at");
    let help = Cli::command().render_long_help().to_string();
    for code in [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 130] {
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(&format!("{code}  "))),
            "{code} is explained"
        );
    }
}
