//! The command of an export, as a manifest records it: whether it contradicts what the manifest declares.
//!
//! A person may record a command in any form, so a part that is not understood contradicts nothing. An option that is
//! understood and selects a part of the declared scope or window does. `command/tests.rs` has examples of both.

mod az;
mod cmdlets;
mod declared;
mod filter;
mod kql;
mod options;
mod request;
#[cfg(test)]
mod tests;
mod times;
mod words;

use az::Asked;
pub(super) use declared::Declared;
use declared::selects_part;
use times::Range;
use words::Call;

/// A command without its quotes.
pub(super) struct Command {
    text: String,
    /// Bounded by the text.
    calls: Vec<Call>,
}

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

/// Stages of a query that was recorded without its quotes. They keep all rows.
const HARMLESS_STAGES: [&str; 4] = ["extend", "project", "project-away", "project-reorder"];

/// Programs that are mostly used to select a part of a text.
const SELECTING_PROGRAMS: [&str; 19] = [
    "awk",
    "cut",
    "egrep",
    "fgrep",
    "findstr",
    "gawk",
    "grep",
    "head",
    "jq",
    "mlr",
    "rg",
    "sed",
    "select",
    "select-object",
    "tail",
    "uniq",
    "where",
    "where-object",
    "yq",
];

/// Programs that write what they read into a file.
const WRITING_PROGRAMS: [&str; 5] = ["out-file", "set-content", "sponge", "tee", "tee-object"];

/// Beginning of the tables of events, with which a query begins.
const EVENT_TABLES: &str = "azureactivity";
/// The table of accounts.
const ACCOUNT_TABLE: &str = "resources";

/// A command that lists events or accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    AzLog,
    AzQuery,
    AzList,
    AzShow,
    CmdletLog,
    CmdletQuery,
    CmdletList,
    Request,
}

/// What a tool lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listed {
    Events,
    Accounts,
    Any,
}

const AZ: [(&[&str], Tool, Listed); 7] = [
    (&["monitor", "activity-log", "list"], Tool::AzLog, Listed::Events),
    (&["monitor", "log-analytics", "query"], Tool::AzQuery, Listed::Events),
    (&["graph", "query"], Tool::AzQuery, Listed::Accounts),
    (&["cognitiveservices", "account", "list"], Tool::AzList, Listed::Accounts),
    (&["cognitiveservices", "account", "show"], Tool::AzShow, Listed::Accounts),
    (&["resource", "list"], Tool::AzList, Listed::Accounts),
    (&["resource", "show"], Tool::AzShow, Listed::Accounts),
];

const CMDLETS: [(&str, Tool, Listed); 6] = [
    ("get-azactivitylog", Tool::CmdletLog, Listed::Events),
    ("get-azlog", Tool::CmdletLog, Listed::Events),
    ("invoke-azoperationalinsightsquery", Tool::CmdletQuery, Listed::Events),
    ("get-azcognitiveservicesaccount", Tool::CmdletList, Listed::Accounts),
    ("get-azresource", Tool::CmdletList, Listed::Accounts),
    ("search-azgraph", Tool::CmdletQuery, Listed::Accounts),
];

/// A call of a tool.
struct Listing<'a> {
    tool: Tool,
    listed: Listed,
    arguments: Vec<&'a str>,
}

impl<'a> Listing<'a> {
    /// Finds the tool in a call, also after a path, variables or other programs, like `sudo /usr/bin/az …`.
    fn of(call: &'a Call) -> Option<Listing<'a>> {
        let words: Vec<&str> = call.words.iter().map(String::as_str).collect();
        if let Some(listing) = Listing::of_az(&words) {
            return Some(listing);
        }
        let cmdlet = words.iter().enumerate().find_map(|(at, word)| {
            let name = word.rsplit(['\\', '/', '=', '{']).next()?.to_lowercase();
            let (_, tool, listed) = CMDLETS.into_iter().find(|(cmdlet, ..)| *cmdlet == name)?;
            Some(Listing { tool, listed, arguments: words[at + 1..].to_vec() })
        });
        // The program of `jq` can contain an address too.
        let selects = call.is_piped || SELECTING_PROGRAMS.contains(&name_of(words.first()?).as_str());
        let is_request = !selects && request::is_request(&words);
        let request = || Listing { tool: Tool::Request, listed: Listed::Any, arguments: words.clone() };
        cmdlet.or_else(|| is_request.then(request))
    }

    fn of_az(words: &[&'a str]) -> Option<Listing<'a>> {
        let names: Vec<usize> = (0..words.len()).filter(|at| !words[*at].starts_with('-')).collect();
        let (found, tool, listed) = AZ.into_iter().find_map(|(command, tool, listed)| {
            let is_command =
                |names: &&[usize]| names.iter().zip(command).all(|(at, name)| words[*at] == *name);
            Some((names.windows(command.len()).find(is_command)?, tool, listed))
        })?;
        // Options before the command belong to it, unless they are those of a program before az.
        let az = words.iter().position(|word| name_of(word) == "az").map_or(found[0], |at| at + 1);
        let is_option = |at: &usize| !found.contains(at);
        let arguments = (az..words.len()).filter(is_option).map(|at| words[at]).collect();
        Some(Listing { tool, listed, arguments })
    }

    fn is_query(&self) -> bool {
        matches!(self.tool, Tool::AzQuery | Tool::CmdletQuery)
    }

    /// Returns what the call asks for, or how it selects a part of the declaration. `is_last` if the record of the
    /// command ends here.
    fn asked(&self, declared: &Declared<'_>, is_last: bool) -> Result<Asked, String> {
        let words = &self.arguments[..];
        match self.tool {
            // Only the beginning of the command was recorded.
            Tool::AzLog | Tool::CmdletLog if is_last && words.is_empty() => Ok(Asked::default()),
            Tool::AzLog => az::log(words, declared),
            Tool::AzQuery => az::query(words, declared),
            Tool::AzList => az::list(words, declared),
            Tool::AzShow if declared.is_account() => Ok(Asked::default()),
            Tool::AzShow => Err(selects_part("`show`")),
            Tool::CmdletLog => cmdlets::log(words, declared),
            Tool::CmdletQuery => cmdlets::query(words, declared),
            Tool::CmdletList => cmdlets::list(words, declared),
            Tool::Request => request::asked(words, declared),
        }
    }
}

impl Command {
    /// Returns `None` for a blank text.
    pub(super) fn parse(text: &str) -> Option<Command> {
        let calls = words::calls(text, |call| Listing::of(call).is_some());
        (!calls.is_empty()).then(|| Command { text: text.to_owned(), calls })
    }

    /// Returns the number of events that the command asks for, if it shows that, or how the command contradicts the
    /// declaration.
    pub(super) fn max_events(&self, declared: &Declared<'_>) -> Result<Option<u64>, String> {
        let mut listings = Vec::new();
        add_listings(&self.calls, &mut listings);
        if listings.is_empty() {
            return self.max_events_of_another(declared);
        }
        let listed = if declared.window.is_some() { Listed::Events } else { Listed::Accounts };
        listings.retain(|listing| listing.listed == listed || listing.listed == Listed::Any);
        let in_words = range_of_words(&self.calls, declared)?;
        let is_last = matches!(&self.calls[..], [call] if !call.writes && call.nested.is_empty());
        let mut max_events = None;
        let mut ranges = Vec::new();
        for listing in listings {
            let mut asked = listing.asked(declared, is_last)?;
            if listing.is_query() || listing.tool == Tool::Request {
                asked.range.narrow(in_words);
            }
            max_events = [max_events, asked.max_events].into_iter().flatten().min();
            // A request without times may be about something else.
            if listing.tool != Tool::Request || asked.range != Range::default() {
                ranges.push(asked.range);
            }
        }
        let contradiction = contradiction_of_programs(&self.calls);
        match contradiction.or_else(|| declared.contradiction_of_times(&ranges)) {
            Some(why) => Err(why),
            None => Ok(max_events),
        }
    }

    /// Returns how a command contradicts the declaration in which no tool is known: a query, or something else.
    fn max_events_of_another(&self, declared: &Declared<'_>) -> Result<Option<u64>, String> {
        let mut words = self.calls.iter().flat_map(|call| &call.words).map(|word| word.to_lowercase());
        let is_query = match declared.window {
            Some(_) => words.any(|word| word.starts_with(EVENT_TABLES)),
            None => words.next().is_some_and(|word| word == ACCOUNT_TABLE),
        };
        let contradiction = if is_query {
            declared.contradiction_of_times(&[kql::range(&self.text, declared)?])
        } else {
            let first = self.calls.first().filter(|_| declared.window.is_none());
            let words: Vec<&str> = first.iter().flat_map(|call| &call.words).map(String::as_str).collect();
            az::another(&words, declared).or_else(|| contradiction_of_programs(&self.calls))
        };
        contradiction.map_or(Ok(None), Err)
    }
}

fn add_listings<'a>(calls: &'a [Call], listings: &mut Vec<Listing<'a>>) {
    for call in calls {
        listings.extend(Listing::of(call));
        add_listings(&call.nested, listings);
    }
}

/// Returns the time that queries in single words ask for, like those in variables and in the bodies of requests.
fn range_of_words(calls: &[Call], declared: &Declared<'_>) -> Result<Range, String> {
    let table = if declared.window.is_some() { EVENT_TABLES } else { ACCOUNT_TABLE };
    let mut range = Range::default();
    for call in calls {
        range.narrow(range_of_words(&call.nested, declared)?);
        for word in &call.words {
            let text = word.trim_start_matches(|one: char| one.is_whitespace() || one == '@');
            let value = text.split_once('=').map_or(text, |(_, value)| value);
            for text in [text, value] {
                let is_query = || text.trim_start().to_lowercase().starts_with(table) && text.contains('|');
                if text.starts_with('{') {
                    range.narrow(request::body(text, declared)?);
                } else if is_query() {
                    range.narrow(kql::range(text.trim_end_matches('@'), declared)?);
                }
            }
        }
    }
    Ok(range)
}

/// Returns how a program that reads what a tool listed may select a part of it.
fn contradiction_of_programs(calls: &[Call]) -> Option<String> {
    // A pipe after a program that is not known counts too, but only if no tool is known.
    let knows_tool = calls.iter().any(|call| call.lists);
    let (mut is_after_pipe, mut is_after, mut is_query) = (false, false, false);
    for (at, call) in calls.iter().enumerate() {
        is_after_pipe = call.is_piped && (is_after_pipe || !knows_tool || calls[at - 1].lists);
        if call.lists {
            is_after = true;
            is_query = Listing::of(call).is_some_and(|listing| listing.is_query());
            continue;
        }
        let Some(program) = call.words.first().filter(|_| !is_harmless(call, is_query)) else { continue };
        if is_after_pipe {
            return Some(format!("`{program}` after a pipe in its command may select a part of it"));
        }
        if is_after && SELECTING_PROGRAMS.contains(&name_of(program).as_str()) && writes(&calls[at..]) {
            return Some(format!("`{program}` in its command may select a part of it"));
        }
    }
    let nested = calls.iter().map(|call| &call.nested).filter(|nested| nested.iter().any(|call| call.lists));
    nested.into_iter().find_map(|nested| contradiction_of_programs(nested))
}

/// Returns whether a program after a tool passes on all that it reads. `is_query` if the tool takes a query, of which
/// stages may have been recorded without quotes.
fn is_harmless(call: &Call, is_query: bool) -> bool {
    let Some((program, arguments)) = call.words.split_first() else { return true };
    let name = name_of(program);
    let is_all_of_jq = || {
        let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
        filter.is_none_or(|filter| [".", ".[]", "add"].contains(&filter.as_str()))
    };
    let is_of_time = || {
        arguments.first().is_some_and(|column| column.starts_with("TimeGenerated"))
            && !arguments.iter().any(|word| word == "and" || word == "or")
    };
    HARMLESS_PIPES.contains(&name.as_str())
        || (name == "jq" && is_all_of_jq())
        || (is_query && (HARMLESS_STAGES.contains(&name.as_str()) || (name == "where" && is_of_time())))
}

/// Returns whether the first of `calls`, or a call that reads its output, writes a file.
fn writes(calls: &[Call]) -> bool {
    let pipeline = calls.iter().enumerate().take_while(|(at, call)| *at == 0 || call.is_piped);
    pipeline.into_iter().any(|(_, call)| {
        let name = call.words.first().map(|word| name_of(word)).unwrap_or_default();
        let is_in_place = name == "sed" && call.words.iter().any(|word| word.starts_with("-i"));
        call.writes || is_in_place || WRITING_PROGRAMS.contains(&name.as_str())
    })
}

/// Returns the name of a program without its path and its extension, in lower case.
fn name_of(word: &str) -> String {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    let stem = [".exe", ".cmd", ".bat"].into_iter().find_map(|extension| name.strip_suffix(extension));
    stem.map_or(name.clone(), str::to_owned)
}
