//! What people did, in words.

use super::{Kind, Names, Sentence};
use crate::kv::clerk::Request as ClerkRequest;
use crate::lab::member::{Member, MemberConfig, Request, View};
use crate::lab::tell::kv::op;
use crate::mapreduce::Request as JobRequest;
use crate::node::NodeId;
use crate::raft::{self, Role};
use crate::rules::Rule as Named;
use crate::sim::{Action, FlightAction, Gate, Step};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) fn sentence(action: &Action<Member>, step: &Step<Member>, names: Names) -> Sentence {
    if let Action::Call(node, request) = action {
        return called(names, *node, request);
    }
    let of = |node: &NodeId| names.of(*node);
    let text = match action {
        Action::Crash(node) => format!("You crashed {}{}.", of(node), office(step)),
        Action::Wipe(node) if names.is_worker(*node) => {
            format!("You emptied {}'s disk: what maps have left there is lost.", of(node))
        }
        Action::Wipe(node) => {
            format!("You emptied the disk of {}{}: Raft does not survive that.", of(node), office(step))
        }
        Action::Restart(node) => format!("You restarted {}: it has what its disk kept.", of(node)),
        Action::Pause(node) => format!("You paused {}.", of(node)),
        Action::Resume(node) => format!("You let {} go on.", of(node)),
        Action::Slow(node, by) if by.0 == 0 => format!("You let {} work at its normal pace.", of(node)),
        Action::Slow(node, by) => format!("You slowed {} down by {by} a message.", of(node)),
        Action::Drift(node, ppm) => {
            format!("You let {}'s clock drift by {ppm} parts in a million.", of(node))
        }
        Action::Fire(node, timer) => format!("You let {}'s {} timer run out.", of(node), timer.name()),
        Action::Postpone(node, timer, by) => {
            format!("You put {}'s {} timer off by {by}.", of(node), timer.name())
        }
        Action::Gate { from, to, gate } => {
            let did = match gate {
                Gate::Open => "opened",
                Gate::Cut => "cut",
                Gate::Hold => "stopped messages on",
            };
            format!("You {did} the link from {} to {}.", of(from), of(to))
        }
        Action::Quality(None, _) => "You changed the quality of every link.".into(),
        Action::Quality(Some((from, to)), _) => {
            format!("You changed the quality of the link from {} to {}.", of(from), of(to))
        }
        Action::Partition(groups) => {
            let group = |nodes: &Vec<NodeId>| nodes.iter().map(of).collect::<Vec<_>>().join(" ");
            let groups: Vec<String> = groups.iter().map(group).collect();
            format!("You split the network: {}.", groups.join(" | "))
        }
        Action::Isolate(node) => format!("You cut {} off from everybody{}.", of(node), office(step)),
        Action::Heal => "You opened every link.".into(),
        Action::Flight(flight, action) => {
            let did = match action {
                FlightAction::Drop => "dropped",
                FlightAction::Duplicate => "copied",
                FlightAction::Corrupt => "damaged",
                FlightAction::Deliver => "delivered",
                FlightAction::Hold => "stopped",
                FlightAction::Release => "released",
                FlightAction::Delay(_) => "delayed",
            };
            format!("You {did} message {}.", flight.0)
        }
        Action::DiskLatency(node, (from, to)) => {
            format!("You made {}'s writes take {from} to {to}.", of(node))
        }
        Action::Stall(node) => format!("You stopped {}'s disk.", of(node)),
        Action::Unstall(node) => format!("You let {}'s disk go on.", of(node)),
        Action::Reseed(seed) => {
            format!("You gave chance a new seed, {seed}: from here another future unfolds.")
        }
        Action::Configure(node, config) if speed_before(step) != Some(config.speed()) => {
            format!("You made {} compute at {} % of the usual speed.", of(node), config.speed())
        }
        Action::Configure(node, config) => format!("You told {} to keep {}.", of(node), rules_kept(config)),
        Action::Call(..) => String::new(),
    };
    Sentence::plain(Kind::Fault, text)
}

fn called(names: Names, node: NodeId, request: &Request) -> Sentence {
    let name = names.of(node);
    let (kind, text) = match request {
        Request::Clerk(request) => {
            let what = match request {
                ClerkRequest::Do(asked) => op(asked),
                ClerkRequest::Load { every, mix } => {
                    let keys = mix.keys;
                    let text =
                        format!("You gave {name} steady work: an operation over {keys} keys every {every}.");
                    return Sentence::plain(Kind::Client, text);
                }
                ClerkRequest::Quiet => {
                    return Sentence::plain(Kind::Client, format!("You ended {name}'s steady work."));
                }
            };
            (Kind::Client, format!("You asked {name} to “{what}”."))
        }
        Request::Server(raft::Request::Propose(command)) => {
            (Kind::Client, format!("The tester asked {name} to replicate {}.", op(&command.op)))
        }
        Request::Server(raft::Request::Snapshot { index, data }) => {
            let bytes = data.len();
            (Kind::Client, format!("The tester gave {name} a snapshot of all up to {index}, {bytes} bytes."))
        }
        Request::Server(raft::Request::Transfer { to }) => {
            (Kind::Client, format!("You asked {name} to hand leadership to {}.", names.of(*to)))
        }
        Request::Server(raft::Request::Read { .. }) => {
            (Kind::Client, format!("The tester asked {name} whether it may read."))
        }
        Request::Server(raft::Request::CondInstall { index, .. }) => {
            let text = format!("The tester asked {name} whether it may install the snapshot up to {index}.");
            (Kind::Client, text)
        }
        Request::MapReduce(JobRequest::Kept(_)) => (Kind::Quiet, format!("{name} was told what is kept.")),
        Request::MapReduce(JobRequest::Submit(job)) => {
            let app = &job.spec().app;
            let app = if app.code().is_some() { "a program of your own" } else { app.name() };
            let (maps, reduces) = (job.map_tasks(), job.reduce_tasks());
            (Kind::Mapreduce, format!("You submitted {app}: {maps} map tasks and {reduces} reduce tasks."))
        }
    };
    Sentence::plain(kind, text)
}

/// How fast the worker that a step is about computed before; the usual speed for other nodes.
fn speed_before(step: &Step<Member>) -> Option<u32> {
    match step.change.as_ref().and_then(|change| change.before.as_ref()) {
        Some(View::Worker(view)) => Some(view.speed),
        _ => Some(100),
    }
}

/// `every rule`, or `every rule but fast-backup`.
fn rules_kept(config: &MemberConfig) -> String {
    let names: Vec<&str> = match config {
        MemberConfig::Server(config) => {
            config.raft.rules.off().map(Named::name).chain(config.rules.off().map(Named::name)).collect()
        }
        MemberConfig::Client(config) => config.rules.off().map(Named::name).collect(),
        MemberConfig::Coordinator(config) => config.coordinator.rules.off().map(Named::name).collect(),
        MemberConfig::Store(config) | MemberConfig::Worker(config) => {
            config.rules.off().map(Named::name).collect()
        }
    };
    if names.is_empty() { "every rule".into() } else { format!("every rule but {}", names.join(", ")) }
}

/// `, the leader of term 3`, for whom that is news.
fn office(step: &Step<Member>) -> String {
    match step.change.as_ref().and_then(|change| change.before.as_ref()) {
        Some(View::Server(view)) if matches!(view.raft.role, Role::Leader { .. }) => {
            format!(", the leader of term {}", view.raft.current_term)
        }
        _ => String::new(),
    }
}
