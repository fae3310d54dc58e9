//! Whether this build runs jobs at all.
//!
//! A page that shows a cluster does not need MapReduce before somebody submits a job, and must be quick to load. Without the
//! feature `jobs` a [`Permit`] cannot exist, and so no [`Job`](super::Job): the compiler then leaves out all that is done about
//! one. Nothing else differs: until a job is submitted both builds take the same steps.

/// What every job holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit(Inner);

#[cfg(feature = "jobs")]
type Inner = ();

/// Nothing is of this type.
#[cfg(not(feature = "jobs"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inner {}

/// A permit, if this build runs jobs.
pub const fn permit() -> Option<Permit> {
    #[cfg(feature = "jobs")]
    return Some(Permit(()));
    #[cfg(not(feature = "jobs"))]
    return None;
}

/// What a build without jobs says to whoever brings one.
pub(super) const REFUSED: &str = "this build of the engine runs no jobs: use the one with the feature `jobs`";
