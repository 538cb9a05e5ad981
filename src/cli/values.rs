//! What the command line's options mean as values.

use crate::export_script::{AccountId, SubscriptionId};
use crate::model::{Declaration, Instant, Interval, ResourceId, Scope};

pub(super) fn parse_subscription(text: &str) -> Result<SubscriptionId, &'static str> {
    SubscriptionId::parse(text)
        .ok_or("it is not the id of a subscription, as 00000000-0000-0000-0000-000000000000")
}

pub(super) fn parse_account(text: &str) -> Result<AccountId, &'static str> {
    AccountId::parse(text).ok_or(
        "it is not the id of an account, as /subscriptions/…/providers/Microsoft.CognitiveServices/accounts/NAME",
    )
}

pub(super) fn parse_as_of(text: &str) -> Result<Instant, String> {
    let wrong = || "it is neither a time as 2026-11-23T00:00:00Z nor a date as 2026-11-23".to_owned();
    let instant = Instant::parse_argument(text).ok_or_else(wrong)?;
    let year: i32 = instant.to_string().split('-').next().and_then(|year| year.parse().ok()).unwrap_or(0);
    if (2000..2200).contains(&year) {
        Ok(instant)
    } else {
        Err("it is not in the years 2000 to 2199".to_owned())
    }
}

pub(super) fn parse_declaration(text: &str) -> Result<Declaration, String> {
    let wrong = "it is not SCOPE=START..END, as *=2026-08-25..2026-11-23";
    let (scope, window) = text.rsplit_once('=').ok_or(wrong)?;
    let (start, end) = window.split_once("..").ok_or(wrong)?;
    let instant = |text: &str| {
        Instant::parse_argument(text).ok_or_else(|| format!("{text:?} is neither a time nor a date"))
    };
    let interval = Interval::new(instant(start)?, instant(end)?).ok_or("it ends before it starts")?;
    let scope = match scope {
        "*" => Scope::Everything,
        id if id.starts_with('/') => Scope::Within(
            ResourceId::parse(id)
                .ok_or_else(|| format!("{id:?} is not the id of a subscription or of something in one"))?,
        ),
        subscription if !subscription.is_empty() && !subscription.contains('/') => {
            Scope::Within(ResourceId::of_subscription(subscription).ok_or(wrong)?)
        }
        _ => return Err("its scope is neither a subscription id, nor an ARM id, nor *".to_owned()),
    };
    Ok(Declaration { scope, interval })
}
