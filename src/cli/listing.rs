//! The options for the accounts that the text report lists, and for its look.

use std::env;
use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};
use terminal_size::terminal_size;

use super::values::parse_subscription;
use crate::export_script::SubscriptionId;
use crate::model::Verdict;
use crate::report::{GroupBy, Listing, Look};

#[derive(Debug, Args)]
pub(super) struct ListingArgs {
    /// Accounts to list, by verdict, separated by commas [default: overdue,unproven]
    #[arg(long, value_enum, value_name = "VERDICT", value_delimiter = ',')]
    show: Vec<Show>,

    /// List the accounts of this subscription only (repeatable)
    #[arg(long = "subscription", value_name = "ID", value_parser = parse_subscription)]
    subscriptions: Vec<SubscriptionId>,

    /// Group accounts by `subscription`, `resource-group` or `tag:NAME`
    #[arg(long, value_name = "WHAT", value_parser = parse_group_by)]
    group_by: Option<GroupBy>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Show {
    Overdue,
    Unproven,
    Compliant,
    NotApplicable,
    All,
}

impl Show {
    fn verdicts(self) -> Vec<Verdict> {
        match self {
            Show::Overdue => vec![Verdict::Overdue],
            Show::Unproven => vec![Verdict::Unproven],
            Show::Compliant => vec![Verdict::Compliant],
            Show::NotApplicable => vec![Verdict::NotApplicable],
            Show::All => {
                vec![Verdict::Overdue, Verdict::Unproven, Verdict::Compliant, Verdict::NotApplicable]
            }
        }
    }
}

impl From<ListingArgs> for Listing {
    fn from(arguments: ListingArgs) -> Listing {
        Listing {
            verdicts: arguments.show.into_iter().flat_map(Show::verdicts).collect(),
            subscriptions: arguments.subscriptions.iter().map(|id| id.as_str().to_owned()).collect(),
            group_by: arguments.group_by,
        }
    }
}

fn parse_group_by(text: &str) -> Result<GroupBy, String> {
    match text.split_once(':') {
        Some(("tag", name)) if !name.is_empty() => Ok(GroupBy::Tag(name.to_owned())),
        None if text == "subscription" => Ok(GroupBy::Subscription),
        None if text == "resource-group" => Ok(GroupBy::ResourceGroup),
        _ => Err("expected `subscription`, `resource-group`, or a tag like `tag:team`".to_owned()),
    }
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum ColorArg {
    #[default]
    Auto,
    Always,
    Never,
}

/// Returns how standard output can show the text report.
pub(super) fn look(color: ColorArg) -> Look {
    let is_terminal = io::stdout().is_terminal();
    let wants_no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Look {
        color: match color {
            ColorArg::Always => true,
            ColorArg::Never => false,
            ColorArg::Auto => is_terminal && !wants_no_color,
        },
        ascii: is_terminal && !has_utf8(),
        width: terminal_size().filter(|_| is_terminal).map(|(width, _)| width.0.into()),
    }
}

/// Whether the locale of the terminal is UTF-8. On Windows, this program's output is always Unicode.
fn has_utf8() -> bool {
    let set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find(|name| set(name)).and_then(env::var_os);
    let locale = locale.map(|value| value.to_string_lossy().to_lowercase()).unwrap_or_default();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}
