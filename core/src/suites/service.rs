//! The tester of lab 3: clients' ends of the service, and all that a test does to the servers behind it.
//!
//! A partition is between servers: a client reaches every server, whichever side that is on, unless it is a client of
//! some servers only ([`ServiceTester::client_of`]).

use super::history::{History, Operation, judge_history};
use super::stage::{Lab, Stage, Try, id};
use super::user::{User, Work};
use super::{LIMIT, Options, Test};
use crate::kv::{Op, Reply, Text};
use crate::lab::member::Output;
use crate::lab::{Act, Config, Member};
use crate::node::NodeId;
use crate::sim::{Deed, Gate, World};
use crate::time::{Span, Time};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// A test of lab 3 under way.
pub(super) type ServiceTester = Stage<Lab3>;

/// What the tester keeps beside the world.
pub(super) struct Lab3 {
    history: History,
    users: Vec<User>,
    /// How much each of the users wrote that has come to its end.
    written: Vec<u32>,
    /// When the partitioner draws sides again; none while there is no partitioner.
    partitioner: Option<Time>,
}

impl Lab for Lab3 {
    fn see(&mut self, world: &World<Member>) -> Result<(), String> {
        let step = world.last_step();
        for deed in &step.deeds {
            let Deed::Handed { node, output: Output::Clerk(output) } = deed else { continue };
            self.history.handed(*node, output, step.at)?;
            if self.history.last(*node).is_some_and(|last| last.returned.is_some())
                && let Some(user) = self.users.iter_mut().find(|user| user.clerk == *node)
            {
                user.due = Some(step.at);
            }
        }
        Ok(())
    }

    fn next_client(&self) -> Option<Time> {
        self.users.iter().filter_map(|user| user.due).chain(self.partitioner).min()
    }

    fn ask_client(stage: &mut ServiceTester) -> Try<()> {
        let next = stage.lab.next_client();
        if stage.lab.partitioner == next {
            return stage.draw_sides();
        }
        let Some(place) = stage.lab.users.iter().position(|user| user.due == next) else { return Ok(()) };
        let mut user = stage.lab.users.remove(place);
        if user.look(stage)? {
            stage.lab.users.insert(place, user);
        } else {
            stage.lab.written[user.me as usize] = user.written;
        }
        Ok(())
    }

    fn clients_have_ended(&self) -> bool {
        self.users.is_empty() && self.partitioner.is_none()
    }

    fn commits(&self) -> u64 {
        self.history.count()
    }

    fn judge(&self) -> Result<(), String> {
        judge_history(&self.history)
    }

    fn history(self) -> Vec<Operation> {
        self.history.into_operations()
    }
}

impl ServiceTester {
    /// A world for this test, with so many clients and this limit to what a server keeps.
    pub(super) fn new(
        test: &Test,
        (clients, max_raft_state): (u16, Option<u64>),
        place: u64,
        seed: u64,
        options: &Options,
    ) -> Result<ServiceTester, String> {
        let config =
            Config { servers: test.servers, clients, workers: 0, max_raft_state, ..Config::default() };
        let lab =
            Lab3 { history: History::default(), users: Vec::new(), written: Vec::new(), partitioner: None };
        Stage::open(config, place, seed, options, lab)
    }
}

/// What clients do.
impl ServiceTester {
    /// A client's end of the service, by its number from 0. It reaches every server.
    pub(super) fn client(&self, number: u32) -> NodeId {
        NodeId((self.servers() as u32 + number) as u16)
    }

    /// A client as people know it: C1.
    pub(super) fn name(&self, client: NodeId) -> String {
        self.config().roster().name(client)
    }

    /// A client's end by its number, and from now on it reaches these servers only.
    pub(super) fn client_of(&mut self, number: u32, servers: &[usize]) -> Try<NodeId> {
        let client = self.client(number);
        self.connect_client(client, servers)?;
        Ok(client)
    }

    /// From now on a client reaches these servers and no others.
    pub(super) fn connect_client(&mut self, client: NodeId, servers: &[usize]) -> Try<()> {
        for server in 0..self.servers() {
            let state = if servers.contains(&server) { Gate::Open } else { Gate::Cut };
            for (from, to) in [(client, id(server)), (id(server), client)] {
                if self.world().gate(from, to) != state {
                    self.act(Act::Link { from, to, state })?;
                }
            }
        }
        Ok(())
    }

    /// A client calls an operation.
    pub(super) fn begin(&mut self, client: NodeId, op: Op) -> Try<()> {
        self.act(Act::ask(client, op))
    }

    /// What a client's last operation returned; none if it has not.
    pub(super) fn answer(&self, client: NodeId) -> Option<&Reply> {
        self.lab.history.last(client)?.returned.as_ref().map(|(reply, _)| reply)
    }

    /// Waits until a client's last operation returns, but no longer than up to a moment; whether it has.
    pub(super) fn returns_by(&mut self, client: NodeId, latest: Time) -> Try<bool> {
        self.wait_until(latest, |stage| stage.answer(client).is_some())
    }

    fn call(&mut self, client: NodeId, op: Op) -> Try<Reply> {
        let told = format!("{op:?}");
        self.begin(client, op)?;
        self.returns_by(client, Time::ZERO + LIMIT)?;
        match self.answer(client).cloned() {
            Some(reply) => Ok(reply),
            None => self.fail(|| format!("{told} has not returned after 120 s")),
        }
    }

    /// A client reads a key; one that is not there reads as empty, as in the course.
    pub(super) fn get(&mut self, client: NodeId, key: impl Into<Text>) -> Try<Text> {
        match self.call(client, Op::Get { key: key.into() })? {
            Reply::Value(value) => Ok(value.unwrap_or_default()),
            reply => self.fail(|| format!("a read returned {reply:?}")),
        }
    }

    /// A client reads a key, which must hold this.
    pub(super) fn check(&mut self, client: NodeId, key: &str, expected: &str) -> Try<()> {
        let value = self.get(client, key)?;
        self.expect(value.as_str() == expected, || {
            format!("key {key} reads {value:?}; it should be {expected:?}")
        })
    }

    /// A client replaces a key's value.
    pub(super) fn put(&mut self, client: NodeId, key: &str, value: &str) -> Try<()> {
        self.write(client, Op::Put { key: key.into(), value: value.into() })
    }

    /// A client writes.
    pub(super) fn write(&mut self, client: NodeId, op: Op) -> Try<()> {
        match self.call(client, op)? {
            Reply::Done => Ok(()),
            reply => self.fail(|| format!("a write returned {reply:?}")),
        }
    }

    /// So many users begin to work beside the test, each with a client's end that nobody has used: a life of its own.
    pub(super) fn begin_users(&mut self, users: u32, work: Work) -> Try<()> {
        self.clients_stop = false;
        self.lab.written = vec![0; users as usize];
        for me in 0..users {
            let node = self.client(me);
            if self.lab.history.last(node).is_some() {
                self.act(Act::Crash { node })?;
                self.act(Act::Restart { node })?;
                self.settle()?;
            }
            self.lab.users.push(User::new(me, node, work, self.now()));
        }
        Ok(())
    }

    /// How many users there are, those included that have come to their end.
    pub(super) fn users(&self) -> u64 {
        self.lab.written.len() as u64
    }

    /// How much each user wrote, once all have come to their end.
    pub(super) fn written(&self) -> Vec<u32> {
        self.lab.written.clone()
    }
}

/// What a test does to servers, and sees of them.
impl ServiceTester {
    /// The servers are split in two.
    pub(super) fn partition(&mut self, one: &[usize], other: &[usize]) -> Try<()> {
        let group = |servers: &[usize]| servers.iter().copied().map(id).collect();
        self.act(Act::Partition { groups: vec![group(one), group(other)] })
    }

    /// All servers reach each other again.
    pub(super) fn connect_all(&mut self) -> Try<()> {
        let all: Vec<usize> = (0..self.servers()).collect();
        self.partition(&all, &[])
    }

    /// From now on, until clients are to stop, the servers are split at random about once a second.
    pub(super) fn begin_partitioner(&mut self) {
        self.lab.partitioner = Some(self.now());
    }

    /// Waits for the partitioner's end.
    pub(super) fn join_partitioner(&mut self) -> Try<()> {
        self.wait_until(Time::ZERO + LIMIT, |stage| stage.lab.partitioner.is_none()).map(drop)
    }

    /// What the partitioner does: every server goes to one of two sides, all to the same if it so happens.
    fn draw_sides(&mut self) -> Try<()> {
        if self.clients_stop {
            self.lab.partitioner = None;
            return Ok(());
        }
        let (mut one, mut other) = (Vec::new(), Vec::new());
        for server in 0..self.servers() {
            if self.happens(500) { one.push(server) } else { other.push(server) }
        }
        self.partition(&one, &other)?;
        let pause = Span::millis(1_000 + u64::from(self.draw(200)));
        self.lab.partitioner = Some(self.now() + pause);
        Ok(())
    }

    /// Ends every server.
    pub(super) fn shut_down_all(&mut self) -> Try<()> {
        self.settle()?;
        (0..self.servers()).try_for_each(|server| self.end(server))
    }

    /// Starts every server from what it persisted.
    pub(super) fn start_all(&mut self) -> Try<()> {
        (0..self.servers()).try_for_each(|server| self.act(Act::Restart { node: id(server) }))
    }

    /// A server that leads: the first to say so.
    pub(super) fn leader(&self) -> Option<usize> {
        (0..self.servers()).find(|&server| self.leads(server))
    }

    /// How large the largest snapshot is that a running server has, in bytes; zero if none has any.
    pub(super) fn largest_snapshot(&self) -> u64 {
        let views = (0..self.servers()).filter_map(|server| self.view(server));
        let snapshots = views.filter_map(|view| view.raft.snapshot.as_ref());
        snapshots.map(|snapshot| snapshot.data.len()).max().unwrap_or_default()
    }

    /// The limit to what a server keeps; none if it takes no snapshots.
    pub(super) fn max_raft_state(&self) -> Option<u64> {
        self.config().max_raft_state
    }
}
