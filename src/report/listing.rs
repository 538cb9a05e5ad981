//! The accounts that the text report lists. It changes no verdict, exit status or other format.

use crate::model::{AuditedAccount, Verdict};

/// The accounts and details that the user selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The verdicts to list. If there are none, overdue and unproven accounts are listed, and of the others only those
    /// with findings.
    pub verdicts: Vec<Verdict>,
    /// Ids of subscriptions in lower case; all if there are none.
    pub subscriptions: Vec<String>,
    pub group_by: Option<GroupBy>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupBy {
    Subscription,
    ResourceGroup,
    /// The value of this tag.
    Tag(String),
}

impl Listing {
    pub(super) fn has_subscription_of(&self, audited: &AuditedAccount) -> bool {
        let subscription = audited.account.id.subscription();
        self.subscriptions.is_empty()
            || self.subscriptions.iter().any(|wanted| wanted.eq_ignore_ascii_case(subscription))
    }

    /// Whether accounts of the verdict are listed individually, even without findings.
    pub(super) fn has(&self, verdict: Verdict) -> bool {
        if self.verdicts.is_empty() {
            matches!(verdict, Verdict::Overdue | Verdict::Unproven)
        } else {
            self.verdicts.contains(&verdict)
        }
    }

    /// Whether the user asked for these verdicts by name, so that none of them is left out for brevity.
    pub(super) fn is_explicit(&self) -> bool {
        !self.verdicts.is_empty()
    }
}
