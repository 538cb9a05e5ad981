use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Framework, sha256};

/// The severity of a finding of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Note,
    Warning,
    Error,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// How rarely a finding is wrong, as GitHub names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    Low,
    Medium,
    High,
    VeryHigh,
}

impl Precision {
    pub fn as_str(self) -> &'static str {
        match self {
            Precision::Low => "low",
            Precision::Medium => "medium",
            Precision::High => "high",
            Precision::VeryHigh => "very-high",
        }
    }
}

/// Maximum number of tags that a control may have. SARIF viewers keep 10 tags of a rule, and one of them is `security`.
pub const MAX_OWN_TAGS: usize = 9;

/// The subject that a control is evaluated for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// Each account, by its facts.
    #[default]
    Account,
    /// All evidence together, once for each audit.
    Evidence,
}

/// Rego files, the controls that they define (at most one for each file), and the frameworks that these name. Policy
/// files are read completely, and only the paths that the user gives limit their number.
#[derive(Clone, Debug)]
pub struct Pack {
    pub modules: Vec<Module>,
    /// Sorted by id.
    pub controls: Vec<Control>,
    /// All frameworks that the controls name, sorted by name.
    pub frameworks: Vec<Framework>,
}

impl Pack {
    /// The file that defines a control.
    pub fn module_of(&self, control: &Control) -> Option<&Module> {
        self.modules.iter().find(|module| sha256(module.text.as_bytes()) == control.sha256)
    }
}

#[derive(Clone, Debug)]
pub struct Module {
    /// The name in errors: `policies/` and the path of the file there, or the path that the user gave.
    pub path: String,
    /// The name in reports: without the folders that lead to the file.
    pub label: String,
    pub text: String,
    /// Facts for which the module's control has a finding, if a file with them is next to the module.
    pub example: Option<String>,
    /// The subject of the facts in `input`, if the metadata states it by the name of a schema.
    pub input: Option<About>,
    pub is_builtin: bool,
}

impl Module {
    /// Returns the module of a user's file.
    pub fn new(path: String, text: String) -> Module {
        Module { label: path.clone(), path, text, example: None, input: None, is_builtin: false }
    }
}

/// One rule, as the metadata block of its Rego package describes it.
#[derive(Clone, Debug)]
pub struct Control {
    /// `KR001`: stable, and opaque to programs.
    pub id: String,
    /// `KeyRotationOverdue`.
    pub name: String,
    pub title: String,
    pub description: String,
    pub level: Level,
    pub about: About,
    pub related_resources: Vec<String>,
    /// Whether it is evaluated by default.
    pub is_default: bool,
    /// Whether a problem counts only if it is proven: an open result does not fail the gate, unless the control is
    /// selected by its id.
    pub is_indicator: bool,
    /// How to fix a finding, in words.
    pub remediation: Option<String>,
    /// Templates of the commands that fix a finding. The words in upper case are placeholders that the finding fills
    /// in.
    pub commands: Vec<String>,
    /// The statement that is proven if the control finds nothing.
    pub passes: Option<String>,
    /// The precision that the author claims; `None` if the author claims none.
    pub precision: Option<Precision>,
    /// The tags that the author chose, at most [`MAX_OWN_TAGS`].
    pub tags: Vec<String>,
    /// The members of `data.params` that it reads, each with its meaning.
    pub parameters: BTreeMap<String, String>,
    /// The requirements to which the control is analogous, by framework.
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// The id of the built-in control that it replaces.
    pub replaces: Option<String>,
    /// The Rego package, `data.rotaudit.key_rotation`.
    pub package: String,
    /// `builtin`, or the path of the user's file.
    pub source: String,
    /// SHA-256 of the file's text, in lower-case hexadecimal.
    pub sha256: String,
}

/// The source of the built-in controls.
pub const BUILTIN_SOURCE: &str = "builtin";

impl Control {
    pub fn is_builtin(&self) -> bool {
        self.source == BUILTIN_SOURCE
    }
}
