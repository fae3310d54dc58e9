//! The rules that can be switched off.

use crate::run::Run;
use serde::Serialize;
use splitbrain::lab::config::{AllRules, AnyRule};
use splitbrain::rules::Kind;
use tsify::Tsify;

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Rule {
    /// Its name, as the action `rule` takes it.
    pub name: &'static str,
    /// Where it is written.
    pub section: &'static str,
    /// The rule itself.
    pub sentence: &'static str,
    /// Whose rule it is.
    #[tsify(type = "\"raft\" | \"kv\" | \"mapreduce\"")]
    pub protocol: &'static str,
    /// What it keeps.
    #[tsify(type = "\"safety\" | \"liveness\" | \"cost\"")]
    pub kind: Kind,
    /// Whether it is kept now.
    pub on: bool,
}

/// Every rule, and whether it is kept at this moment.
pub(crate) fn rules(run: &Run) -> Vec<Rule> {
    let kept = AllRules::of(run.timeline().world());
    let rule = |rule: AnyRule| Rule {
        name: rule.name(),
        section: rule.citation(),
        sentence: rule.meaning(),
        protocol: match rule {
            AnyRule::Raft(_) => "raft",
            AnyRule::Kv(_) => "kv",
            AnyRule::MapReduce(_) => "mapreduce",
        },
        kind: rule.kind(),
        on: kept.has(rule),
    };
    AnyRule::all().map(rule).collect()
}
