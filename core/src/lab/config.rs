//! How a cluster begins, and who is who in it.

use super::coordinator;
use super::member::{Member, MemberConfig};
use crate::chance::Ratio;
use crate::kv::server::{Host, Reads};
use crate::mapreduce::{Disks, Engine};
use crate::node::NodeId;
use crate::rules::Rule as _;
use crate::sim::{Quality, Settings, World};
use crate::time::Span;
use crate::{kv, mapreduce, raft};
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// All that a run needs to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Config {
    /// How many Raft servers, 1 to 101.
    pub servers: u16,
    /// How many clients of the key/value service, 0 to 32.
    pub clients: u16,
    /// How many MapReduce workers, 0 to 32. With any there are a coordinator and a store too.
    pub workers: u16,
    /// All chance is drawn from this number; at most 2^53 - 1, which JSON can hold exactly.
    pub seed: u64,
    /// The shortest and the longest time a message takes.
    pub latency: (Span, Span),
    /// How many messages in a thousand are lost.
    pub loss: u32,
    /// How many messages in a thousand arrive twice.
    pub duplication: u32,
    /// How many messages in a thousand take up to two seconds more.
    pub reordering: u32,
    /// The shortest and the longest time a write takes.
    pub disk_latency: (Span, Span),
    /// How often an idle leader sends heartbeats.
    pub heartbeat: Span,
    /// The shortest and the longest election time-out.
    pub election_timeout: (Span, Span),
    /// The size of a server's Raft state, in bytes, near which it takes a snapshot; `null` if it never does.
    pub max_raft_state: Option<u64>,
    /// The most bytes of a snapshot that one message carries; `null` if snapshots are sent whole.
    pub snapshot_chunk: Option<u32>,
    /// Whether a server asks if it would be elected before it raises its term.
    pub pre_vote: bool,
    /// Whether a leader that no majority answers steps down.
    pub check_quorum: bool,
    /// How reads are answered: by way of the log, by asking a majority who leads, under a lease, or locally, which
    /// switches the rule `reads-through-the-log` off.
    pub reads: Reads,
    /// The bound on clocks that leases rely on: by how many parts in a million one may gain on another.
    pub lease_drift: u32,
    /// How long a MapReduce task may be in progress before another worker gets it.
    pub task_timeout: Span,
    /// How long a MapReduce task must be in progress before an idle worker makes a backup attempt at it; `null` for none.
    pub backup_after: Option<Span>,
    /// Where maps keep their output.
    pub intermediate: Disks,
    /// Whether a MapReduce job dies with its coordinator, as in the paper, or a second one can take over, for which there must
    /// be servers: what the two share lives in their key/value service.
    pub coordinator: Coordination,
    /// Who executes what the servers have committed: the key/value service, or a tester that proposes commands itself.
    pub host: Host,
    /// The names of rules that are off from the beginning.
    pub without: Vec<String>,
    /// Who runs the programs of MapReduce that users write: brought by whoever opens the run, and no part of it.
    #[serde(skip)]
    pub engine: Engine,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            servers: 5,
            clients: 2,
            workers: 4,
            seed: 42,
            latency: (Span::millis(8), Span::millis(16)),
            loss: 0,
            duplication: 0,
            reordering: 0,
            disk_latency: (Span::millis(1), Span::millis(4)),
            heartbeat: Span::millis(100),
            election_timeout: (Span::millis(300), Span::millis(600)),
            max_raft_state: None,
            snapshot_chunk: None,
            pre_vote: false,
            check_quorum: false,
            reads: Reads::Log,
            lease_drift: 10_000,
            task_timeout: Span::secs(10),
            backup_after: None,
            intermediate: Disks::Shared,
            coordinator: Coordination::Plain,
            host: Host::Service,
            without: Vec::new(),
            engine: Engine::default(),
        }
    }
}

/// What becomes of a MapReduce job whose coordinator crashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coordination {
    /// It dies (§3.3).
    #[default]
    Plain,
    /// A standby takes over.
    Replicated,
}

/// The rules of all three protocols that are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AllRules {
    /// Raft's.
    pub raft: raft::Rules,
    /// The key/value service's.
    pub kv: kv::Rules,
    /// MapReduce's.
    pub mapreduce: mapreduce::Rules,
}

/// A rule of any protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyRule {
    /// One of Raft's.
    Raft(raft::Rule),
    /// One of the key/value service's.
    Kv(kv::Rule),
    /// One of MapReduce's.
    MapReduce(mapreduce::Rule),
}

impl AnyRule {
    /// Every rule, by protocol in reading order.
    pub fn all() -> impl Iterator<Item = AnyRule> {
        let raft = raft::Rule::ALL.iter().copied().map(AnyRule::Raft);
        let kv = kv::Rule::ALL.iter().copied().map(AnyRule::Kv);
        let mapreduce = mapreduce::Rule::ALL.iter().copied().map(AnyRule::MapReduce);
        raft.chain(kv).chain(mapreduce)
    }

    /// The rule of that name, or an error that says where to look.
    pub fn named(name: &str) -> Result<AnyRule, String> {
        AnyRule::all()
            .find(|rule| rule.name() == name)
            .ok_or_else(|| format!("there is no rule `{name}`: the rules are listed under Rules"))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            AnyRule::Raft(rule) => rule.name(),
            AnyRule::Kv(rule) => rule.name(),
            AnyRule::MapReduce(rule) => rule.name(),
        }
    }

    /// What it keeps.
    pub fn kind(self) -> crate::rules::Kind {
        match self {
            AnyRule::Raft(rule) => rule.kind(),
            AnyRule::Kv(rule) => rule.kind(),
            AnyRule::MapReduce(rule) => rule.kind(),
        }
    }

    /// Where it is written down.
    pub fn citation(self) -> &'static str {
        match self {
            AnyRule::Raft(rule) => rule.citation(),
            AnyRule::Kv(rule) => rule.citation(),
            AnyRule::MapReduce(rule) => rule.citation(),
        }
    }

    /// The rule in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            AnyRule::Raft(rule) => rule.meaning(),
            AnyRule::Kv(rule) => rule.meaning(),
            AnyRule::MapReduce(rule) => rule.meaning(),
        }
    }
}

impl AllRules {
    /// The rules kept in a world now: every node of a kind is told the same.
    pub fn of(world: &World<Member>) -> AllRules {
        let mut rules = AllRules::default();
        for node in world.ids() {
            match world.config(node) {
                Some(MemberConfig::Server(config)) => {
                    (rules.raft, rules.kv) = (config.raft.rules, config.rules)
                }
                Some(MemberConfig::Coordinator(config)) => rules.mapreduce = config.coordinator.rules,
                _ => {}
            }
        }
        rules
    }

    /// The rules that are off, in reading order.
    pub fn off(self) -> impl Iterator<Item = AnyRule> {
        AnyRule::all().filter(move |&rule| !self.has(rule))
    }

    /// Whether a rule is kept.
    pub fn has(self, rule: AnyRule) -> bool {
        match rule {
            AnyRule::Raft(rule) => self.raft.has(rule),
            AnyRule::Kv(rule) => self.kv.has(rule),
            AnyRule::MapReduce(rule) => self.mapreduce.has(rule),
        }
    }

    /// The same with a rule switched.
    #[must_use]
    pub fn switched(self, rule: AnyRule, on: bool) -> AllRules {
        let AllRules { raft, kv, mapreduce } = self;
        match rule {
            AnyRule::Raft(rule) => {
                AllRules { raft: if on { raft.with(rule) } else { raft.without(rule) }, ..self }
            }
            AnyRule::Kv(rule) => AllRules { kv: if on { kv.with(rule) } else { kv.without(rule) }, ..self },
            AnyRule::MapReduce(rule) => AllRules {
                mapreduce: if on { mapreduce.with(rule) } else { mapreduce.without(rule) },
                ..self
            },
        }
    }
}

/// What a node of the playground is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A Raft server with its key/value store.
    Server,
    /// A client of the key/value service.
    Client,
    /// The MapReduce coordinator.
    Coordinator,
    /// The shared file system of MapReduce.
    Store,
    /// A MapReduce worker.
    Worker,
}

/// Who is who: servers first, then clients, then the coordinator, the store and the workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roster {
    servers: u16,
    clients: u16,
    workers: u16,
    coordinators: u16,
}

impl Roster {
    /// How many nodes there are.
    pub fn len(self) -> u16 {
        self.servers + self.clients + if self.workers == 0 { 0 } else { self.coordinators + 1 + self.workers }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The Raft servers.
    pub fn servers(self) -> impl Iterator<Item = NodeId> + Clone {
        (0..self.servers).map(NodeId)
    }

    /// The clients.
    pub fn clients(self) -> impl Iterator<Item = NodeId> + Clone {
        (self.servers..self.servers + self.clients).map(NodeId)
    }

    /// The workers.
    pub fn workers(self) -> impl Iterator<Item = NodeId> + Clone {
        let first = self.servers + self.clients + self.coordinators + 1;
        (first..first + self.workers).map(NodeId)
    }

    /// The MapReduce coordinators, if there are workers: one, or two that share their state.
    pub fn coordinators(self) -> impl Iterator<Item = NodeId> + Clone {
        let first = self.servers + self.clients;
        (first..first + if self.workers > 0 { self.coordinators } else { 0 }).map(NodeId)
    }

    /// MapReduce's shared file system, if there are workers.
    pub fn store(self) -> Option<NodeId> {
        (self.workers > 0).then_some(NodeId(self.servers + self.clients + self.coordinators))
    }

    /// What a node is; none if there is no such node.
    pub fn role(self, node: NodeId) -> Option<Role> {
        let clients = self.servers + self.clients;
        match node.0 {
            n if n < self.servers => Some(Role::Server),
            n if n < clients => Some(Role::Client),
            n if n >= self.len() => None,
            n if n < clients + self.coordinators => Some(Role::Coordinator),
            n if n == clients + self.coordinators => Some(Role::Store),
            _ => Some(Role::Worker),
        }
    }

    /// A node's name as people know it: S1, C1, coordinator, store, W1.
    pub fn name(self, node: NodeId) -> String {
        match self.role(node) {
            Some(Role::Server) => format!("S{}", node.0 + 1),
            Some(Role::Client) => format!("C{}", node.0 - self.servers + 1),
            Some(Role::Coordinator) if node.0 == self.servers + self.clients => "coordinator".into(),
            Some(Role::Coordinator) => "standby".into(),
            Some(Role::Store) => "store".into(),
            Some(Role::Worker) => format!("W{}", node.0 - self.servers - self.clients - self.coordinators),
            None => format!("node {}", node.0),
        }
    }

    /// The node of that name, in any case.
    pub fn named(self, name: &str) -> Option<NodeId> {
        (0..self.len()).map(NodeId).find(|&node| self.name(node).eq_ignore_ascii_case(name))
    }
}

impl Config {
    /// Who is who.
    pub fn roster(&self) -> Roster {
        let coordinators = if self.coordinator == Coordination::Replicated { 2 } else { 1 };
        Roster { servers: self.servers, clients: self.clients, workers: self.workers, coordinators }
    }

    /// Refuses sizes and times that make no cluster, and says what would.
    pub fn check(&self) -> Result<(), String> {
        let most = |what: &str, n: u16, from: u16, to: u16| {
            if (from..=to).contains(&n) {
                Ok(())
            } else {
                Err(format!("a cluster cannot have {n} {what}: use {from} to {to}"))
            }
        };
        most("servers", self.servers, 1, 101)?;
        most("clients", self.clients, 0, 32)?;
        most("workers", self.workers, 0, 32)?;
        if self.seed >= 1 << 53 {
            return Err(format!("the seed {} is too large: use 0 to {}", self.seed, (1u64 << 53) - 1));
        }
        for (what, n) in
            [("loss", self.loss), ("duplication", self.duplication), ("reordering", self.reordering)]
        {
            if n > 1_000 {
                return Err(format!("{what} is {n} per mille: use 0 to 1000"));
            }
        }
        let ranges = [
            ("latency", self.latency),
            ("disk latency", self.disk_latency),
            ("election time-out", self.election_timeout),
        ];
        for (what, (from, to)) in ranges {
            if from > to || to > Span::secs(60) {
                return Err(format!(
                    "the {what} goes from {from} to {to}: it must not end before it begins, nor pass 60 s"
                ));
            }
        }
        for (what, span) in
            [("heartbeat", self.heartbeat), ("shortest election time-out", self.election_timeout.0)]
        {
            if span < Span::millis(1) || span > Span::secs(60) {
                return Err(format!("the {what} is {span}: use 1 ms to 60 s"));
            }
        }
        if let Some(limit) = self.max_raft_state
            && !(256..=1 << 32).contains(&limit)
        {
            return Err(format!(
                "a Raft state of {limit} bytes is no limit to keep: use 256 to {}, or null for no snapshots",
                1u64 << 32
            ));
        }
        if self.lease_drift > 1_000_000 {
            let drift = self.lease_drift;
            return Err(format!("clocks that drift apart by {drift} parts in a million: use 0 to 1000000"));
        }
        if self.snapshot_chunk == Some(0) {
            return Err("a snapshot cannot be sent in chunks of no bytes: use 1 or more, or null".into());
        }
        if self.task_timeout < Span::millis(1) || self.task_timeout > Span::secs(3_600) {
            return Err(format!("the task time-out is {}: use 1 ms to an hour", self.task_timeout));
        }
        self.rules().map(drop)
    }

    /// The rules kept at the beginning.
    pub fn rules(&self) -> Result<AllRules, String> {
        let local = (self.reads == Reads::Local).then_some("reads-through-the-log");
        let mut off = self.without.iter().map(String::as_str).chain(local);
        off.try_fold(AllRules::default(), |rules, name| Ok(rules.switched(AnyRule::named(name)?, false)))
    }

    /// How its world begins.
    pub fn settings(&self) -> Settings {
        Settings { seed: self.seed, quality: self.quality(), disk_latency: self.disk_latency }
    }

    /// How well its links work at first.
    pub fn quality(&self) -> Quality {
        Quality {
            latency: self.latency,
            loss: Ratio::per_mille(self.loss),
            duplication: Ratio::per_mille(self.duplication),
            reordering: Ratio::per_mille(self.reordering),
            long_delay: (Span::millis(200), Span::secs(2)),
            replies: None,
        }
    }

    /// What each node is told at boot while these rules are kept.
    pub fn members(&self, rules: AllRules) -> Vec<MemberConfig> {
        let roster = self.roster();
        let servers: Rc<[NodeId]> = roster.servers().collect();
        let mut members: Vec<MemberConfig> = Vec::new();
        for id in roster.servers() {
            let raft = raft::Config {
                id,
                peers: servers.clone(),
                heartbeat: self.heartbeat,
                election_timeout: self.election_timeout,
                snapshot_chunk: self.snapshot_chunk,
                pre_vote: self.pre_vote,
                check_quorum: self.check_quorum,
                lease_drift: (self.reads == Reads::Lease).then_some(self.lease_drift),
                rules: rules.raft,
            };
            members.push(MemberConfig::Server(kv::server::Config {
                raft,
                max_raft_state: self.max_raft_state,
                reads: self.reads,
                rules: rules.kv,
                host: self.host,
            }));
        }
        // Long enough for a round through the log, short enough to find a new leader soon.
        let patience = self.election_timeout.0;
        let clerk = |id| kv::clerk::Config {
            id,
            servers: servers.clone(),
            retry: (patience, patience + patience),
            pause: self.heartbeat,
            rules: rules.kv,
        };
        members.extend(roster.clients().map(|id| MemberConfig::Client(clerk(id))));
        let coordinators: Rc<[NodeId]> = roster.coordinators().collect();
        if let (Some(&first), Some(store)) = (coordinators.first(), roster.store()) {
            let mut config = mapreduce::Config::new(first, store);
            config.replicated = self.coordinator == Coordination::Replicated;
            config.coordinators = coordinators.clone();
            config.timeout = self.task_timeout;
            config.backup_after = self.backup_after;
            config.disks = self.intermediate;
            config.engine = self.engine.clone();
            config.rules = rules.mapreduce;
            let as_node = |id| mapreduce::Config { id, ..config.clone() };
            for &id in coordinators.iter() {
                let clerk = config.replicated.then(|| clerk(id));
                let coordinator = as_node(id);
                members.push(MemberConfig::Coordinator(coordinator::Config { coordinator, clerk }));
            }
            members.push(MemberConfig::Store(as_node(store)));
            members.extend(roster.workers().map(|id| MemberConfig::Worker(as_node(id))));
        }
        members
    }
}
