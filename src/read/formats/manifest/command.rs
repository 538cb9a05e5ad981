//! What the command of an export shows about the records that it selects, as a manifest records the command.
//!
//! A log counts as complete only if its command provably selects the declared window and scope: an option that is not
//! known here may select a part of it.

use chrono::TimeDelta;

use crate::model::{Instant, Interval, ResourceId};

/// A command without its quotes.
pub(super) struct Command {
    /// Bounded by the text.
    words: Vec<String>,
    /// A character of shells that can pass the output on, replace a part of the command, or begin another one.
    operator: Option<char>,
}

/// What the manifest declares about a log.
pub(super) struct DeclaredLog<'a> {
    pub scope: &'a ResourceId,
    pub window: Interval,
    pub taken_at: Instant,
}

const LIST_LOG: [&str; 4] = ["az", "monitor", "activity-log", "list"];

/// Events that `az monitor activity-log list` prints without `--max-events`.
const DEFAULT_MAX_EVENTS: u64 = 50;

/// The time that `az monitor activity-log list` asks for without `--offset`, if a start or an end is missing.
const DEFAULT_OFFSET: TimeDelta = TimeDelta::hours(6);

/// Characters that have a meaning in bash or PowerShell outside of quotes, and in double quotes.
const OPERATORS: &str = "|&;<>()$`\\\n";
const OPERATORS_IN_QUOTES: &str = "$`\\";

/// Options of commands of az that select a part of what the scope has. Of these, az also accepts an unambiguous beginning.
const SELECTIONS: [&str; 8] = [
    "caller",
    "correlation-id",
    "namespace",
    "query",
    "resource-group",
    "resource-id",
    "resource-provider",
    "status",
];

/// Further options of `az monitor activity-log list`.
const OTHER_OPTIONS: [&str; 12] = [
    "debug",
    "end-time",
    "filters",
    "help",
    "max-events",
    "offset",
    "only-show-errors",
    "output",
    "select",
    "start-time",
    "subscription",
    "verbose",
];

impl Command {
    /// Returns `None` for a blank text.
    pub(super) fn parse(text: &str) -> Option<Command> {
        let mut command = Command { words: Vec::new(), operator: None };
        let mut word: Option<String> = None;
        let mut quote: Option<char> = None;
        let text = text.trim();
        for (at, one) in text.char_indices() {
            // Where the output goes selects nothing.
            if quote.is_none() && word.is_none() && one == '>' && is_one_word(&text[at + 1..]) {
                break;
            }
            let operators = match quote {
                None => OPERATORS,
                Some('"') => OPERATORS_IN_QUOTES,
                Some(_) => "",
            };
            if operators.contains(one) {
                command.operator.get_or_insert(one);
            }
            match quote {
                Some(open) if open == one => quote = None,
                None if matches!(one, '"' | '\'') => {
                    quote = Some(one);
                    word.get_or_insert_default();
                }
                None if one.is_whitespace() => command.words.extend(word.take()),
                _ => word.get_or_insert_default().push(one),
            }
        }
        if let Some(open) = quote {
            command.operator.get_or_insert(open);
        }
        command.words.extend(word);
        (!command.words.is_empty()).then_some(command)
    }

    /// Returns how the command of an account list contradicts the scope, if it does.
    pub(super) fn contradiction(&self, scope: Option<&ResourceId>) -> Option<String> {
        let mut rest = &self.words[..];
        while let [word, after @ ..] = rest {
            let (option, value) = split(word);
            let value = value.or(after.first().map(String::as_str)).unwrap_or_default();
            let contradicts = match name_of_selection(option) {
                None => false,
                Some("resource-group") => !is_group_of(scope, value),
                // The rest of the command, because a query may contain spaces.
                Some("query") => selects(&rest.join(" ")),
                Some(_) => true,
            };
            if contradicts {
                return Some(selects_part(option));
            }
            if option == "--subscription" {
                let other = scope.filter(|scope| is_other_subscription(scope, value));
                if let Some(scope) = other {
                    return Some(asks_for_other(value, scope));
                }
            }
            rest = after;
        }
        None
    }

    /// Returns the number of events that the command asks for, or why it does not provably select all of the log.
    pub(super) fn max_events(&self, log: &DeclaredLog<'_>) -> Result<u64, String> {
        let Some(arguments) = self.words.strip_prefix(&LIST_LOG.map(str::to_owned)) else {
            return Err(format!(
                "its command is not `{}`, the only one that shows what it selects",
                LIST_LOG.join(" ")
            ));
        };
        if let Some(operator) = self.operator {
            return Err(format!("`{}` in its command may select a part of it", operator.escape_default()));
        }
        let mut asked = Asked::default();
        let mut rest = arguments;
        while let [word, after @ ..] = rest {
            let count = after.iter().take_while(|word| !word.starts_with('-')).count();
            let (values, next) = after.split_at(count);
            asked.take(word, values, log.scope)?;
            rest = next;
        }
        asked.max_events(log)
    }
}

/// The values of the options of `az monitor activity-log list`. Of an option that is repeated, the last one counts.
#[derive(Default)]
struct Asked {
    start: Option<Instant>,
    end: Option<Instant>,
    offset: Option<TimeDelta>,
    max_events: Option<u64>,
    subscription: Option<String>,
}

impl Asked {
    /// Takes an option with its values, or returns why it may leave events of the scope out.
    fn take(&mut self, word: &str, values: &[String], scope: &ResourceId) -> Result<(), String> {
        let (option, own) = split(word);
        let values: Vec<&str> = own.into_iter().chain(values.iter().map(String::as_str)).collect();
        let unknown = || format!("`{word}` in its command is not an option that is known");
        let value = || match values[..] {
            [value] => Ok(value),
            _ => Err(format!("{option} in its command has {} values", values.len())),
        };
        // A time can have a blank before its hour.
        let time = || {
            Instant::parse(&values.join(" "))
                .ok_or_else(|| format!("{option} in its command is not a time with a time zone"))
        };
        match name_of_log_option(option).ok_or_else(unknown)? {
            "debug" | "only-show-errors" | "verbose" if values.is_empty() => {}
            "output" => drop(value()?),
            // It only selects members of the events.
            "select" => {}
            "start-time" => self.start = Some(time()?),
            "end-time" => self.end = Some(time()?),
            "offset" => {
                let offset = time_of_offset(value()?);
                self.offset = Some(offset.ok_or_else(|| format!("{option} in its command is not like 90d"))?);
            }
            "max-events" => {
                let number = value()?.parse().ok();
                self.max_events =
                    Some(number.ok_or_else(|| format!("{option} in its command is not a number"))?);
            }
            "subscription" => self.subscription = Some(value()?.to_owned()),
            "resource-group" if is_group_of(Some(scope), value()?) => {}
            "query" if !selects(value()?) => {}
            "debug" | "only-show-errors" | "verbose" | "help" => return Err(unknown()),
            _ => return Err(selects_part(option)),
        }
        Ok(())
    }

    fn max_events(self, log: &DeclaredLog<'_>) -> Result<u64, String> {
        let Some(subscription) = self.subscription else {
            return Err("its command names no subscription".to_owned());
        };
        if is_other_subscription(log.scope, &subscription) {
            return Err(asks_for_other(&subscription, log.scope));
        }
        let offset = self.offset.unwrap_or(DEFAULT_OFFSET);
        let start = self.start.or_else(|| self.end.map(|end| end.minus(offset)));
        let start = start.unwrap_or_else(|| log.taken_at.minus(offset));
        let end = self.end.or_else(|| self.start.map(|start| start.plus(offset))).unwrap_or(log.taken_at);
        if start > log.window.start || end < log.window.end.min(log.taken_at) {
            return Err(format!("its command asks only for the time from {start} to {end}"));
        }
        Ok(self.max_events.unwrap_or(DEFAULT_MAX_EVENTS))
    }
}

fn selects_part(option: &str) -> String {
    format!("{option} in its command selects a part of it")
}

fn asks_for_other(subscription: &str, scope: &ResourceId) -> String {
    format!(
        "its command asks for the subscription {subscription}, and not by its id for {}",
        scope.subscription()
    )
}

fn is_other_subscription(scope: &ResourceId, subscription: &str) -> bool {
    !scope.subscription().eq_ignore_ascii_case(subscription)
}

fn is_group_of(scope: Option<&ResourceId>, name: &str) -> bool {
    scope.and_then(ResourceId::group).is_some_and(|group| group.is_named(name))
}

/// Returns an option, and the value in the same word.
fn split(word: &str) -> (&str, Option<&str>) {
    let is_long = word.starts_with("--");
    match word.split_once('=') {
        Some((option, value)) if is_long => (option, Some(value)),
        // A short option needs no character before its value.
        _ if !is_long && word.starts_with('-') && word.is_char_boundary(2) && word.len() > 2 => {
            (&word[..2], Some(&word[2..]))
        }
        _ => (word, None),
    }
}

/// Returns the full name of an option that selects records.
fn name_of_selection(option: &str) -> Option<&'static str> {
    if option == "-g" {
        return Some("resource-group");
    }
    let beginning = option.strip_prefix("--").filter(|beginning| !beginning.is_empty())?;
    // The beginning of several options is an error of az, and `--s` also begins options that select no records.
    let known = SELECTIONS.into_iter().find(|name| name.starts_with(beginning))?;
    (!"subscription".starts_with(beginning)).then_some(known)
}

/// Returns the full name of an option of `az monitor activity-log list`, unless it is the beginning of several.
fn name_of_log_option(option: &str) -> Option<&'static str> {
    match option {
        "-g" => return Some("resource-group"),
        "-o" => return Some("output"),
        _ => {}
    }
    let beginning = option.strip_prefix("--")?;
    let names = || SELECTIONS.into_iter().chain(OTHER_OPTIONS);
    let mut known = names().filter(|name| name.starts_with(beginning));
    match (names().find(|name| *name == beginning), known.next(), known.next()) {
        (Some(name), ..) | (None, Some(name), None) => Some(name),
        _ => None,
    }
}

/// Returns whether a `JMESPath` query may leave records out: it has a filter, an index, a slice, a pipe or a function.
fn selects(query: &str) -> bool {
    let is_part = |(at, _): (usize, &str)| !query[at + 1..].starts_with(']');
    query.contains(['?', '|', '(']) || query.match_indices('[').any(is_part)
}

/// Reads `##d##h`, as az writes the length of a time.
fn time_of_offset(text: &str) -> Option<TimeDelta> {
    let mut seconds: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let unit_at = rest.find(|one: char| !one.is_ascii_digit())?;
        let number: i64 = rest[..unit_at].parse().ok()?;
        let unit = match rest.as_bytes()[unit_at].to_ascii_lowercase() {
            b'd' => 86_400,
            b'h' => 3_600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[unit_at + 1..];
    }
    TimeDelta::try_seconds(seconds)
        .filter(|offset| *offset > TimeDelta::zero() && *offset < TimeDelta::days(3_650))
}

fn is_one_word(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !text.contains(|one: char| one.is_whitespace() || OPERATORS.contains(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: &str = "--start-time 2026-08-24T00:00:00Z --end-time 2026-11-22T00:00:00Z";

    fn scope(id: &str) -> ResourceId {
        ResourceId::parse(id).expect("an id")
    }

    fn max_events(arguments: &str, id: &str) -> Result<u64, String> {
        let instant = |text: &str| Instant::parse(text).expect("a time");
        let window =
            Interval { start: instant("2026-08-24T00:00:00Z"), end: instant("2026-11-22T00:00:00Z") };
        let taken_at = instant("2026-11-22T00:00:00Z");
        let command = Command::parse(&format!("az monitor activity-log list {arguments}"));
        command.expect("a command").max_events(&DeclaredLog { scope: &scope(id), window, taken_at })
    }

    #[test]
    fn a_command_that_selects_all_of_the_log_says_how_many_events_it_asks_for() {
        for (arguments, expected) in [
            (format!("--subscription s {WINDOW} --max-events 5 --output json"), 5),
            (format!("--subscription S {WINDOW} -ojson --verbose --select eventTimestamp id"), 50),
            (format!("--subscription=s {WINDOW} --max-events=\"7\" > 'log.json'").replace('\'', ""), 7),
            (format!("--subs 's' {WINDOW} --max-e 8 --out json --only-show-errors"), 8),
            (format!("--subscription x {WINDOW} --max-events 9 --subscription s --max-events 6"), 6),
            ("--subscription s --start 2026-08-23T00:00:00Z --offset 91d".to_owned(), 50),
            ("--subscription s --end-time 2026-11-22T01:00:00+01:00 --offset 89d24h".to_owned(), 50),
            ("--subscription s --offset 90d".to_owned(), 50),
            (format!("--subscription s {WINDOW} --query [].{{id:id}}"), 50),
        ] {
            assert_eq!(max_events(&arguments, "/subscriptions/s"), Ok(expected), "{arguments}");
        }
        let group = "/subscriptions/s/resourceGroups/G";
        assert_eq!(max_events(&format!("--subscription s -g g {WINDOW}"), group), Ok(50));
        assert_eq!(max_events(&format!("--subscription s {WINDOW}"), group), Ok(50));
        assert!(max_events(&format!("--subscription s -g h {WINDOW}"), group).is_err());
    }

    #[test]
    fn a_command_that_may_leave_events_of_the_log_out_is_found() {
        for (arguments, expected) in [
            ("", "names no subscription"),
            ("--subscription s", "asks only for the time from 2026-11-21T18:00:00Z to 2026-11-22T00:00:00Z"),
            ("--subscription s --offset 7d", "asks only for the time"),
            ("--subscription s --offset week", "is not like 90d"),
            ("--subscription s --start-time 2026-08-24T00:00:00Z", "asks only for the time"),
            ("--subscription s --start-time 2026-08-24 --offset 91d", "is not a time with a time zone"),
            ("--subscription s --start-time 2026-08-24T00:00:01Z --offset 91d", "asks only for the time"),
            ("--subscription s --end-time 2026-11-21T23:59:59Z --offset 91d", "asks only for the time"),
            ("--subscription Production WINDOW", "asks for the subscription Production"),
            ("--subscription s t WINDOW", "has 2 values"),
            ("--subscription s WINDOW --max-events many", "is not a number"),
            ("--subscription s WINDOW --max-events", "has 0 values"),
            ("--subscription s WINDOW --status Succeeded", "--status in its command selects a part of it"),
            ("--subscription s WINDOW --sta Succeeded", "`--sta` in its command"),
            ("--subscription s WINDOW --caller=anna", "--caller in its command selects"),
            ("--subscription s WINDOW -c anna", "`-c` in its command"),
            ("--subscription s WINDOW -gg", "-g in its command selects"),
            ("--subscription s WINDOW --resource-id /subscriptions/s/x", "--resource-id in its command"),
            ("--subscription s WINDOW --filters \"status eq 'Failed'\"", "--filters in its command selects"),
            ("--subscription s WINDOW --query '[:5]'", "--query in its command selects"),
            ("--subscription s WINDOW --query \"[?caller=='anna']\"", "--query in its command selects"),
            ("--subscription s WINDOW --unheard-of", "`--unheard-of` in its command"),
            ("--subscription s WINDOW --debug no", "`--debug` in its command"),
            ("--subscription s WINDOW | jq 'map(.id)'", "`|` in its command"),
            ("--subscription s WINDOW > log.json; rm x", "`>` in its command"),
            ("--subscription $s WINDOW", "`$` in its command"),
            ("--subscription \"$s\" WINDOW", "`$` in its command"),
            ("--subscription 's WINDOW", "`\\'` in its command"),
        ] {
            let found = max_events(&arguments.replace("WINDOW", WINDOW), "/subscriptions/s");
            assert!(found.as_ref().is_err_and(|why| why.contains(expected)), "{arguments}: {found:?}");
        }
        for command in
            ["Get-AzActivityLog -StartTime 2026-08-24", "az rest --url x", "AzureActivity | take 9"]
        {
            let command = Command::parse(command).expect("a command");
            let log = DeclaredLog {
                scope: &scope("/subscriptions/s"),
                window: Interval { start: Instant::MIN, end: Instant::MIN },
                taken_at: Instant::MIN,
            };
            let why = command.max_events(&log).expect_err("it may select a part");
            assert!(why.contains("is not `az monitor activity-log list`"), "{why}");
        }
    }

    #[test]
    fn a_command_that_lists_a_part_of_the_accounts_is_found() {
        let list = |arguments: &str, id: &str| {
            let command = Command::parse(&format!("az cognitiveservices account list {arguments}"));
            command.expect("a command").contradiction(Some(&scope(id)))
        };
        let (subscription, group) = ("/subscriptions/s", "/subscriptions/s/resourceGroups/G");
        for arguments in ["", "--subscription s --output json", "--query [].{id:id}", "| jq ."] {
            assert_eq!(list(arguments, subscription), None, "{arguments}");
        }
        for arguments in [
            "--subscription t",
            "--resource-group g",
            "-g g",
            "-gg",
            "--query [?kind=='OpenAI']",
            "--query \"[? kind == 'OpenAI']\" --output json",
            "--query=[0]",
            "--query []|[0]",
        ] {
            assert!(list(arguments, subscription).is_some(), "{arguments}");
        }
        for arguments in ["--resource-group g", "-g 'g'", "-gG"] {
            assert_eq!(list(arguments, group), None, "{arguments}");
        }
        assert!(list("-g h", group).is_some());
        assert!(Command::parse(" ").is_none());
    }
}
