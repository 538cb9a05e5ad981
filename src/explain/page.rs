//! The explanation as text: the verdict, the timeline, each key's bounds, the evidence, and what would change it.

use chrono::TimeDelta;

use crate::model::{
    AuditedAccount, Basis, Bounds, ControlOutcome, Covered, Finding, Instant, Judgement, KeyName, Note,
    Outcome, Report, Severity, Step, Unchanged, Verdict, days_between, printable,
};
use crate::remedy::{self, Shell};
use crate::report::{Look, Page, SetUntil, gap_in_words};

use super::changes::Change;
use super::sources::Sources;
use super::timeline::Timeline;

/// How many of the newest attempts are listed.
const MAX_LISTED_ATTEMPTS: usize = 50;

#[derive(Debug)]
pub(super) struct Explanation<'a> {
    /// The report about this account alone.
    pub report: &'a Report,
    pub audited: &'a AuditedAccount,
    pub max_age: TimeDelta,
    pub is_in_scope: bool,
    pub changes: Vec<Change>,
    pub shell: Shell,
}

impl Explanation<'_> {
    pub(super) fn page(&self, look: Look) -> String {
        let mut page = Page::new(look);
        self.write_heading(&mut page);
        self.write_why(&mut page);
        self.write_steps(&mut page);
        if self.audited.proof.bounds.is_some() {
            page.add_heading("Timeline");
            page.add_verbatim(&Timeline::new(self.report, self.audited).draw());
            self.write_keys(&mut page);
        }
        self.write_evidence(&mut page);
        self.write_doubts(&mut page);
        self.write_assumptions(&mut page);
        self.write_other_findings(&mut page);
        page.into_text()
    }

    fn write_heading(&self, page: &mut Page) {
        let account = &self.audited.account;
        let verdict = self.audited.proof.verdict.in_words();
        let name = page.bold(&printable(account.id.name()));
        let verdict = page.in_color_of(self.audited.proof.verdict, verdict);
        let scope = if self.is_in_scope { "" } else { "out of scope; in scope it would be " };
        page.add_painted(0, &format!("{name}: {scope}{verdict}"));
        let subscription = self.report.subscription_name(account);
        let subscription = subscription.map(|name| format!(", in subscription {name}")).unwrap_or_default();
        page.add_line(0, &format!("{}, of kind {}{subscription}", account.id, account.kind));
        page.add_line(
            0,
            &format!(
                "As of {} ({}). The limit is {} days: both keys must be set on or after {}.",
                self.report.as_of,
                self.report.as_of_basis.in_words(),
                self.report.parameters.max_age_days,
                self.limit()
            ),
        );
        if !self.is_in_scope {
            let words = "An audit of the selected kinds counts it without a verdict; --kind adds its kind.";
            page.add_line(0, words);
        }
    }

    fn write_keys(&self, page: &mut Page) {
        let Some(bounds) = self.audited.proof.bounds else { return };
        let sources = Sources { report: self.report, audited: self.audited };
        page.add_heading("Keys");
        for key in KeyName::BOTH {
            let bounds = bounds.of(key);
            let set = self.set_until(bounds, |judgement| judgement.of(key));
            page.add_line(2, &format!("{key}: {}: {}", self.set_in_words(set), self.judged(key, bounds)));
            match set.bounds.earliest {
                Some(earliest) if earliest == set.bounds.latest => {
                    write_list(page, "then", &sources.of_earliest(key, earliest));
                }
                Some(earliest) => write_list(page, "not before", &sources.of_earliest(key, earliest)),
                None => page.add_line(4, "not before: it is not known when the account's keys were created"),
            }
            // Of a key that was too old when the evidence ended, the next line has the sources.
            if set.unless_after.is_none() && set.bounds.earliest != Some(set.bounds.latest) {
                write_list(page, "not after", &sources.of_latest(key, set.bounds.latest));
            }
            if let Some((at, since)) = self.unchanged(key).filter(|(_, since)| *since != bounds.latest) {
                let when = format!("not regenerated from {since} to {at}");
                write_list(page, &when, &sources.of_latest(key, since));
            }
        }
        let oldest = self.set_until(bounds.oldest, |judgement| judgement.oldest);
        page.add_line(2, &format!("the older of them: {}", self.set_in_words(oldest)));
    }

    fn set_until(&self, bounds: Bounds, unchanged: impl Fn(&Judgement) -> Unchanged) -> SetUntil {
        SetUntil::of(&self.audited.proof, bounds, unchanged, self.max_age)
    }

    fn set_in_words(&self, set: SetUntil) -> String {
        let days = |instant: Instant| format!("{:.1}", days_between(instant, self.report.as_of));
        let bounds = set.bounds;
        let words = match bounds.earliest {
            Some(earliest) if earliest == bounds.latest => {
                format!("set on {earliest}, {} days before the audit", days(earliest))
            }
            Some(earliest) => format!(
                "set between {earliest} and {}, {} to {} days before the audit",
                bounds.latest,
                days(earliest),
                days(bounds.latest)
            ),
            None => format!(
                "set on or before {}, {} days before the audit or earlier",
                bounds.latest,
                days(bounds.latest)
            ),
        };
        words + &set.exception_in_words(|instant| instant.to_string())
    }

    /// Returns the instant at which the account is judged, and the one since which the key is proven unchanged at that
    /// time.
    fn unchanged(&self, key: KeyName) -> Option<(Instant, Instant)> {
        let judgement = self.audited.proof.judgement?;
        Some((judgement.at, judgement.of(key).since))
    }

    fn judged(&self, key: KeyName, bounds: Bounds) -> &'static str {
        let proof = &self.audited.proof;
        let is_older = |since: Instant, at: Instant| since < at.minus(self.max_age);
        if proof.contradiction.is_some() {
            "but for the months in the keys, which contradict the rest"
        } else if proof.judgement.is_some_and(|judged| is_older(judged.of(key).since, judged.at)) {
            "too old"
        } else if proof
            .judgement
            .is_some_and(|judged| is_older(judged.of(key).since_with_tolerance, judged.at))
        {
            "too old, with the tolerance"
        } else if bounds.earliest.is_some_and(|earliest| earliest >= self.limit()) {
            "not too old"
        } else {
            "this leaves open whether it is too old"
        }
    }

    fn write_why(&self, page: &mut Page) {
        page.add_heading("Why");
        for words in self.reasons() {
            page.add_line(2, &words);
        }
        if let Some(finding) = self.finding() {
            if !finding.message.is_empty() {
                page.add_line(2, &format!("{}: {}", self.id_of(finding), finding.message));
            }
            for index in &finding.waivers {
                let waiver = self.report.waivers.as_ref().and_then(|waivers| waivers.all.get(*index));
                if let Some(waiver) = waiver {
                    page.add_line(2, &format!("Waived until {}: {}", waiver.expires, waiver.justification));
                }
            }
        }
    }

    fn reasons(&self) -> Vec<String> {
        let proof = &self.audited.proof;
        if !proof.undecidable.is_empty() {
            return proof.undecidable.iter().map(|undecidable| undecidable.message.clone()).collect();
        }
        let (Some(bounds), Some(judgement)) = (proof.bounds, proof.judgement) else {
            return vec!["The account did not exist at the audit instant.".to_owned()];
        };
        let limit = self.limit();
        let mut words = match proof.verdict {
            Verdict::NotApplicable => {
                vec!["Its keys cannot be used: key access is switched off.".to_owned()]
            }
            Verdict::Overdue => self.reasons_of_overdue(&judgement),
            Verdict::Compliant => {
                let earliest = bounds.oldest.earliest.unwrap_or(bounds.oldest.latest);
                vec![
                    format!(
                        "In every course of events that the evidence allows, both keys were set on or after {limit}."
                    ),
                    format!(
                        "This is proven until {}, even if no key is regenerated before.",
                        earliest.plus(self.max_age)
                    ),
                ]
            }
            Verdict::Unproven => {
                vec![
                    match bounds.oldest.earliest {
                        Some(earliest) => format!(
                            "The evidence allows both. The older key may have been set as early as {earliest}, which \
                             is before {limit}."
                        ),
                        None => format!(
                            "The evidence allows both. Nothing shows how early the older key was set, so it may have \
                             been before {limit}."
                        ),
                    },
                    format!(
                        "On {}, it is only proven not to have been regenerated since {}.",
                        judgement.at, judgement.oldest.since
                    ),
                ]
            }
        };
        let assumptions: Vec<&str> = proof.rests_on.iter().map(|reliance| reliance.assumption()).collect();
        if !assumptions.is_empty() {
            words.push(format!("The verdict depends on this: {}.", assumptions.join("; ")));
        }
        words
    }

    fn reasons_of_overdue(&self, judgement: &Judgement) -> Vec<String> {
        let limit = judgement.at.minus(self.max_age);
        let mut words = vec![format!(
            "On {}, in every course of events that the evidence allows, one of the keys was last set before {limit}.",
            judgement.at
        )];
        if judgement.oldest.since >= limit {
            words = vec![format!(
                "On {}, one of the keys had not been regenerated since {} or earlier, which is where the evidence begins.",
                judgement.at, judgement.oldest.since
            )];
        }
        if KeyName::BOTH.into_iter().all(|key| judgement.of(key).since_with_tolerance >= limit) {
            let words_of_one = "One regeneration can have renewed only one key: the other one is too old, whichever that is.";
            words.push(words_of_one.to_owned());
        }
        words
    }

    fn write_evidence(&self, page: &mut Page) {
        let Explanation { report, audited, .. } = self;
        let sources = Sources { report, audited };
        let (account, proof) = (&audited.account, &audited.proof);
        page.add_heading("Evidence");
        let place = sources.place(account.region.start);
        let mut created = match account.created_at {
            Some(created) => format!("the account was created on {created}"),
            None => "it is not known when the account was created".to_owned(),
        };
        if account.is_migrated && (account.created_at.is_some() || !account.is_migration_unknown) {
            created += if account.is_migration_unknown {
                ", perhaps from an older key"
            } else {
                ", from an older key"
            };
        }
        if account.local_auth_disabled == Some(true) {
            created += "; key access is switched off";
        }
        page.add_line(2, &format!("{place}: {created}"));
        for stamp in &proof.stamps {
            let place = sources.place(stamp.place);
            page.add_line(
                2,
                &format!(
                    "{place}: {} carries the month {}, read on {}",
                    stamp.key, stamp.month, stamp.taken_at
                ),
            );
        }
        let older = proof.attempts.len().saturating_sub(MAX_LISTED_ATTEMPTS);
        if older > 0 {
            page.add_line(2, &format!("{older} older attempts are not listed"));
        }
        for attempt in proof.attempts.iter().skip(older) {
            let key = attempt.key.map_or("an unnamed key", KeyName::as_str);
            let by = attempt.caller.as_ref().map(|caller| format!(", by {caller}")).unwrap_or_default();
            let outcome = match attempt.outcome {
                Outcome::Succeeded => "succeeded",
                Outcome::Failed => "failed",
                Outcome::Uncertain => "no record shows the outcome",
            };
            let records = sources.records(attempt);
            page.add_line(2, &format!("{records}: {}: regeneration of {key}, {outcome}{by}", attempt.at));
        }
        if proof.coverage.is_empty() {
            page.add_line(2, "no log proves that there was no regeneration at any time");
        }
        for covered in &proof.coverage {
            page.add_line(2, &covered_in_words(covered));
        }
        for gap in &proof.log_gaps {
            page.add_line(2, &format!("not covered by a log: {}", gap_in_words(gap)));
        }
    }

    /// Writes all doubts, because an export, and so a doubt about it, can concern many accounts.
    fn write_doubts(&self, page: &mut Page) {
        let doubts: Vec<&Note> =
            self.report.notes.iter().filter(|note| note.severity != Severity::Info).collect();
        if doubts.is_empty() {
            return;
        }
        page.add_heading("Doubts about the evidence of this account or of others");
        for note in doubts {
            let place = self.report.place_of(note).map(|place| format!("{place}: ")).unwrap_or_default();
            let help = note.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            page.add_line(2, &format!("{place}{}{help}", note.text));
        }
    }

    fn write_assumptions(&self, page: &mut Page) {
        if self.changes.is_empty() {
            return;
        }
        page.add_heading("Under other assumptions");
        for change in &self.changes {
            let verdict = change.verdict.in_words();
            let is_same = change.verdict == self.audited.proof.verdict;
            let verdict = if is_same { format!("{verdict} all the same") } else { verdict.to_owned() };
            match remedy::command(&change.arguments, self.shell) {
                Ok(_) if change.arguments.is_empty() => {
                    page.add_line(2, &format!("{}: {verdict}", change.meaning));
                }
                Ok(options) => page.add_line(2, &format!("{verdict} with {options} ({})", change.meaning)),
                // The command cannot be quoted for this shell.
                Err(_) => {}
            }
        }
    }

    fn write_steps(&self, page: &mut Page) {
        let open = self.finding().filter(|finding| finding.outcome == ControlOutcome::Open);
        let open = open.map(|finding| &finding.steps[..]).unwrap_or_default();
        let open = open.iter().filter(|step| !self.audited.has_planned(step));
        let planned = self.audited.plan.iter().map(|planned| &planned.step);
        let steps: Vec<&Step> = planned.chain(open).collect();
        if steps.is_empty() {
            return;
        }
        page.add_heading("What to do");
        for (number, step) in (1..).zip(steps) {
            page.add_line(2, &format!("{number}. {}", step.text));
            if let Some(command) = &step.command {
                page.add_command(5, command);
            }
        }
    }

    fn write_other_findings(&self, page: &mut Page) {
        let failed = |finding: &&Finding| matches!(finding.outcome, ControlOutcome::Fail(_));
        let others: Vec<&Finding> = self.audited.findings.iter().filter(failed).collect();
        let own = self.finding();
        let others: Vec<&&Finding> = others.iter().filter(|finding| Some(**finding) != own).collect();
        if others.is_empty() {
            return;
        }
        page.add_heading("Also found");
        for finding in others {
            page.add_line(2, &format!("{}: {}", self.id_of(finding), finding.message));
        }
    }

    fn finding(&self) -> Option<&Finding> {
        self.report.verdict_finding(self.audited)
    }

    fn id_of(&self, finding: &Finding) -> &str {
        &self.report.controls[finding.control].id
    }

    fn limit(&self) -> Instant {
        self.report.as_of.minus(self.max_age)
    }
}

fn covered_in_words(covered: &Covered) -> String {
    let why = match covered.basis {
        Basis::Declared => "as declared",
        Basis::AssumedComplete => "since the log is assumed unfiltered",
        Basis::Path => "by the hours of its files",
        Basis::Observed => "by the span of an export's own events",
        Basis::Etag => "since the account's etag is older",
        Basis::Stamp => "by the month in a key",
        Basis::Fingerprint => "by two equal fingerprints of a key",
    };
    format!(
        "covered: {} to {}, {why} ({})",
        covered.interval.start,
        covered.interval.end,
        covered.basis.as_str()
    )
}

fn write_list(page: &mut Page, when: &str, sources: &[String]) {
    for source in sources {
        page.add_line(4, &format!("{when}: {source}"));
    }
}
