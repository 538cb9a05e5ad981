//! Frameworks as taxonomies (§3.14.8), and the rules' relationships with their requirements.

use super::format::{Relationship, Taxon, TaxonReference, Taxonomy, TaxonomyReference};
use super::message;
use crate::model::{Control, Framework, Report, Requirement};

/// The requirements that the report's controls name, by framework.
pub(super) struct Taxonomies<'a>(Vec<(&'a Framework, Vec<&'a Requirement>)>);

impl<'a> Taxonomies<'a> {
    pub(super) fn of(report: &'a Report) -> Taxonomies<'a> {
        let named = |framework: &'a Framework| {
            let is_named = |requirement: &&Requirement| {
                let ids =
                    report.controls.iter().filter_map(|control| control.frameworks.get(&framework.name));
                ids.flatten().any(|id| *id == requirement.id)
            };
            (framework, framework.requirements.iter().filter(is_named).collect::<Vec<_>>())
        };
        let all = report.frameworks.iter().map(named);
        Taxonomies(all.filter(|(_, requirements)| !requirements.is_empty()).collect())
    }

    pub(super) fn written(&self) -> Vec<Taxonomy> {
        self.0.iter().map(|(framework, requirements)| taxonomy(framework, requirements)).collect()
    }

    pub(super) fn references(&self) -> Vec<TaxonomyReference> {
        (0..self.0.len()).map(|index| self.reference(index)).collect()
    }

    fn reference(&self, index: usize) -> TaxonomyReference {
        TaxonomyReference { name: self.0[index].0.name.clone(), index }
    }

    pub(super) fn relationships(&self, control: &Control) -> Vec<Relationship> {
        let mut relationships = Vec::new();
        for (place, (framework, requirements)) in self.0.iter().enumerate() {
            let ids = control.frameworks.get(&framework.name);
            for (index, requirement) in requirements.iter().enumerate() {
                if ids.is_some_and(|ids| ids.contains(&requirement.id)) {
                    relationships.push(Relationship {
                        target: TaxonReference {
                            id: requirement.id.clone(),
                            index,
                            tool_component: self.reference(place),
                        },
                        kinds: ["relevant"],
                    });
                }
            }
        }
        relationships
    }
}

fn taxonomy(framework: &Framework, requirements: &[&Requirement]) -> Taxonomy {
    Taxonomy {
        name: framework.name.clone(),
        version: framework.version.clone(),
        organization: framework.organization.clone(),
        information_uri: framework.url.clone(),
        short_description: message(
            "Requirements that the rules are analogies to; none of them names these rules.",
        ),
        is_comprehensive: false,
        taxa: requirements
            .iter()
            .map(|requirement| Taxon {
                id: requirement.id.clone(),
                name: requirement.title.as_ref().unwrap_or(&requirement.id).clone(),
                short_description: requirement.title.as_deref().map(message),
            })
            .collect(),
    }
}
