//! Cmdlets of PowerShell that list events or accounts: what they ask for, and the parameters that select a part.

use chrono::TimeDelta;

use super::az::{Asked, selects_rows, timespan};
use super::declared::{Declared, selects_part};
use super::kql;
use super::options::Arguments;
use super::times::{Range, Zone, instants};

/// Events that `Get-AzActivityLog` returns without `-MaxRecord`.
const DEFAULT_MAX_RECORD: u64 = 1_000;

/// The time before its end that `Get-AzActivityLog` asks for without `-StartTime`.
const DEFAULT_TIME: TimeDelta = TimeDelta::days(7);

/// Parameters of `Get-AzActivityLog`, of which the beginning is enough. Those that select no part of the log are first.
const LOG_PARAMETERS: [&str; 12] = [
    "debug",
    "defaultprofile",
    "detailedoutput",
    "starttime",
    "endtime",
    "maxrecord",
    "caller",
    "correlationid",
    "resourcegroupname",
    "resourceid",
    "resourceprovider",
    "status",
];

/// Parameters of cmdlets that list accounts or resources and that select a part of them.
const LIST_PARAMETERS: [&str; 9] = [
    "resourcegroupname",
    "resourceid",
    "resourcename",
    "name",
    "odataquery",
    "tag",
    "tagname",
    "tagvalue",
    "top",
];

const QUERY_PARAMETERS: [&str; 5] = ["query", "timespan", "first", "skip", "subscription"];

/// Returns what `Get-AzActivityLog` asks for, or how it leaves events out.
pub(super) fn log(words: &[&str], declared: &Declared<'_>) -> Result<Asked, String> {
    let arguments = Arguments::of_cmdlet(words);
    let mut range = Range::default();
    let mut max_events = (!arguments.is_abridged).then_some(DEFAULT_MAX_RECORD);
    let mut has_start = arguments.is_abridged;
    for parameter in &arguments.options {
        let time = || instants(&parameter.text(), Zone::Local, declared.taken_at);
        match parameter.parameter(&LOG_PARAMETERS) {
            Some("starttime") => {
                range.start = time().map(|at| at.start);
                has_start = true;
            }
            Some("endtime") => range.end = time().map(|at| at.end),
            Some("maxrecord") => max_events = parameter.value().parse().ok(),
            Some("debug" | "defaultprofile" | "detailedoutput") | None => {}
            Some("resourcegroupname") if declared.is_in_group(parameter.value()) => {}
            Some(_) => return Err(selects_part(parameter.name)),
        }
    }
    if let Some(value) = selecting_value(&arguments) {
        return Err(selects_part(&format!("`{value}`")));
    }
    if !has_start {
        range.start = Some(range.end.unwrap_or(declared.taken_at).minus(DEFAULT_TIME));
    }
    Ok(Asked { range, max_events })
}

/// Returns how a cmdlet that lists accounts selects a part of the scope.
pub(super) fn list(words: &[&str], declared: &Declared<'_>) -> Result<Asked, String> {
    let arguments = Arguments::of_cmdlet(words);
    for parameter in &arguments.options {
        let value = parameter.value();
        let selects = match parameter.parameter(&LIST_PARAMETERS) {
            None => false,
            Some("resourcegroupname") => !declared.is_in_group(value) && value != "*",
            Some(_) => !declared.is_account() && value != "*",
        };
        if selects {
            return Err(selects_part(parameter.name));
        }
    }
    let group = selecting_value(&arguments).filter(|group| !declared.is_in_group(group));
    group.map_or(Ok(Asked::default()), |group| Err(selects_part(&format!("`{group}`"))))
}

/// Returns what a query of Log Analytics or Resource Graph asks for, or how it selects a part.
pub(super) fn query(words: &[&str], declared: &Declared<'_>) -> Result<Asked, String> {
    let arguments = Arguments::of_cmdlet(words);
    let mut asked = Asked::default();
    asked.range.narrow(kql::range(&arguments.positional.join(" "), declared)?);
    for parameter in &arguments.options {
        let value = parameter.value();
        let selects = match parameter.parameter(&QUERY_PARAMETERS) {
            Some("query") => {
                asked.range.narrow(kql::range(&parameter.text(), declared)?);
                false
            }
            Some("timespan") => {
                asked.range.narrow(timespan(&parameter.text(), declared));
                false
            }
            Some("first") => selects_rows(value),
            Some("skip") => value.parse().is_ok_and(|rows: u64| rows > 0),
            Some("subscription") => match declared.contradiction_of(value) {
                Some(why) => return Err(why),
                None => false,
            },
            Some(_) | None => false,
        };
        if selects {
            return Err(selects_part(parameter.name));
        }
    }
    Ok(asked)
}

/// Returns a value without a parameter: the name of a group, or an id. A variable may be anything.
fn selecting_value<'a>(arguments: &Arguments<'a>) -> Option<&'a str> {
    let is_name = |value: &&str| value.starts_with(|one: char| one.is_alphanumeric() || one == '/');
    arguments.positional.iter().copied().find(is_name)
}
