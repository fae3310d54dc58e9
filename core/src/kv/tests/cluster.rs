//! Three servers and three clerks under a network that loses, repeats and reorders, leaders that are cut off from the
//! other servers while clerks still reach them, and crashes of everybody. Whatever happens, clients must see one store.
//!
//! All clerks append to one key and read it. Every append is different, so the value tells which appends took effect,
//! how often and in what order, and where in that order each read stands: linearizability (KV10) can be read off.

use super::bench::*;
use crate::chance::{Chance, Ratio};
use crate::kv::clerk::{self, Clerk, Output, Request};
use crate::kv::server::{self, Server};
use crate::kv::{Message, Op, Reply, Rule, Rules, Session, Text};
use crate::node::{Effect, FileOp, Files, Input, Node, NodeId};
use crate::raft;
use crate::time::Time;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const OPERATIONS: u64 = 20;
const ROUGH: u64 = 4_000;
const CALM: u64 = 40_000;

/// A node of this test's world, which writes at once.
struct Host<N: Node> {
    id: NodeId,
    config: N::Config,
    node: N,
    disk: Files<N>,
    armed: BTreeSet<N::Timer>,
}

struct Cluster {
    servers: Vec<Host<Server>>,
    clerks: Vec<Host<Clerk>>,
    flights: Vec<(NodeId, NodeId, Message)>,
    /// The server that the other servers cannot reach, nor it them.
    cut: Option<NodeId>,
    chance: Chance,
    now: u64,
    history: Vec<(u64, Output)>,
    asked_for: [u64; 3],
}

impl<N: Node> Host<N> {
    fn new(id: NodeId, config: N::Config) -> Host<N> {
        let disk = Files::<N>::new();
        Host { id, node: N::boot(&config, &disk), config, disk, armed: BTreeSet::new() }
    }

    /// One input. The timers are set here, the writes done; what is left is for the cluster.
    fn handle(&mut self, now: u64, input: Input<N>) -> Vec<Effect<N>> {
        let mut effects = Vec::new();
        self.node.handle(Time(now), input, &mut effects);
        for effect in &effects {
            match effect {
                Effect::Write(batch) => {
                    for operation in batch {
                        if let FileOp::Put(file, content) = operation {
                            self.disk.insert(file.clone(), content.clone());
                        }
                    }
                }
                Effect::SetTimer { which, .. } => drop(self.armed.insert(*which)),
                Effect::CancelTimer(which) => drop(self.armed.remove(which)),
                _ => {}
            }
        }
        effects
    }

    fn crash_and_restart(&mut self, now: u64) -> Vec<Effect<N>> {
        self.node = N::boot(&self.config, &self.disk);
        self.armed.clear();
        self.handle(now, Input::Start)
    }
}

impl Cluster {
    fn new(seed: u64, rules: Rules) -> Cluster {
        let server = |id| {
            Host::new(
                id,
                server::Config {
                    raft: raft_config(id),
                    max_raft_state: None,
                    reads: server::Reads::Log,
                    rules,
                    host: server::Host::Service,
                },
            )
        };
        let clerk = |id| Host::new(id, clerk::Config { rules, ..clerk_config(id) });
        let mut cluster = Cluster {
            servers: [S1, S2, S3].map(server).into(),
            clerks: [C1, C2, NodeId(5)].map(clerk).into(),
            flights: Vec::new(),
            cut: None,
            chance: Chance::new(seed),
            now: 0,
            history: Vec::new(),
            asked_for: [0; 3],
        };
        for place in 0..3 {
            cluster.server(place, Input::Start);
            cluster.clerk(place, Input::Start);
        }
        cluster
    }

    fn server(&mut self, place: usize, input: Input<Server>) {
        let host = &mut self.servers[place];
        let effects = host.handle(self.now, input);
        self.enact_server(place, effects);
    }

    fn enact_server(&mut self, place: usize, effects: Vec<Effect<Server>>) {
        let from = self.servers[place].id;
        for effect in effects {
            if let Effect::Send { to, body } = effect {
                self.flights.push((from, to, body));
            }
        }
    }

    fn clerk(&mut self, place: usize, input: Input<Clerk>) {
        let effects = self.clerks[place].handle(self.now, input);
        self.enact_clerk(place, effects);
    }

    fn enact_clerk(&mut self, place: usize, effects: Vec<Effect<Clerk>>) {
        let from = self.clerks[place].id;
        for effect in effects {
            match effect {
                Effect::Send { to, body } => self.flights.push((from, to, body)),
                Effect::Output(output) => self.history.push((self.now, output)),
                _ => {}
            }
        }
    }

    /// Something happens. When it is calm, nothing is lost and no timer runs out while a message is on its way.
    fn step(&mut self, rough: bool) {
        self.now += 1;
        let chance = self.chance.key(self.now);
        if rough {
            self.trouble(chance);
        }
        self.ask_for_more(chance);
        if !rough && chance.key(21).happens(Ratio::per_mille(10)) {
            self.look_again();
        }
        let deliver = !rough || chance.key(1).happens(Ratio::per_mille(850));
        if deliver && !self.flights.is_empty() {
            let count = u32::try_from(self.flights.len()).unwrap_or(u32::MAX);
            let flight = self.flights.swap_remove(chance.key(2).below(count) as usize);
            let lost = rough && chance.key(3).happens(Ratio::per_mille(50));
            if rough && chance.key(4).happens(Ratio::per_mille(50)) {
                self.flights.push(flight.clone());
            }
            if !lost {
                self.deliver(flight);
            }
        } else {
            self.fire(chance.key(5), rough);
        }
    }

    fn trouble(&mut self, chance: Chance) {
        if chance.key(10).happens(Ratio::per_mille(8)) {
            self.cut = match self.cut {
                Some(_) => None,
                None => Some(NodeId(chance.key(11).below(3) as u16)),
            };
        }
        if chance.key(12).happens(Ratio::per_mille(3)) {
            let place = chance.key(13).below(3) as usize;
            let effects = self.servers[place].crash_and_restart(self.now);
            self.enact_server(place, effects);
        }
        if chance.key(14).happens(Ratio::per_mille(1)) {
            let place = chance.key(15).below(3) as usize;
            let effects = self.clerks[place].crash_and_restart(self.now);
            self.enact_clerk(place, effects);
        }
    }

    fn ask_for_more(&mut self, chance: Chance) {
        for place in 0..self.clerks.len() {
            if self.asked_for[place] < OPERATIONS && self.clerks[place].node.view().pending.is_none() {
                self.asked_for[place] += 1;
                let key = "x".into();
                let request = if chance.key(20).happens(Ratio::per_mille(500)) {
                    Request::Do(Op::Get { key })
                } else {
                    Request::Do(Op::Append {
                        key,
                        value: format!("<{place}.{}>", self.asked_for[place]).into(),
                    })
                };
                self.clerk(place, Input::Call { request, key: 0 });
            }
        }
    }

    /// One more read, now and then: a new leader can commit what is left of earlier terms only along with something of
    /// its own (§5.4.2).
    fn look_again(&mut self) {
        if self.clerks[0].node.view().pending.is_none() {
            self.clerk(0, Input::Call { request: Request::Do(get("x")), key: 0 });
        }
    }

    fn deliver(&mut self, (from, to, body): (NodeId, NodeId, Message)) {
        let between_servers = matches!(body, Message::Raft(_));
        if between_servers && (self.cut == Some(from) || self.cut == Some(to)) {
            return;
        }
        let input_place = to.index();
        match input_place.checked_sub(self.servers.len()) {
            None => self.server(input_place, Input::Message { from, body }),
            Some(place) => self.clerk(place, Input::Message { from, body }),
        }
    }

    fn fire(&mut self, chance: Chance, rough: bool) {
        let place = chance.key(1).below(6) as usize;
        match place.checked_sub(3) {
            None => {
                let armed = self.servers[place].armed.first().copied();
                // Election time-outs are longer than the others.
                let patient = armed == Some(raft::Timer::Election)
                    && chance.key(2).happens(Ratio::per_mille(if rough { 900 } else { 980 }));
                if let Some(which) = armed.filter(|_| !patient) {
                    self.servers[place].armed.remove(&which);
                    self.server(place, Input::Timer(which));
                }
            }
            Some(place) => {
                if let Some(which) = self.clerks[place].armed.pop_first() {
                    self.clerk(place, Input::Timer(which));
                }
            }
        }
    }

    fn is_settled(&self) -> bool {
        let applied =
            |host: &Host<Server>| (host.node.view().last_applied, host.node.view().raft.log.last_index());
        let (last_applied, last_index) = applied(&self.servers[0]);
        let looked = self.history.last().is_some_and(|(at, _)| *at > ROUGH);
        looked
            && last_applied == last_index
            && self.servers.iter().all(|host| applied(host) == (last_applied, last_index))
            && self.clerks.iter().all(|host| host.node.view().pending.is_none())
            && self.asked_for.iter().all(|&count| count == OPERATIONS)
    }
}

/// Runs one cluster and says what was wrong with it.
fn run(seed: u64, rules: Rules) -> Result<Cluster, String> {
    let mut cluster = Cluster::new(seed, rules);
    for _ in 0..ROUGH {
        cluster.step(true);
    }
    cluster.cut = None;
    for _ in 0..CALM {
        if cluster.is_settled() {
            judge(&cluster)?;
            return Ok(cluster);
        }
        cluster.step(false);
    }
    Err("an operation never returned".to_string())
}

/// An operation as its client saw it.
struct Operation<'a> {
    id: (Session, u64),
    op: &'a Op,
    called: u64,
    returned: Option<(u64, &'a Reply)>,
}

fn operations(history: &[(u64, Output)]) -> Vec<Operation<'_>> {
    let mut operations = Vec::<Operation<'_>>::new();
    for (at, output) in history {
        match output {
            Output::Called { session, number, op } => {
                operations.push(Operation { id: (*session, *number), op, called: *at, returned: None });
            }
            Output::Returned { session, number, reply, .. } => {
                let begun = operations.iter_mut().find(|operation| operation.id == (*session, *number));
                begun.expect("an operation is called before it returns").returned = Some((*at, reply));
            }
        }
    }
    operations
}

fn judge(cluster: &Cluster) -> Result<(), String> {
    let stores: Vec<_> = cluster.servers.iter().map(|host| host.node.view()).collect();
    if stores.iter().any(|view| (&view.store, &view.sessions) != (&stores[0].store, &stores[0].sessions)) {
        return Err("replicas differ".to_string());
    }
    let end = stores[0].store.get(&"x".into()).cloned().unwrap_or_default();
    let end = end.as_str();
    // How far the value had grown when an operation took effect.
    let mut placed = Vec::new();
    for operation in operations(&cluster.history) {
        let length = match (operation.op, operation.returned) {
            (Op::Append { value, .. }, _) if end.matches(value.as_str()).count() > 1 => {
                return Err(format!("{value} took effect twice"));
            }
            (Op::Append { value, .. }, Some(_)) => {
                end.find(value.as_str()).ok_or(format!("{value} returned but is lost"))?
                    + value.as_str().len()
            }
            (Op::Get { .. }, Some((_, Reply::Value(seen))))
                if end.starts_with(seen.as_ref().map_or("", Text::as_str)) =>
            {
                seen.as_ref().map_or(0, |seen| seen.as_str().len())
            }
            (Op::Get { .. }, Some((_, seen))) => {
                return Err(format!("{seen:?} was never the value: it became {end}"));
            }
            _ => continue,
        };
        placed.push((operation, length));
    }
    for (first, length) in &placed {
        for (second, later_length) in &placed {
            let before = first.returned.is_some_and(|(returned, _)| returned < second.called);
            let grows = !second.op.is_read();
            if before && (later_length < length || grows && later_length == length) {
                return Err(format!("{:?} took effect before {:?}, which had returned", second.id, first.id));
            }
        }
    }
    Ok(())
}

fn complaints(rules: Rules, seeds: u64) -> Vec<String> {
    (0..seeds).filter_map(|seed| run(seed, rules).err().map(|why| format!("seed {seed}: {why}"))).collect()
}

#[test]
fn kv10_clients_see_one_store_whatever_the_network_does() {
    assert_eq!(complaints(Rules::ALL, 150), Vec::<String>::new());
}

#[test]
fn kv10_that_the_store_is_one_is_seen_because_each_rule_is_kept() {
    let expected = [
        (Rule::DuplicateDetection, "twice"),
        (Rule::ReadsThroughTheLog, "took effect before"),
        (Rule::AnswerAfterApply, "is lost"),
        (Rule::AnswerOnlyOwnOperation, "is lost"),
        (Rule::RetryUntilAnswered, "never returned"),
    ];
    for (rule, why) in expected {
        let complaints = complaints(without(rule), 150);
        assert!(
            complaints.iter().any(|complaint| complaint.contains(why)),
            "without {rule:?}: {complaints:?}"
        );
    }
}

#[test]
fn the_trouble_that_these_stories_are_about_does_happen() {
    let (mut elections, mut retries, mut skipped) = (0, 0, 0);
    for seed in 0..20 {
        let cluster = run(seed, Rules::ALL).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        let view = cluster.servers[0].node.view();
        elections += view.raft.current_term.0;
        retries +=
            cluster.clerks.iter().map(|host| host.node.view().history.clone()).fold(0, |sum, history| {
                sum + history.recent().filter(|returned| returned.attempts > 1).count()
            });
        let log = view.raft.log.range(0, view.raft.log.last_index());
        let distinct: BTreeSet<_> =
            log.iter().map(|link| (link.entry.command.session, link.entry.command.number)).collect();
        skipped += log.len() - distinct.len();
    }
    assert!(elections > 100 && retries > 100 && skipped > 10, "{elections} {retries} {skipped}");
}
