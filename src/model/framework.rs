/// A catalogue of requirements to which controls are analogous. No catalogue contains the exact rule of a control.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framework {
    pub name: String,
    /// Unknown, like all members below, if only a user's control names the framework.
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
    /// Returns the name as it is cited, with the version.
    pub fn title(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }
}
