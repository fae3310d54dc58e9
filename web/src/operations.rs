//! The operations that clients called last, each with its way through the cluster: what an operation's path is drawn from.

use crate::moment::Micros;
use crate::run::Run;
use crate::server::reply;
use serde::Serialize;
use splitbrain::check::Moment;
use splitbrain::lab::operations;
use splitbrain::lab::tell::kv::op;
use splitbrain::node::NodeId;
use tsify::Tsify;

/// At most this many are handed out at once.
const MOST: u64 = operations::KEPT;

/// An operation and its way. What has not happened yet, or not at that place, is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Way {
    /// Whose it is.
    pub client: NodeId,
    /// Which of that client's lives, from 1.
    pub life: u64,
    /// Its number in that life.
    pub number: u64,
    /// As people type it: `put x 1`.
    pub text: String,
    /// When its client began with it.
    pub called: When,
    /// The servers that were asked.
    pub attempts: Vec<Station>,
    /// The logs that it came into.
    pub logged: Vec<Logged>,
    /// Who first knew that it was committed.
    pub committed: Option<Station>,
    /// The servers that applied it.
    pub applied: Vec<Station>,
    /// What servers sent back.
    pub answers: Vec<Answer>,
    /// What the client took for the answer.
    pub returned: Option<Returned>,
}

/// A step and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct When {
    /// The time.
    pub at: Micros,
    /// The number of the step.
    pub step: u64,
}

/// A node that had to do with an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Station {
    /// Which node.
    pub node: NodeId,
    /// When.
    pub at: Micros,
    /// In which step.
    pub step: u64,
}

/// An operation's entry in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Logged {
    /// In whose log.
    pub node: NodeId,
    /// Its index.
    pub index: u64,
    /// Its term.
    pub term: u64,
    /// When it came there.
    pub at: Micros,
    /// In which step.
    pub step: u64,
}

/// What a server sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Answer {
    /// Which server.
    pub node: NodeId,
    /// Whether it says that the operation is done, rather than whom to ask.
    pub done: bool,
    /// When it left.
    pub at: Micros,
    /// In which step.
    pub step: u64,
}

/// An operation's end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Returned {
    /// The answer.
    pub reply: String,
    /// When.
    pub at: Micros,
    /// In which step.
    pub step: u64,
}

/// The operations called last, at most `count`, the last one first.
pub(crate) fn operations(run: &Run, count: u64) -> Vec<Way> {
    let latest = run.timeline().subject().operations().latest();
    latest.take(count.min(MOST) as usize).map(way).collect()
}

fn way(operation: &operations::Operation) -> Way {
    let station = |&operations::Station { node, moment }: &operations::Station| Station {
        node,
        at: moment.at.0,
        step: moment.step,
    };
    let logged = |place: &operations::Logged| Logged {
        node: place.server,
        index: place.index,
        term: place.term.0,
        at: place.moment.at.0,
        step: place.moment.step,
    };
    let answer = |answer: &operations::Answer| Answer {
        node: answer.server,
        done: answer.done,
        at: answer.moment.at.0,
        step: answer.moment.step,
    };
    Way {
        client: operation.session.client,
        life: operation.session.incarnation,
        number: operation.number,
        text: op(&operation.op),
        called: When::from(operation.called),
        attempts: operation.attempts.iter().map(station).collect(),
        logged: operation.logged.iter().map(logged).collect(),
        committed: operation.committed.as_ref().map(station),
        applied: operation.applied.iter().map(station).collect(),
        answers: operation.answers.iter().map(answer).collect(),
        returned: operation.returned.as_ref().map(|(answer, moment)| Returned {
            reply: reply(answer),
            at: moment.at.0,
            step: moment.step,
        }),
    }
}

impl From<Moment> for When {
    fn from(Moment { step, at }: Moment) -> When {
        When { at: at.0, step }
    }
}
