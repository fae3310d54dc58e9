//! What is worth a mark on the timeline.

use crate::moment::Micros;
use crate::run::Run;
use serde::Serialize;
use splitbrain::lab::watch::Lane;
use splitbrain::lab::{Mark as Seen, MarkKind, Roster};
use splitbrain::node::NodeId;
use tsify::Tsify;

/// A mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Mark {
    /// When.
    pub at: Micros,
    /// In which step.
    pub step: u64,
    /// What kind of thing happened.
    #[tsify(
        type = "\"election\" | \"leader\" | \"term\" | \"commit\" | \"fault\" | \"violation\" | \"job\" | \"role\""
    )]
    pub kind: &'static str,
    /// Where, if it was at one node.
    pub node: Option<NodeId>,
    /// The server's term from here on, if that or its role changed.
    pub term: Option<u64>,
    /// The server's role from here on, if that or its term changed.
    #[tsify(type = "\"follower\" | \"candidate\" | \"leader\" | \"down\" | null")]
    pub role: Option<Lane>,
    /// What happened, in a few words.
    pub text: String,
}

/// The marks of this branch from number `since` on.
pub(crate) fn marks(run: &Run, since: u64) -> Vec<Mark> {
    let roster = run.timeline().subject().roster();
    let since = usize::try_from(since).unwrap_or(usize::MAX);
    run.timeline().marks().skip(since).map(|seen| mark(seen, roster)).collect()
}

fn mark(seen: &Seen, roster: Roster) -> Mark {
    let name = seen.node.map_or_else(String::new, |node| roster.name(node));
    let plain = |kind, text| Mark {
        at: seen.at.0,
        step: seen.step,
        kind,
        node: seen.node,
        term: None,
        role: None,
        text,
    };
    match &seen.kind {
        MarkKind::Role(lane, term) => {
            let (kind, text) = match lane {
                Lane::Candidate => ("election", format!("{name} stands for election in term {term}")),
                Lane::Leader => ("leader", format!("{name} leads term {term}")),
                Lane::Follower => ("role", format!("{name} follows in term {term}")),
                Lane::Down => ("role", format!("{name} is down")),
            };
            let term = (*lane != Lane::Down).then_some(term.0);
            Mark { term, role: Some(*lane), ..plain(kind, text) }
        }
        MarkKind::Commit(index) => plain("commit", format!("{name} committed up to entry {index}")),
        MarkKind::Act(did) => plain("fault", did.clone()),
        MarkKind::Violation(property) => plain("violation", format!("{property} is broken")),
        MarkKind::Job(stage) => {
            let text = match *stage {
                "loading" => "a job was submitted".to_owned(),
                "done" => "the job is done".to_owned(),
                stage => format!("{stage} tasks run"),
            };
            plain("job", text)
        }
    }
}
