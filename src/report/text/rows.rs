//! One line for each account, worst first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::details;
use super::page::Page;
use crate::model::{
    AuditedAccount, BaselineState, ControlOutcome, Finding, KeyAge, KeyName, Report, VERDICT_CONTROL,
    Verdict, counted, printable,
};
use crate::report::account_group::AccountGroup;
use crate::report::cause::{age, cause, open_keys};
use crate::report::listing::{GroupBy, Listing};
use crate::report::subscriptions::named;
use crate::report::words::{counts, rests_on_in_names, waivers_of};

/// At least this many lines of one verdict can be listed, however few accounts there are.
const MIN_LISTED_LINES: usize = 50;

/// If there are more unproven accounts than this, they are grouped by cause.
const MAX_LISTED_UNPROVEN: usize = 20;

/// The maximum number of accounts that are named for one cause.
const MAX_NAMED_ACCOUNTS: usize = 3;

/// A wider name or group moves only the rest of its line.
const MAX_CELL_CHARS: usize = 36;

/// The accounts of a report, as they are listed.
pub(super) struct AccountRows<'a> {
    report: &'a Report,
    listing: &'a Listing,
    labels: BTreeMap<&'a str, String>,
    verbose: bool,
    name_width: usize,
    group_width: usize,
    subscription_width: usize,
}

impl<'a> AccountRows<'a> {
    pub(super) fn new(
        report: &'a Report,
        listing: &'a Listing,
        labels: BTreeMap<&'a str, String>,
        verbose: bool,
    ) -> AccountRows<'a> {
        let mut rows = AccountRows {
            report,
            listing,
            labels,
            verbose,
            name_width: 0,
            group_width: 0,
            subscription_width: 0,
        };
        let listed = report.accounts.iter().filter(|audited| rows.is_listed(audited));
        let mut widths = [0, 0, 0];
        for audited in listed {
            let cells = [name(audited), group(audited), rows.subscription(audited)];
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.chars().count()).min(MAX_CELL_CHARS);
            }
        }
        [rows.name_width, rows.group_width, rows.subscription_width] = widths;
        rows
    }

    pub(super) fn write(&self, page: &mut Page) {
        match &self.listing.group_by {
            None => self.write_by_verdict(page),
            Some(group_by) => self.write_by_group(page, group_by),
        }
    }

    fn write_by_verdict(&self, page: &mut Page) {
        let mut unlisted = Vec::new();
        for group in AccountGroup::ALL {
            let mut accounts: Vec<&AuditedAccount> =
                self.selected().filter(|audited| self.account_group(audited) == group).collect();
            if accounts.is_empty() {
                continue;
            }
            let heading = format!("{} {}", group.name(self.report).to_uppercase(), accounts.len());
            if !accounts.iter().all(|audited| self.is_listed(audited)) {
                unlisted.push((group, heading));
                continue;
            }
            self.sort(&mut accounts);
            self.write_head(page, group, &heading);
            self.write_accounts(page, group, &accounts);
        }
        if !unlisted.is_empty() {
            page.text.push('\n');
            let headings: Vec<String> =
                unlisted.iter().map(|(group, heading)| page.in_color_of(group.verdict(), heading)).collect();
            let line = format!("{}   {}", headings.join(" · "), page.dim("(list them with --show all)"));
            page.add_painted(0, &page.symbols(&line));
            let is_folded = |audited: &&AuditedAccount| {
                unlisted.iter().any(|(group, _)| *group == self.account_group(audited))
            };
            let folded = self.selected().filter(is_folded).filter(|audited| self.is_listed(audited));
            self.write_with_findings(page, folded.collect());
        }
    }

    /// Writes the accounts with findings that are not listed individually.
    fn write_with_findings(&self, page: &mut Page, mut accounts: Vec<&AuditedAccount>) {
        self.sort(&mut accounts);
        for audited in accounts.iter().take(self.most_lines()) {
            self.write_row(page, audited);
        }
        self.write_rest(page, accounts.len(), "with findings", "all");
    }

    fn write_by_group(&self, page: &mut Page, group_by: &GroupBy) {
        let mut groups: BTreeMap<String, Vec<&AuditedAccount>> = BTreeMap::new();
        for audited in self.selected() {
            groups.entry(self.group_name(audited, group_by)).or_default().push(audited);
        }
        for (name, mut accounts) in groups {
            let counts: Vec<String> = AccountGroup::ALL
                .into_iter()
                .filter_map(|group| {
                    let count =
                        accounts.iter().filter(|audited| self.account_group(audited) == group).count();
                    (count > 0).then(|| format!("{count} {}", group.name(self.report)))
                })
                .collect();
            page.text.push('\n');
            let line = format!("{}   {}", page.bold(&printable(&name)), counts.join(", "));
            page.add_painted(0, &line);
            accounts.retain(|audited| self.is_listed(audited));
            self.sort(&mut accounts);
            for audited in accounts {
                self.write_row(page, audited);
            }
        }
    }

    fn group_name(&self, audited: &AuditedAccount, group_by: &GroupBy) -> String {
        let id = &audited.account.id;
        match group_by {
            GroupBy::Subscription => format!("subscription {}", named(self.report, id.folded_subscription())),
            GroupBy::ResourceGroup => {
                format!(
                    "resource group {} ({})",
                    id.resource_group().to_lowercase(),
                    self.subscription(audited)
                )
            }
            GroupBy::Tag(tag) => {
                let mut tags = audited.account.tags.iter();
                match tags.find(|(name, _)| name.eq_ignore_ascii_case(tag)) {
                    Some((_, value)) => format!("{tag} = {value}"),
                    None => format!("without tag {tag}"),
                }
            }
        }
    }

    fn write_accounts(&self, page: &mut Page, group: AccountGroup, accounts: &[&AuditedAccount]) {
        let are_grouped = self.report.judges_ages()
            && group == AccountGroup::Open
            && accounts.len() > MAX_LISTED_UNPROVEN
            && !self.listing.is_explicit()
            && !self.verbose;
        if are_grouped {
            return self.write_causes(page, accounts);
        }
        let shows_all = self.listing.is_explicit() || self.verbose;
        let most = if shows_all { accounts.len() } else { self.most_lines() };
        for audited in accounts.iter().take(most) {
            self.write_row(page, audited);
        }
        if !shows_all {
            self.write_rest(page, accounts.len(), group.name(self.report), group.verdict().in_words());
        }
    }

    /// Unproven accounts by cause and subscription, the most frequent first.
    fn write_causes(&self, page: &mut Page, accounts: &[&AuditedAccount]) {
        let mut causes: BTreeMap<(String, &str), Vec<&AuditedAccount>> = BTreeMap::new();
        for audited in accounts {
            let key = (cause(self.report, audited), audited.account.id.folded_subscription());
            causes.entry(key).or_default().push(audited);
        }
        let mut causes: Vec<_> = causes.into_iter().collect();
        causes.sort_by_key(|(_, accounts)| Reverse(accounts.len()));
        for ((cause, _), accounts) in causes.iter().take(self.most_lines()) {
            let names: Vec<String> =
                accounts.iter().take(MAX_NAMED_ACCOUNTS).map(|audited| name(audited)).collect();
            let more = accounts.len().saturating_sub(MAX_NAMED_ACCOUNTS);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let line = format!(
                "{}  {} of {}: {cause} ({}{more})",
                page.in_color_of(Verdict::Unproven, page.mark(Verdict::Unproven)),
                counted(accounts.len(), "account"),
                page.dim(&self.subscription(accounts[0])),
                names.join(", ")
            );
            page.add_painted(2, &page.symbols(&line));
        }
        let rest = causes.len().saturating_sub(self.most_lines());
        if rest > 0 {
            page.add_line(2, &format!("and {} (--show unproven lists all)", counted(rest, "further cause")));
        }
        let has_others = |audited: &&AuditedAccount| !self.findings(audited).is_empty();
        self.write_with_findings(page, accounts.iter().copied().filter(has_others).collect());
    }

    fn write_rest(&self, page: &mut Page, all: usize, what: &str, show: &str) {
        let rest = all.saturating_sub(self.most_lines());
        if rest > 0 {
            page.add_line(
                2,
                &format!("and {rest} more {what} (--show {} lists all)", show.replace(' ', "-")),
            );
        }
    }

    /// The maximum number of lines. It limits a report to about one screen for each hundred accounts.
    fn most_lines(&self) -> usize {
        MIN_LISTED_LINES.max(self.report.accounts.len() / 3)
    }

    fn selected(&self) -> impl Iterator<Item = &'a AuditedAccount> + use<'a> {
        let listing = self.listing;
        self.report.accounts.iter().filter(move |audited| listing.has_subscription_of(audited))
    }

    fn is_listed(&self, audited: &AuditedAccount) -> bool {
        self.listing.has_subscription_of(audited)
            && (self.listing.has(self.account_group(audited).verdict())
                || (!self.listing.is_explicit() && self.has_findings(audited)))
    }

    /// Whether a control failed or is open. Such an account gets a line with any verdict.
    fn has_findings(&self, audited: &AuditedAccount) -> bool {
        audited.findings.iter().any(|finding| counts(self.report, finding))
    }

    /// Worst first: by group, then by the age of the oldest key.
    fn sort(&self, accounts: &mut [&AuditedAccount]) {
        let age = |audited: &AuditedAccount| {
            let age = KeyAge::of_oldest(&audited.proof, self.report.as_of).age_days;
            match audited.proof.verdict {
                Verdict::Overdue => age.min_with_tolerance.unwrap_or_default(),
                // An age without an upper bound is the worst.
                _ => age.max.unwrap_or(f64::INFINITY),
            }
        };
        let mut aged: Vec<(AccountGroup, f64, &AuditedAccount)> =
            accounts.iter().map(|audited| (self.account_group(audited), age(audited), *audited)).collect();
        aged.sort_by(|(group, age, audited), (other_group, other_age, other)| {
            group
                .cmp(other_group)
                .then_with(|| other_age.total_cmp(age))
                .then_with(|| audited.account.id.cmp(&other.account.id))
        });
        for (account, (_, _, audited)) in accounts.iter_mut().zip(aged) {
            *account = audited;
        }
    }

    fn write_head(&self, page: &mut Page, group: AccountGroup, heading: &str) {
        page.text.push('\n');
        let columns = match group {
            _ if !self.report.judges_ages() => "findings".to_owned(),
            AccountGroup::Failed => {
                format!("{:<5}  {:<16}  {:<20}  findings", "key", "oldest key", "depends on")
            }
            AccountGroup::Open => format!("{:<5}  {:<16}  cause", "key", "oldest key"),
            AccountGroup::Passed => {
                format!("{:<5}  {:<16}  {:<20}  findings", "", "oldest key", "depends on")
            }
            AccountGroup::NotApplicable | AccountGroup::NotJudged => String::new(),
        };
        // The mark and its space, three columns, and the spaces between them.
        let width = 2 + 2 + self.name_width + 2 + self.group_width + 2 + self.subscription_width + 2;
        let padding = " ".repeat(width.saturating_sub(heading.chars().count()));
        let line = format!("{}{padding}{}", page.in_color_of(group.verdict(), heading), page.dim(&columns));
        page.add_painted(0, line.trim_end());
    }

    fn write_row(&self, page: &mut Page, audited: &AuditedAccount) {
        let account_group = self.account_group(audited);
        let verdict = account_group.verdict();
        let [name, group, subscription] = [name(audited), group(audited), self.subscription(audited)];
        let who = format!(
            "{} {}  {}  {}",
            page.in_color_of(verdict, page.mark(verdict)),
            page.bold(&padded(&name, self.name_width)),
            page.dim(&padded(&group, self.group_width)),
            page.dim(&padded(&subscription, self.subscription_width)),
        );
        let age = age(&audited.proof, self.report.as_of);
        let what = match account_group {
            _ if !self.report.judges_ages() => self.findings(audited),
            AccountGroup::Failed | AccountGroup::Passed => {
                let key = if account_group == AccountGroup::Failed { self.overdue_key(audited) } else { "" };
                let findings = self.findings(audited);
                format!("{key:<5}  {age:<16}  {:<20}  {findings}", rests_on_in_names(&audited.proof))
            }
            AccountGroup::Open => {
                let keys = match open_keys(&audited.proof, self.limit()).as_slice() {
                    [key] => key.as_str(),
                    _ => "both",
                };
                let mut about = vec![cause(self.report, audited)];
                about.extend(Some(self.findings(audited)).filter(|findings| !findings.is_empty()));
                format!("{keys:<5}  {age:<16}  {}", about.join("; "))
            }
            AccountGroup::NotApplicable | AccountGroup::NotJudged => {
                let finding = self.report.verdict_finding(audited);
                let message = finding.map(|finding| printable(&finding.message)).unwrap_or_default();
                format!("{message}  {}", self.findings(audited))
            }
        };
        let line = page.symbols(&format!("{who}  {what}"));
        page.add_painted(2, line.trim_end());
        if self.verbose {
            details::write(page, self.report, audited);
        } else {
            self.write_own(page, audited);
        }
    }

    /// Writes the answers of controls that are not built in, because no manual explains them.
    fn write_own(&self, page: &mut Page, audited: &AuditedAccount) {
        for finding in audited.findings.iter().filter(|finding| counts(self.report, finding)) {
            let control = &self.report.controls[finding.control];
            if !control.is_builtin() && !finding.is_waived() {
                page.add_line(6, &format!("{}: {}", control.id, finding.message));
            }
        }
    }

    /// The key that is overdue, if the evidence shows which.
    fn overdue_key(&self, audited: &AuditedAccount) -> &'static str {
        let Some(judgement) = audited.proof.judgement else { return "" };
        let limit = judgement.at.minus(TimeDelta::days(self.report.parameters.max_age_days.into()));
        let is_old = |key: KeyName| judgement.of(key).since_with_tolerance < limit;
        match KeyName::BOTH.map(is_old) {
            [true, true] => "both",
            [true, false] => "key1",
            [false, true] => "key2",
            [false, false] => "one",
        }
    }

    fn limit(&self) -> crate::model::Instant {
        self.report.as_of.minus(TimeDelta::days(self.report.parameters.max_age_days.into()))
    }

    fn account_group(&self, audited: &AuditedAccount) -> AccountGroup {
        AccountGroup::of(self.report, audited)
    }

    /// The controls that failed or are open, and those that are waived: "KR001 KR002 (new) KR012 (open)". An unproven
    /// verdict is not repeated.
    fn findings(&self, audited: &AuditedAccount) -> String {
        let is_listed = |finding: &&Finding| match finding.outcome {
            ControlOutcome::Open if self.report.judges_ages() => {
                let is_verdict = self.report.controls[finding.control].id == VERDICT_CONTROL
                    && audited.proof.verdict == Verdict::Unproven;
                finding.is_waived() || !is_verdict && counts(self.report, finding)
            }
            ControlOutcome::Fail(_) | ControlOutcome::Open => true,
            ControlOutcome::Pass | ControlOutcome::NotApplicable => finding.is_waived(),
        };
        let named = audited.findings.iter().filter(is_listed).map(|finding| self.named(finding));
        named.collect::<Vec<_>>().join(" ")
    }

    /// The control of a finding, with the states of the finding in parentheses.
    fn named(&self, finding: &Finding) -> String {
        let control = &self.report.controls[finding.control].id;
        if let Some(expires) = waivers_of(self.report, finding).map(|waiver| waiver.expires).min() {
            return format!("{control} (waived until {expires})");
        }
        let mut states = Vec::new();
        if finding.outcome == ControlOutcome::Open {
            states.push("open");
        }
        if let Some(state @ (BaselineState::New | BaselineState::Updated)) =
            finding.compared.map(|compared| compared.state)
        {
            states.push(state.as_str());
        }
        if states.is_empty() { control.clone() } else { format!("{control} ({})", states.join(", ")) }
    }

    fn subscription(&self, audited: &AuditedAccount) -> String {
        let label = self.labels.get(audited.account.id.folded_subscription());
        printable(label.map(String::as_str).unwrap_or_default())
    }
}

fn name(audited: &AuditedAccount) -> String {
    printable(audited.account.id.name())
}

fn group(audited: &AuditedAccount) -> String {
    printable(audited.account.id.resource_group())
}

/// The cell with blanks at its end: colour must not count as width.
fn padded(cell: &str, width: usize) -> String {
    format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count())))
}
