//! A branch: one sequence of acts, and where it left the branch it came from.

use crate::time::Time;

/// A place in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The virtual time.
    pub at: Time,
    /// The number of the last step taken.
    pub step: u64,
    /// The branch, from 0.
    pub branch: u32,
}

/// What is known of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The branch it left; none for the first.
    pub parent: Option<u32>,
    /// Where it left it.
    pub forked_at: Option<Moment>,
    /// The furthest moment it has reached.
    pub end: Moment,
}

impl Branch {
    pub(super) fn root() -> Branch {
        Branch { parent: None, forked_at: None, end: Moment { at: Time::ZERO, step: 0, branch: 0 } }
    }
}

impl Moment {
    /// The later of two moments of one branch.
    #[must_use]
    pub fn max_of(self, other: Moment) -> Moment {
        if (other.step, other.at) > (self.step, self.at) { other } else { self }
    }
}
