//! The `# METADATA` block above a package: YAML in comments, as Rego tools know it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::{About, Control, Level};

/// The annotations that OPA knows, and under `custom` those of a control.
#[derive(Debug, Deserialize)]
#[serde(rename = "Metadata", deny_unknown_fields)]
struct ControlMetadata {
    #[serde(default, rename = "scope")]
    _scope: IgnoredAny,
    #[serde(default, rename = "entrypoint")]
    _entrypoint: IgnoredAny,
    #[serde(default, rename = "schemas")]
    _schemas: IgnoredAny,
    #[serde(default, rename = "authors")]
    _authors: IgnoredAny,
    #[serde(default, rename = "organizations")]
    _organizations: IgnoredAny,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    related_resources: Vec<RelatedResource>,
    #[serde(default)]
    custom: Option<Custom>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum RelatedResource {
    Described {
        #[serde(rename = "ref")]
        reference: String,
        #[serde(default, rename = "description")]
        _description: Option<String>,
    },
    Bare(String),
}

/// Requirements by framework, or one list without requirements if a control names its own frameworks.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Frameworks {
    ByName(BTreeMap<String, Requirements>),
    Bare(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Requirements {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Custom {
    id: String,
    name: String,
    level: Level,
    #[serde(default)]
    about: About,
    #[serde(default = "yes")]
    default: bool,
    #[serde(default)]
    indicator: bool,
    #[serde(default)]
    remediation: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    #[serde(default)]
    frameworks: Option<Frameworks>,
    #[serde(default)]
    replaces: Option<String>,
}

fn yes() -> bool {
    true
}

/// The head of a module.
#[derive(Debug)]
pub(super) struct Header {
    /// `acme.owner_tag`.
    pub package: String,
    /// `None` for a module that is not a control.
    pub control: Option<Control>,
}

/// An error in a module's head, and its line.
#[derive(Debug)]
pub(super) struct MetadataFault {
    pub line: usize,
    pub what: String,
}

impl Header {
    pub(super) fn of(text: &str) -> Result<Header, MetadataFault> {
        let is_code = |line: &&str| !(line.trim().is_empty() || line.trim_start().starts_with('#'));
        let lines: Vec<&str> = text.lines().collect();
        let first = lines.iter().position(is_code).unwrap_or(0);
        let fault = |line: usize, what: &str| MetadataFault { line: line + 1, what: what.to_owned() };
        let line = lines.get(first).copied().unwrap_or_default();
        let package = line.trim_start().strip_prefix("package ").and_then(|rest| rest.split('#').next());
        let package = package.ok_or_else(|| fault(first, "a policy must begin with its package"))?.trim();
        if !package.split('.').all(is_name) {
            return Err(fault(first, "write the package on its own line, as names separated by dots"));
        }
        let above = &lines[..first];
        let control = match above.iter().rposition(|line| line.trim_end() == "# METADATA") {
            Some(mark) => ControlMetadata::of(&above[mark + 1..], mark + 1)?.into_control(package),
            None => Ok(None),
        };
        match control {
            Ok(control) => Ok(Header { package: package.to_owned(), control }),
            Err(what) => Err(fault(first, what)),
        }
    }
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

impl ControlMetadata {
    /// Of the comment `lines`, the first of which is the one after `before` others.
    fn of(lines: &[&str], before: usize) -> Result<ControlMetadata, MetadataFault> {
        let mut yaml = String::new();
        for (index, line) in lines.iter().enumerate() {
            let Some(line) = line.strip_prefix('#') else {
                let what = "the # METADATA block must be directly above the package".to_owned();
                return Err(MetadataFault { line: before + index + 1, what });
            };
            yaml.push_str(line.strip_prefix(' ').unwrap_or(line));
            yaml.push('\n');
        }
        serde_saphyr::from_str(&yaml).map_err(|error| {
            let line = error.location().and_then(|location| usize::try_from(location.line()).ok());
            let line = line.unwrap_or(1).clamp(1, lines.len().max(1));
            let what = error.without_snippet().to_string();
            MetadataFault { line: before + line, what: what.lines().next().unwrap_or_default().to_owned() }
        })
    }

    /// `None` for a module that is not a control.
    fn into_control(self, package: &str) -> Result<Option<Control>, &'static str> {
        let Some(custom) = self.custom else { return Ok(None) };
        if self.title.trim().is_empty() || self.description.trim().is_empty() {
            return Err("`title` or `description` is empty");
        }
        let is_word = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        };
        if !is_word(&custom.id) || !is_word(&custom.name) {
            return Err("`id` and `name` must consist of letters, digits, `.`, `_` and `-`");
        }
        Ok(Some(Control {
            id: custom.id,
            name: custom.name,
            title: self.title,
            description: self.description,
            level: custom.level,
            about: custom.about,
            related_resources: self
                .related_resources
                .into_iter()
                .map(|resource| match resource {
                    RelatedResource::Described { reference, .. } | RelatedResource::Bare(reference) => {
                        reference
                    }
                })
                .collect(),
            is_default: custom.default,
            is_indicator: custom.indicator,
            remediation: custom.remediation,
            parameters: custom.parameters,
            frameworks: custom.frameworks.map(Frameworks::by_name).unwrap_or_default(),
            replaces: custom.replaces,
            package: format!("data.{package}"),
            source: String::new(),
            sha256: String::new(),
        }))
    }
}

impl Frameworks {
    fn by_name(self) -> BTreeMap<String, Vec<String>> {
        match self {
            Frameworks::ByName(named) => named
                .into_iter()
                .map(|(framework, requirements)| match requirements {
                    Requirements::One(requirement) => (framework, vec![requirement]),
                    Requirements::Several(requirements) => (framework, requirements),
                })
                .collect(),
            Frameworks::Bare(requirements) => BTreeMap::from([("Frameworks".to_owned(), requirements)]),
        }
    }
}
