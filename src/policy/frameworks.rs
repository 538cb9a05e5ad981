//! The frameworks that are part of the program: data, apart from the controls.

use include_dir::Dir;
use serde::Deserialize;

use super::BUILTIN;
use crate::model::{Control, Framework, Requirement};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrameworkFile {
    name: String,
    version: String,
    organization: String,
    url: String,
    requirements: Vec<MappedRequirement>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MappedRequirement {
    id: String,
    title: String,
    /// The ids of the controls.
    controls: Vec<String>,
}

/// Adds to each built-in control the requirements that it is analogous to. Returns all frameworks that any control
/// names, with what is known about them.
pub(super) fn map(controls: &mut [Control]) -> Result<Vec<Framework>, String> {
    let mut frameworks: Vec<Framework> = Vec::new();
    for file in BUILTIN.get_dir("frameworks").into_iter().flat_map(Dir::files) {
        let text = file.contents_utf8().unwrap_or_default();
        let read: FrameworkFile = serde_saphyr::from_str(text)
            .map_err(|error| format!("{}: {}", file.path().display(), error.without_snippet()))?;
        for requirement in &read.requirements {
            let is_mapped =
                |control: &&mut Control| control.is_builtin() && requirement.controls.contains(&control.id);
            for control in controls.iter_mut().filter(is_mapped) {
                control.frameworks.entry(read.name.clone()).or_default().push(requirement.id.clone());
            }
        }
        frameworks.push(read.into());
    }
    for (name, id) in controls.iter().flat_map(named) {
        let place = frameworks.iter().position(|framework| framework.name == *name).unwrap_or_else(|| {
            frameworks.push(Framework { name: name.clone(), ..Framework::default() });
            frameworks.len() - 1
        });
        let requirements = &mut frameworks[place].requirements;
        if requirements.iter().all(|known| known.id != *id) {
            requirements.push(Requirement { id: id.clone(), title: None });
        }
    }
    frameworks.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(frameworks)
}

fn named(control: &Control) -> impl Iterator<Item = (&String, &String)> {
    control.frameworks.iter().flat_map(|(name, ids)| ids.iter().map(move |id| (name, id)))
}

impl From<FrameworkFile> for Framework {
    fn from(read: FrameworkFile) -> Framework {
        Framework {
            name: read.name,
            version: Some(read.version),
            organization: Some(read.organization),
            url: Some(read.url),
            requirements: read
                .requirements
                .into_iter()
                .map(|requirement| Requirement { id: requirement.id, title: Some(requirement.title) })
                .collect(),
        }
    }
}
