//! The families of exports, which determine their decoders.

/// The kind of the records in a file, which determines their decoder.
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
    /// Evidence that an earlier run made from exports.
    Evidence,
    /// The answer of the service to a request that it refused.
    FailedExport,
}

impl Family {
    pub(in crate::read) fn is_log(self) -> bool {
        matches!(self, Family::Activity | Family::ActivityTables)
    }
}
