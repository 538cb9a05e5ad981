//! Commands with hostile names, run by real shells: the arguments arrive unchanged, and nothing else happens.
//!
//! The names come from files that anyone may have written, so each is data, even if it looks like a command.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use proptest::prelude::*;
use proptest::sample::select;
use rotaudit::model::has_action;
use rotaudit::remedy::{Shell, Unquotable, command};
use tempfile::TempDir;

use crate::support::shells::{read_bash, read_pwsh};
use crate::support::{install, pwsh};

const HOSTILE: [&str; 84] = [
    // Empty and invisible text.
    "",
    " ",
    "   ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "a\nb",
    "a\rb",
    "a\tb",
    "\u{b}",
    "\u{7f}",
    "a ",
    " a",
    // Commands that a shell would run, each of which creates a file `x`.
    "$(touch x)",
    "`touch x`",
    "; touch x",
    ";touch x",
    "& touch x",
    "&& touch x",
    "|| touch x",
    "| touch x",
    "\ntouch x\n",
    "a\r\ntouch x\r\n",
    "'; touch x; '",
    "\"; touch x; \"",
    "';touch x;#",
    "x' `touch x` 'x",
    "$'; touch x; '",
    "\\'; touch x; #",
    "\u{2019}; touch x; \u{2018}",
    "\u{201d}; touch x; \u{201c}",
    "<(touch x)",
    "> x",
    ">x",
    "2>x",
    "(touch x)",
    "{ touch x; }",
    "+(touch x)",
    "${x:=$(touch x)}",
    "\u{1}'; touch x; '",
    "\u{1}\\'; touch x; '",
    "\n'+(touch x)+'",
    "[char]120",
    // Text that a shell replaces.
    "$HOME",
    "${HOME}",
    "$env:HOME",
    "$?",
    "$",
    "*",
    "?",
    "[a-z]",
    "~",
    "~root",
    "{a,b}",
    "{1..3}",
    "!",
    "!!",
    "a!b'c",
    "^a^b",
    "%PATH%",
    "%",
    "--%",
    "#",
    "a # b",
    "\\",
    "\\\\",
    "a\\",
    "\\n",
    "\\x41",
    "'",
    "''",
    "\"",
    "\"\"",
    // Commands to a CI system that shows this in a log.
    "##vso[task.setvariable variable=PATH]x",
    "a'##[error]\\",
    "::error::x",
    // Options, and words that have a meaning for a shell.
    "-",
    "--",
    "-n",
    "--help",
    "if",
    "a,b",
    "a=b",
];

/// Names of the same kind that are not ASCII, or long.
fn names_of_other_alphabets() -> Vec<String> {
    let names = [
        "Größe-中文-عربى",
        "😀\u{10ffff}",
        "a\u{301}",
        "\u{202e}gpt\u{2066}",
        "\u{200b}\u{feff}\u{e0041}",
        "\u{ad}",
        "\u{1b}]0;owned\u{7}\u{1b}[2J",
        "\u{9b}31m",
        "\u{85}\u{2028}\u{2029}",
        "\u{a0}\u{3000}",
        "\u{1}7",
        "\u{9}f",
        "\u{2018}\u{2019}\u{201a}\u{201b}\u{201c}\u{201d}\u{201e}",
        "\u{ff04}(touch x)",
        "\u{1}\u{2019}; touch x; '",
        "\u{2013}n",
        "\u{2014}n",
        "\u{2015}n",
        "\u{ffff}\u{fffd}",
        "\u{fdd0}",
        "\u{e000}",
    ];
    let long = ["x", "' ", "\u{1b}", "$(touch x) ", "é"].map(|part| part.repeat(10_000));
    names.into_iter().map(str::to_owned).chain(long).collect()
}

fn hostile_names() -> Vec<String> {
    HOSTILE.into_iter().map(str::to_owned).chain(names_of_other_alphabets()).collect()
}

fn names_that_pwsh_quotes() -> Vec<String> {
    hostile_names().into_iter().filter(|name| quoted(name, Shell::Pwsh).is_ok()).collect()
}

/// A shell in an empty folder of its own, and a program that writes its arguments down.
struct Workshop {
    folder: TempDir,
    shell: Shell,
    /// The shell's program with the options for running a script, whose path is the last argument.
    program: Vec<&'static str>,
    /// The first lines of the script.
    preamble: &'static str,
    locale: &'static str,
}

impl Workshop {
    fn new(shell: Shell, program: &[&'static str]) -> Workshop {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let workshop = Workshop { folder, shell, program: program.to_vec(), preamble: "", locale: "C.UTF-8" };
        fs::create_dir(workshop.work()).expect("a folder can be made");
        let print = "#!/bin/sh\nprintf '%s\\0' \"$#\" \"$@\" >>\"$0.out\"\n";
        install(&workshop.print(), print.as_bytes());
        workshop
    }

    fn bash() -> Workshop {
        Workshop::new(Shell::Bash, &["bash", "--noprofile", "--norc"])
    }

    /// A real PowerShell, if there is one.
    fn pwsh() -> Option<Workshop> {
        let program = [pwsh()?, "-NoProfile", "-NonInteractive", "-File"];
        Some(Workshop::new(Shell::Pwsh, &program))
    }

    fn print(&self) -> PathBuf {
        self.folder.path().join("print")
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// Runs one command for each list of arguments, all in one shell, and returns the arguments that arrived.
    fn run(&self, commands: &[Vec<String>]) -> Vec<Vec<String>> {
        let line = |arguments: &Vec<String>| {
            let program = self.print().display().to_string();
            let argv: Vec<String> = [program].iter().chain(arguments).cloned().collect();
            let line = command(&argv, self.shell).unwrap_or_else(|why| panic!("{argv:?}: {why}"));
            assert!(!has_action(&line), "{line:?} has text that a terminal or a log would act on");
            line + "\n"
        };
        let script = self.folder.path().join("script.ps1");
        let lines: String = commands.iter().map(line).collect();
        fs::write(&script, format!("{}{lines}", self.preamble)).expect("a script can be written");
        let output = Command::new(self.program[0])
            .args(&self.program[1..])
            .arg(&script)
            .current_dir(self.work())
            .env("LC_ALL", self.locale)
            .output()
            .expect("the shell runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let left_behind = fs::read_dir(self.work()).expect("the folder is readable").count();
        assert_eq!(left_behind, 0, "a name was run as a command");
        let arrived = self.folder.path().join("print.out");
        let text = fs::read_to_string(&arrived).expect("the program was run, and its arguments are UTF-8");
        fs::remove_file(arrived).expect("a file can be removed");
        split(&text)
    }
}

/// Splits `2\0a\0b\0…` into one list for each run of the program.
fn split(text: &str) -> Vec<Vec<String>> {
    let mut words = text.split_terminator('\0');
    let mut lists = Vec::new();
    while let Some(count) = words.next() {
        let count = count.parse().expect("a count before each list");
        lists.push(words.by_ref().take(count).map(str::to_owned).collect());
    }
    lists
}

/// Asserts that all names arrive, together in one command and each in a separate command.
fn assert_names_arrive(workshop: &Workshop, names: Vec<String>) {
    let (long, short): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.len() > 1_000);
    let mut commands: Vec<Vec<String>> = short.iter().chain(&long).map(|name| vec![name.clone()]).collect();
    commands.push(short);
    let arrived = workshop.run(&commands);
    for (sent, arrived) in commands.iter().zip(&arrived) {
        assert_eq!(sent, arrived);
    }
    assert_eq!(commands.len(), arrived.len());
}

#[test]
fn hostile_names_arrive_unchanged_by_way_of_bash() {
    for locale in ["C.UTF-8", "C"] {
        assert_names_arrive(&Workshop { locale, ..Workshop::bash() }, hostile_names());
    }
}

/// Bash with history expansion replaces `!` in a pasted command by earlier input.
#[test]
fn hostile_names_arrive_unchanged_where_bash_expands_its_history() {
    let preamble = "set -o history -o histexpand\n: typed before\n";
    assert_names_arrive(&Workshop { preamble, ..Workshop::bash() }, hostile_names());
}

#[test]
fn hostile_names_arrive_unchanged_where_bash_has_every_pattern_on() {
    let preamble = "shopt -s extglob globstar nullglob dotglob failglob\n";
    assert_names_arrive(&Workshop { preamble, ..Workshop::bash() }, hostile_names());
}

#[test]
fn hostile_names_arrive_unchanged_by_way_of_pwsh() {
    if let Some(workshop) = Workshop::pwsh() {
        assert_names_arrive(&workshop, names_that_pwsh_quotes());
    }
}

/// Any text without NUL that az would not take for the name of a file.
fn argument() -> impl Strategy<Value = String> {
    let special =
        "'\"\\`$!*?~#&|;<>(){}[]^%@=,:-+ \t\r\n\u{1}\u{1b}\u{7f}0afx\u{2018}\u{2019}\u{201b}\u{202e}\u{feff}";
    let letter = prop_oneof![
        4 => select(special.chars().collect::<Vec<_>>()),
        1 => prop::char::range('\u{1}', '\u{7f}'),
        1 => any::<char>().prop_filter("no NUL", |letter| *letter != '\0'),
    ];
    // The option part of an argument that looks like an option is written without quotes.
    (select(vec!["", "", "--"]), prop::collection::vec(letter, 0..24))
        .prop_map(|(dashes, letters)| dashes.to_owned() + &String::from_iter(letters))
        .prop_filter("no reference to a file", |text| {
            command(std::slice::from_ref(text), Shell::Bash).is_ok()
        })
}

fn commands() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(argument(), 0..12), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_arguments_arrive_unchanged_by_way_of_bash(commands in commands()) {
        for arguments in &commands {
            let line = command(arguments, Shell::Bash).expect("bash can quote it");
            prop_assert_eq!(&read_bash(&line), &Ok(arguments.clone()), "{:?}", line);
        }
        prop_assert_eq!(Workshop::bash().run(&commands), commands);
    }

    #[test]
    fn no_command_contains_hidden_characters(argv in prop::collection::vec(argument(), 0..12)) {
        for shell in [Shell::Bash, Shell::Pwsh, Shell::Cmd] {
            if let Ok(line) = command(&argv, shell) {
                prop_assert!(!has_action(&line), "{:?}: {:?}", shell, line);
            }
        }
    }

    #[test]
    fn pwsh_refuses_what_cmd_would_read_and_quotes_the_rest(argument in argument()) {
        let refused = argument.is_empty()
            || argument.contains(['"', '%', '&', '|', '<', '>', '^'])
            || has_action(&argument)
            || argument.ends_with('\\');
        match quoted(&argument, Shell::Pwsh) {
            Err(why) => prop_assert!(refused, "{:?}: {}", argument, why),
            Ok(line) => {
                prop_assert!(!refused, "{:?} became {:?}", argument, line);
                prop_assert_eq!(read_pwsh(&line), Ok(vec![argument]), "{:?}", line);
            }
        }
    }

    #[test]
    fn cmd_quotes_an_argument_completely_or_refuses_it(argument in argument()) {
        let refused = argument.contains(['"', '%', '!']) || has_action(&argument) || argument.ends_with('\\');
        match command(std::slice::from_ref(&argument), Shell::Cmd) {
            Err(why) => prop_assert!(refused, "{:?}: {}", argument, why),
            Ok(line) => {
                prop_assert!(!refused, "{:?} became {:?}", argument, line);
                let is_bare = line == argument && !line.contains(|letter: char| " &|<>()^,;=@'`".contains(letter));
                prop_assert!(is_bare || line == format!("\"{argument}\""), "{:?} became {:?}", argument, line);
            }
        }
    }
}

fn quoted(argument: &str, shell: Shell) -> Result<String, Unquotable> {
    command(&[argument.to_owned()], shell)
}

#[test]
fn arguments_that_no_shell_can_carry_are_refused() {
    for shell in [Shell::Bash, Shell::Pwsh, Shell::Cmd] {
        for nul in ["\0", "a\0b", "@\0"] {
            assert_eq!(quoted(nul, shell), Err(Unquotable::Nul), "{nul:?} in {shell:?}");
        }
        let argv = ["az", "--name", "a\0"].map(str::to_owned);
        assert_eq!(command(&argv, shell), Err(Unquotable::Nul));
    }
}

/// `az` reads `@file` and `--option=@file` itself, after any quoting.
#[test]
fn arguments_that_az_would_read_as_files_are_refused() {
    for shell in [Shell::Bash, Shell::Pwsh, Shell::Cmd] {
        for file in ["@y", "@/etc/passwd", "@-", "--x=@y", "--name=@/etc/passwd", "-x=@y"] {
            assert_eq!(quoted(file, shell), Err(Unquotable::FileReference(file.to_owned())), "{shell:?}");
        }
        for name in ["a@b", "--name=a@b", "a@", "@", "--name=@", "someone@contoso.com"] {
            assert!(quoted(name, shell).is_ok(), "{name} in {shell:?}");
        }
    }
}

#[test]
fn cmd_refuses_what_it_cannot_carry() {
    for argument in
        ["%PATH%", "100%", "a!b", "\"", "a\nb", "a\tb", "\u{1b}", "\u{202e}", "a\\", "\\", "a b\\"]
    {
        assert_eq!(quoted(argument, Shell::Cmd), Err(Unquotable::Cmd(argument.to_owned())));
    }
}

/// `az` is a batch file on Windows, so cmd parses again what PowerShell passes on.
#[test]
fn pwsh_refuses_what_cmd_would_read() {
    for argument in ["", "a&calc", "a|b", "a<b", "a>b", "a^b", "%PATH%", "a\"b", "a\nb", "\u{202e}", "a b\\"]
    {
        assert_eq!(quoted(argument, Shell::Pwsh), Err(Unquotable::Pwsh(argument.to_owned())));
    }
}

/// PowerShell on Windows puts quotes only around white space, and a batch file may call az within parentheses.
#[test]
fn pwsh_refuses_an_argument_of_az_that_ends_a_block_of_a_batch_file() {
    let line =
        |program: &str, argument: &str| command(&[program.to_owned(), argument.to_owned()], Shell::Pwsh);
    for group in ["rg-ai.(weu)", "a)", "(b", "é)"] {
        assert_eq!(line("az", group), Err(Unquotable::Pwsh(group.to_owned())));
        assert_eq!(line("rotaudit", group), Ok(format!("rotaudit '{group}'")));
    }
    assert_eq!(line("az", "rg (weu)").as_deref(), Ok("az 'rg (weu)'"));
}

#[test]
fn each_shell_quotes_in_its_own_way_and_only_where_it_must() {
    for (argument, bash, pwsh, cmd) in [
        ("gpt-4_prod.eu", "gpt-4_prod.eu", "gpt-4_prod.eu", "gpt-4_prod.eu"),
        ("--key-name", "--key-name", "--key-name", "--key-name"),
        ("--a;b", "'--a;b'", "'--a;b'", "\"--a;b\""),
        ("a b", "'a b'", "'a b'", "\"a b\""),
        ("a\\b c", "'a\\b c'", "'a\\b c'", "\"a\\b c\""),
        ("it's", r"'it'\''s'", "'it''s'", "\"it's\""),
        ("$(x)", "'$(x)'", "'$(x)'", "\"$(x)\""),
        ("é", "'é'", "'é'", "\"é\""),
    ] {
        assert_eq!(quoted(argument, Shell::Bash).as_deref(), Ok(bash));
        assert_eq!(quoted(argument, Shell::Pwsh).as_deref(), Ok(pwsh));
        assert_eq!(quoted(argument, Shell::Cmd).as_deref(), Ok(cmd));
    }
    assert_eq!(quoted("a\n'", Shell::Bash).as_deref(), Ok(r"$'a\x0a\''"));
    assert_eq!(quoted("", Shell::Bash).as_deref(), Ok("''"));
    assert_eq!(quoted("", Shell::Cmd).as_deref(), Ok("\"\""));
    assert_eq!(quoted("a&calc", Shell::Bash).as_deref(), Ok("'a&calc'"));
    assert_eq!(quoted("a&calc", Shell::Cmd).as_deref(), Ok("\"a&calc\""));
}

/// Without PowerShell, its rules for strings in quotes are applied backwards.
#[test]
fn pwsh_strings_read_back_as_they_were() {
    for name in names_that_pwsh_quotes() {
        let line = quoted(&name, Shell::Pwsh).expect("pwsh can quote it");
        assert_eq!(read_pwsh(&line), Ok(vec![name]), "{line:?}");
    }
}
