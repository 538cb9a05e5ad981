/// A catalogue of requirements that controls are analogies to: none of them names this rule itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framework {
    pub name: String,
    /// Unknown, like all below, for one that only a user's control names.
    pub version: Option<String>,
    pub organization: Option<String>,
    pub url: Option<String>,
    pub requirements: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// `IA-5 f`.
    pub id: String,
    pub title: Option<String>,
}

impl Framework {
    /// As it is cited.
    pub fn title(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }
}
