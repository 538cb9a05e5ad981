//! The families of exports, by which their records are decoded.

/// What a file's records are, and so who reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::read) enum Family {
    Accounts,
    DeletedAccounts,
    /// Names of subscriptions.
    Subscriptions,
    /// A table of Resource Graph, whose rows are accounts.
    AccountTable,
    Activity,
    /// Tables of Log Analytics, whose rows are events.
    ActivityTables,
    /// An answer of REST with its status, whose text is an export.
    Response,
    KeyStamps,
    Manifest,
    /// What another run made of exports.
    Evidence,
    /// The service's answer to a request that it refused.
    FailedExport,
}

impl Family {
    pub(in crate::read) fn is_log(self) -> bool {
        matches!(self, Family::Activity | Family::ActivityTables)
    }
}
