//! What must always be true, watched from outside while a cluster runs.
//!
//! A checker is an independent observer, written from the papers: it sees the views of nodes before and after a step,
//! the messages that leave them and what is then on their disks, and it never asks the protocol what it thinks. So it
//! judges any node, ours or a learner's. What it has seen it keeps in persistent values: a step costs the same
//! however long the run is, and a checkpoint of a checker costs nothing.
//!
//! In reading order: [`raft`] holds the five properties of the paper's Figure 3 and the promises under them,
//! [`service`] judges the key/value service on top, [`mapreduce`] jobs and their files, [`liveness`] what must happen
//! in the end, and [`stays`] who must not be deposed then. Each reports to [`Verdicts`], which remember the first violation of every [`Property`].

pub mod raft;
pub mod service;
pub mod mapreduce;
pub mod liveness;
pub mod stays;
pub mod linearizable;
pub mod history;

use crate::node::NodeId;
use crate::time::Time;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Serialize, Serializer};

/// Something that must hold in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// At most one leader in a term.
    ElectionSafety,
    /// A leader never rewrites its own log.
    LeaderAppendOnly,
    /// Same index and term: same log up to there.
    LogMatching,
    /// Later leaders have what was committed.
    LeaderCompleteness,
    /// One command at each index.
    StateMachineSafety,
    /// One vote for each server and term.
    SingleVote,
    /// Terms and indexes never fall.
    OnlyForward,
    /// Applied, committed, held: in that order.
    InOrder,
    /// Committed entries are not removed.
    CommittedStays,
    /// Nothing is said before it is on disk.
    PromisesDurable,
    /// What is acknowledged is held.
    TrueAcknowledgements,
    /// Votes go to logs up to date.
    UpToDateVotes,
    /// Roles change as Figure 4 has it.
    RoleChanges,
    /// Who hears nothing stands for election.
    TimerResets,
    /// The past changes nothing.
    StaleChangesNothing,
    /// Entries go only where they conflict.
    RemovedOnConflict,
    /// Old entries are not counted.
    CommitsOwnTerm,
    /// Committed: on most disks.
    DurableMajority,
    /// A leader believes what is so.
    TrueProgress,
    /// A restart finds what was saved.
    RestartsFromDisk,
    /// A snapshot is what was applied.
    TrueSnapshots,
    /// Same index applied: same state.
    SameState,
    /// No command is lost or repeated.
    ExactlyOnce,
    /// No read returns the past.
    FreshReads,
    /// One output for each task.
    TaskCommittedOnce,
    /// The job's answer is right.
    OutputEqualsSequential,
    /// Everything is counted once.
    CountersEqualSequential,
    /// A finished task stays so.
    NoTaskForgotten,
    /// There is a leader in the end.
    LeaderInTime,
    /// Clients are answered in the end.
    AnswerInTime,
    /// Jobs finish in the end.
    JobInTime,
    /// A leader that is heard stays.
    LeaderStays,
}

impl Property {
    /// Every property, in the order in which a person meets them.
    pub const ALL: [Property; 32] = [
        Property::ElectionSafety,
        Property::LeaderAppendOnly,
        Property::LogMatching,
        Property::LeaderCompleteness,
        Property::StateMachineSafety,
        Property::SingleVote,
        Property::OnlyForward,
        Property::InOrder,
        Property::CommittedStays,
        Property::PromisesDurable,
        Property::TrueAcknowledgements,
        Property::UpToDateVotes,
        Property::RoleChanges,
        Property::TimerResets,
        Property::StaleChangesNothing,
        Property::RemovedOnConflict,
        Property::CommitsOwnTerm,
        Property::DurableMajority,
        Property::TrueProgress,
        Property::RestartsFromDisk,
        Property::TrueSnapshots,
        Property::SameState,
        Property::ExactlyOnce,
        Property::FreshReads,
        Property::TaskCommittedOnce,
        Property::OutputEqualsSequential,
        Property::CountersEqualSequential,
        Property::NoTaskForgotten,
        Property::LeaderInTime,
        Property::AnswerInTime,
        Property::JobInTime,
        Property::LeaderStays,
    ];

    /// Its name in scripts, links and reports.
    pub fn name(self) -> &'static str {
        self.told().0
    }

    /// What must hold, in one sentence.
    pub fn sentence(self) -> &'static str {
        self.told().1
    }

    /// Where it is written.
    pub fn citation(self) -> &'static str {
        self.told().2
    }

    /// Whether it is judged only once faults have stopped: it says what must happen within a bound, or what must last.
    pub fn is_liveness(self) -> bool {
        matches!(
            self,
            Property::LeaderInTime | Property::AnswerInTime | Property::JobInTime | Property::LeaderStays
        )
    }

    fn told(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Property::ElectionSafety => {
                ("election-safety", "At most one server leads a term.", "Raft §5.2, Figure 3")
            }
            Property::LeaderAppendOnly => (
                "leader-append-only",
                "A leader never overwrites or deletes entries of its log; it only appends.",
                "Raft §5.3, Figure 3",
            ),
            Property::LogMatching => (
                "log-matching",
                "If two logs have an entry with the same index and term, they are the same up to there.",
                "Raft §5.3, Figure 3",
            ),
            Property::LeaderCompleteness => (
                "leader-completeness",
                "What was committed in one term is in the log of every later leader.",
                "Raft §5.4, Figure 3",
            ),
            Property::StateMachineSafety => (
                "state-machine-safety",
                "No two servers apply different commands at the same index.",
                "Raft §5.4.3, Figure 3",
            ),
            Property::SingleVote => (
                "single-vote",
                "In each term a server votes for one candidate at most, even if it crashes in between.",
                "Raft §5.2, Figure 2",
            ),
            Property::OnlyForward => (
                "only-forward",
                "Terms never fall, nor do commit and applied indexes while a server is up.",
                "Raft §5.1, Figure 2",
            ),
            Property::InOrder => (
                "in-order",
                "A server applies only what it knows is committed and commits only what it holds; the terms in its log \
                 never fall or pass its own.",
                "Raft §5.3, Figure 2",
            ),
            Property::CommittedStays => (
                "committed-stays",
                "A server never removes or replaces an entry that it knows is committed.",
                "Raft §5.3, §5.4",
            ),
            Property::PromisesDurable => (
                "promises-durable",
                "What a message promises (a term, a vote, entries) is on its sender's disk before it leaves.",
                "Raft §5.1, Figure 2",
            ),
            Property::TrueAcknowledgements => (
                "true-acknowledgements",
                "A follower acknowledges only entries that it holds exactly as the leader of that term does.",
                "Raft §5.3",
            ),
            Property::UpToDateVotes => (
                "up-to-date-votes",
                "A server votes in its own term only, and for a candidate whose log is at least as up to date as its own.",
                "Raft §5.4.1",
            ),
            Property::RoleChanges => (
                "role-changes",
                "A server changes its role and its term only as Figure 4 allows, and leads only by the votes of a majority.",
                "Raft §5.1, Figure 4",
            ),
            Property::TimerResets => (
                "timer-resets",
                "An election timer starts anew only on hearing the leader of the term, on standing for election or on giving a vote.",
                "Raft §5.2, Figure 2",
            ),
            Property::StaleChangesNothing => {
                ("stale-changes-nothing", "A message of an earlier term changes nothing.", "Raft §5.1")
            }
            Property::RemovedOnConflict => (
                "removed-on-conflict",
                "A follower removes entries only from the first that conflicts with what its leader sent.",
                "Raft §5.3, Figure 2",
            ),
            Property::CommitsOwnTerm => (
                "commits-own-term",
                "A leader commits by counting copies only of entries of its own term.",
                "Raft §5.4.2, Figure 8",
            ),
            Property::DurableMajority => {
                ("durable-majority", "What counts as committed is on the disks of a majority.", "Raft §5.3")
            }
            Property::TrueProgress => (
                "true-progress",
                "What a leader takes for replicated on a follower is on that follower's disk.",
                "Raft §5.3, Figure 2",
            ),
            Property::RestartsFromDisk => (
                "restarts-from-disk",
                "A server restarts with what it saved last, or with the write that the crash cut short, whole.",
                "Raft Figure 2",
            ),
            Property::TrueSnapshots => (
                "true-snapshots",
                "A snapshot is the state after exactly its last index, of what has been applied.",
                "Raft §7, Figure 13",
            ),
            Property::SameState => (
                "same-state",
                "Servers that have applied the same number of entries hold the same state.",
                "Raft §2",
            ),
            Property::ExactlyOnce => (
                "exactly-once",
                "Every command that a client sends takes effect exactly once, however often it is retried.",
                "Raft §8",
            ),
            Property::FreshReads => (
                "fresh-reads",
                "A read returns what the store held at some moment between its call and its answer.",
                "Raft §8",
            ),
            Property::TaskCommittedOnce => (
                "task-committed-once",
                "The output of each task is the complete work of one attempt and never changes again.",
                "MapReduce §3.3",
            ),
            Property::OutputEqualsSequential => (
                "output-equals-sequential",
                "The output of a finished job is that of a sequential run of the same program.",
                "MapReduce §3.3",
            ),
            Property::CountersEqualSequential => (
                "counters-equal-sequential",
                "What the tasks of a finished job have counted adds up to what a sequential run counts.",
                "MapReduce §4.9",
            ),
            Property::NoTaskForgotten => (
                "no-task-forgotten",
                "Where the coordinators' state is replicated, a task that counts as completed does so for whoever takes over.",
                "MapReduce §3.3",
            ),
            Property::LeaderInTime => {
                ("leader-in-time", "Once faults have stopped there is soon a leader.", "Raft §5.2, §5.6")
            }
            Property::AnswerInTime => (
                "answer-in-time",
                "Once faults have stopped every operation is soon answered.",
                "Raft §5.6, §8",
            ),
            Property::JobInTime => (
                "job-in-time",
                "Once faults have stopped every submitted job soon finishes.",
                "MapReduce §3.3",
            ),
            Property::LeaderStays => (
                "leader-stays",
                "Once faults have stopped nobody stands against a leader that a majority hears, where pre-votes are asked for.",
                "Raft dissertation §9.6",
            ),
        }
    }
}

/// Its name.
impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Property {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A step of a run and when it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Moment {
    /// The step's number.
    pub step: u64,
    /// Its virtual time.
    pub at: Time,
}

/// A property that did not hold: which, when, where and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// What should have held.
    pub property: Property,
    /// The step in which it was seen to be broken.
    pub moment: Moment,
    /// The nodes involved; the one that acted comes first. Empty if no node in particular is to blame.
    pub nodes: Vec<NodeId>,
    /// What happened, in a sentence that a student understands.
    pub why: String,
}

/// `election-safety broken in step 812 at 3.401 s: S1 was elected ...`
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Moment { step, at } = self.moment;
        write!(f, "{} broken in step {step} at {at}: {}", self.property, self.why)
    }
}

/// The first violation of each property, in the order in which they were found.
///
/// Only the first is kept: it is the one that explains, and after it a broken cluster breaks the same property at
/// almost every step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdicts(Vec<Rc<Violation>>);

impl Verdicts {
    /// Nothing is broken yet.
    pub const fn new() -> Verdicts {
        Verdicts(Vec::new())
    }

    /// Whether everything has held so far.
    pub fn all_hold(&self) -> bool {
        self.0.is_empty()
    }

    /// The first violation of this property, if it was ever broken.
    pub fn of(&self, property: Property) -> Option<&Violation> {
        self.0.iter().map(|violation| &**violation).find(|violation| violation.property == property)
    }

    /// All first violations, oldest first. It only ever grows, so whoever remembers its length sees what is new.
    pub fn violations(&self) -> &[Rc<Violation>] {
        &self.0
    }

    /// Records that a property was broken, unless it was already. `why` is only asked the first time.
    pub fn broken(
        &mut self,
        property: Property,
        moment: Moment,
        nodes: &[NodeId],
        why: impl FnOnce() -> String,
    ) {
        if self.of(property).is_none() {
            let why = why();
            self.record(Violation { property, moment, nodes: nodes.to_vec(), why });
        }
    }

    #[cold]
    fn record(&mut self, violation: Violation) {
        self.0.push(Rc::new(violation));
    }
}

/// A server's name as people know it: the first node is S1.
pub(crate) struct Server(pub(crate) NodeId);

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", u32::from(self.0.0) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::string::ToString;

    #[test]
    fn every_property_has_a_name_of_its_own_and_one_sentence() {
        let names: BTreeSet<_> = Property::ALL.iter().map(|property| property.name()).collect();
        assert_eq!(names.len(), Property::ALL.len());
        for (place, property) in Property::ALL.iter().enumerate() {
            assert_eq!(*property as usize, place, "listed in the order of declaration");
            assert!(property.sentence().ends_with('.') && !property.citation().is_empty());
        }
    }

    #[test]
    fn only_the_first_violation_of_a_property_is_kept_and_tells_where_it_was() {
        let mut verdicts = Verdicts::new();
        let moment = |step| Moment { step, at: Time(step * 1_000) };
        verdicts.broken(Property::SingleVote, moment(7), &[NodeId(1)], || "twice".to_string());
        verdicts.broken(Property::SingleVote, moment(8), &[NodeId(2)], || panic!("it is not asked again"));
        verdicts.broken(Property::LogMatching, moment(9), &[], || "differ".to_string());
        assert_eq!(verdicts.violations().len(), 2);
        assert_eq!(
            verdicts.of(Property::SingleVote).map(ToString::to_string).as_deref(),
            Some("single-vote broken in step 7 at 0.007 s: twice")
        );
        assert!(!verdicts.all_hold() && verdicts.of(Property::InOrder).is_none());
    }
}
