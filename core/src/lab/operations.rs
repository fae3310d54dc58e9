//! The way of each operation through the cluster: who was asked, where it stood in which log, who committed it, who applied it,
//! who answered, and what it returned.
//!
//! Read from steps and views alone, like the checkers' verdicts: a message that leaves, an entry that is new in a log, an index
//! that has risen. Only the operations called last are kept; a step costs the logarithm of their number for each message and
//! entry that is about one of them, and nothing if it is about none.
//!
//! One case is left out: an entry that a follower takes in, applies and puts into a snapshot within one step is in its log
//! neither before nor after, so that server's part in it is not seen.

use super::member::{Member, Message, Output, View};
use crate::check::Moment;
use crate::check::linearizable::{self, Call};
use crate::kv::clerk;
use crate::kv::message::Outcome;
use crate::kv::{self, Command, Op, Reply, ServerView, Session};
use crate::node::NodeId;
use crate::raft::log::Link;
use crate::raft::log::{Index, Log, Term};
use crate::sim::{Change, Deed, Fate, World};
use crate::tree::Tree;
use alloc::vec::Vec;

/// How many operations a watched run remembers.
pub const KEPT: u64 = 256;

/// At most this many stations of one kind are kept: of an operation that nobody answers for hours, the first.
const STATIONS: usize = 64;

/// The operations called last.
#[derive(Clone, Debug)]
pub struct Operations {
    kept: u64,
    /// Under their numbers in the order of their calls, from 1.
    recent: Tree<u64, Operation>,
    /// Those numbers.
    numbers: Tree<(Session, u64), u64>,
    called: u64,
}

/// An operation and its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Whose it is.
    pub session: Session,
    /// Its number in that session.
    pub number: u64,
    /// The operation.
    pub op: Op,
    /// When its client began with it.
    pub called: Moment,
    /// The servers that were asked, each time that one was.
    pub attempts: Vec<Station>,
    /// The logs that it came into, and where.
    pub logged: Vec<Logged>,
    /// Who first knew that it was committed.
    pub committed: Option<Station>,
    /// The servers that applied it, each the first time that it did.
    pub applied: Vec<Station>,
    /// What servers sent back.
    pub answers: Vec<Answer>,
    /// What the client took for the answer.
    pub returned: Option<(Reply, Moment)>,
}

/// A node that had to do with an operation, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Station {
    /// Which node.
    pub node: NodeId,
    /// When.
    pub moment: Moment,
}

/// An operation's entry in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logged {
    /// In whose log.
    pub server: NodeId,
    /// Its index.
    pub index: Index,
    /// Its term.
    pub term: Term,
    /// When it came there.
    pub moment: Moment,
}

/// What a server sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which server.
    pub server: NodeId,
    /// Whether it says that the operation is done, rather than whom to ask.
    pub done: bool,
    /// When it left.
    pub moment: Moment,
}

impl Default for Operations {
    fn default() -> Operations {
        Operations::keeping(KEPT)
    }
}

impl Operations {
    /// None yet; at most so many are kept.
    pub const fn keeping(kept: u64) -> Operations {
        Operations { kept, recent: Tree::new(), numbers: Tree::new(), called: 0 }
    }

    /// Those that are kept, in the order of their calls.
    pub fn iter(&self) -> impl Iterator<Item = &Operation> {
        self.recent.iter().map(|(_, operation)| operation)
    }

    /// The same, the last one first.
    pub fn latest(&self) -> impl Iterator<Item = &Operation> {
        self.recent.range_back(..).map(|(_, operation)| operation)
    }

    /// Looks at the step just taken.
    pub fn observe(&mut self, world: &World<Member>) {
        let step = world.last_step();
        let now = Moment { step: step.number, at: step.at };
        for deed in &step.deeds {
            match deed {
                Deed::Handed { output: Output::Clerk(output), .. } => self.handed(now, output),
                // A copy is the network's doing.
                Deed::Departed { fate: Fate::Copy(_), .. } => {}
                Deed::Departed { from, to, body: Message::Kv(message), .. } => {
                    self.departed(now, *from, *to, message);
                }
                _ => {}
            }
        }
        if let Some(Change { node, before: Some(View::Server(before)), after: Some(View::Server(after)) }) =
            &step.change
        {
            self.server(now, *node, before, after);
        }
    }

    fn handed(&mut self, now: Moment, output: &clerk::Output) {
        match output {
            clerk::Output::Called { session, number, op } => {
                self.called += 1;
                let operation = Operation {
                    session: *session,
                    number: *number,
                    op: op.clone(),
                    called: now,
                    attempts: Vec::new(),
                    logged: Vec::new(),
                    committed: None,
                    applied: Vec::new(),
                    answers: Vec::new(),
                    returned: None,
                };
                self.recent.insert(self.called, operation);
                self.numbers.insert((*session, *number), self.called);
                if self.recent.len() > self.kept {
                    self.forget();
                }
            }
            clerk::Output::Returned { session, number, reply, .. } => {
                if let Some(operation) = self.find(*session, *number) {
                    operation.returned = Some((reply.clone(), now));
                }
            }
        }
    }

    /// Drops what was called first.
    fn forget(&mut self) {
        let Some((&first, operation)) = self.recent.first() else { return };
        let name = (operation.session, operation.number);
        self.recent.remove(&first);
        if self.numbers.get(&name) == Some(&first) {
            self.numbers.remove(&name);
        }
    }

    fn departed(&mut self, now: Moment, from: NodeId, to: NodeId, message: &kv::Message) {
        match message {
            kv::Message::Request { session, number, .. } => {
                if let Some(operation) = self.find(*session, *number) {
                    add(&mut operation.attempts, Station { node: to, moment: now });
                }
            }
            kv::Message::Reply { session, number, outcome } => {
                if let Some(operation) = self.find(*session, *number) {
                    let done = matches!(outcome, Outcome::Done(_));
                    add(&mut operation.answers, Answer { server: from, done, moment: now });
                }
            }
            kv::Message::Raft(_) => {}
        }
    }

    fn server(&mut self, now: Moment, server: NodeId, before: &ServerView, after: &ServerView) {
        let here = Station { node: server, moment: now };
        let logs = (&before.raft.log, &after.raft.log);
        if logs.0.chain() != logs.1.chain() {
            for link in logs.1.range(agreed(logs.0, logs.1), logs.1.last_index()) {
                if let Some(operation) = self.of(link) {
                    let (index, term) = (link.index, link.entry.term);
                    add(&mut operation.logged, Logged { server, index, term, moment: now });
                }
            }
        }
        for link in passed(logs, before.raft.commit_index, after.raft.commit_index) {
            if let Some(operation) = self.of(link)
                && operation.committed.is_none()
            {
                operation.committed = Some(here);
            }
        }
        for link in passed(logs, before.last_applied, after.last_applied) {
            if let Some(operation) = self.of(link)
                // A server that comes back executes its log again.
                && !operation.applied.iter().any(|station| station.node == server)
            {
                add(&mut operation.applied, here);
            }
        }
    }

    fn of(&mut self, link: &Link<Command>) -> Option<&mut Operation> {
        let command = &link.entry.command;
        self.find(command.session, command.number)
    }

    fn find(&mut self, session: Session, number: u64) -> Option<&mut Operation> {
        // Numbers between two operations are those of the first: it was sent again under them, if nothing forbids that.
        let (&(owner, _), &place) = self.numbers.range_back(..=(session, number)).next()?;
        if owner == session { self.recent.get_mut(&place) } else { None }
    }
}

impl Operation {
    /// What its client saw, as the judge of histories knows it; none for what the store refused, which did nothing. Its times
    /// are places among the steps, so that what happened in one step, first the answer and then the next call, has an order.
    pub fn seen(&self) -> Option<linearizable::Operation> {
        let returned = self.returned.as_ref().map(|(reply, moment)| (reply, moment.step * 2));
        // A client that comes back begins anew, and never ends what it had begun: it is another process.
        let life = self.session.incarnation.saturating_sub(1);
        let process = u64::from(self.session.client.0) | life << u16::BITS;
        seen(process, &self.op, self.called.step * 2 + 1, returned)
    }
}

/// An operation of a client as the judge of histories knows it; none for what the store refused, which did nothing.
pub fn seen(
    process: u64,
    op: &Op,
    called: u64,
    returned: Option<(&Reply, u64)>,
) -> Option<linearizable::Operation> {
    let call = match op {
        Op::Get { .. } => Call::Read,
        Op::Put { value, .. } => Call::Write(Some(value.clone())),
        Op::Append { value, .. } => Call::Append(value.clone()),
        Op::Cas { expected, value, .. } => Call::CompareAndSet(expected.clone(), Some(value.clone())),
        Op::Delete { .. } => Call::Delete,
    };
    let returned = match returned {
        None => None,
        Some((Reply::TooLong, _)) => return None,
        Some((Reply::Done, at)) => Some((at, linearizable::Reply::Done)),
        Some((Reply::NotEqual, at)) => Some((at, linearizable::Reply::Refused)),
        Some((Reply::Value(read), at)) => Some((at, linearizable::Reply::Value(read.clone()))),
    };
    Some(linearizable::Operation { process, key: Some(op.key().clone()), call, called, returned })
}

/// How far two logs are the same.
fn agreed(before: &Log<Command>, after: &Log<Command>) -> Index {
    let mut index = before.last_index().min(after.last_index());
    // As many hops as entries were removed.
    while index > after.base_index() && before.chain_at(index) != after.chain_at(index) {
        index -= 1;
    }
    index
}

/// The entries that an index passed when it rose. What a snapshot of this very step has replaced is still in the log before it.
fn passed<'a>(
    (before, after): (&'a Log<Command>, &'a Log<Command>),
    from: Index,
    upto: Index,
) -> impl Iterator<Item = &'a Link<Command>> {
    let replaced = if upto > from { before.range(from, upto.min(after.base_index())) } else { Vec::new() };
    let left = if upto > from { after.range(from, upto) } else { Vec::new() };
    replaced.into_iter().chain(left)
}

fn add<T>(stations: &mut Vec<T>, station: T) {
    if stations.len() < STATIONS {
        stations.push(station);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Act, Config, Watch};
    use crate::time::Time;
    use crate::timeline::Timeline;

    const CLIENT: NodeId = NodeId(3);

    /// Three servers and a client, two seconds old: somebody leads.
    fn led() -> Timeline<Watch> {
        let config = Config { servers: 3, clients: 1, workers: 0, seed: 5, ..Config::default() };
        let mut timeline = Timeline::open(config).unwrap();
        run(&mut timeline, 2_000_000);
        timeline
    }

    fn run(timeline: &mut Timeline<Watch>, until: u64) {
        while timeline.step(Time(until)) {}
    }

    fn leader(timeline: &Timeline<Watch>) -> NodeId {
        let leads = |&node: &NodeId| match timeline.world().view(node) {
            Some(View::Server(view)) => matches!(view.raft.role, crate::raft::Role::Leader { .. }),
            _ => false,
        };
        timeline.world().ids().find(leads).unwrap()
    }

    fn put(key: &str, value: &str) -> Act {
        Act::Put { client: CLIENT, key: key.into(), value: value.into() }
    }

    fn all(timeline: &Timeline<Watch>) -> Vec<Operation> {
        timeline.subject().operations().iter().cloned().collect()
    }

    #[test]
    fn a_put_goes_from_its_client_through_every_log_to_its_answer() {
        let mut timeline = led();
        timeline.act(put("x", "1")).unwrap();
        run(&mut timeline, 3_000_000);
        let leader = leader(&timeline);
        let operations = all(&timeline);
        let [operation] = &operations[..] else { panic!("{operations:?}") };
        assert_eq!(operation.op, Op::Put { key: "x".into(), value: "1".into() });
        let asked: Vec<NodeId> = operation.attempts.iter().map(|station| station.node).collect();
        assert_eq!(asked.last(), Some(&leader));
        // Whoever does not lead has sent the client on.
        let answered: Vec<(NodeId, bool)> =
            operation.answers.iter().map(|answer| (answer.server, answer.done)).collect();
        assert_eq!(answered, asked.iter().map(|&server| (server, server == leader)).collect::<Vec<_>>());
        assert_eq!(operation.logged.len(), 3);
        assert_eq!(operation.logged[0].server, leader);
        assert!(operation.logged.iter().all(|place| place.index == operation.logged[0].index));
        let committed = operation.committed.unwrap();
        assert_eq!(committed.node, leader);
        assert_eq!(operation.applied.len(), 3);
        assert_eq!(operation.applied[0].node, leader);
        let (reply, returned) = operation.returned.clone().unwrap();
        assert_eq!(reply, Reply::Done);
        let way = [
            operation.called,
            operation.attempts[0].moment,
            operation.logged[0].moment,
            operation.logged[1].moment,
            committed.moment,
            operation.applied[0].moment,
            operation.answers.last().unwrap().moment,
            returned,
        ];
        assert!(way.is_sorted(), "{way:?}");
    }

    #[test]
    fn a_retry_is_another_attempt_of_one_operation_and_may_be_logged_again() {
        let mut timeline = led();
        let old = leader(&timeline);
        timeline.act(put("x", "1")).unwrap();
        run(&mut timeline, 2_500_000);
        timeline.act(put("x", "2")).unwrap();
        // It is in the old leader's log when that is cut off, and never comes further.
        while all(&timeline)[1].logged.is_empty() {
            assert!(timeline.step(Time(3_000_000)));
        }
        timeline.act(Act::Isolate { node: old }).unwrap();
        run(&mut timeline, 10_000_000);
        let operation = all(&timeline).pop().unwrap();
        assert!(operation.attempts.len() > 1);
        let committed = operation.committed.unwrap();
        assert_ne!(committed.node, old);
        let places: Vec<(Index, Term)> =
            operation.logged.iter().map(|place| (place.index, place.term)).collect();
        assert!(places.iter().any(|place| *place != places[0]), "{places:?}");
        assert_eq!(operation.returned.map(|(reply, _)| reply), Some(Reply::Done));
    }

    #[test]
    fn a_retry_under_another_number_is_still_an_attempt_of_its_operation() {
        let mut timeline = led();
        timeline.act(Act::Rule { rule: "retry-keeps-number".into(), on: false }).unwrap();
        let old = leader(&timeline);
        timeline.act(put("x", "1")).unwrap();
        run(&mut timeline, 2_500_000);
        timeline.act(Act::Isolate { node: old }).unwrap();
        timeline.act(put("x", "2")).unwrap();
        run(&mut timeline, 10_000_000);
        let operation = all(&timeline).pop().unwrap();
        assert!(operation.attempts.len() > 1 && operation.logged.len() > 1);
        assert_eq!(operation.returned.map(|(reply, _)| reply), Some(Reply::Done));
    }

    #[test]
    fn each_life_of_a_client_is_a_process_of_its_own_in_a_history_that_others_read() {
        use crate::check::history::jepsen;
        use crate::check::linearizable::Model;
        let mut timeline = led();
        timeline.act(put("x", "1")).unwrap();
        timeline.act(Act::Crash { node: CLIENT }).unwrap();
        timeline.act(Act::Restart { node: CLIENT }).unwrap();
        run(&mut timeline, 2_500_000);
        timeline.act(put("x", "2")).unwrap();
        run(&mut timeline, 4_000_000);
        let seen: Vec<_> = all(&timeline).iter().filter_map(Operation::seen).collect();
        assert_eq!(seen.iter().map(|one| one.process).collect::<Vec<_>>(), [3, 3 | 1 << 16]);
        let read = jepsen::read(&jepsen::write(&seen), Model::KeyValue).unwrap();
        assert_eq!(read.operations.len(), 2);
    }

    #[test]
    fn only_the_last_are_kept_and_time_turned_back_brings_back_what_was_known_then() {
        let mut timeline = led();
        for number in 0..40 {
            timeline.act(put("x", &alloc::format!("{number}"))).unwrap();
        }
        let mut three = Operations::keeping(3);
        while timeline.step(Time(8_000_000)) {
            three.observe(timeline.world());
        }
        let every = all(&timeline);
        assert_eq!(every.len(), 40);
        assert_eq!(three.iter().collect::<Vec<_>>(), every[37..].iter().collect::<Vec<_>>());
        assert_eq!(three.latest().next(), every.last());
        let moment = every[20].called;
        timeline.seek(crate::timeline::Target { at: moment.at, step: Some(moment.step) }, &mut || true);
        let then = all(&timeline);
        assert_eq!(then.len(), 21);
        assert_eq!((then[0].clone(), then[20].returned.clone()), (every[0].clone(), None));
    }

    #[test]
    fn what_clients_saw_of_a_run_is_linearizable_and_in_the_order_of_its_steps() {
        let mut timeline = led();
        for number in 0..5 {
            timeline.act(put("x", &alloc::format!("{number}"))).unwrap();
            timeline.act(Act::Get { client: CLIENT, key: "x".into() }).unwrap();
        }
        run(&mut timeline, 5_000_000);
        let seen: Vec<linearizable::Operation> = all(&timeline).iter().filter_map(Operation::seen).collect();
        assert_eq!(seen.len(), 10);
        // One client's operations follow one another, though the next begins as soon as the last has returned.
        assert!(seen.windows(2).all(|two| two[0].returned_at() < two[1].called));
        let judge = linearizable::judge(&seen, linearizable::Model::KeyValue, 10_000);
        assert_eq!(judge.is_linearizable(), Some(true));
    }
}
