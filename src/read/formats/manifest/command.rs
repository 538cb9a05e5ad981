//! The command of an export, as a manifest records it: whether it contradicts what the manifest declares.
//!
//! A person may record a command in any form, so a part that is not understood contradicts nothing. An option that is
//! understood and selects a part of the declared scope or window does.

use chrono::TimeDelta;

use crate::model::{Instant, Interval, ResourceId, is_guid};

/// A command without its quotes.
pub(super) struct Command {
    text: String,
    /// The words up to the first pipe. Bounded by the text.
    words: Vec<String>,
    /// The words after each pipe.
    pipes: Vec<Vec<String>>,
}

/// The declaration of a manifest about a log.
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

/// Programs that pass on all that they read.
const HARMLESS_PIPES: [&str; 10] = [
    "cat",
    "convertto-json",
    "gzip",
    "order",
    "out-file",
    "set-content",
    "sort",
    "tee",
    "tee-object",
    "zstd",
];

/// Properties of events by which the REST interface of the activity log filters, except the time.
const FILTERED_PROPERTIES: [&str; 9] = [
    "caller",
    "correlationid",
    "eventchannels",
    "levels",
    "operations",
    "resourcegroupname",
    "resourceprovider",
    "resourceuri",
    "status",
];

/// Parameters of `Get-AzActivityLog` that select a part of the log; PowerShell accepts a beginning of them.
const SELECTING_PARAMETERS: [&str; 7] = [
    "-caller",
    "-correlationid",
    "-maxrecord",
    "-resourcegroupname",
    "-resourceid",
    "-resourceprovider",
    "-status",
];

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
        let mut segments: Vec<Vec<String>> = vec![Vec::new()];
        let mut word: Option<String> = None;
        let mut quote: Option<char> = None;
        for one in text.chars() {
            let segment = segments.last_mut()?;
            match quote {
                Some(open) if open == one => quote = None,
                None if matches!(one, '"' | '\'') => {
                    quote = Some(one);
                    word.get_or_insert_default();
                }
                None if one.is_whitespace() => segment.extend(word.take()),
                None if one == '|' => {
                    segment.extend(word.take());
                    segments.push(Vec::new());
                }
                _ => word.get_or_insert_default().push(one),
            }
        }
        segments.last_mut()?.extend(word);
        let words = segments.remove(0);
        (!words.is_empty()).then(|| Command { text: text.to_owned(), words, pipes: segments })
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
        self.contradiction_of_pipe()
    }

    /// Returns the number of events that the command asks for, if it shows that, or how the command contradicts the
    /// declaration.
    pub(super) fn max_events(&self, log: &DeclaredLog<'_>) -> Result<Option<u64>, String> {
        if let Some(why) = self.contradiction_of_pipe() {
            return Err(why);
        }
        let arguments = match self.words.strip_prefix(&LIST_LOG.map(str::to_owned)) {
            // Without any option, only the beginning of the command was recorded.
            None | Some([]) => return self.selection().map_or(Ok(None), |part| Err(selects_part(part))),
            Some(arguments) => arguments,
        };
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

    fn contradiction_of_pipe(&self) -> Option<String> {
        let program = self.pipes.iter().find(|pipe| !is_harmless(pipe))?.first()?;
        Some(format!("`{program}` after a pipe in its command may select a part of it"))
    }

    /// Returns the part of a command other than `az monitor activity-log list` that selects a part of a log.
    fn selection(&self) -> Option<&'static str> {
        let text = self.text.to_lowercase();
        let filter = text.split_once("$filter").map(|(_, filter)| filter).unwrap_or_default();
        let by_filter = filtered_property(filter);
        let is_cmdlet = self.words.iter().any(|word| word.eq_ignore_ascii_case("Get-AzActivityLog"));
        let parameter = |word: &String| {
            let word = word.split(':').next().unwrap_or_default().to_lowercase();
            let is_selected = |name: &&str| word.len() > 1 && name.starts_with(&word);
            // `-r` and the like begin several.
            SELECTING_PARAMETERS.into_iter().find(is_selected)
        };
        by_filter.or_else(|| self.words.iter().filter(|_| is_cmdlet).find_map(parameter))
    }
}

/// Returns whether the program after a pipe passes on all that it reads.
fn is_harmless(pipe: &[String]) -> bool {
    let Some((program, arguments)) = pipe.split_first() else { return true };
    let is_all_of_jq =
        program == "jq" && arguments.iter().all(|argument| argument == "." || argument.starts_with('-'));
    // In the language of Log Analytics.
    let is_of_time = program == "where"
        && arguments.first().is_some_and(|column| column.starts_with("TimeGenerated"))
        && !arguments.iter().any(|word| word == "and" || word == "or");
    is_all_of_jq || is_of_time || HARMLESS_PIPES.iter().any(|harmless| program.eq_ignore_ascii_case(harmless))
}

/// The values of the options of `az monitor activity-log list`. Of an option that is repeated, the last one counts.
#[derive(Default)]
struct Asked {
    start: Option<Instant>,
    end: Option<Instant>,
    offset: Option<TimeDelta>,
    max_events: Option<u64>,
    subscription: Option<String>,
    /// A time or a number is not recorded, but, for example, `…` or a variable.
    is_abridged: bool,
}

impl Asked {
    /// Takes an option with its values, or returns why it leaves events of the scope out.
    fn take(&mut self, word: &str, values: &[String], scope: &ResourceId) -> Result<(), String> {
        let (option, own) = split(word);
        let values: Vec<&str> = own.into_iter().chain(values.iter().map(String::as_str)).collect();
        let value = values.first().copied().unwrap_or_default();
        // A time can have a blank before its hour.
        let time = || Instant::parse(&values.join(" ")).or_else(|| Instant::parse(value));
        self.is_abridged |= is_ellipsis(word) || values.iter().any(|value| is_ellipsis(value));
        let Some(name) = name_of_log_option(option) else { return Ok(()) };
        match name {
            "start-time" => self.start = self.known(time()),
            "end-time" => self.end = self.known(time()),
            "offset" => self.offset = self.known(time_of_offset(value)),
            "max-events" => self.max_events = self.known(value.parse().ok()),
            "subscription" => self.subscription = Some(value.to_owned()),
            "resource-group" if is_group_of(Some(scope), value) => {}
            "query" if !selects(&values.join(" ")) => {}
            "filters" if filtered_property(&values.join(" ").to_lowercase()).is_none() => {}
            "query" | "filters" => return Err(selects_part(option)),
            name if SELECTIONS.contains(&name) => return Err(selects_part(option)),
            _ => {}
        }
        Ok(())
    }

    fn known<T>(&mut self, value: Option<T>) -> Option<T> {
        self.is_abridged |= value.is_none();
        value
    }

    fn max_events(self, log: &DeclaredLog<'_>) -> Result<Option<u64>, String> {
        if let Some(subscription) = self.subscription.filter(|name| is_other_subscription(log.scope, name)) {
            return Err(asks_for_other(&subscription, log.scope));
        }
        if self.is_abridged {
            return Ok(self.max_events);
        }
        let offset = self.offset.unwrap_or(DEFAULT_OFFSET);
        let start = self.start.or_else(|| self.end.map(|end| end.minus(offset)));
        let start = start.unwrap_or_else(|| log.taken_at.minus(offset));
        let end = self.end.or_else(|| self.start.map(|start| start.plus(offset))).unwrap_or(log.taken_at);
        if start > log.window.start || end < log.window.end.min(log.taken_at) {
            return Err(format!("its command asks only for the time from {start} to {end}"));
        }
        Ok(Some(self.max_events.unwrap_or(DEFAULT_MAX_EVENTS)))
    }
}

fn is_ellipsis(word: &str) -> bool {
    word.contains('…') || word.contains("...")
}

/// Returns the property by which a filter in lower case selects events.
fn filtered_property(filter: &str) -> Option<&'static str> {
    FILTERED_PROPERTIES.into_iter().find(|property| filter.contains(property))
}

fn selects_part(option: &str) -> String {
    format!("{option} in its command selects a part of it")
}

fn asks_for_other(subscription: &str, scope: &ResourceId) -> String {
    format!("its command asks for the subscription {subscription} instead of {}", scope.subscription())
}

/// Returns whether it is the id of another subscription. A subscription can also be named, which contradicts nothing.
fn is_other_subscription(scope: &ResourceId, subscription: &str) -> bool {
    is_guid(subscription) && !scope.subscription().eq_ignore_ascii_case(subscription)
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

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: &str = "--start-time 2026-08-24T00:00:00Z --end-time 2026-11-22T00:00:00Z";
    const SUBSCRIPTION: &str = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";

    fn scope(id: &str) -> ResourceId {
        ResourceId::parse(id).expect("an id")
    }

    fn asked_by(command: &str, group: &str) -> Result<Option<u64>, String> {
        let instant = |text: &str| Instant::parse(text).expect("a time");
        let window =
            Interval { start: instant("2026-08-24T00:00:00Z"), end: instant("2026-11-22T00:00:00Z") };
        let taken_at = instant("2026-11-22T00:00:00Z");
        let command = command.replace("WINDOW", WINDOW).replace("LIST", "az monitor activity-log list");
        let command = Command::parse(&command.replace("ID", SUBSCRIPTION)).expect("a command");
        let scope = scope(&format!("/subscriptions/{SUBSCRIPTION}{group}"));
        command.max_events(&DeclaredLog { scope: &scope, window, taken_at })
    }

    #[test]
    fn a_command_that_selects_the_declared_log_shows_how_many_events_it_asks_for() {
        for (command, expected) in [
            ("LIST --subscription ID WINDOW --max-events 5 --output json", Some(5)),
            ("LIST --subscription ID WINDOW -ojson --verbose --select eventTimestamp id", Some(50)),
            ("LIST --subscription=ID WINDOW --max-events=\"7\" > log.json", Some(7)),
            ("LIST --subs 'ID' WINDOW --max-e 8 --out json --only-show-errors", Some(8)),
            ("LIST --subscription x WINDOW --max-events 9 --subscription ID --max-events 6", Some(6)),
            ("LIST --subscription ID --start 2026-08-23T00:00:00Z --offset 91d", Some(50)),
            ("LIST --subscription ID --end-time 2026-11-22T01:00:00+01:00 --offset 89d24h", Some(50)),
            ("LIST --subscription ID --offset 90d", Some(50)),
            ("LIST WINDOW --query [].{id:id}", Some(50)),
            ("LIST --subscription Production WINDOW --unheard-of x", Some(50)),
            ("LIST --subscription ID WINDOW --filters \"eventTimestamp ge '2026-08-24'\"", Some(50)),
            ("LIST --subscription ID WINDOW --max-events 6 | jq . | tee log.json", Some(6)),
            ("LIST --subscription $id --start-time $start --end-time $end --max-events 9", Some(9)),
            ("LIST --subscription ID --start-time … --end-time … --max-events …", None),
            ("LIST --subscription ID …", None),
            ("LIST", None),
            ("az …", None),
            ("az rest --url \"https://x/values?$filter=eventTimestamp ge '2026-08-24'\"", None),
            ("Get-AzActivityLog -StartTime 2026-08-24 | ConvertTo-Json -Depth 100 > log.json", None),
            ("AzureActivity | where TimeGenerated > ago(90d) | order by TimeGenerated asc", None),
        ] {
            assert_eq!(asked_by(command, ""), Ok(expected), "{command}");
        }
        let group = "/resourceGroups/G";
        assert_eq!(asked_by("LIST --subscription ID -g g WINDOW", group), Ok(Some(50)));
        assert_eq!(asked_by("LIST --subscription ID WINDOW", group), Ok(Some(50)));
        assert!(asked_by("LIST --subscription ID -g h WINDOW", group).is_err());
    }

    #[test]
    fn a_command_that_leaves_events_of_the_declared_log_out_is_found() {
        let only = "its command asks only for the time from";
        for (command, expected) in [
            ("LIST --subscription ID", only),
            ("LIST --subscription ID --offset 7d", only),
            ("LIST --subscription ID --start-time 2026-08-24T00:00:00Z", only),
            ("LIST --subscription ID --start-time 2026-08-24T00:00:01Z --offset 91d", only),
            ("LIST --subscription ID --end-time 2026-11-21T23:59:59Z --offset 91d", only),
            (
                "LIST --subscription aaaaaaaa-0000-4000-8000-000000000001 WINDOW",
                "asks for the subscription aaaa",
            ),
            (
                "LIST --subscription ID WINDOW --status Succeeded",
                "--status in its command selects a part of it",
            ),
            ("LIST --subscription ID WINDOW --caller=anna", "--caller in its command selects"),
            ("LIST --subscription ID WINDOW -gg", "-g in its command selects"),
            (
                "LIST --subscription ID WINDOW --resource-id /subscriptions/s/x",
                "--resource-id in its command",
            ),
            (
                "LIST --subscription ID WINDOW --filters \"status eq 'Failed'\"",
                "--filters in its command selects",
            ),
            ("LIST --subscription ID WINDOW --query '[:5]'", "--query in its command selects"),
            ("LIST --subscription ID … --query \"[?caller=='anna']\"", "--query in its command selects"),
            ("LIST --subscription ID WINDOW | jq 'map(.id)'", "`jq` after a pipe in its command"),
            ("AzureActivity | take 100", "`take` after a pipe in its command"),
            ("AzureActivity | where TimeGenerated > ago(9d) and Caller == 'anna'", "`where` after a pipe"),
            (
                "az rest --url \"x?$filter=eventTimestamp ge '2026' and resourceGroupName eq 'g'\"",
                "resourcegroupname in",
            ),
            ("Get-AzActivityLog -ResourceGroup g -StartTime 2026-08-24", "-resourcegroupname in its command"),
            ("Get-AzActivityLog -MaxRecord:1000", "-maxrecord in its command"),
        ] {
            let found = asked_by(command, "");
            assert!(found.as_ref().is_err_and(|why| why.contains(expected)), "{command}: {found:?}");
        }
    }

    #[test]
    fn a_command_that_lists_a_part_of_the_accounts_is_found() {
        let list = |arguments: &str, id: &str| {
            let command = Command::parse(&format!("az cognitiveservices account list {arguments}"));
            command.expect("a command").contradiction(Some(&scope(id)))
        };
        let (subscription, group) = ("/subscriptions/s", "/subscriptions/s/resourceGroups/G");
        for arguments in ["", "--subscription Production --output json", "--query [].{id:id}", "| jq ."] {
            assert_eq!(list(arguments, subscription), None, "{arguments}");
        }
        for arguments in [
            "--subscription aaaaaaaa-0000-4000-8000-000000000001",
            "--resource-group g",
            "-g g",
            "-gg",
            "--query [?kind=='OpenAI']",
            "--query \"[? kind == 'OpenAI']\" --output json",
            "--query=[0]",
            "--query '[]|[0]'",
            "| jq '.[0]'",
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
