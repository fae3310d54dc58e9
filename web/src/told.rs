//! Steps as sentences, and the walk from a step to what caused it.

use crate::error::Mistake;
use crate::moment::Micros;
use crate::run::Run;
use serde::Serialize;
use splitbrain::lab::tell::{Kind, tell};
use splitbrain::lab::{Member, Roster};
use splitbrain::node::NodeId;
use splitbrain::sim::Step;
use tsify::Tsify;

/// At most this many steps are told at once.
const MOST: u64 = 500;

/// At most this many causes are walked.
const CAUSES: usize = 64;

/// A step in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct ToldStep {
    /// Its number.
    pub number: u64,
    /// When it happened.
    pub at: Micros,
    /// Where, if it was at one node.
    pub node: Option<NodeId>,
    /// What happened.
    pub text: String,
    /// What it is about.
    #[tsify(
        type = "\"election\" | \"replication\" | \"client\" | \"mapreduce\" | \"disk\" | \"fault\" | \"quiet\""
    )]
    pub kind: Kind,
    /// The section of the paper that the rule involved stands in.
    pub section: Option<&'static str>,
    /// The step that caused it.
    pub cause: Option<u64>,
    /// What changed, in the papers' names.
    pub changes: Vec<String>,
    /// The reasons that the node gave.
    pub notes: Vec<String>,
}

/// The newest steps after one, at most `limit`, newest last.
pub(crate) fn since(run: &Run, step: u64, limit: u64) -> Vec<ToldStep> {
    let roster = run.timeline().subject().roster();
    let limit = limit.min(MOST) as usize;
    let newest = run.timeline().trace().rev().take_while(|told| told.number > step).take(limit);
    let mut told: Vec<ToldStep> = newest.map(|step| told_step(step, roster)).collect();
    told.reverse();
    told
}

/// A step, then what caused it, then what caused that. Stops where `keep_going` says so: far back, each step is derived
/// again by replay.
pub(crate) fn why(
    run: &Run,
    step: u64,
    mut keep_going: impl FnMut() -> bool,
) -> Result<Vec<ToldStep>, Mistake> {
    let timeline = run.timeline();
    let roster = timeline.subject().roster();
    let first = timeline.step_at(step).ok_or_else(|| {
        Mistake(format!("there is no step {step} in this branch: it has 1 to {}", timeline.end().step))
    })?;
    let mut told = vec![told_step(&first, roster)];
    let mut cause = first.caused_by();
    while let Some(step) = cause.and_then(|cause| timeline.step_at(cause))
        && told.len() < CAUSES
    {
        told.push(told_step(&step, roster));
        cause = step.caused_by();
        if !keep_going() {
            break;
        }
    }
    Ok(told)
}

fn told_step(step: &Step<Member>, roster: Roster) -> ToldStep {
    let told = tell(step, roster);
    ToldStep {
        number: step.number,
        at: step.at.0,
        node: step.node(),
        text: told.text,
        kind: told.kind,
        section: told.section,
        cause: step.caused_by(),
        changes: told.changes,
        notes: told.notes,
    }
}
