use super::Step;

/// One step of the plan that fixes all failed findings of an account together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    pub step: Step,
    /// The controls that it is for: their positions in the report's list of controls, ascending.
    pub controls: Vec<usize>,
}
