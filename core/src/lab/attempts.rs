//! Every attempt at a task of the last job: who made it, from when to when, and what came of it.
//!
//! Read from steps and views alone: a worker's view says when it begins and ends an attempt, a coordinator's whether that counted.

use super::member::{Member, Message, View};
use crate::mapreduce::{
    self, CoordinatorView, Ending, JobId, JobView, Seat, Task, TaskId, TaskState, WorkerView, permit,
};
use crate::node::NodeId;
use crate::sim::{Cause, World};
use crate::time::Time;
use crate::tree::Tree;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// How many attempts are remembered: the last ones.
pub const KEPT: u64 = 4_096;

/// The attempts at the tasks of one job.
#[derive(Clone, Debug, Default)]
pub struct Attempts {
    job: JobId,
    /// In the order in which they began.
    all: Tree<u64, Attempt>,
    /// Those whose worker is at them still, or of which it is not known what comes of them.
    open: Tree<u64, ()>,
    begun: u64,
    /// How many completed maps the coordinator knows to be lost.
    lost: u32,
    /// How often charge of coordinators has changed hands.
    epoch: u32,
}

/// One attempt at a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The task.
    pub task: TaskId,
    /// Which attempt at it.
    pub attempt: u32,
    /// Who made it.
    pub worker: NodeId,
    /// Whether another worker was at the task when it began (§3.6).
    pub backup: bool,
    /// When the worker began.
    pub from: Time,
    /// When it was done with it, or crashed.
    pub to: Option<Time>,
    /// When its time ran out, and the task was given to another.
    pub overdue_at: Option<Time>,
    /// What came of it.
    pub end: End,
    /// Why, where there is more to say.
    pub why: String,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing yet.
    Running,
    /// Its output is the task's.
    Committed,
    /// Another was first.
    Late,
    /// The program failed.
    Failed,
    /// Its worker crashed.
    Crashed,
    /// What it had read or written is gone.
    Lost,
}

impl End {
    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            End::Running => "running",
            End::Committed => "committed",
            End::Late => "late",
            End::Failed => "failed",
            End::Crashed => "crashed",
            End::Lost => "lost",
        }
    }
}

impl Attempts {
    /// All that are remembered, in the order in which they began.
    pub fn iter(&self) -> impl Iterator<Item = &Attempt> {
        self.all.iter().map(|(_, attempt)| attempt)
    }

    /// Looks at the step just taken.
    pub fn observe(&mut self, world: &World<Member>) {
        if permit().is_none() {
            return;
        }
        let step = world.last_step();
        if let Cause::Arrival { from, body: Message::MapReduce(message), .. } = &step.cause {
            self.heard(*from, message);
        }
        let Some(change) = &step.change else { return };
        match (change.before.as_ref(), change.after.as_ref()) {
            (before, Some(View::Worker(after))) => {
                let before = if let Some(View::Worker(view)) = before { Some(view) } else { None };
                self.worker(step.at, change.node, before, Some(after));
            }
            (Some(View::Worker(before)), None) => self.worker(step.at, change.node, Some(before), None),
            // One that does not know yet that another has taken over is no longer of interest.
            (_, Some(View::Coordinator(view))) if view.seat != Seat::Standby && view.epoch >= self.epoch => {
                self.epoch = view.epoch;
                self.coordinator(step.at, view)
            }
            _ => {}
        }
    }

    fn worker(&mut self, at: Time, worker: NodeId, before: Option<&WorkerView>, after: Option<&WorkerView>) {
        let attempt = |view: Option<&WorkerView>| {
            let run = view?.attempt.as_ref()?;
            Some((run.job, run.task, run.attempt, run.backup))
        };
        let (was, is) = (attempt(before), attempt(after));
        if was == is {
            return;
        }
        if let Some((job, task, number, _)) = was
            && job == self.job
        {
            let reported = before.is_some_and(|view| view.doing == mapreduce::Doing::Reporting);
            self.each_open(|attempt| {
                if (attempt.task, attempt.attempt, attempt.worker) == (task, number, worker) {
                    attempt.to = Some(at);
                    match (after, reported) {
                        // The coordinator has said already what it makes of it.
                        _ if attempt.end != End::Running => {}
                        // It has yet to say: the report may be on its way.
                        (_, true) => {}
                        (None, false) => attempt.end = End::Crashed,
                        (Some(_), false) => attempt.end = End::Lost,
                    }
                }
            });
        }
        let Some((job, task, attempt, backup)) = is else { return };
        if job > self.job {
            *self = Attempts { job, epoch: self.epoch, ..Attempts::default() };
        }
        if job == self.job {
            self.begun += 1;
            let (from, end, why) = (at, End::Running, String::new());
            let begun = Attempt { task, attempt, worker, backup, from, to: None, overdue_at: None, end, why };
            self.all.insert(self.begun, begun);
            self.open.insert(self.begun, ());
            if let Some(oldest) = self.begun.checked_sub(KEPT) {
                self.all.remove(&oldest);
                self.open.remove(&oldest);
            }
        }
    }

    /// A coordinator heard how an attempt ended.
    fn heard(&mut self, from: NodeId, message: &mapreduce::Message) {
        let mapreduce::Message::Report { job, task, attempt: number, ending, .. } = message else { return };
        let (end, why) = match ending {
            Ending::Completed(_) => return,
            Ending::Failed(failure) => (End::Failed, format!("{failure}")),
            Ending::Unread { map, .. } => (End::Lost, format!("what map {map} has left could not be read")),
        };
        if *job == self.job {
            self.each_open(|attempt| {
                if (attempt.task, attempt.attempt, attempt.worker) == (*task, *number, from) {
                    (attempt.end, attempt.why) = (end, why.clone());
                }
            });
        }
    }

    /// What the coordinator in charge now thinks of the attempts that are open.
    fn coordinator(&mut self, at: Time, view: &CoordinatorView) {
        let Some(job) = view.job.as_ref().filter(|job| job.id == self.job) else { return };
        if job.lost > self.lost {
            self.lost = job.lost;
            self.look_for_the_lost(job);
        }
        self.each_open(|attempt| {
            if attempt.end != End::Running {
                return;
            }
            let Some(Task { state, .. }) = job.task(attempt.task) else { return };
            match state {
                TaskState::Completed { worker, attempt: first } => {
                    if (worker, first) == (attempt.worker, attempt.attempt) {
                        attempt.end = End::Committed;
                    } else if attempt.to.is_some() {
                        attempt.end = End::Late;
                    }
                }
                TaskState::Idle | TaskState::InProgress { .. } => {
                    let waited_for = job.task(attempt.task).into_iter().flat_map(Task::runs);
                    let mut waited_for = waited_for.filter(|run| run.attempt == attempt.attempt);
                    if attempt.overdue_at.is_none() && waited_for.next().is_none() {
                        attempt.overdue_at = Some(at);
                        // Its report has not come, and its worker is not there to repeat it.
                        if attempt.to.is_some() {
                            attempt.end = End::Crashed;
                        }
                    }
                }
            }
        });
    }

    /// Completed maps have to run again: what the attempts had written that counted is gone (§3.3).
    fn look_for_the_lost(&mut self, job: &JobView) {
        let counts = |attempt: &Attempt| {
            let first = TaskState::Completed { worker: attempt.worker, attempt: attempt.attempt };
            job.task(attempt.task).is_some_and(|task| task.state == first)
        };
        let lost: Vec<(u64, Attempt)> = self
            .all
            .iter()
            .filter(|(_, attempt)| attempt.end == End::Committed && !counts(attempt))
            .map(|(&number, attempt)| (number, Attempt { end: End::Lost, ..attempt.clone() }))
            .collect();
        for (number, attempt) in lost {
            self.all.insert(number, attempt);
        }
    }

    /// Changes the open attempts; those are closed whose worker is done with them and of which it is known what came of them.
    /// A coordinator counts a report before the worker hears of it.
    fn each_open(&mut self, mut change: impl FnMut(&mut Attempt)) {
        let mut closed = Vec::new();
        for (&number, ()) in self.open.iter() {
            let Some(known) = self.all.get(&number) else { continue };
            let mut attempt = known.clone();
            change(&mut attempt);
            if attempt.end != End::Running && attempt.to.is_some() {
                closed.push(number);
            }
            if attempt != *known {
                self.all.insert(number, attempt);
            }
        }
        for number in closed {
            self.open.remove(&number);
        }
    }
}
