//! The tester: a world of servers, and all that a test does to it or asks of it.
//!
//! The course's tester is a program with threads that sleeps in real time. This one is a program too, but when it
//! sleeps the world takes its steps up to that moment, and clients that run beside it are asked whenever they want to
//! be. Whatever it does is an [`Act`] that is written down, so that a test is a run like any other and the page opens
//! it.

use super::agreement::{Look, One};
use super::churn::Churn;
use super::counts::Counts;
use super::delivery::Deliveries;
use super::report::{Failure, Figures};
use super::{Options, Test};
use crate::chance::Chance;
use crate::kv::server::Host;
use crate::kv::{ServerView, Text};
use crate::lab::act::Course;
use crate::lab::member::{Content, File, Output, View};
use crate::lab::{Act, Config, Mark, Member, Watch};
use crate::node::{Effect, Message as _, NodeId};
use crate::raft;
use crate::raft::log::{Index, Term};
use crate::raft::view::Role;
use crate::sim::{Cause, Deed, FlightAction, Status, World};
use crate::time::{Span, Time};
use crate::timeline::{Place, Recorded, Script, Subject};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// What a part of a test yields, unless the test has failed.
pub(super) type Try<T> = Result<T, Failure>;

/// A test under way.
pub(super) struct Tester {
    config: Config,
    world: World<Member>,
    watch: Watch,
    marks: Vec<Mark>,
    acts: Vec<Recorded<Act>>,
    chance: Chance,
    draws: u64,
    connected: Vec<bool>,
    deliveries: Deliveries,
    clients: Vec<(Time, Client)>,
    /// Whether clients are to come to an end.
    pub(super) clients_stop: bool,
    seen_by_clients: Vec<Text>,
    pub(super) counts: Counts,
    /// The moment to show, with the fingerprint of the run up to it.
    interest: Option<(Place, u64)>,
    /// Whether the tester takes a snapshot every ten entries.
    snapshots: bool,
    course_only: bool,
    /// Snapshots to take after this step: of whom, and up to where.
    due: Vec<(NodeId, Index)>,
}

/// Somebody who runs beside the test.
enum Client {
    One(One),
    Churn(Churn),
}

impl Tester {
    /// A world for this test, with all chance drawn from the seed, and rules that are off.
    pub(super) fn new(test: &Test, place: u64, seed: u64, options: &Options) -> Result<Tester, String> {
        let chance = Chance::new(seed).key(place);
        let config = Config {
            servers: test.servers,
            clients: 0,
            workers: 0,
            // JSON holds 53 bits exactly.
            seed: chance.draw() >> 11,
            latency: (Span::ZERO, Span::millis(2)),
            disk_latency: (Span::ZERO, Span::ZERO),
            heartbeat: super::HEARTBEAT,
            election_timeout: super::ELECTION_TIMEOUT,
            // The labs' Raft is the paper's, and sends a snapshot in one message.
            max_raft_state: None,
            snapshot_chunk: None,
            pre_vote: false,
            check_quorum: false,
            host: Host::Tester,
            without: options.without.clone(),
            ..Config::default()
        };
        let (watch, world) = Watch::open(&config)?;
        let servers = usize::from(test.servers);
        Ok(Tester {
            config,
            world,
            watch,
            marks: Vec::new(),
            acts: Vec::new(),
            chance: chance.key(1),
            draws: 0,
            connected: vec![true; servers],
            deliveries: Deliveries::new(test.servers),
            clients: Vec::new(),
            clients_stop: false,
            seen_by_clients: Vec::new(),
            counts: Counts::new(test.servers),
            interest: None,
            snapshots: test.snapshots,
            course_only: options.course_only,
            due: Vec::new(),
        })
    }

    /// Now.
    pub(super) fn now(&self) -> Time {
        self.world.now()
    }

    /// How many steps were taken.
    pub(super) fn steps(&self) -> u64 {
        self.world.steps()
    }

    /// How many servers there are.
    pub(super) fn servers(&self) -> usize {
        self.connected.len()
    }

    /// An even draw below `n`.
    pub(super) fn draw(&mut self, n: u32) -> u32 {
        self.draws += 1;
        self.chance.key(self.draws).below(n)
    }

    /// Whether something with this probability in a thousand happens.
    pub(super) fn happens(&mut self, per_mille: u32) -> bool {
        self.draw(1_000) < per_mille
    }

    /// A server drawn at random.
    pub(super) fn any_server(&mut self) -> usize {
        self.draw(self.servers() as u32) as usize
    }

    /// A number nobody else draws.
    pub(super) fn random_command(&mut self) -> Text {
        self.draws += 1;
        // As the course's: 63 bits.
        format!("{}", self.chance.key(self.draws).draw() >> 1).into()
    }

    /// The test has failed.
    pub(super) fn fail<T>(&self, why: impl FnOnce() -> String) -> Try<T> {
        self.fail_perhaps_unlucky(false, why)
    }

    /// The test has failed, in a way in which a correct Raft may if `unlucky`.
    pub(super) fn fail_perhaps_unlucky<T>(&self, unlucky: bool, why: impl FnOnce() -> String) -> Try<T> {
        Err(Failure { why: why(), at: self.world.now(), step: self.world.steps(), unlucky })
    }

    /// Fails unless it is so.
    pub(super) fn expect(&self, holds: bool, why: impl FnOnce() -> String) -> Try<()> {
        if holds { Ok(()) } else { self.fail(why) }
    }

    /// This is the moment to show to whoever opens the test; the last one counts.
    pub(super) fn interesting(&mut self) {
        self.interest = Some(self.place());
    }

    fn place(&self) -> (Place, u64) {
        (Place { at: self.world.now(), step: self.world.steps() }, self.world.fingerprint())
    }

    /// The run as it can be opened: at its moment of interest, or where it is now if it failed or has none.
    pub(super) fn script(self, failed: bool) -> Script<Watch> {
        let (saved, fingerprint) = self.interest.filter(|_| !failed).unwrap_or_else(|| self.place());
        Script {
            engine: env!("CARGO_PKG_VERSION").into(),
            config: self.config,
            acts: self.acts,
            saved,
            fingerprint: Some(fingerprint),
        }
    }

    /// What the tester prints.
    pub(super) fn figures(&self) -> Figures {
        Figures {
            took: self.world.now().since(Time::ZERO),
            commits: self.deliveries.all().len() as u64,
            ..self.counts.figures()
        }
    }
}

/// Time, and what happens in it.
impl Tester {
    /// Lets time pass, and clients do their work.
    pub(super) fn sleep(&mut self, span: Span) -> Try<()> {
        let until = self.now() + span;
        while self.next_client(until)? {}
        self.pass(until)
    }

    /// Waits until every client has come to its end.
    pub(super) fn join_clients(&mut self) -> Try<()> {
        while self.next_client(Time(u64::MAX))? {}
        Ok(())
    }

    /// Lets the client that is next do its work, if that is by `until`.
    fn next_client(&mut self, until: Time) -> Try<bool> {
        let due = self.clients.iter().enumerate().map(|(place, &(due, _))| (due, place)).min();
        let Some((due, place)) = due.filter(|&(due, _)| due <= until) else { return Ok(false) };
        self.pass(due)?;
        let (_, mut client) = self.clients.remove(place);
        let again = match &mut client {
            Client::One(one) => match one.look(self)? {
                Look::Again(at) => Some(at),
                Look::Done(_) => None,
            },
            Client::Churn(churn) => churn.look(self)?,
        };
        match (again, client) {
            (Some(at), client) => self.clients.insert(place, (at, client)),
            (None, Client::Churn(churn)) => self.seen_by_clients.extend(churn.seen()),
            (None, Client::One(_)) => {}
        }
        Ok(true)
    }

    /// The world takes its steps.
    fn pass(&mut self, until: Time) -> Try<()> {
        while self.world.step_until(until).is_some() {
            self.look()?;
            self.take_snapshots()?;
        }
        Ok(())
    }

    /// Looks at the step just taken: every check, and what the course's tester counts.
    fn look(&mut self) -> Try<()> {
        self.watch.observe(&self.world, &mut self.marks);
        self.marks.clear();
        if let Some(violation) = self.watch.verdicts().violations().first()
            && !self.course_only
        {
            return Err(Failure::found(violation));
        }
        let step = self.world.last_step();
        self.counts.see(step);
        let mut wrong = None;
        if let Cause::Start { node, .. } = &step.cause
            && let Some(View::Server(view)) = self.world.view(*node)
        {
            wrong = self.deliveries.booted(node.index(), view.raft.snapshot.as_deref()).err();
        }
        for deed in &step.deeds {
            let Deed::Handed { node, output: Output::Server(output) } = deed else { continue };
            wrong = wrong.or(self.deliveries.handed(node.index(), output).err());
            if let raft::Output::Apply { index, .. } = output
                && self.snapshots
                && (index + 1) % 10 == 0
            {
                self.due.push((*node, *index));
            }
        }
        wrong.map_or(Ok(()), |why| self.fail(|| why))
    }

    /// Does something to the world, and writes it down.
    fn act(&mut self, act: Act) -> Try<()> {
        let actions = match self.watch.translate(&act, &self.world) {
            Ok(actions) => actions,
            Err(why) => return self.fail(|| why),
        };
        self.acts.push(Recorded { at: self.world.now(), after: self.world.steps(), act });
        for action in actions {
            if let Err(why) = self.world.act(action).map(drop) {
                return self.fail(|| format!("{why}"));
            }
            self.look()?;
        }
        self.take_snapshots()
    }

    /// Takes the snapshots that are due.
    fn take_snapshots(&mut self) -> Try<()> {
        for (node, index) in core::mem::take(&mut self.due) {
            self.act(Act::Snapshot { node, index })?;
        }
        Ok(())
    }
}

/// What a test does to the network and to servers.
impl Tester {
    /// The network works in this way from now on.
    pub(super) fn network(&mut self, mode: Course) -> Try<()> {
        self.act(Act::Network { mode })
    }

    /// Whether the tester has a server connected.
    pub(super) fn is_connected(&self, server: usize) -> bool {
        self.connected[server]
    }

    /// How many servers are connected.
    pub(super) fn connected(&self) -> usize {
        self.connected.iter().filter(|&&connected| connected).count()
    }

    /// Cuts a server off from all others, both ways.
    pub(super) fn disconnect(&mut self, server: usize) -> Try<()> {
        self.connected[server] = false;
        self.act(Act::Isolate { node: id(server) })
    }

    /// Connects a server with every server that is connected.
    pub(super) fn connect(&mut self, server: usize) -> Try<()> {
        self.connected[server] = true;
        let nodes = (0..self.servers()).filter(|&server| self.connected[server]).map(id);
        let group: Vec<NodeId> = nodes.collect();
        self.act(if group.len() == self.servers() {
            Act::Heal
        } else {
            Act::Partition { groups: vec![group] }
        })
    }

    /// Whether a server runs.
    pub(super) fn is_up(&self, server: usize) -> bool {
        self.world.status(id(server)) == Status::Up
    }

    /// How many servers run.
    pub(super) fn up(&self) -> usize {
        (0..self.servers()).filter(|&server| self.is_up(server)).count()
    }

    /// Cuts a server off and ends it. What it wrote is durable: the course's persister takes no time. What was on its
    /// way to it, and its answers on their way to others, are lost.
    pub(super) fn crash(&mut self, server: usize) -> Try<()> {
        self.pass(self.now())?;
        let node = id(server);
        self.disconnect(server)?;
        let dies = self
            .world
            .flights()
            .filter(|flight| !flight.lost)
            .filter(|flight| flight.to == node || flight.from == node && flight.body.is_reply());
        let mut dies: Vec<_> = dies.map(|flight| flight.id).collect();
        dies.sort_unstable();
        for flight in dies {
            self.act(Act::Flight { flight, fate: FlightAction::Drop })?;
        }
        if self.is_up(server) {
            self.act(Act::Crash { node })?;
        }
        Ok(())
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
        let accepted = self.world.last_step().effects.iter().find_map(|effect| match effect {
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
        self.clients.push((self.now(), Client::One(one)));
    }

    /// A client of the churn tests begins, beside the test.
    pub(super) fn begin_churn(&mut self, me: u64) {
        self.clients.push((self.now(), Client::Churn(Churn::new(me))));
    }

    /// What clients that have come to their end saw delivered.
    pub(super) fn seen_by_clients(&mut self) -> Vec<Text> {
        core::mem::take(&mut self.seen_by_clients)
    }
}

/// What a test sees.
impl Tester {
    /// A running server's view.
    fn view(&self, server: usize) -> Option<&ServerView> {
        match self.world.view(id(server)) {
            Some(View::Server(view)) => Some(view),
            _ => None,
        }
    }

    /// Whether a server runs and leads.
    pub(super) fn leads(&self, server: usize) -> bool {
        self.view(server).is_some_and(|view| matches!(view.raft.role, Role::Leader { .. }))
    }

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
        self.deliveries.committed(index)
    }

    /// What was delivered at this index.
    pub(super) fn delivered(&self, index: Index) -> Option<&Text> {
        self.deliveries.at(index)
    }

    /// The most that any server has of its log on its disk, in bytes.
    pub(super) fn log_size(&self) -> u64 {
        let files = (0..self.servers()).filter_map(|server| self.world.durable(id(server)));
        let states = files.filter_map(|files| match files.get(&File::Raft(raft::File::State)) {
            Some(Content::Raft(state)) => Some(state.log.bytes()),
            _ => None,
        });
        states.max().unwrap_or_default()
    }
}

/// The node of a server.
pub(super) fn id(server: usize) -> NodeId {
    NodeId(server as u16)
}
