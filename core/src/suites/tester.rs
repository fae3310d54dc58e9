//! The tester of lab 2: all that a test does to a Raft or asks of it, and what the Raft's host is to do meanwhile.

use super::agreement::{Look, One};
use super::churn::Churn;
use super::delivery::Deliveries;
use super::stage::{Lab, Stage, Try, id};
use super::{Options, Test};
use crate::kv::Text;
use crate::kv::server::Host;
use crate::lab::member::{Output, View};
use crate::lab::{Act, Config, Member};
use crate::node::{Effect, NodeId};
use crate::raft;
use crate::raft::log::{Index, Term};
use crate::sim::{Cause, Deed, World};
use crate::time::Time;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// A test of lab 2 under way.
pub(super) type Tester = Stage<Lab2>;

/// What the tester keeps beside the world.
pub(super) struct Lab2 {
    connected: Vec<bool>,
    deliveries: Deliveries,
    clients: Vec<(Time, Client)>,
    seen_by_clients: Vec<Text>,
    /// Whether the tester takes a snapshot every ten entries.
    snapshots: bool,
    /// Snapshots to take after this step: of whom, and up to where.
    due: Vec<(NodeId, Index)>,
}

/// Somebody who runs beside the test.
enum Client {
    One(One),
    Churn(Churn),
}

impl Lab for Lab2 {
    fn see(&mut self, world: &World<Member>) -> Result<(), String> {
        let step = world.last_step();
        if let Cause::Start { node, .. } = &step.cause
            && let Some(View::Server(view)) = world.view(*node)
        {
            self.deliveries.booted(node.index(), view.raft.snapshot.as_deref())?;
        }
        for deed in &step.deeds {
            let Deed::Handed { node, output: Output::Server(output) } = deed else { continue };
            self.deliveries.handed(node.index(), output)?;
            if let raft::Output::Apply { index, .. } = output
                && self.snapshots
                && (index + 1) % 10 == 0
            {
                self.due.push((*node, *index));
            }
        }
        Ok(())
    }

    /// The snapshots to take.
    fn due(&mut self) -> Vec<Act> {
        self.due.drain(..).map(|(node, index)| Act::Snapshot { node, index }).collect()
    }

    fn next_client(&self) -> Option<Time> {
        self.clients.iter().map(|&(due, _)| due).min()
    }

    fn ask_client(stage: &mut Tester) -> Try<()> {
        let clients = &mut stage.lab.clients;
        let next = clients.iter().enumerate().map(|(place, &(due, _))| (due, place)).min();
        let Some((_, place)) = next else { return Ok(()) };
        let (_, mut client) = clients.remove(place);
        let again = match &mut client {
            Client::One(one) => match one.look(stage)? {
                Look::Again(at) => Some(at),
                Look::Done(_) => None,
            },
            Client::Churn(churn) => churn.look(stage)?,
        };
        match (again, client) {
            (Some(at), client) => stage.lab.clients.insert(place, (at, client)),
            (None, Client::Churn(churn)) => stage.lab.seen_by_clients.extend(churn.seen()),
            (None, Client::One(_)) => {}
        }
        Ok(())
    }

    fn clients_have_ended(&self) -> bool {
        self.clients.is_empty()
    }

    fn commits(&self) -> u64 {
        self.deliveries.all().len() as u64
    }
}

impl Tester {
    /// A world for this test, in which the tester takes snapshots or does not.
    pub(super) fn new(
        test: &Test,
        snapshots: bool,
        place: u64,
        seed: u64,
        options: &Options,
    ) -> Result<Tester, String> {
        let config = Config {
            servers: test.servers,
            clients: 0,
            workers: 0,
            max_raft_state: None,
            host: Host::Tester,
            ..Config::default()
        };
        let lab = Lab2 {
            connected: vec![true; usize::from(test.servers)],
            deliveries: Deliveries::new(test.servers),
            clients: Vec::new(),
            seen_by_clients: Vec::new(),
            snapshots,
            due: Vec::new(),
        };
        Stage::open(config, place, seed, options, lab)
    }

    /// A server drawn at random.
    pub(super) fn any_server(&mut self) -> usize {
        self.draw(self.servers() as u32) as usize
    }

    /// A number nobody else draws.
    pub(super) fn random_command(&mut self) -> Text {
        // As the course's: 63 bits.
        format!("{}", self.next_chance().draw() >> 1).into()
    }
}

/// What a test does to the network and to servers.
impl Tester {
    /// Whether the tester has a server connected.
    pub(super) fn is_connected(&self, server: usize) -> bool {
        self.lab.connected[server]
    }

    /// How many servers are connected.
    pub(super) fn connected(&self) -> usize {
        self.lab.connected.iter().filter(|&&connected| connected).count()
    }

    /// Cuts a server off from all others, both ways.
    pub(super) fn disconnect(&mut self, server: usize) -> Try<()> {
        self.lab.connected[server] = false;
        self.act(Act::Isolate { node: id(server) })
    }

    /// Connects a server with every server that is connected.
    pub(super) fn connect(&mut self, server: usize) -> Try<()> {
        self.lab.connected[server] = true;
        let nodes = (0..self.servers()).filter(|&server| self.lab.connected[server]).map(id);
        let group: Vec<NodeId> = nodes.collect();
        self.act(if group.len() == self.servers() {
            Act::Heal
        } else {
            Act::Partition { groups: vec![group] }
        })
    }

    /// How many servers run.
    pub(super) fn up(&self) -> usize {
        (0..self.servers()).filter(|&server| self.is_up(server)).count()
    }

    /// Cuts a server off and ends it.
    pub(super) fn crash(&mut self, server: usize) -> Try<()> {
        self.settle()?;
        self.disconnect(server)?;
        self.end(server)
    }

    /// Starts a server anew from what it persisted, after ending it if it runs. It is not connected.
    pub(super) fn restart(&mut self, server: usize) -> Try<()> {
        self.crash(server)?;
        self.act(Act::Restart { node: id(server) })
    }

    /// Hands a server a command; its index and the leader's term if the server leads. A server that does not lead would
    /// refuse, and is not asked.
    pub(super) fn start(&mut self, server: usize, command: &Text) -> Try<Option<(Index, Term)>> {
        if !self.leads(server) {
            return Ok(None);
        }
        self.act(Act::Start { node: id(server), command: command.clone() })?;
        let accepted = self.world().last_step().effects.iter().find_map(|effect| match effect {
            Effect::Output(Output::Server(raft::Output::Accepted { index, term })) => Some((*index, *term)),
            _ => None,
        });
        Ok(accepted)
    }

    /// Hands a command to every server that runs; who took it last, of those that `counts`, and at which index.
    pub(super) fn start_everywhere(
        &mut self,
        command: &Text,
        counts: impl Fn(&Tester, usize) -> bool,
    ) -> Try<Option<(usize, Index)>> {
        let mut taken = None;
        for server in 0..self.servers() {
            if let Some((index, _)) = self.start(server, command)?
                && counts(self, server)
            {
                taken = Some((server, index));
            }
        }
        Ok(taken)
    }

    /// A client begins an agreement, beside the test.
    pub(super) fn begin_one(&mut self, command: Text, servers: usize, retry: bool) {
        let one = One::new(self, command, servers, retry);
        self.lab.clients.push((self.now(), Client::One(one)));
    }

    /// A client of the churn tests begins, beside the test.
    pub(super) fn begin_churn(&mut self, me: u64) {
        self.lab.clients.push((self.now(), Client::Churn(Churn::new(me))));
    }

    /// What clients that have come to their end saw delivered.
    pub(super) fn seen_by_clients(&mut self) -> Vec<Text> {
        core::mem::take(&mut self.lab.seen_by_clients)
    }
}

/// What a test sees.
impl Tester {
    /// A running server's term.
    pub(super) fn term(&self, server: usize) -> Option<Term> {
        self.view(server).map(|view| view.raft.current_term)
    }

    /// The terms of all running servers.
    pub(super) fn terms(&self) -> impl Iterator<Item = Term> {
        (0..self.servers()).filter_map(|server| self.term(server))
    }

    /// How many servers have delivered this index.
    pub(super) fn n_committed(&self, index: Index) -> usize {
        self.lab.deliveries.committed(index)
    }

    /// What was delivered at this index.
    pub(super) fn delivered(&self, index: Index) -> Option<&Text> {
        self.lab.deliveries.at(index)
    }
}
