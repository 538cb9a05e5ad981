//! The `# METADATA` block above a package: YAML in comments, as Rego tools know it.

use serde::Deserialize;

use crate::model::{About, Control, Level};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    #[serde(default, rename = "scope")]
    _scope: Option<String>,
    title: String,
    description: String,
    #[serde(default)]
    related_resources: Vec<RelatedResource>,
    #[serde(default)]
    custom: Option<Custom>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RelatedResource {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default, rename = "description")]
    _description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Custom {
    id: String,
    name: String,
    level: Level,
    #[serde(default)]
    about: About,
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
                .map(|resource| resource.reference)
                .collect(),
            package: format!("data.{}", package.trim()),
            source: String::new(),
            sha256: String::new(),
        })
    }
}
