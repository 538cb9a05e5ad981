//! GitHub-flavoured Markdown, for the summary of a job: findings that failed or are open, with their commands; all
//! others are only counted.
//!
//! Text from an export is never markup, a link or a mention. Escaping is not enough for that: GitHub looks for `@name`,
//! `#1` and addresses in the rendered text, in which no escape is left. It does not look in code.

use std::fmt::Write as _;

use super::account_group::{AccountGroup, count_waived};
use super::outcome::reasons;
use super::subscriptions::named;
use super::times::in_minutes;
use super::words::{
    NOTES, ShownSteps, as_of_in_words, counts, criteria_in_words, doubts_in_words, limit_in_words,
    note_in_words, notes_of, plan_in_words, planned_in_words, says_something_new, verdict_in_words,
    waived_in_words, waivers_of, why_incomplete, windows_in_words,
};
use super::{etag_in_words, stamps_in_words};
use crate::model::{AuditedAccount, ControlOutcome, Finding, Note, Report, Step, VERDICT_CONTROL, printable};

/// GitHub shows no summary of a step above 1 MiB, and the step may write more than this report. Beyond the limit,
/// elements are left out and counted.
const MAX_SUMMARY_BYTES: usize = 1_000_000;

/// The limit of each section that is not about accounts.
const MAX_SECTION_BYTES: usize = MAX_SUMMARY_BYTES / 16;

/// A section without room for any element takes less than this.
const MIN_SECTION_BYTES: usize = 1_000;

pub(super) fn render(report: &Report) -> String {
    let heading = heading(report);
    let about_evidence = about_evidence(report);
    let rest = [windows(report), notes(report), waivers(report)].concat();
    let mut room = MAX_SUMMARY_BYTES.saturating_sub(heading.len() + about_evidence.len() + rest.len());
    let mut accounts = String::new();
    let having =
        |group| report.accounts.iter().filter(move |audited| AccountGroup::of(report, audited) == group);
    let is_found = |audited: &&AuditedAccount| audited.findings.iter().any(|finding| counts(report, finding));
    let further = having(AccountGroup::Passed).chain(having(AccountGroup::NotApplicable)).filter(is_found);
    let title = |verdict, answer| if report.judges_ages() { verdict } else { answer };
    let sections: [(&str, Vec<&AuditedAccount>); 3] = [
        (title("Overdue", "Failed"), having(AccountGroup::Failed).collect()),
        (title("Unproven", "Open"), having(AccountGroup::Open).collect()),
        ("Further findings", further.collect()),
    ];
    let mut after = sections.len();
    for (title, all) in sections {
        after -= 1;
        let room_here = room.saturating_sub(MIN_SECTION_BYTES * after);
        let section = section(title, "accounts", &all, room_here, |audited| account(report, audited));
        room = room.saturating_sub(section.len());
        accounts += &section;
    }
    [heading, about_evidence, accounts, rest].concat()
}

fn heading(report: &Report) -> String {
    let summary = report.summary();
    let mut text = format!(
        "## Key rotation audit as of {}\n\n**{}**: {}\n\n",
        prose(&as_of_in_words(report)),
        report.outcome().as_str(),
        prose(&reasons(report).join("; "))
    );
    if let Some(why) = why_incomplete(report) {
        let _ = write!(text, "**{why}: the audit is not complete.**\n\n");
    }
    let _ = write!(text, "{}\n\n| | accounts |\n|---|---:|\n", prose(&criteria_in_words(&report.parameters)));
    let waived = report.waivers.as_ref().map(|_| ("of these waived", count_waived(report)));
    let row = |group: AccountGroup| Some((group.name(report), group.count(report)));
    let not_judged = row(AccountGroup::NotJudged).filter(|(_, count)| *count > 0);
    let rows = [
        row(AccountGroup::Failed),
        row(AccountGroup::Open),
        waived,
        row(AccountGroup::Passed),
        row(AccountGroup::NotApplicable),
        not_judged,
        Some(("out of scope", summary.out_of_scope)),
    ];
    for (title, count) in rows.into_iter().flatten() {
        let _ = writeln!(text, "| {title} | {count} |");
    }
    text
}

fn about_evidence(report: &Report) -> String {
    let findings = report.findings.iter().map(|found| &found.finding);
    let findings: Vec<&Finding> = findings.filter(|finding| counts(report, finding)).collect();
    section("Findings about the evidence", "findings", &findings, MAX_SECTION_BYTES, |found| {
        finding(report, found, &ShownSteps::of_evidence(found))
    })
}

fn windows(report: &Report) -> String {
    let windows = windows_in_words(report);
    let windows: Vec<&String> = windows.iter().collect();
    let mut text = section("Evidence", "windows", &windows, MAX_SECTION_BYTES, |window| item(window));
    if let Some(limit) = limit_in_words(report) {
        let _ = writeln!(text, "\n{}", prose(&limit));
    }
    text
}

fn notes(report: &Report) -> String {
    let sections = NOTES.into_iter().map(|(severity, title)| {
        let notes: Vec<&Note> = notes_of(report, severity).collect();
        section(title, "notes", &notes, MAX_SECTION_BYTES, |note| item(&note_in_words(report, note)))
    });
    sections.collect()
}

fn waivers(report: &Report) -> String {
    let doubts: Vec<String> = doubts_in_words(report).collect();
    let doubts: Vec<&String> = doubts.iter().collect();
    section("Doubts about the waivers", "doubts", &doubts, MAX_SECTION_BYTES, |doubt| item(doubt))
}

/// A section with the complete elements of `all` that fit in `room`, and the number of those that are left out. Empty
/// if there are none.
fn section<T: ?Sized>(
    title: &str,
    noun: &str,
    all: &[&T],
    room: usize,
    block: impl Fn(&T) -> String,
) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut text = format!("\n### {title} ({})\n\n", all.len());
    let mut left_out = 0;
    for block in all.iter().map(|one| block(one)) {
        if text.len() + block.len() + MIN_SECTION_BYTES <= room {
            text += &block;
        } else {
            left_out += 1;
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    if left_out > 0 {
        let _ = write!(
            text,
            "\n**{left_out} of {} {noun} are left out here**, for GitHub shows no more than 1 MiB. \
             Reports in the formats text, JSON, SARIF and CSV hold all.\n",
            all.len()
        );
    }
    text
}

fn account(report: &Report, audited: &AuditedAccount) -> String {
    let id = &audited.account.id;
    let mut text = format!(
        "#### {}\n\n{}, group {}, subscription {}\n\n",
        code(id.name()),
        code(&audited.account.kind),
        code(id.resource_group()),
        code(&named(report, id.subscription()))
    );
    if let Some(words) = verdict_in_words(report, audited) {
        let _ = write!(text, "{}\n\n", prose(&words));
    }
    let mut shown: Vec<&Finding> = Vec::new();
    for finding in audited.findings.iter().filter(|finding| counts(report, finding)) {
        if says_something_new(report, finding, &shown) {
            text += &self::finding(report, finding, &ShownSteps::of(audited, finding, &shown));
            shown.push(finding);
        }
    }
    text += &plan(report, audited);
    for words in [stamps_in_words(audited), etag_in_words(audited)].into_iter().flatten() {
        let _ = write!(text, "{}\n\n", prose(&words));
    }
    text
}

fn finding(report: &Report, finding: &Finding, steps: &ShownSteps) -> String {
    let control = &report.controls[finding.control].id;
    // The verdict says that KR001 is open.
    let is_said = finding.outcome != ControlOutcome::Open || control == VERDICT_CONTROL;
    let state = if is_said { "" } else { " (open)" };
    let mut text = format!("**{}**{state} {}\n\n", code(control), prose(&finding.message));
    for waiver in waivers_of(report, finding) {
        let _ = write!(text, "{}\n\n", prose(&waived_in_words(waiver)));
    }
    match steps {
        ShownSteps::Own(steps) => {
            text.extend((1..).zip(*steps).map(|(number, one)| step(number, &one.text, one)));
            text.push('\n');
        }
        ShownSteps::Elsewhere(sentence) => {
            let _ = write!(text, "{sentence}\n\n");
        }
        ShownSteps::None => {}
    }
    text
}

fn plan(report: &Report, audited: &AuditedAccount) -> String {
    let Some(heading) = plan_in_words(report, audited) else { return String::new() };
    let steps = (1..).zip(&audited.plan);
    let steps = steps.map(|(number, one)| step(number, &planned_in_words(report, audited, one), &one.step));
    format!("**{}**\n\n{}\n", prose(&heading), steps.collect::<String>())
}

/// A command is part of the step's item, so that the numbers continue after it.
fn step(number: usize, text: &str, step: &Step) -> String {
    let marker = format!("{number}. ");
    let mut text = format!("{marker}{}\n", prose(text));
    if let Some(command) = &step.command {
        let indent = " ".repeat(marker.len());
        let command = printable(command);
        let fence = "`".repeat(longest_run_of_backticks(&command).max(2) + 1);
        let _ = write!(text, "{indent}{fence}\n{indent}{command}\n{indent}{fence}\n");
    }
    text
}

fn item(text: &str) -> String {
    format!("- {}\n", prose(text))
}

/// Text of which each word that is not plainly one is code. So is each phrase that the text itself marks as code, each
/// command, and each name of a list with such a word.
fn prose(text: &str) -> String {
    let text = printable(&in_minutes(text));
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut shown = Vec::new();
    let mut rest = words.as_slice();
    while let Some(first) = rest.first() {
        let phrase = phrase(rest).or_else(|| command(rest)).or_else(|| option(rest)).or_else(|| list(rest));
        let (text, count) = phrase.unwrap_or_else(|| (word(first), 1));
        shown.push(text);
        rest = &rest[count..];
    }
    shown.join(" ")
}

/// The maximum number of words in a phrase in backticks.
const MAX_PHRASE_WORDS: usize = 8;

/// A phrase in backticks at the beginning of these words, with the number of its words; `None` if there is none.
fn phrase(words: &[&str]) -> Option<(String, usize)> {
    let first = words.first()?;
    let before = if first.starts_with("(`") { "(" } else { "" };
    if !first[before.len()..].starts_with('`') {
        return None;
    }
    let text = words.iter().take(MAX_PHRASE_WORDS).copied().collect::<Vec<&str>>().join(" ");
    let (phrase, after) = text[before.len() + 1..].split_once('`')?;
    let after = after.split(' ').next().unwrap_or_default();
    let is_phrase = !phrase.is_empty() && phrase.trim() == phrase && after.chars().all(is_punctuation);
    is_phrase.then(|| (format!("{before}{}{after}", code(phrase)), phrase.split(' ').count()))
}

/// Words of a command that are looked for at most.
const MAX_COMMAND_WORDS: usize = 64;

/// A command with an option at the beginning of these words, up to the end of the clause, with the number of its words.
fn command(words: &[&str]) -> Option<(String, usize)> {
    let (before, program, after) = without_punctuation(words.first()?);
    if !after.is_empty() || !["az", "rotaudit"].contains(&program) {
        return None;
    }
    let mut quotes = 0;
    let is_last = |word: &&str| {
        quotes += word.matches('\'').count();
        quotes % 2 == 0 && !without_punctuation(word).2.is_empty()
    };
    let all = words.iter().take(MAX_COMMAND_WORDS).count();
    let count = words.iter().take(all).position(is_last).map_or(all, |last| last + 1);
    let text = words[..count].join(" ");
    let (_, _, after) = without_punctuation(words[count - 1]);
    let has_option = words[1..count].iter().any(|word| word.starts_with("--"));
    let command = &text[before.len()..text.len() - after.len()];
    has_option.then(|| (format!("{before}{}{after}", code(command)), count))
}

/// An option and its value, if that is no plain word.
fn option(words: &[&str]) -> Option<(String, usize)> {
    let [option, value, ..] = words else { return None };
    let (before, name, after_name) = without_punctuation(option);
    let (before_value, value, after) = without_punctuation(value);
    let is_option = name.starts_with("--") && after_name.is_empty() && before_value.is_empty();
    let is_value = !value.starts_with("--") && !value.is_empty() && !is_plain(value, after);
    (is_option && is_value).then(|| (format!("{before}{}{after}", code(&format!("{name} {value}"))), 2))
}

/// Words of a list that are looked for at most.
const MAX_LIST_WORDS: usize = 32;

/// Names in parentheses, of which at least one is code, so that all are: `(rg-a, rg_b and 3 more)`.
fn list(words: &[&str]) -> Option<(String, usize)> {
    if !words.first()?.starts_with('(') {
        return None;
    }
    let text = words.iter().take(MAX_LIST_WORDS).copied().collect::<Vec<&str>>().join(" ");
    let end = partner(&text)?;
    let after = text[end + 1..].split(' ').next().unwrap_or_default();
    let items: Vec<(&str, &str)> =
        text[1..end].split(", ").map(|item| item.split_once(' ').unwrap_or((item, ""))).collect();
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let shown = |(name, more): &(&str, &str)| match more.strip_prefix("and ").unwrap_or(more).split_once(' ')
    {
        None if more.is_empty() => Some(code(name)),
        None if *more == "more" && is_number(name) => Some(format!("{name} more")),
        Some((number, "more")) if is_number(number) => Some(format!("{} {more}", code(name))),
        _ => None,
    };
    let is_code = |(name, more): &(&str, &str)| *more != "more" && !is_plain(name, "");
    if items.len() < 2 || !items.iter().any(is_code) || !after.chars().all(is_punctuation) {
        return None;
    }
    let shown: Vec<String> = items.iter().map(shown).collect::<Option<_>>()?;
    Some((format!("({}){after}", shown.join(", ")), text[..=end].split(' ').count()))
}

/// Returns a word as Markdown. The punctuation around it is not part of the word.
fn word(word: &str) -> String {
    let (before, core, after) = without_punctuation(word);
    if core.is_empty() {
        code(word)
    } else if is_plain(core, after) {
        word.to_owned()
    } else {
        format!("{before}{}{after}", code(core))
    }
}

fn is_punctuation(character: char) -> bool {
    ").,;:".contains(character)
}

/// The maximum number of punctuation characters at each end of a word; any more count as part of the word.
const MAX_PUNCTUATION: usize = 8;

/// A word and the punctuation around it. A parenthesis belongs to the word if its partner does, as in `rg-ai.(weu)`,
/// which is a legal name of a resource group.
fn without_punctuation(word: &str) -> (&str, &str, &str) {
    let (mut start, mut end) = (0, word.len());
    for _ in 0..MAX_PUNCTUATION {
        let core = &word[start..end];
        let count = |parenthesis: char| core.chars().filter(|one| *one == parenthesis).count();
        let is_enclosed = core.starts_with('(') && partner(core) == Some(core.len() - 1);
        let has_end = if core.ends_with(')') {
            is_enclosed || count(')') > count('(')
        } else {
            core.ends_with(is_punctuation)
        };
        let has_start = core.starts_with('(') && (is_enclosed || count('(') > count(')'));
        // Each of these characters is one byte long.
        start += usize::from(has_start);
        end -= usize::from(has_end);
    }
    (&word[..start], &word[start..end], &word[end..])
}

/// The place of the parenthesis that closes the first one.
fn partner(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(place, character)| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0).then_some(place)
    })
}

/// Whether the text is a word of letters, a number or a time. A number with a full stop would begin a list, and seven
/// hexadecimal digits may be a commit.
fn is_plain(core: &str, after: &str) -> bool {
    let is_letter = |character: char| character.is_alphabetic() || matches!(character, '-' | '\'');
    let is_word = core.starts_with(char::is_alphabetic) && core.chars().all(is_letter);
    let is_number = core.chars().all(|digit| digit.is_ascii_digit()) && !after.starts_with(['.', ')']);
    let is_time = core.chars().all(|one| one.is_ascii_digit() || "-:".contains(one)) && core.len() <= 10;
    let is_commit = core.len() >= 7 && core.chars().all(|digit| digit.is_ascii_hexdigit());
    (is_word || is_number || (is_time && core.contains(['-', ':']))) && !is_commit
}

/// A code span (CommonMark §6.1): its fence is longer than any run of backticks in it, and one space at each end, which
/// belongs to the fence, protects a backtick or a space at that end.
fn code(text: &str) -> String {
    let text = printable(text);
    let fence = "`".repeat(longest_run_of_backticks(&text) + 1);
    let is_at_fence = |edge: Option<char>| edge.is_none_or(|edge| edge == '`' || edge.is_whitespace());
    let space = if is_at_fence(text.chars().next()) || is_at_fence(text.chars().last()) { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn names_that_are_legal_in_azure_are_complete_code_spans() {
        for (text, shown) in [
            ("group rg(1), and", "group `rg(1)`, and"),
            ("(rg-a, rg-ai.(weu), RG_1)", "(`rg-a`, `rg-ai.(weu)`, `RG_1`)"),
            ("in (rg-a, rg_b, 6 more): all", "in (`rg-a`, `rg_b`, 6 more): all"),
            ("(rg-a, rg_b and 3 more), so", "(`rg-a`, `rg_b` and 3 more), so"),
            ("(declared, tolerance)", "(declared, tolerance)"),
            ("(rg-a, of rg_b)", "(rg-a, of `rg_b`)"),
            ("(rg-ai.(weu))", "(`rg-ai.(weu)`)"),
            ("(rg_1).", "(`rg_1`)."),
            ("(eu).rg (a)(b)", "`(eu).rg` `(a)(b)`"),
            ("the group rg-(x", "the group `rg-(x`"),
            ("gpt_4.", "`gpt_4`."),
            ("( ) ()", "`(` `)` `()`"),
        ] {
            assert_eq!(prose(text), shown);
        }
    }

    #[test]
    fn a_command_and_an_option_with_its_value_are_one_code_span() {
        for (text, shown) in [
            (
                "export it: az account list --query [] --output json; or (rotaudit verify --jobs 2).",
                "export it: `az account list --query [] --output json`; or (`rotaudit verify --jobs 2`).",
            ),
            ("az group list --name 'a, b'", "`az group list --name 'a, b'`"),
            ("as many as az was asked for, --all or not", "as many as az was asked for, `--all` or not"),
            (
                "state it: --coverage s=a..b, or --all for all",
                "state it: `--coverage s=a..b`, or `--all` for all",
            ),
            ("(--coverage s=a..b).", "(`--coverage s=a..b`)."),
            ("--a --b", "`--a` `--b`"),
        ] {
            assert_eq!(prose(text), shown);
        }
    }

    #[test]
    fn backticks_mark_a_phrase_and_are_else_part_of_a_name() {
        for (text, shown) in [
            (
                "the script that `rotaudit export-script` prints",
                "the script that `rotaudit export-script` prints",
            ),
            ("(`az login`); or `x`.", "(`az login`); or `x`."),
            ("file `a.json", "file `` `a.json ``"),
            ("`a`b c", "`` `a`b `` c"),
            ("`` ` ```", "``` `` ``` `` ` `` ```` ``` ````"),
        ] {
            assert_eq!(prose(text), shown);
        }
    }
}
