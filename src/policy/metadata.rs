//! The `# METADATA` block above a package: YAML in comments, as Rego tools know it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;

use super::metadata_form::in_words;
use super::schemas::{SchemaFault, Schemas};
use crate::model::{About, Control, Level, MAX_OWN_TAGS, Precision, UNPROVEN_SUFFIX, printable};

/// The scopes of a block above a package, and of one above a rule.
const PACKAGE_SCOPES: [&str; 2] = ["package", "subpackages"];
const RULE_SCOPES: [&str; 2] = ["rule", "document"];

/// The annotations that OPA knows, and under `custom` those of a control.
#[derive(Debug, Deserialize)]
#[serde(rename = "Metadata", deny_unknown_fields)]
struct ControlMetadata {
    #[serde(default)]
    scope: Option<Spanned<String>>,
    #[serde(default, rename = "entrypoint")]
    _entrypoint: IgnoredAny,
    #[serde(default)]
    schemas: Schemas,
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

/// The annotations of a rule that are checked.
#[derive(Debug, Deserialize)]
struct RuleMetadata {
    #[serde(default)]
    schemas: Schemas,
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
    id: Spanned<String>,
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
    commands: Vec<String>,
    #[serde(default)]
    passes: Option<String>,
    #[serde(default)]
    precision: Option<Precision>,
    #[serde(default)]
    tags: Vec<String>,
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

/// The names of all members under `custom`.
#[derive(Deserialize)]
struct CustomNames {
    #[serde(default)]
    custom: Option<BTreeMap<String, serde_json::Value>>,
}

impl CustomNames {
    /// Whether the members under `custom` are meant for other tools: a control has at least one of the names below.
    fn are_of_others(yaml: &str) -> bool {
        let names = serde_saphyr::from_str::<CustomNames>(yaml).ok().and_then(|names| names.custom);
        names.is_some_and(|names| !["id", "name", "level"].iter().any(|name| names.contains_key(*name)))
    }
}

/// Blanks the lines of `custom`, so that all others keep their numbers.
fn without_custom(yaml: &str) -> String {
    let mut is_custom = false;
    let line = |line: &str| {
        is_custom = line.starts_with("custom:") || is_custom && line.starts_with([' ', '-', '#']);
        if is_custom { "\n".to_owned() } else { format!("{line}\n") }
    };
    yaml.lines().map(line).collect()
}

/// The head of a module.
#[derive(Debug)]
pub(super) struct Header {
    /// `acme.owner_tag`.
    pub package: String,
    /// `None` for a module that is not a control.
    pub control: Option<Control>,
    /// The subject of the facts in `input`, if the annotation `schemas` states it.
    pub input: Option<About>,
    /// The line of the control's id, from 1.
    pub id_line: usize,
}

/// An error in a module's head, and its line.
#[derive(Debug)]
pub(super) struct MetadataFault {
    pub line: usize,
    pub what: String,
}

impl MetadataFault {
    /// The fault of an annotation `schemas` in a block that begins after the line `before`.
    fn of_schemas(fault: SchemaFault, before: usize) -> MetadataFault {
        MetadataFault { line: before + fault.line, what: fault.what }
    }
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
        check_scopes_of_rules(&lines, first)?;
        let Some(mark) = above.iter().rposition(|line| is_mark(line)) else {
            check_schemas_of_rules(&lines, first, None)?;
            return Ok(Header { package: package.to_owned(), control: None, input: None, id_line: 0 });
        };
        let before = mark + 1;
        let metadata = ControlMetadata::of(&above[before..], before)?;
        let about = metadata.custom.as_ref().map(|custom| custom.about);
        check_schemas_of_rules(&lines, first, about)?;
        let input =
            metadata.schemas.input(about).map_err(|fault| MetadataFault::of_schemas(fault, before))?;
        let id_line = metadata.custom.as_ref().map_or(0, |custom| before + line_in_block(&custom.id));
        let control = metadata.into_control(package).map_err(|what| fault(first, &what))?;
        Ok(Header { package: package.to_owned(), control, input, id_line })
    }
}

fn is_mark(line: &str) -> bool {
    line.trim_end() == "# METADATA"
}

/// The line of a value in its block, counted from 1.
fn line_in_block<T>(value: &Spanned<T>) -> usize {
    usize::try_from(value.referenced.line()).unwrap_or_default().max(1)
}

/// Checks the scopes of the blocks after the line of the package. Only other tools read the rest of these blocks.
fn check_scopes_of_rules(lines: &[&str], package: usize) -> Result<(), MetadataFault> {
    let mut is_in_block = false;
    for (index, line) in lines.iter().enumerate().skip(package + 1) {
        is_in_block = line.starts_with('#') && (is_in_block || is_mark(line));
        let Some(scope) = line.strip_prefix("# scope:").filter(|_| is_in_block) else { continue };
        let scope = scope.split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']);
        if !RULE_SCOPES.contains(&scope) {
            let what = if PACKAGE_SCOPES.contains(&scope) {
                format!("the scope `{scope}` is for a block above the package; write `scope: rule`")
            } else {
                format!("unknown scope `{}`; write `scope: rule` or `scope: document`", printable(scope))
            };
            return Err(MetadataFault { line: index + 1, what });
        }
    }
    Ok(())
}

/// Checks the schemas in the blocks after the line of the package.
fn check_schemas_of_rules(lines: &[&str], package: usize, about: Option<About>) -> Result<(), MetadataFault> {
    let marks = (package + 1..lines.len()).filter(|index| is_mark(lines[*index]));
    for before in marks.map(|mark| mark + 1) {
        let block = lines[before..].iter().map_while(|line| line.strip_prefix('#'));
        let yaml: String =
            block.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect();
        if let Ok(metadata) = serde_saphyr::from_str::<RuleMetadata>(&yaml) {
            metadata.schemas.input(about).map_err(|fault| MetadataFault::of_schemas(fault, before))?;
        }
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

impl ControlMetadata {
    /// Reads the block from its comment `lines`; `before` is the number of lines above them.
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
        if CustomNames::are_of_others(&yaml) {
            yaml = without_custom(&yaml);
        }
        let metadata: ControlMetadata = serde_saphyr::from_str(&yaml).map_err(|error| {
            let line = error.location().and_then(|location| usize::try_from(location.line()).ok());
            let line = line.unwrap_or(1).clamp(1, lines.len().max(1));
            let what = error.without_snippet().to_string();
            // The line there counts from the beginning of the block.
            let what = what.split(" at line ").next().and_then(|what| what.lines().next());
            let block: Vec<&str> = yaml.lines().collect();
            let is_of_custom = |what: &str| {
                let name = what.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
                name.is_some_and(|name| ["id", "name", "level"].contains(&name))
            };
            // The parser's place of a missing member is one of the others.
            let custom = block.iter().position(|line| line.starts_with("custom:")).map(|index| index + 1);
            let line = custom.filter(|_| what.is_some_and(is_of_custom)).unwrap_or(line);
            MetadataFault { line: before + line, what: in_words(what.unwrap_or_default(), &block[..line]) }
        })?;
        match &metadata.scope {
            Some(scope) if !PACKAGE_SCOPES.contains(&scope.value.as_str()) => {
                let what = if RULE_SCOPES.contains(&scope.value.as_str()) {
                    format!("the scope `{}` is for a block above a rule; write `scope: package`", scope.value)
                } else {
                    format!("unknown scope `{}`; write `scope: package`", printable(&scope.value))
                };
                Err(MetadataFault { line: before + line_in_block(scope), what })
            }
            _ => Ok(metadata),
        }
    }

    /// Returns `None` for a module that is not a control.
    fn into_control(self, package: &str) -> Result<Option<Control>, String> {
        let Some(custom) = self.custom else { return Ok(None) };
        if self.title.trim().is_empty() || self.description.trim().is_empty() {
            return Err("`title` or `description` is empty".to_owned());
        }
        let is_word = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        };
        if !is_word(&custom.id.value) || !is_word(&custom.name) {
            return Err("`id` and `name` must consist of letters, digits, `.`, `_` and `-`".to_owned());
        }
        if custom.id.value.to_ascii_lowercase().ends_with(UNPROVEN_SUFFIX) {
            return Err(format!(
                "`id` must not end with `{UNPROVEN_SUFFIX}`, like the SARIF rules of unproven results"
            ));
        }
        if custom.tags.len() > MAX_OWN_TAGS {
            return Err(format!("`tags` must have at most {MAX_OWN_TAGS} elements"));
        }
        Ok(Some(Control {
            id: custom.id.value,
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
            commands: custom.commands,
            passes: custom.passes,
            precision: custom.precision,
            tags: custom.tags,
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
