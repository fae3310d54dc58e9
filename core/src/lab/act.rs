//! What people do to a cluster, in their words: what a script holds and the page sends.
//!
//! An act is made of the world's own actions. It names nodes by number and rules by name, and it is checked against
//! the cluster before anything is done.

use super::config::{AllRules, AnyRule, Config, Role};
use super::coordinator::in_charge;
pub use super::course::Course;
use super::member::{self, Member, MemberConfig, Timer, View};
use super::tester;
use crate::chance::Ratio;
use crate::kv::clerk::Request;
use crate::kv::server::Host;
use crate::kv::{self, Mix, Op, Text};
use crate::mapreduce::{self, job::Job};
use crate::node::NodeId;
use crate::raft;
use crate::sim::{Action, FlightAction, FlightId, Gate, World};
use crate::time::Span;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One thing a person does.
#[expect(missing_docs, reason = "each field is named in the sentence of its variant")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", rename_all_fields = "camelCase", try_from = "Written")]
pub enum Act {
    /// The process ends at once.
    Crash { node: NodeId },
    /// A crashed node boots from its disk.
    Restart { node: NodeId },
    /// The process stops taking inputs.
    Pause { node: NodeId },
    /// A paused process goes on.
    Resume { node: NodeId },
    /// Every link of the node is cut, both ways.
    Isolate { node: NodeId },
    /// The node crashes and its disk is emptied.
    Wipe { node: NodeId },
    /// The node takes this much longer over each message; zero for the normal pace.
    Slow { node: NodeId, by: Span },
    /// A worker computes at this many per cent of the usual speed, from its next task on.
    Speed { node: NodeId, percent: u32 },
    /// The node's clock runs fast (or slow, if negative) by so many parts in a million.
    Drift { node: NodeId, ppm: i32 },
    /// A running timer runs out now.
    Fire { node: NodeId, timer: String },
    /// A running timer runs out later.
    Postpone { node: NodeId, timer: String, by: Span },
    /// One direction of a link opens, is cut, or holds what is sent.
    Link { from: NodeId, to: NodeId, state: Gate },
    /// Links change: of one pair, of all from or to a node, or of everybody. What is left out stays as it is.
    Quality {
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<NodeId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<NodeId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        latency: Option<(Span, Span)>,
        #[serde(skip_serializing_if = "Option::is_none")]
        loss: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        duplication: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reordering: Option<u32>,
    },
    /// Links between the groups are cut and those within each are opened.
    Partition { groups: Vec<Vec<NodeId>> },
    /// Every link opens.
    Heal,
    /// Something happens to one message in flight.
    Flight { flight: FlightId, fate: FlightAction },
    /// Writes of a node take this long from now on.
    Disk { node: NodeId, latency: (Span, Span) },
    /// A node's disk stops completing writes.
    Stall { node: NodeId },
    /// A node's disk goes on.
    Unstall { node: NodeId },
    /// A client reads a key.
    Get { client: NodeId, key: Text },
    /// A client replaces a value.
    Put { client: NodeId, key: Text, value: Text },
    /// A client appends to a value.
    Append { client: NodeId, key: Text, value: Text },
    /// A client replaces a value if it is as expected; none expects that the key is not there.
    Cas {
        client: NodeId,
        key: Text,
        #[serde(skip_serializing_if = "Option::is_none")]
        expected: Option<Text>,
        value: Text,
    },
    /// A client removes a key.
    Delete { client: NodeId, key: Text },
    /// A client executes random operations over `keys` keys, with a pause of `every` between two. In a thousand operations
    /// `hot` are on the first key and `writes` write; in a thousand of those, `cas` compare and set and `deletes` delete.
    Load {
        client: NodeId,
        every: Span,
        keys: u32,
        writes: u32,
        #[serde(skip_serializing_if = "is_zero")]
        hot: u32,
        #[serde(skip_serializing_if = "is_zero")]
        cas: u32,
        #[serde(skip_serializing_if = "is_zero")]
        deletes: u32,
    },
    /// A client's load ends.
    Quiet { client: NodeId },
    /// The tester, where there is one, hands a server a command to replicate: the labs' `Start`.
    Start { node: NodeId, command: Text },
    /// The tester hands a server what it holds after an index: the labs' `Snapshot`.
    Snapshot { node: NodeId, index: u64 },
    /// A leader is asked to hand leadership to another server.
    Transfer { node: NodeId, to: NodeId },
    /// Every link works as those of the course's network do.
    Network { mode: Course },
    /// A MapReduce job is submitted.
    Submit { job: Job },
    /// From now on chance is drawn from another seed.
    Reseed { seed: u64 },
    /// A rule is switched on or off, on every node.
    Rule { rule: String, on: bool },
}

/// Declares [`Written`] with a method for each field that an act must have.
macro_rules! written {
    ($($field:ident: $of:ty,)+) => {
        /// An act as it is read: what is done, and every field that any act has. One type in place of one for each
        /// act, which takes a tenth of the whole engine in WebAssembly.
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            #[serde(rename = "do")]
            what: String,
            /// A field that was looked for in vain.
            #[serde(skip)]
            lacks: Option<&'static str>,
            $(#[serde(default)] $field: Option<$of>,)+
        }

        impl Written {
            $(#[allow(dead_code, reason = "some fields may always be left out")]
            fn $field(&mut self) -> Option<$of> {
                if self.$field.is_none() {
                    self.lacks = Some(stringify!($field));
                }
                self.$field.take()
            })+

            /// A field that this act does not have.
            fn left_over(&self) -> Option<&'static str> {
                $(if self.$field.is_some() {
                    return Some(stringify!($field));
                })+
                None
            }
        }
    };
}

written! {
    node: NodeId,
    by: Span,
    ppm: i32,
    percent: u32,
    timer: String,
    from: NodeId,
    to: NodeId,
    state: Gate,
    latency: (Span, Span),
    loss: u32,
    duplication: u32,
    reordering: u32,
    groups: Vec<Vec<NodeId>>,
    flight: FlightId,
    fate: FlightAction,
    client: NodeId,
    key: Text,
    value: Text,
    every: Span,
    expected: Text,
    keys: u32,
    writes: u32,
    hot: u32,
    cas: u32,
    deletes: u32,
    command: Text,
    index: u64,
    mode: Course,
    job: Job,
    seed: u64,
    rule: String,
    on: bool,
}

impl Written {
    /// The act, if there is one of this name and none of its fields is missing.
    fn act(&mut self) -> Option<Act> {
        Some(match self.what.as_str() {
            "crash" => Act::Crash { node: self.node()? },
            "restart" => Act::Restart { node: self.node()? },
            "pause" => Act::Pause { node: self.node()? },
            "resume" => Act::Resume { node: self.node()? },
            "isolate" => Act::Isolate { node: self.node()? },
            "wipe" => Act::Wipe { node: self.node()? },
            "slow" => Act::Slow { node: self.node()?, by: self.by()? },
            "speed" => Act::Speed { node: self.node()?, percent: self.percent()? },
            "drift" => Act::Drift { node: self.node()?, ppm: self.ppm()? },
            "fire" => Act::Fire { node: self.node()?, timer: self.timer()? },
            "postpone" => Act::Postpone { node: self.node()?, timer: self.timer()?, by: self.by()? },
            "link" => Act::Link { from: self.from()?, to: self.to()?, state: self.state()? },
            "quality" => Act::Quality {
                from: self.from.take(),
                to: self.to.take(),
                latency: self.latency.take(),
                loss: self.loss.take(),
                duplication: self.duplication.take(),
                reordering: self.reordering.take(),
            },
            "partition" => Act::Partition { groups: self.groups()? },
            "heal" => Act::Heal,
            "flight" => Act::Flight { flight: self.flight()?, fate: self.fate()? },
            "disk" => Act::Disk { node: self.node()?, latency: self.latency()? },
            "stall" => Act::Stall { node: self.node()? },
            "unstall" => Act::Unstall { node: self.node()? },
            "get" => Act::Get { client: self.client()?, key: self.key()? },
            "put" => Act::Put { client: self.client()?, key: self.key()?, value: self.value()? },
            "append" => Act::Append { client: self.client()?, key: self.key()?, value: self.value()? },
            "load" => Act::Load {
                client: self.client()?,
                every: self.every()?,
                keys: self.keys()?,
                writes: self.writes()?,
                hot: self.hot.take().unwrap_or_default(),
                cas: self.cas.take().unwrap_or_default(),
                deletes: self.deletes.take().unwrap_or_default(),
            },
            "cas" => Act::Cas {
                client: self.client()?,
                key: self.key()?,
                expected: self.expected.take(),
                value: self.value()?,
            },
            "delete" => Act::Delete { client: self.client()?, key: self.key()? },
            "quiet" => Act::Quiet { client: self.client()? },
            "start" => Act::Start { node: self.node()?, command: self.command()? },
            "snapshot" => Act::Snapshot { node: self.node()?, index: self.index()? },
            "transfer" => Act::Transfer { node: self.node()?, to: self.to()? },
            "network" => Act::Network { mode: self.mode()? },
            "submit" => Act::Submit { job: self.job()? },
            "reseed" => Act::Reseed { seed: self.seed()? },
            "rule" => Act::Rule { rule: self.rule()?, on: self.on()? },
            _ => return None,
        })
    }
}

impl TryFrom<Written> for Act {
    type Error = String;

    fn try_from(mut written: Written) -> Result<Act, String> {
        let act = written.act();
        let Written { what, lacks, .. } = &written;
        match (act, lacks, written.left_over()) {
            (Some(act), _, None) => Ok(act),
            (Some(_), _, Some(field)) => Err(format!("`{what}` has no field `{field}`")),
            (None, Some(field), _) => Err(format!("missing field `{field}` of `{what}`")),
            (None, None, _) => Err(format!("there is no act `{what}`")),
        }
    }
}

impl Act {
    /// A client is asked for an operation.
    pub fn ask(client: NodeId, op: Op) -> Act {
        match op {
            Op::Get { key } => Act::Get { client, key },
            Op::Put { key, value } => Act::Put { client, key, value },
            Op::Append { key, value } => Act::Append { client, key, value },
            Op::Cas { key, expected, value } => Act::Cas { client, key, expected, value },
            Op::Delete { key } => Act::Delete { client, key },
        }
    }

    /// The world's actions that this act is made of, or why it cannot be done.
    pub fn translate(&self, config: &Config, world: &World<Member>) -> Result<Vec<Action<Member>>, String> {
        let roster = config.roster();
        let client = |node: NodeId, request: Request| match roster.role(node) {
            Some(Role::Client) => Ok(vec![Action::Call(node, member::Request::Clerk(request))]),
            _ => Err(format!(
                "{} is not a client: this cluster has {} of them",
                roster.name(node),
                config.clients
            )),
        };
        let one = |action: Action<Member>| Ok(vec![action]);
        match self.clone() {
            Act::Crash { node } => one(Action::Crash(node)),
            Act::Restart { node } => one(Action::Restart(node)),
            Act::Pause { node } => one(Action::Pause(node)),
            Act::Resume { node } => one(Action::Resume(node)),
            Act::Isolate { node } => one(Action::Isolate(node)),
            Act::Wipe { node } => one(Action::Wipe(node)),
            Act::Slow { node, by } => one(Action::Slow(node, by)),
            Act::Drift { node, ppm } => one(Action::Drift(node, ppm)),
            Act::Fire { node, timer } => one(Action::Fire(node, armed(world, node, &timer)?)),
            Act::Postpone { node, timer, by } => one(Action::Postpone(node, armed(world, node, &timer)?, by)),
            Act::Link { from, to, state } => one(Action::Gate { from, to, gate: state }),
            Act::Quality { from, to, .. } => self.qualities(from, to, config, world),
            Act::Partition { groups } => one(Action::Partition(groups)),
            Act::Heal => one(Action::Heal),
            Act::Flight { flight, fate } => one(Action::Flight(flight, fate)),
            Act::Disk { node, latency } => one(Action::DiskLatency(node, latency)),
            Act::Stall { node } => one(Action::Stall(node)),
            Act::Unstall { node } => one(Action::Unstall(node)),
            Act::Get { client: node, key } => client(node, asked(Op::Get { key })?),
            Act::Put { client: node, key, value } => client(node, asked(Op::Put { key, value })?),
            Act::Append { client: node, key, value } => client(node, asked(Op::Append { key, value })?),
            Act::Cas { client: node, key, expected, value } => {
                client(node, asked(Op::Cas { key, expected, value })?)
            }
            Act::Delete { client: node, key } => client(node, asked(Op::Delete { key })?),
            Act::Load { client: node, every, keys, writes, hot, cas, deletes } => {
                let most = [writes, hot, cas.saturating_add(deletes)].into_iter().max();
                if keys == 0 || keys > 10_000 || most > Some(1_000) || every > Span::secs(3_600) {
                    return Err(format!(
                        "a load over {keys} keys with {writes} writes per mille, {hot} on the first key, {cas} of the writes compare-and-sets and {deletes} deletes, every {every}, cannot be: use 1 to 10000 keys, 0 to 1000 per mille and at most an hour"
                    ));
                }
                client(node, Request::Load { every, mix: Mix { keys, hot, writes, cas, deletes } })
            }
            Act::Quiet { client: node } => client(node, Request::Quiet),
            Act::Start { .. } | Act::Snapshot { .. } if config.host == Host::Service => {
                Err("this cluster has no tester: its clients ask the servers".into())
            }
            Act::Start { node, command } => {
                fits_value(&command)?;
                one(Action::Call(node, started(command)))
            }
            Act::Snapshot { node, index } => match world.view(node) {
                Some(View::Server(view)) => match tester::written(&view.raft, index) {
                    Some(data) => one(Action::Call(
                        node,
                        member::Request::Server(raft::Request::Snapshot { index, data }),
                    )),
                    None => Err(format!("{} has no entry {index} to write down", roster.name(node))),
                },
                _ => Err(format!("{} is no running server", roster.name(node))),
            },
            Act::Transfer { node, to } => match (roster.role(node), roster.role(to)) {
                (Some(Role::Server), Some(Role::Server)) => {
                    one(Action::Call(node, member::Request::Server(raft::Request::Transfer { to })))
                }
                _ => Err("leadership is handed from a server to a server".into()),
            },
            Act::Speed { node, percent } => match world.config(node) {
                Some(worker @ MemberConfig::Worker(_)) if (1..=1_000).contains(&percent) => {
                    one(Action::Configure(node, worker.clone().at_speed(percent)))
                }
                Some(MemberConfig::Worker(_)) => Err(format!("a speed of {percent} %: use 1 to 1000")),
                _ => Err(format!("{} is no worker: only these compute", roster.name(node))),
            },
            Act::Network { mode } => one(Action::Quality(None, mode.quality())),
            Act::Submit { job } => {
                let coordinator = in_charge(world, roster)
                    .ok_or("this cluster has no workers, so no job can run: open one with workers")?;
                job.check(&config.engine).map_err(|error| format!("{error}"))?;
                one(Action::Call(coordinator, member::Request::MapReduce(mapreduce::Request::Submit(job))))
            }
            Act::Reseed { seed } if seed >= 1 << 53 => {
                Err(format!("the seed {seed} is too large: use 0 to {}", (1u64 << 53) - 1))
            }
            Act::Reseed { seed } => one(Action::Reseed(seed)),
            Act::Rule { rule, on } => {
                let rules = AllRules::of(world).switched(AnyRule::named(&rule)?, on);
                let told = world.ids().zip(config.members(rules)).map(|(node, member)| {
                    let kept = world.config(node).map_or(100, MemberConfig::speed);
                    (node, member.at_speed(kept))
                });
                let news = told.filter(|(node, member)| world.config(*node) != Some(member));
                Ok(news.map(|(node, member)| Action::Configure(node, member)).collect())
            }
        }
    }

    /// A quality for every link that is meant, each keeping what the act leaves out.
    fn qualities(
        &self,
        from: Option<NodeId>,
        to: Option<NodeId>,
        config: &Config,
        world: &World<Member>,
    ) -> Result<Vec<Action<Member>>, String> {
        let Act::Quality { latency, loss, duplication, reordering, .. } = self else { return Ok(Vec::new()) };
        let nodes = config.roster().len();
        if let Some(node) = [from, to].into_iter().flatten().find(|node| node.0 >= nodes) {
            return Err(format!("there is no node {}: the cluster has nodes 0 to {}", node.0, nodes - 1));
        }
        let changed = |from: NodeId, to: NodeId| {
            let mut quality = world.quality(from, to);
            quality.latency = latency.unwrap_or(quality.latency);
            quality.loss = loss.map_or(quality.loss, Ratio::per_mille);
            quality.duplication = duplication.map_or(quality.duplication, Ratio::per_mille);
            quality.reordering = reordering.map_or(quality.reordering, Ratio::per_mille);
            quality
        };
        if let (None, None) = (from, to) {
            return Ok(vec![Action::Quality(None, changed(NodeId(0), NodeId(0)))]);
        }
        let all = |one: Option<NodeId>| world.ids().filter(move |&node| one.is_none_or(|one| one == node));
        let links = all(from).flat_map(|from| all(to).map(move |to| (from, to)));
        let links = links.filter(|(from, to)| from != to);
        Ok(links.map(|(from, to)| Action::Quality(Some((from, to)), changed(from, to))).collect())
    }
}

/// The running timer of that name.
fn armed(world: &World<Member>, node: NodeId, name: &str) -> Result<Timer, String> {
    let found = world.timers(node).map(|(timer, _)| timer).find(|timer| timer.name() == name);
    found.ok_or_else(|| {
        let running: Vec<&str> = world.timers(node).map(|(timer, _)| timer.name()).collect();
        format!(
            "node {} has no timer `{name}` running at this moment; running are: {}",
            node.0,
            running.join(", ")
        )
    })
}

/// A tester's command as one of the service's, which nobody executes: a session that no client has, and a value.
fn started(command: Text) -> member::Request {
    let session = kv::Session { client: NodeId(u16::MAX), incarnation: 0 };
    let op = Op::Put { key: Text::default(), value: command };
    member::Request::Server(raft::Request::Propose(kv::Command { session, number: 0, op }))
}

/// An operation that a client is asked for, if its texts are as long as the store allows.
fn asked(op: Op) -> Result<Request, String> {
    fits_key(op.key())?;
    let expected = if let Op::Cas { expected, .. } = &op { expected.as_ref() } else { None };
    for text in op.value().into_iter().chain(expected) {
        fits_value(text)?;
    }
    Ok(Request::Do(op))
}

/// How a number that may be left out is left out.
fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn fits_key(key: &Text) -> Result<(), String> {
    match key.len() {
        0 => Err("a key must not be empty: give it at least one character".into()),
        len if len > kv::store::KEY_LIMIT => {
            Err(format!("the key is {len} bytes long: at most {} are kept", kv::store::KEY_LIMIT))
        }
        _ => Ok(()),
    }
}

fn fits_value(value: &Text) -> Result<(), String> {
    if value.len() > kv::store::VALUE_LIMIT {
        return Err(format!(
            "the value is {} bytes long: at most {} are kept",
            value.len(),
            kv::store::VALUE_LIMIT
        ));
    }
    Ok(())
}
