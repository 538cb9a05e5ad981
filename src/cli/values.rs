//! Parses the values of options.

use std::ops::RangeInclusive;

use crate::export_script::{AccountId, SubscriptionId};
use crate::model::{Declaration, Instant, Interval, ResourceId, Scope};
use crate::prove::AsOf;
use crate::redact;

pub(super) fn parse_subscription(text: &str) -> Result<SubscriptionId, &'static str> {
    SubscriptionId::parse(text)
        .ok_or("expected a subscription id like `00000000-0000-0000-0000-000000000000` (not its name)")
}

pub(super) fn parse_account(text: &str) -> Result<AccountId, &'static str> {
    AccountId::parse(text).ok_or(
        "expected the id of an account like `/subscriptions/…/providers/Microsoft.CognitiveServices/accounts/NAME`",
    )
}

/// The unit that a number counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum CountedUnit {
    Days,
    Hours,
}

impl CountedUnit {
    fn as_str(self) -> &'static str {
        match self {
            CountedUnit::Days => "days",
            CountedUnit::Hours => "hours",
        }
    }

    /// Converts `count` of another unit like `d`, `weeks` or `h`; `None` if the result is not a whole number.
    fn count(self, count: u32, written: &str) -> Option<u32> {
        let hours = match written.trim().to_lowercase().as_str() {
            "h" | "hr" | "hrs" | "hour" | "hours" => 1,
            "d" | "day" | "days" => 24,
            "w" | "week" | "weeks" => 7 * 24,
            _ => return None,
        };
        let own = match self {
            CountedUnit::Days => 24,
            CountedUnit::Hours => 1,
        };
        let hours = count.checked_mul(hours)?;
        (hours % own == 0).then_some(hours / own)
    }
}

/// A parser of whole numbers in a range.
pub(super) fn whole(
    unit: CountedUnit,
    range: RangeInclusive<u32>,
) -> impl Fn(&str) -> Result<u32, String> + Clone + Send + Sync + 'static {
    move |text| {
        let expected =
            format!("expected a whole number of {} from {} to {}", unit.as_str(), range.start(), range.end());
        if let Ok(count) = text.parse() {
            return if range.contains(&count) { Ok(count) } else { Err(expected) };
        }
        let text = text.trim().trim_start_matches(['P', 'p']);
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, written) = text.split_at(digits);
        let meant = count.parse().ok().and_then(|count| unit.count(count, written));
        Err(match meant.filter(|count| range.contains(count)) {
            Some(meant) => format!("{expected}, without a unit: write `{meant}`"),
            None => expected,
        })
    }
}

/// A declaration, and how it was written.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub declaration: Declaration,
    pub written: String,
}

pub(super) fn parse_as_of(text: &str) -> Result<AsOf, String> {
    if text.eq_ignore_ascii_case("now") { Ok(AsOf::Now) } else { parse_instant(text).map(AsOf::At) }
}

pub(super) fn parse_instant(text: &str) -> Result<Instant, String> {
    let wrong = || {
        let form = "expected a time like `2026-11-23T00:00:00Z` or a date like `2026-11-23`";
        impossible(text).unwrap_or_else(|| form.to_owned())
    };
    let instant = Instant::parse_argument(text).ok_or_else(wrong)?;
    let year: i32 = instant.to_string().split('-').next().and_then(|year| year.parse().ok()).unwrap_or(0);
    if (2000..2200).contains(&year) {
        Ok(instant)
    } else {
        Err("expected a year from 2000 to 2199".to_owned())
    }
}

/// That a text has the right form, but a date that no calendar has, or the second 60; `None` for any other text.
fn impossible(text: &str) -> Option<String> {
    // Times in exports can have a leap second, so only arguments are rejected.
    let has_leap_second = || {
        let form = "expected a time like `2026-11-23T00:00:00Z`, with seconds from 00 to 59";
        Instant::parse(text).map(|_| form.to_owned())
    };
    impossible_date(text).or_else(has_leap_second)
}

/// That a text begins with a date of the right form that no calendar has; `None` for any other text.
fn impossible_date(text: &str) -> Option<String> {
    let date = text.get(..10)?;
    let has_form = date.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (has_form && Instant::parse_argument(date).is_none())
        .then(|| format!("{date} is not a date in the calendar"))
}

pub(super) fn parse_declaration(text: &str) -> Result<Declared, String> {
    let wrong = "expected SCOPE=START..END like `*=2026-08-25..2026-11-23`";
    // An error may quote only a part of the text, which no longer shows that it is a secret.
    let text = &*redact::text(text);
    let (scope, window) = text.rsplit_once('=').ok_or_else(|| match text.split_once("..") {
        Some(_) => format!("{wrong}; for all subscriptions, write `*={text}`"),
        None => wrong.to_owned(),
    })?;
    let (start, end) = window.split_once("..").ok_or(wrong)?;
    let instant = |text: &str| {
        let neither = || format!("{text:?} is neither a time nor a date; {wrong}");
        Instant::parse_argument(text).ok_or_else(|| impossible(text).unwrap_or_else(neither))
    };
    let interval = Interval::new(instant(start)?, instant(end)?)
        .filter(|interval| interval.start < interval.end)
        .ok_or_else(|| format!("the window does not end after it starts; {wrong}"))?;
    let is_subscription = |id: &str| SubscriptionId::parse(id).is_some();
    let resource =
        |id: &str| ResourceId::parse(id).filter(|id| id.is_scope() && is_subscription(id.subscription()));
    let wrong_scope = || {
        format!(
            "{scope:?} is not a scope: expected a subscription id like `00000000-0000-0000-0000-000000000000`, the id of a \
             subscription, a resource group or a resource like `/subscriptions/00000000-0000-0000-0000-000000000000`, or `*`"
        )
    };
    let scope = match scope {
        "*" => Scope::Everything,
        id if id.starts_with('/') => Scope::Within(resource(id).ok_or_else(wrong_scope)?),
        id if is_subscription(id) => Scope::Within(ResourceId::of_subscription(id).ok_or_else(wrong_scope)?),
        _ => return Err(wrong_scope()),
    };
    let declaration = Declaration { scope, interval, manifest: None };
    Ok(Declared { declaration, written: text.to_owned() })
}
