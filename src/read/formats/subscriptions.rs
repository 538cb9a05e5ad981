//! Decodes lists of subscriptions. Only the names are used.

use std::borrow::Cow;

use serde::Deserialize;

use crate::model::{Place, SubscriptionName, is_guid};
use crate::read::formats::decode::{Unusable, decode};

/// A subscription as az, REST and PowerShell write it.
#[derive(Deserialize)]
struct SubscriptionRecord<'a> {
    #[serde(borrow, alias = "Id")]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, alias = "SubscriptionId")]
    #[serde(rename = "subscriptionId")]
    subscription_id: Option<Cow<'a, str>>,
    #[serde(borrow, alias = "Name")]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "displayName")]
    display_name: Option<Cow<'a, str>>,
}

/// Decodes the name of one subscription.
pub(in crate::read) fn read(bytes: &[u8], place: Place) -> Result<SubscriptionName, Unusable> {
    let record: SubscriptionRecord<'_> = decode(bytes)?;
    let id = record.subscription_id.or(record.id).unwrap_or_default();
    let id = id.strip_prefix("/subscriptions/").unwrap_or(&id);
    if !is_guid(id) {
        return Err(Unusable::record("its id is not the id of a subscription"));
    }
    match record.display_name.or(record.name).filter(|name| !name.is_empty()) {
        Some(name) => {
            Ok(SubscriptionName { subscription: id.to_ascii_lowercase(), name: name.into_owned(), place })
        }
        None => Err(Unusable::record("the subscription has no name")),
    }
}
