//! Frameworks as taxonomies (§3.14.8), and the rules' relationships with their requirements.

use super::format::{Relationship, Taxon, TaxonReference, Taxonomy, TaxonomyReference};
use super::message;
use crate::model::{Control, Framework, Report, Requirement};

/// The requirements that the report's controls name, by framework.
pub(super) struct Taxonomies<'a> {
    named: Vec<(&'a Framework, Vec<&'a Requirement>)>,
    controls: &'a [Control],
}

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
        let named = all.filter(|(_, requirements)| !requirements.is_empty()).collect();
        Taxonomies { named, controls: &report.controls }
    }

    pub(super) fn written(&self) -> Vec<Taxonomy> {
        self.named.iter().map(|(framework, requirements)| self.taxonomy(framework, requirements)).collect()
    }

    pub(super) fn references(&self) -> Vec<TaxonomyReference> {
        (0..self.named.len()).map(|index| self.reference(index)).collect()
    }

    fn reference(&self, index: usize) -> TaxonomyReference {
        TaxonomyReference { name: self.named[index].0.name.clone(), index }
    }

    pub(super) fn relationships(&self, control: &Control) -> Vec<Relationship> {
        let mut relationships = Vec::new();
        for (place, (framework, requirements)) in self.named.iter().enumerate() {
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

    fn taxonomy(&self, framework: &Framework, requirements: &[&Requirement]) -> Taxonomy {
        Taxonomy {
            name: framework.name.clone(),
            version: framework.version.clone(),
            organization: framework.organization.clone(),
            information_uri: framework.url.clone(),
            short_description: message(self.meaning(framework)),
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

    /// The meaning of a rule's reference to the framework. Only the built-in ones are analogies.
    fn meaning(&self, framework: &Framework) -> &'static str {
        let naming = self.controls.iter().filter(|control| control.frameworks.contains_key(&framework.name));
        let (builtin, own): (Vec<&Control>, Vec<&Control>) = naming.partition(|control| control.is_builtin());
        match (builtin.is_empty(), own.is_empty()) {
            (false, true) => "Requirements that the rules are analogies to; none of them names these rules.",
            (true, _) => "Requirements that the rules answer, as the authors of these rules state.",
            (false, false) => {
                "Requirements that the built-in rules are analogies to, and that the other rules answer, as their authors \
                 state."
            }
        }
    }
}
