//! Lists the controls, and shows one of them.

use crate::audit::{json_to_standard_output, to_standard_output};
use crate::evaluate::{Defaults, Evaluator, defaults};
use crate::model::{
    About, Control, DEFAULT_KINDS, Finding, Framework, evidence_facts_schema, facts_schema, printable,
};
use crate::policy::{self, PolicySelection};
use crate::remedy::{self, Shell};

use super::AuthoringError;

/// Prints a line for each control.
pub fn list(selection: &PolicySelection) -> Result<(), AuthoringError> {
    let pack = selection.load()?;
    let head = ["ID", "LEVEL", "DEFAULT", "SOURCE", "TITLE"];
    let row = |control: &'_ Control| -> [String; 5] {
        [
            control.id.clone(),
            control.level.as_str().to_owned(),
            if control.is_default { "on" } else { "off" }.to_owned(),
            control.source.clone(),
            control.title.clone(),
        ]
        .map(|cell| printable(&cell))
    };
    let rows: Vec<[String; 5]> =
        std::iter::once(head.map(str::to_owned)).chain(pack.controls.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2), width(3)];
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}  "));
        cells.collect::<String>() + &row[4] + "\n"
    };
    Ok(to_standard_output(&rows.iter().map(line).collect::<String>())?)
}

/// Prints the JSON Schema of the facts about each account, or about the evidence.
pub fn schema(about: About) -> Result<(), AuthoringError> {
    let schema = match about {
        About::Account => facts_schema(),
        About::Evidence => evidence_facts_schema(),
    };
    Ok(json_to_standard_output(&format!("{}\n", serde_json::to_string_pretty(&schema)?))?)
}

/// Prints the page about a control, in Markdown.
pub fn show(id: &str, selection: &PolicySelection) -> Result<(), AuthoringError> {
    let pack = selection.load()?;
    let control = policy::control(&pack, id)?.clone();
    let defaults = defaults(&pack)?;
    let example = policy::example_of(&pack, &control).map(|facts| parsed(&control, facts)).transpose()?;
    let params = serde_json::json!({ "kinds": DEFAULT_KINDS, "stamps": true, "etag_evidence": false });
    let frameworks = pack.frameworks.clone();
    let findings = match example {
        Some(facts) => {
            let evaluator = Evaluator::new(policy::select(pack, std::slice::from_ref(&control.id))?, params)?;
            evaluator.findings(facts)?
        }
        None => Vec::new(),
    };
    Ok(to_standard_output(&page(&control, &frameworks, &defaults, findings))?)
}

fn parsed(control: &Control, facts: &str) -> Result<serde_json::Value, AuthoringError> {
    serde_json::from_str(facts).map_err(|error| AuthoringError::Facts {
        place: format!("the example of {}", control.id),
        what: error.to_string(),
    })
}

fn page(control: &Control, frameworks: &[Framework], defaults: &Defaults, findings: Vec<Finding>) -> String {
    let is_default = if control.is_default { "yes" } else { "no; `--control` enables it" };
    let about = match control.about {
        About::Account => "each account",
        About::Evidence => "the evidence",
    };
    let [id, name, title] = [&control.id, &control.name, &control.title].map(|text| printable(text));
    let mut page = format!("# {id}: {name}\n\n{title}.\n\n");
    page += "| | |\n|---|---|\n";
    for (name, value) in [
        ("Level", control.level.as_str()),
        ("On by default", is_default),
        ("About", about),
        ("Rego package", &format!("`{}`", control.package)),
        ("Source", &control.source),
    ] {
        page += &format!("| {name} | {} |\n", printable(value));
    }
    page += &format!("\n## What it checks, and why\n\n{}\n", control.description.trim());
    if control.is_indicator {
        page += "\nThe control is an indicator: it fails the audit only if a problem is proven. An open result is \
                 reported, but does not fail the audit by itself.\n";
    }
    if let Some(remediation) = &control.remediation {
        page += &format!("\n## How to fix it\n\n{}\n", remediation.trim());
    }
    page += &parameters(control, defaults);
    page += &analogies(control, frameworks);
    page += &examples(findings);
    if !control.related_resources.is_empty() {
        page += "\n## See also\n\n";
        page.extend(control.related_resources.iter().map(|link| format!("- <{}>\n", printable(link))));
    }
    page
}

fn parameters(control: &Control, defaults: &Defaults) -> String {
    if control.parameters.is_empty() {
        return String::new();
    }
    let mut text = "\n## Parameters\n\nSet one with a line in the file of `--params`.\n\n".to_owned();
    text += "| name | default | meaning |\n|---|---|---|\n";
    for (name, meaning) in &control.parameters {
        let own = defaults.get(&(control.package.clone(), name.clone()));
        let default =
            own.or_else(|| defaults.iter().find(|((_, other), _)| other == name).map(|(_, value)| value));
        let default =
            default.map_or_else(|| "none".to_owned(), |default| format!("`{}`", printable(default)));
        text += &format!("| `{}` | {default} | {} |\n", printable(name), printable(meaning.trim()));
    }
    text
}

fn analogies(control: &Control, frameworks: &[Framework]) -> String {
    if control.frameworks.is_empty() {
        return String::new();
    }
    let meaning = if control.is_builtin() {
        "These requirements resemble the rule. None of them names it."
    } else {
        "The author of the control states that it answers these requirements."
    };
    let mut text = format!("\n## Frameworks\n\n{meaning}\n\n");
    for (framework, requirements) in &control.frameworks {
        let known = frameworks.iter().find(|known| known.name == *framework);
        let title = known.map_or_else(|| framework.clone(), Framework::title);
        text += &format!("- {}: {}\n", printable(&title), printable(&requirements.join(", ")));
    }
    text
}

fn examples(findings: Vec<Finding>) -> String {
    let mut text = String::new();
    for mut finding in findings {
        text +=
            &format!("\n## Example\n\n**{}**: {}\n", finding.outcome.as_str(), printable(&finding.message));
        for (index, step) in finding.steps.iter_mut().enumerate() {
            remedy::fill_in(step, Shell::Bash);
            text += &format!("\n{}. {}\n", index + 1, printable(&step.text));
            if let Some(command) = &step.command {
                text += &format!("\n   ```\n   {command}\n   ```\n");
            }
        }
    }
    text
}
