//! Whoever watches the cluster: every checker, after every step, and what is worth a mark on the timeline.

use super::act::Act;
use super::attempts::Attempts;
use super::config::{Config, Roster};
use super::member::{Content, File, Member, Message, Timer, View};
use super::operations::Operations;
use super::tell::tell;
use crate::check::mapreduce::{self as jobs, CoordinatorStep};
use crate::check::raft::{Cause as Why, Disks, Durable, Turn};
use crate::check::{Moment, Verdicts, raft, service};
use crate::kv::{self, server::Host};
use crate::mapreduce::{self, JobId};
use crate::node::{Effect, FileOp, NodeId};
use crate::raft::log::{Log, Term};
use crate::raft::message::Message::VoteReply;
use crate::raft::view::Role as RaftRole;
use crate::sim::{Action, Cause, Change, Deed, Step, World};
use crate::time::Time;
use crate::timeline::Subject;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// All the checkers of one run.
#[derive(Clone, Debug)]
pub struct Watch {
    config: Config,
    verdicts: Verdicts,
    raft: raft::Checker<kv::Command>,
    service: service::Checker,
    jobs: jobs::Checker,
    operations: Operations,
    attempts: Attempts,
    portable: bool,
}

/// What a timeline remembers of a step for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// When.
    pub at: Time,
    /// In which step.
    pub step: u64,
    /// Where, if it was at one node.
    pub node: Option<NodeId>,
    /// What.
    pub kind: MarkKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum MarkKind {
    /// A server has another role or another term.
    Role(Lane, Term),
    /// A leader committed up to this index.
    Commit(u64),
    /// Somebody did something to the cluster: what, in a sentence.
    Act(String),
    /// A property was broken: its name.
    Violation(&'static str),
    /// A job changed its stage.
    Job(&'static str),
}

/// What a server's lane shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// It follows.
    Follower,
    /// It stands for election.
    Candidate,
    /// It leads.
    Leader,
    /// It is down.
    Down,
}

impl Watch {
    /// What has been broken so far.
    pub fn verdicts(&self) -> &Verdicts {
        &self.verdicts
    }

    /// The operations called last, and how far each has come.
    pub fn operations(&self) -> &Operations {
        &self.operations
    }

    /// The attempts at the tasks of the last job.
    pub fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// Who is who.
    pub fn roster(&self) -> Roster {
        self.config.roster()
    }

    /// Whether the output of this job is that of a sequential run; none before the job is done and looked at.
    pub fn output_is_equal(&self, job: JobId) -> Option<bool> {
        self.jobs.output_is_equal(job)
    }

    fn judge(&mut self, world: &World<Member>) {
        let step = world.last_step();
        let now = Moment { step: step.number, at: step.at };
        let verdicts = &mut self.verdicts;
        if let Some(change) = &step.change {
            if let Some((before, after)) = servers(change) {
                let rafts = (before.map(|view| &view.raft), after.map(|view| &view.raft));
                self.raft.observe(now, change.node, rafts.0, rafts.1, verdicts);
                if self.config.host == Host::Service {
                    let applied = self.raft.applied_log();
                    self.service.observe_server(now, change.node, before, after, applied, verdicts);
                }
            } else if let Some((before, after)) = clerks(change) {
                self.service.observe_clerk(now, change.node, before, after, verdicts);
            } else if let Some((before, after)) = coordinators(change) {
                let heard = heard(step);
                let store = self.config.roster().store().and_then(|store| as_store(world.view(store)));
                let step = CoordinatorStep { heard, before, after, store };
                self.jobs.observe_coordinator(now, change.node, step, verdicts);
            } else if let Some((before, after)) = stores(change) {
                self.jobs.observe_store(now, change.node, touched(step), before, after, verdicts);
            }
        }
        self.judge_turn(world);
        let verdicts = &mut self.verdicts;
        for deed in &step.deeds {
            if let Deed::Departed { from, to, body: Message::Kv(kv::Message::Raft(message)), .. } = deed {
                let durable = durable(world, *from);
                self.raft.departed(now, *from, *to, message, durable, verdicts);
            }
        }
    }
    /// What a server did with its input, whether it shows or not.
    fn judge_turn(&mut self, world: &World<Member>) {
        let step = world.last_step();
        let Some((server, cause)) = turn(step) else { return };
        let Some(View::Server(view)) = world.view(server) else { return };
        let now = Moment { step: step.number, at: step.at };
        let (mut timer_reset, mut granted) = (false, false);
        for effect in &step.effects {
            match effect {
                Effect::SetTimer { which: Timer::Raft(crate::raft::Timer::Election), .. } => {
                    timer_reset = true
                }
                Effect::Send {
                    body: Message::Kv(kv::Message::Raft(VoteReply { granted: true, .. })),
                    ..
                } => {
                    granted = true;
                }
                Effect::Write(batch) => {
                    for op in batch {
                        if let FileOp::Put(File::Raft(crate::raft::File::State), Content::Raft(state)) = op {
                            self.raft.wrote(server, &saved(state));
                        }
                    }
                }
                _ => {}
            }
        }
        if let Cause::Durable { .. } = step.cause {
            self.raft.completed(server);
        }
        let before = match &step.change {
            Some(change) => as_server(change.before.as_ref()).map(|view| &view.raft),
            None => Some(&view.raft),
        };
        let turn = Turn { server, cause, before, after: &view.raft, timer_reset, granted };
        let disks = Disks { servers: self.config.servers, on: &|server| durable(world, server) };
        self.raft.turned(now, &turn, &disks, &mut self.verdicts);
    }
}

/// What set a server's step off, as Raft sees it; none if no server took an input.
fn turn(step: &Step<Member>) -> Option<(NodeId, Why<'_, kv::Command>)> {
    let node = step.node()?;
    let why = match &step.cause {
        Cause::Arrival { from, body: Message::Kv(kv::Message::Raft(message)), .. } => {
            Why::Heard(*from, message)
        }
        Cause::Alarm { timer: Timer::Raft(crate::raft::Timer::Election), .. } => Why::ElectionTimer,
        Cause::Alarm { timer: Timer::Raft(crate::raft::Timer::Quorum), .. } => Why::QuorumTimer,
        _ => Why::Other,
    };
    Some((node, why))
}

/// What a server has on its disk.
fn durable(world: &World<Member>, server: NodeId) -> Durable<'_, kv::Command> {
    const NOTHING: &Log<kv::Command> = &Log::new();
    let file = world.durable(server).and_then(|files| files.get(&File::Raft(crate::raft::File::State)));
    match file {
        Some(Content::Raft(state)) => saved(state),
        _ => Durable { current_term: Term(0), voted_for: None, log: NOTHING },
    }
}

fn saved(state: &crate::raft::HardState<kv::Command>) -> Durable<'_, kv::Command> {
    Durable { current_term: state.current_term, voted_for: state.voted_for, log: &state.log }
}

/// A change of a server's view; none if the change is another kind of node's.
fn servers(change: &Change<Member>) -> Option<(Option<&kv::ServerView>, Option<&kv::ServerView>)> {
    let (before, after) = (as_server(change.before.as_ref()), as_server(change.after.as_ref()));
    (before.is_some() || after.is_some()).then_some((before, after))
}

/// A change of a client's view; none if the change is another kind of node's.
fn clerks(change: &Change<Member>) -> Option<(Option<&kv::ClerkView>, Option<&kv::ClerkView>)> {
    let (before, after) = (as_clerk(change.before.as_ref()), as_clerk(change.after.as_ref()));
    (before.is_some() || after.is_some()).then_some((before, after))
}

/// A change of the coordinator's view; none if the change is another kind of node's.
fn coordinators(
    change: &Change<Member>,
) -> Option<(Option<&mapreduce::CoordinatorView>, Option<&mapreduce::CoordinatorView>)> {
    let (before, after) = (as_coordinator(change.before.as_ref()), as_coordinator(change.after.as_ref()));
    (before.is_some() || after.is_some()).then_some((before, after))
}

/// A change of the store's view; none if the change is another kind of node's.
fn stores(change: &Change<Member>) -> Option<(Option<&mapreduce::StoreView>, Option<&mapreduce::StoreView>)> {
    let (before, after) = (as_store(change.before.as_ref()), as_store(change.after.as_ref()));
    (before.is_some() || after.is_some()).then_some((before, after))
}

/// The message of MapReduce's that a step is about.
fn heard(step: &Step<Member>) -> Option<&mapreduce::Message> {
    match &step.cause {
        Cause::Arrival { body: Message::MapReduce(message), .. } => Some(message),
        _ => None,
    }
}

/// Whether every reader would hear the same: not if a program met a limit that strikes elsewhere on another machine, or was not
/// run for want of an interpreter.
fn ends_alike_everywhere(message: &mapreduce::Message) -> bool {
    match message {
        mapreduce::Message::Report { ending: mapreduce::Ending::Failed(failure), .. } => {
            failure.kind.is_portable()
        }
        _ => true,
    }
}

/// The files of the store that a step's writes name.
pub(crate) fn touched(step: &Step<Member>) -> impl Iterator<Item = mapreduce::FileName> {
    let batches = step.effects.iter().filter_map(|effect| match effect {
        Effect::Write(batch) => Some(batch),
        _ => None,
    });
    let names = batches.flatten().flat_map(|op| match op {
        FileOp::Put(name, _) | FileOp::Remove(name) => [Some(name), None],
        FileOp::Rename(old, new) => [Some(old), Some(new)],
    });
    names.flatten().filter_map(|name| if let File::Store(chunk) = name { Some(chunk.file) } else { None })
}

fn as_coordinator(view: Option<&View>) -> Option<&mapreduce::CoordinatorView> {
    if let Some(View::Coordinator(view)) = view { Some(view) } else { None }
}

fn as_store(view: Option<&View>) -> Option<&mapreduce::StoreView> {
    if let Some(View::Store(view)) = view { Some(view) } else { None }
}

fn stage(view: Option<&mapreduce::CoordinatorView>) -> Option<(mapreduce::JobId, mapreduce::Stage)> {
    view?.job.as_ref().map(|job| (job.id, job.stage))
}

fn as_clerk(view: Option<&View>) -> Option<&kv::ClerkView> {
    if let Some(View::Client(view)) = view { Some(view) } else { None }
}

fn as_server(view: Option<&View>) -> Option<&kv::ServerView> {
    if let Some(View::Server(view)) = view { Some(view) } else { None }
}

fn lane(view: Option<&kv::ServerView>) -> (Lane, Term) {
    let Some(view) = view else { return (Lane::Down, Term(0)) };
    let lane = match view.raft.role {
        RaftRole::Follower => Lane::Follower,
        RaftRole::Candidate { .. } => Lane::Candidate,
        RaftRole::Leader { .. } => Lane::Leader,
    };
    (lane, view.raft.current_term)
}

impl Subject for Watch {
    type Node = Member;
    type Config = Config;
    type Act = Act;
    type Mark = Mark;

    fn open(config: &Config) -> Result<(Watch, World<Member>), String> {
        config.check()?;
        let world = World::new(config.members(config.rules()?), config.settings());
        let watch = Watch {
            config: config.clone(),
            verdicts: Verdicts::new(),
            raft: raft::Checker::new(),
            service: service::Checker::new(),
            jobs: jobs::Checker::new(config.engine.clone(), config.intermediate),
            operations: Operations::default(),
            attempts: Attempts::default(),
            portable: true,
        };
        Ok((watch, world))
    }

    fn observe(&mut self, world: &World<Member>, marks: &mut Vec<Mark>) {
        let known = self.verdicts.violations().len();
        self.judge(world);
        self.operations.observe(world);
        self.attempts.observe(world);
        self.portable &= heard(world.last_step()).is_none_or(ends_alike_everywhere);
        let step = world.last_step();
        let mut mark = |node, kind| marks.push(Mark { at: step.at, step: step.number, node, kind });
        if let Some(change) = &step.change
            && let Some((before, after)) = servers(change)
        {
            let (was, is) = (lane(before), lane(after));
            if was != is {
                mark(Some(change.node), MarkKind::Role(is.0, is.1));
            }
            if let (Some(before), Some(after)) = (before, after)
                && is.0 == Lane::Leader
                && after.raft.commit_index > before.raft.commit_index
            {
                mark(Some(change.node), MarkKind::Commit(after.raft.commit_index));
            }
        }
        if let Some(change) = &step.change
            && let Some((before, after)) = coordinators(change)
            && stage(before) != stage(after)
            && let Some((_, stage)) = stage(after)
        {
            let told = match stage {
                mapreduce::Stage::Loading => "loading",
                mapreduce::Stage::Map => "map",
                mapreduce::Stage::Reduce => "reduce",
                mapreduce::Stage::Done => "done",
                mapreduce::Stage::Failed => "failed",
            };
            mark(Some(change.node), MarkKind::Job(told));
        }
        if is_fault(step) {
            mark(step.node(), MarkKind::Act(tell(step, self.roster()).text));
        }
        for violation in &self.verdicts.violations()[known..] {
            mark(violation.nodes.first().copied(), MarkKind::Violation(violation.property.name()));
        }
    }

    fn is_portable(&self) -> bool {
        self.portable
    }

    fn translate(&self, act: &Act, world: &World<Member>) -> Result<Vec<Action<Member>>, String> {
        act.translate(&self.config, world)
    }
}

/// Whether somebody did something to the cluster, other than ask it for what it is there for.
fn is_fault(step: &Step<Member>) -> bool {
    matches!(&step.cause, Cause::Action(action) if !matches!(action, Action::Call(..)))
}
