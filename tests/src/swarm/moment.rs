//! Moments after which a fault is worth more than at others.

use splitbrain::kv;
use splitbrain::lab::member::{Member, View};
use splitbrain::mapreduce::Doing;
use splitbrain::node::NodeId;
use splitbrain::raft::Role;
use splitbrain::sim::{Change, Step};

/// What has just happened at some node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// A server became leader.
    Elected,
    /// A server stands for election.
    Stood,
    /// A server gave another its vote.
    Voted,
    /// A server removed entries from its log.
    Truncated,
    /// A server has a new snapshot.
    Compacted,
    /// A leader has a new entry.
    Proposed,
    /// A follower has new entries.
    Appended,
    /// A leader committed something.
    Committed,
    /// A client asks again.
    Retried,
    /// A worker begins an attempt, or to write, or to rename, or to report.
    Worked,
    /// The coordinator's table of tasks changed.
    Coordinated,
    /// The shared file system changed.
    Stored,
}

/// What just happened, and where.
pub fn after(step: &Step<Member>) -> Option<(Moment, NodeId)> {
    let Change { node, before, after } = step.change.as_ref()?;
    let moment = match (before.as_ref()?, after.as_ref()?) {
        (View::Server(before), View::Server(after)) => at_server(before, after)?,
        (View::Client(before), View::Client(after)) => {
            let attempt = |view: &kv::ClerkView| view.pending.as_ref().map(|pending| pending.attempt);
            (attempt(before) < attempt(after) && attempt(after) > Some(1)).then_some(Moment::Retried)?
        }
        (View::Worker(before), View::Worker(after)) => {
            let stage = |doing| match doing {
                Doing::Asking | Doing::Waiting | Doing::Resting | Doing::Gone => 0,
                Doing::Reading { .. } => 1,
                Doing::Working { .. } => 2,
                Doing::Writing { .. } => 3,
                Doing::Renaming => 4,
                Doing::Reporting => 5,
            };
            (stage(before.doing) != stage(after.doing)).then_some(Moment::Worked)?
        }
        (View::Coordinator(_), View::Coordinator(_)) => Moment::Coordinated,
        (View::Store(_), View::Store(_)) => Moment::Stored,
        _ => return None,
    };
    Some((moment, *node))
}

fn at_server(before: &kv::ServerView, after: &kv::ServerView) -> Option<Moment> {
    let (before, after) = (&before.raft, &after.raft);
    let leads = matches!(after.role, Role::Leader { .. });
    let same_log =
        before.log.chain() == after.log.chain() && before.log.last_index() == after.log.last_index();
    if leads && !matches!(before.role, Role::Leader { .. }) {
        Some(Moment::Elected)
    } else if after.current_term > before.current_term && matches!(after.role, Role::Candidate { .. }) {
        Some(Moment::Stood)
    } else if after.voted_for.is_some() && after.voted_for != before.voted_for {
        Some(Moment::Voted)
    } else if after.log.base_index() > before.log.base_index() {
        Some(Moment::Compacted)
    } else if !same_log && !after.log.extends(&before.log) {
        Some(Moment::Truncated)
    } else if !same_log {
        Some(if leads { Moment::Proposed } else { Moment::Appended })
    } else if leads && after.commit_index > before.commit_index {
        Some(Moment::Committed)
    } else {
        None
    }
}
