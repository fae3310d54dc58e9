//! Places in a run, and the way there.

use crate::run::Run;
use serde::Serialize;
use splitbrain::timeline;
use tsify::Tsify;
use wasm_bindgen::prelude::wasm_bindgen;

/// Virtual time in microseconds since the run began.
pub type Micros = u64;

#[wasm_bindgen(typescript_custom_section)]
const UNITS: &str = "
/** Virtual time: integer microseconds since the run began. */
export type Micros = number;
/** A node's number: servers first, from 0, then clients, the coordinator, the store, the workers. */
export type NodeId = number;
";

/// A place in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[cfg_attr(feature = "jobs", derive(serde::Deserialize))]
pub struct Moment {
    /// The virtual time.
    pub at: Micros,
    /// The number of the last step taken.
    pub step: u64,
    /// The branch, from 0.
    pub branch: u32,
}

/// How far a call got that stops when its budget is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Progress {
    /// Whether it is there; if not, call again.
    pub done: bool,
    /// Where it is.
    pub moment: Moment,
    /// How much of the way is behind it, in thousandths.
    pub thousandths: u32,
}

/// One of the futures of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[cfg_attr(feature = "jobs", derive(serde::Deserialize))]
#[serde(rename_all = "camelCase")]
pub struct Branch {
    /// Its number, from 0.
    pub id: u32,
    /// The branch it left; null for the first.
    pub parent: Option<u32>,
    /// Where it left it.
    pub forked_at: Option<Moment>,
    /// What it began with.
    pub label: String,
    /// The furthest moment it has reached.
    pub end: Moment,
    /// Whether the run stands on it.
    pub current: bool,
}

#[cfg(feature = "jobs")]
impl Branch {
    /// What a timeline knows of it.
    pub(crate) fn about(&self) -> timeline::Branch {
        let place = |moment: Moment| timeline::Moment {
            at: splitbrain::time::Time(moment.at),
            step: moment.step,
            branch: moment.branch,
        };
        timeline::Branch { parent: self.parent, forked_at: self.forked_at.map(place), end: place(self.end) }
    }
}

impl From<timeline::Moment> for Moment {
    fn from(moment: timeline::Moment) -> Moment {
        Moment { at: moment.at.0, step: moment.step, branch: moment.branch }
    }
}

/// All branches, oldest first.
pub(crate) fn branches(run: &Run) -> Vec<Branch> {
    let current = run.timeline().now().branch;
    let numbered = (0u32..).zip(run.timeline().branches());
    numbered
        .map(|(id, branch)| Branch {
            id,
            parent: branch.parent,
            forked_at: branch.forked_at.map(Moment::from),
            label: run.label(id).to_owned(),
            end: branch.end.into(),
            current: id == current,
        })
        .collect()
}
