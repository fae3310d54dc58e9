//! What is checked while the run goes on, and how it stands.

use crate::frame::watched;
use crate::moment::Micros;
use crate::run::Run;
use serde::Serialize;
use splitbrain::check::Property;
use tsify::Tsify;

/// A property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What must hold.
    pub sentence: &'static str,
    /// Where it is written.
    pub citation: &'static str,
    /// Whether it has held so far.
    pub holds: bool,
    /// Where it was first broken.
    pub violation: Option<Violation>,
}

/// Where and why a property was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Violation {
    /// In which step.
    pub step: u64,
    /// When.
    pub at: Micros,
    /// At which nodes.
    pub r#where: String,
    /// What happened.
    pub why: String,
}

/// Every property that is watched.
pub(crate) fn checks(run: &Run) -> Vec<Check> {
    let watch = run.timeline().subject();
    let roster = watch.roster();
    let check = |property: Property| {
        let violation = watch.verdicts().of(property).map(|violation| {
            let names: Vec<String> = violation.nodes.iter().map(|&node| roster.name(node)).collect();
            Violation {
                step: violation.moment.step,
                at: violation.moment.at.0,
                r#where: if names.is_empty() { "the cluster".to_owned() } else { names.join(", ") },
                why: violation.why.clone(),
            }
        });
        Check {
            name: property.name(),
            sentence: property.sentence(),
            citation: property.citation(),
            holds: violation.is_none(),
            violation,
        }
    };
    watched().map(check).collect()
}
