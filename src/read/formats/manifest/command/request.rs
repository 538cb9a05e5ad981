//! Requests to Azure, of `az rest`, `Invoke-AzRestMethod`, `curl` and the like: the parts of an address or a body that
//! select a part.

use serde_json::Value;

use super::az::{Asked, selects, selects_rows, timespan};
use super::declared::{Declared, selects_part};
use super::filter::filtered;
use super::kql;
use super::options::Arguments;
use super::times::Range;

const ACCOUNTS: &str = "/providers/microsoft.cognitiveservices/accounts";
const EVENTS: &str = "/providers/microsoft.insights/eventtypes";

/// Returns whether the words have an address of Azure or a filter.
pub(super) fn is_request(words: &[&str]) -> bool {
    let is_part = |word: &&str| {
        let word = decoded(word).to_lowercase();
        word.contains("/providers/microsoft.") || word.contains("$filter") || word.contains("/subscriptions/")
    };
    words.iter().any(is_part)
}

/// Returns what a request asks for, or how it selects a part.
pub(super) fn asked(words: &[&str], declared: &Declared<'_>) -> Result<Asked, String> {
    let text = decoded(&words.join(" "));
    let lower = text.to_lowercase();
    let mut asked = Asked::default();
    if let Some((_, filter)) = lower.split_once("$filter") {
        let filter = filter.split(['&', '}']).next().unwrap_or_default();
        asked.range.narrow(filtered(filter.trim_start_matches([' ', '=', '"', '\'', ':']), declared)?);
    }
    let top = lower.split_once("$top=").map(|(_, top)| top.split(|one: char| !one.is_ascii_digit()).next());
    if top.flatten().is_some_and(selects_rows) {
        return Err(selects_part("$top"));
    }
    let lists = if declared.window.is_some() { EVENTS } else { ACCOUNTS };
    for word in lower.split([' ', '?', '"', '\'']).filter(|word| word.contains(lists)) {
        if let Some(why) = after(word, "/subscriptions/").and_then(|id| declared.contradiction_of(id)) {
            return Err(why);
        }
    }
    if declared.window.is_none() {
        let group = after(&lower, "/resourcegroups/").filter(|group| !declared.is_in_group(group));
        if let Some(group) = group {
            return Err(selects_part(&format!("/resourceGroups/{group}")));
        }
        let account = lower.split_once(ACCOUNTS).and_then(|(_, rest)| after(rest, "/"));
        if let Some(account) = account.filter(|account| !account.is_empty() && !declared.is_account()) {
            return Err(selects_part(&format!("/accounts/{account}")));
        }
    }
    let query = Arguments::of_az(words).options.into_iter().find(|option| option.name == "--query");
    match query.filter(|query| selects(&query.text())) {
        Some(query) => Err(selects_part(query.name)),
        None => Ok(asked),
    }
}

/// Returns the part of an address after `name`, up to its end.
fn after<'a>(address: &'a str, name: &str) -> Option<&'a str> {
    let rest = address.split_once(name)?.1;
    rest.split(['/', '?', '&', '"', '\'', ' ']).next()
}

/// Returns the time that a query in a JSON body asks for, or how it selects a part.
pub(super) fn body(text: &str, declared: &Declared<'_>) -> Result<Range, String> {
    let Ok(body) = serde_json::from_str::<Value>(text) else { return Ok(Range::default()) };
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut range = kql::range(text("query"), declared)?;
    range.narrow(timespan(text("timespan"), declared));
    let rows = body.get("options").and_then(|options| options.get("$top"));
    if rows.is_some_and(|rows| selects_rows(&rows.to_string())) {
        return Err(selects_part("$top"));
    }
    Ok(range)
}

/// Returns an address without its escapes, like `%24` for `$`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped =
            digits.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
