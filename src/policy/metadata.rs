//! The `# METADATA` block above a package: YAML in comments, as Rego tools know it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::{About, Control, Level};

/// The annotations that OPA knows, and under `custom` those of a control.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
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
    title: String,
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

/// Requirements by framework, or, where a control names its frameworks itself in a list, without one.
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

impl Metadata {
    /// The block of the package, where it has one; an error says what is wrong with it.
    pub(super) fn of(text: &str) -> Result<Option<Metadata>, String> {
        let Some(package) = text.lines().position(|line| line.starts_with("package ")) else {
            return Err("it has no package".to_owned());
        };
        let above: Vec<&str> = text.lines().take(package).collect();
        let Some(mark) = above.iter().rposition(|line| *line == "# METADATA") else { return Ok(None) };
        let mut yaml = String::new();
        for line in &above[mark + 1..] {
            let Some(line) = line.strip_prefix('#') else {
                return Err("its # METADATA block does not stand directly above the package".to_owned());
            };
            yaml.push_str(line.strip_prefix(' ').unwrap_or(line));
            yaml.push('\n');
        }
        serde_saphyr::from_str(&yaml)
            .map(Some)
            .map_err(|error| format!("its # METADATA block is off: {error}"))
    }

    /// `None` for a module that is no control.
    pub(super) fn into_control(self, text: &str) -> Option<Control> {
        let custom = self.custom?;
        let package = text.lines().find_map(|line| line.strip_prefix("package "))?;
        Some(Control {
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
            package: format!("data.{}", package.trim()),
            source: String::new(),
            sha256: String::new(),
        })
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
