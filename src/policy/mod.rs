//! Loads Rego packs. A control is one file whose metadata block has an id; nothing else lists it.

mod metadata;

use include_dir::{Dir, include_dir};
use miette::Diagnostic;
use thiserror::Error;

use crate::model::{Control, Module, Pack, sha256};
use metadata::Metadata;

static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");

#[derive(Debug, Error, Diagnostic)]
pub enum PolicyError {
    #[error("{path}: {what}")]
    #[diagnostic(
        code(rotaudit::policy_metadata),
        help("a control begins with a # METADATA block directly above its package, as the built-in ones do")
    )]
    Metadata { path: String, what: String },
    #[error("the control {id} is defined twice, in {first} and in {second}")]
    #[diagnostic(code(rotaudit::control_defined_twice), help("give one of them another id"))]
    DefinedTwice { id: String, first: String, second: String },
    #[error("there is no control {id}")]
    #[diagnostic(code(rotaudit::no_such_control), help("the controls are {known}"))]
    NoSuchControl { id: String, known: String },
}

/// The pack that is part of the program.
pub fn builtin() -> Result<Pack, PolicyError> {
    let mut files = Vec::new();
    collect(&BUILTIN, &mut files);
    let modules = files
        .into_iter()
        .filter(|(path, _)| is_policy(path))
        .map(|(path, text)| Module { path: format!("policies/{path}"), text })
        .collect();
    load(modules, "builtin")
}

/// Reads the controls out of `modules`, which come from `source`.
pub fn load(modules: Vec<Module>, source: &str) -> Result<Pack, PolicyError> {
    let mut controls: Vec<Control> = Vec::new();
    for module in &modules {
        let metadata = Metadata::of(&module.text)
            .map_err(|what| PolicyError::Metadata { path: module.path.clone(), what })?;
        let Some(control) = metadata.and_then(|metadata| metadata.into_control(&module.text)) else {
            continue;
        };
        controls.push(Control {
            source: source.to_owned(),
            sha256: sha256(module.text.as_bytes()),
            ..control
        });
    }
    controls.sort_by(|one, other| one.id.cmp(&other.id));
    if let Some(pair) = controls.windows(2).find(|pair| pair[0].id == pair[1].id) {
        return Err(PolicyError::DefinedTwice {
            id: pair[0].id.clone(),
            first: pair[0].package.clone(),
            second: pair[1].package.clone(),
        });
    }
    Ok(Pack { modules, controls })
}

impl Pack {
    /// The pack with the controls of these ids only, in any case; with those on by default where there are none.
    pub fn select(mut self, ids: &[String]) -> Result<Pack, PolicyError> {
        for id in ids {
            if !self.controls.iter().any(|control| control.id.eq_ignore_ascii_case(id)) {
                let known: Vec<&str> = self.controls.iter().map(|control| control.id.as_str()).collect();
                return Err(PolicyError::NoSuchControl { id: id.clone(), known: known.join(", ") });
            }
        }
        if ids.is_empty() {
            self.controls.retain(|control| control.is_default);
        } else {
            self.controls.retain(|control| ids.iter().any(|id| control.id.eq_ignore_ascii_case(id)));
            for control in &mut self.controls {
                control.is_indicator = false;
            }
        }
        Ok(self)
    }
}

fn is_policy(path: &str) -> bool {
    path.strip_suffix(".rego").is_some_and(|stem| !stem.ends_with("_test"))
}

fn collect(folder: &Dir<'static>, files: &mut Vec<(String, String)>) {
    for file in folder.files() {
        let text = file.contents_utf8().unwrap_or_default();
        files.push((file.path().to_string_lossy().replace('\\', "/"), text.to_owned()));
    }
    for inner in folder.dirs() {
        collect(inner, files);
    }
}
