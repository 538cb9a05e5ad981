//! Waivers: reads their file, and finds the findings that they apply to.

mod fault;
mod resources;

use std::path::Path;

use chrono::NaiveDate;
use miette::{Diagnostic, NamedSource, SourceSpan};
use serde::Deserialize;
use serde_saphyr::Spanned;
use thiserror::Error;

use crate::companion;
use crate::missing;
use crate::model::{
    About, Control, ControlOutcome, Finding, KeyName, Report, Waiver, Waivers, near, printable,
    printable_source,
};
use crate::redact::is_hidden;
use resources::Resources;

#[derive(Debug, Error, Diagnostic)]
pub enum WaiversError {
    #[error("{path}: the waivers cannot be read: {what}")]
    #[diagnostic(code(rotaudit::waivers_unreadable))]
    Unreadable { path: String, what: String },
    #[error("the waivers are invalid")]
    #[diagnostic(
        code(rotaudit::waivers),
        help(
            "each waiver needs control, resource, expires (the last day, like 2027-01-31) and justification; key, approver \
             and ticket are optional"
        )
    )]
    Wrong {
        what: String,
        #[source_code]
        source_code: NamedSource<String>,
        #[label("{what}")]
        at: SourceSpan,
    },
}

/// Longer lines are cut in the excerpt that an error shows.
const MAX_QUOTED_LINE_CHARS: usize = 240;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiverFile {
    /// All waivers of the file, which is read at once. Nothing else limits their number.
    waivers: Vec<Spanned<WaiverEntry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiverEntry {
    control: String,
    resource: Spanned<String>,
    #[serde(default)]
    key: Option<KeyName>,
    expires: Spanned<String>,
    justification: Spanned<String>,
    #[serde(default)]
    approver: Option<String>,
    #[serde(default)]
    ticket: Option<String>,
}

/// Reads the file.
pub fn read(path: &Path) -> Result<Waivers, WaiversError> {
    let shown = printable(&path.to_string_lossy());
    let unreadable = |what: String| WaiversError::Unreadable { path: shown.clone(), what };
    let text = companion::read(path, companion::MAX_BYTES)
        .map_err(|error| unreadable(missing::with_advice(&error, path)))?;
    let text = text.as_str();
    // An excerpt of it would show nothing.
    if text.trim().is_empty() {
        return Err(unreadable("the file is empty".to_owned()));
    }
    let wrong = |what: &str, line: u64| {
        let text = cut(text);
        let (what, at) = (printable(cut(what).trim_end()), line_span(&text, line));
        WaiversError::Wrong { what, at, source_code: NamedSource::new(&shown, printable_source(&text)) }
    };
    let file: WaiverFile = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        wrong(&fault::in_words(&error.without_snippet().to_string(), text, line), line)
    })?;
    let waiver = |entry: Spanned<WaiverEntry>| {
        let line = entry.referenced.line();
        waiver(entry.value, line).map_err(|(what, line)| wrong(what, line))
    };
    Ok(Waivers {
        file: path.file_name().map_or_else(|| shown.clone(), |name| printable(&name.to_string_lossy())),
        all: file.waivers.into_iter().map(waiver).collect::<Result<_, _>>()?,
        doubts: Vec::new(),
    })
}

/// Returns the waiver at `line`, or what is wrong with a member and the line of that member.
fn waiver(entry: WaiverEntry, line: u64) -> Result<Waiver, (&'static str, u64)> {
    let expires = NaiveDate::parse_from_str(&entry.expires.value, "%Y-%m-%d").map_err(|_| {
        ("`expires` is not a date; write it like 2027-01-31", entry.expires.referenced.line())
    })?;
    if entry.justification.value.chars().all(|character| character.is_whitespace() || is_hidden(character)) {
        return Err(("`justification` is empty", entry.justification.referenced.line()));
    }
    resources::glob(&entry.resource.value).map_err(|what| (what, entry.resource.referenced.line()))?;
    Ok(Waiver {
        control: entry.control,
        resource: entry.resource.value,
        key: entry.key,
        expires,
        justification: entry.justification.value,
        approver: entry.approver,
        ticket: entry.ticket,
        line,
    })
}

/// The beginning of every line, cut to a useful length for an error: a line may have a megabyte.
fn cut(text: &str) -> String {
    let shown = |line: &str| match line.char_indices().nth(MAX_QUOTED_LINE_CHARS) {
        Some((end, _)) => format!("{}…\n", &line[..end]),
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(shown).collect()
}

fn line_span(text: &str, line: u64) -> SourceSpan {
    let before = usize::try_from(line.saturating_sub(1)).unwrap_or_default();
    let start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let length = text[start..].lines().next().map_or(0, str::len);
    (start, length).into()
}

/// Sets the waivers of each finding, and adds the doubts about waivers to the report.
///
/// `all_controls` are the ids of the pack, also of those controls that this audit did not evaluate.
pub fn apply(report: &mut Report, mut waivers: Waivers, all_controls: &[String]) {
    let unused = |waiver: &Waiver| Use { holds: waiver.holds_at(report.as_of), matched: false, used: false };
    let mut matching = Matching { waivers: &waivers.all, uses: waivers.all.iter().map(unused).collect() };
    let resources = Resources::of(&waivers.all);
    for audited in &mut report.accounts {
        let of_account = resources.matching(audited.account.id.as_str());
        for finding in &mut audited.findings {
            matching.apply(&of_account, &report.controls[finding.control].id, finding);
        }
    }
    for found in &mut report.findings {
        let of_subject = resources.matching(&found.subject);
        matching.apply(&of_subject, &report.controls[found.finding.control].id, &mut found.finding);
    }
    let uses = matching.uses;
    let doubts = waivers.all.iter().zip(&uses).filter_map(|(waiver, seen)| {
        Some((waiver.line, doubt(waiver, seen, &report.controls, all_controls)?))
    });
    waivers.doubts = doubts.collect();
    report.waivers = Some(waivers);
}

/// The use of one waiver.
struct Use {
    holds: bool,
    /// Whether it matches a finding, even if it is expired.
    matched: bool,
    /// Whether it waives something, alone or together with another.
    used: bool,
}

struct Matching<'a> {
    waivers: &'a [Waiver],
    uses: Vec<Use>,
}

impl Matching<'_> {
    /// Applies the waivers of the finding's subject to it, and marks those that it uses.
    ///
    /// If they apply to the complete finding, the finding gets their positions. If they apply to the failure of one key,
    /// and the other key is open, the finding becomes the open one.
    fn apply(&mut self, of_subject: &[usize], control: &str, finding: &mut Finding) {
        if !matches!(finding.outcome, ControlOutcome::Fail(_) | ControlOutcome::Open) {
            return;
        }
        let keys = keys_of(finding).to_vec();
        let open_keys = finding.also_open.as_deref().map(keys_of).unwrap_or_default().to_vec();
        let holding =
            self.holding(of_subject, control, |key| keys.contains(&key) || open_keys.contains(&key));
        if !self.apply_to(&holding, &keys) {
            return;
        }
        for index in &holding {
            self.uses[*index].used = true;
        }
        if self.apply_to(&holding, &open_keys) {
            finding.waivers = holding;
        } else if let Some(mut open) = finding.also_open.take() {
            let last = holding.iter().map(|index| &self.waivers[*index]).max_by_key(|waiver| waiver.expires);
            let waived = last.map(|waiver| waived_in_words(waiver, &keys, &finding.message));
            open.message = [Some(open.message), waived].into_iter().flatten().collect::<Vec<_>>().join(" ");
            *finding = *open;
        }
    }

    /// Returns those of the waivers that match the control and the keys and have not expired, and marks all that match.
    fn holding(
        &mut self,
        of_subject: &[usize],
        control: &str,
        is_about: impl Fn(KeyName) -> bool,
    ) -> Vec<usize> {
        let mut holding = Vec::new();
        for index in of_subject {
            let (waiver, seen) = (&self.waivers[*index], &mut self.uses[*index]);
            if waiver.control.eq_ignore_ascii_case(control) && waiver.key.is_none_or(&is_about) {
                seen.matched = true;
                holding.extend(seen.holds.then_some(*index));
            }
        }
        holding
    }

    /// Whether each of the keys has one of the waivers.
    fn apply_to(&self, waivers: &[usize], keys: &[KeyName]) -> bool {
        keys.iter().all(|key| {
            waivers.iter().any(|index| self.waivers[*index].key.is_none_or(|waived| waived == *key))
        })
    }
}

/// A finding that names no key is about both.
fn keys_of(finding: &Finding) -> &[KeyName] {
    if finding.keys.is_empty() { &KeyName::BOTH } else { &finding.keys }
}

/// The part of a finding that is waived, after the part that is open.
fn waived_in_words(waiver: &Waiver, keys: &[KeyName], message: &str) -> String {
    let keys = keys.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(" and ");
    format!("Waived for {keys} until {} ({}): {message}", waiver.expires, printable(&waiver.justification))
}

fn doubt(waiver: &Waiver, seen: &Use, controls: &[Control], all_controls: &[String]) -> Option<String> {
    let of = format!("the waiver of {} for {}", waiver.control, waiver.resource);
    let is_it = |id: &str| id.eq_ignore_ascii_case(&waiver.control);
    let Some(control) = controls.iter().find(|control| is_it(&control.id)) else {
        let known: Vec<&str> = all_controls.iter().map(String::as_str).collect();
        let advice = match known.iter().find(|id| is_it(id)) {
            Some(id) => Some(format!("; select it with `--control {id}`, and each other control likewise")),
            None => near(&waiver.control, &known).map(|id| format!("; did you mean {id}?")),
        };
        return Some(format!(
            "{of} waives nothing: this control was not evaluated{}",
            advice.unwrap_or_default()
        ));
    };
    if !seen.matched {
        let is_name = control.about == About::Account && !waiver.resource.contains('/');
        let form = if is_name {
            format!(": `resource` must be an account id, or a glob like `**/accounts/{}`", waiver.resource)
        } else {
            String::new()
        };
        return Some(format!("{of} matches no finding{form}"));
    }
    if !seen.holds {
        return Some(format!("{of} expired on {}, so the finding counts again", waiver.expires));
    }
    (!seen.used).then(|| format!("{of} waives nothing: it names one key, but the finding is about both"))
}
