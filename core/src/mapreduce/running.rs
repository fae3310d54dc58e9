//! A job and its coordinator's table of tasks (§3.2): what is idle, what is in progress and whose time runs out, what is
//! completed.

use super::config::{Config, Disks};
use super::counters::Counters;
use super::job::{Job, JobId, Phase, TaskId};
use super::message::{Assignment, Source};
use super::rules::{Rule, Rules};
use super::script::Failure;
use super::table::Table;
use super::view::{JobFailure, JobView, Run, Stage, Task, TaskState};
use crate::node::NodeId;
use crate::time::{Span, Time};
use crate::tree::Tree;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// A job and what its coordinator needs to run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Running {
    pub(super) view: JobView,
    /// The tasks that nobody works on, maps first.
    idle: Tree<TaskId, ()>,
    /// The tasks that somebody works on.
    in_progress: Tree<TaskId, ()>,
    /// Attempts in the order in which their time runs out; those that are over are skipped when they come up.
    deadlines: VecDeque<(Time, TaskId, u32)>,
    /// Whether the timer for the first of them is armed.
    armed: bool,
    /// Who makes the attempts that are no longer waited for: how they end is still of interest.
    overdue: Tree<(TaskId, u32), NodeId>,
    /// The tasks whose counts have been added up.
    counted: Tree<TaskId, ()>,
    /// How often the program failed in each record.
    bad: Tree<(TaskId, u32), u32>,
    /// The records that are left out.
    skip: Tree<TaskId, Rc<[u32]>>,
    /// Where the output of each map is, until one more is completed or lost.
    sources: Option<Rc<[Option<Source>]>>,
}

impl Running {
    /// A job whose tasks are all idle. Attempts are numbered on from `attempts`.
    pub(super) fn new(id: JobId, job: Job, attempts: u32, at: Time) -> Running {
        let idle_task = Task { state: TaskState::Idle, attempts, failures: 0 };
        let mut idle = Tree::new();
        let (mut maps, mut reduces) = (Table::new(), Table::new());
        for map in 0..job.map_tasks() {
            maps.insert(map, idle_task);
            idle.insert(TaskId::map(map), ());
        }
        for reduce in 0..job.reduce_tasks() {
            reduces.insert(reduce, idle_task);
            idle.insert(TaskId::reduce(reduce), ());
        }
        let view = JobView {
            id,
            job,
            stage: Stage::Loading,
            loaded: 0,
            maps,
            reduces,
            maps_completed: 0,
            reduces_completed: 0,
            reissued: 0,
            late_reports: 0,
            backups: 0,
            lost: 0,
            counters: Rc::default(),
            failure: None,
            submitted_at: at,
            done_at: None,
        };
        Running {
            view,
            idle,
            in_progress: Tree::new(),
            deadlines: VecDeque::new(),
            armed: false,
            overdue: Tree::new(),
            counted: Tree::new(),
            bad: Tree::new(),
            skip: Tree::new(),
            sources: None,
        }
    }

    fn set(&mut self, id: TaskId, task: Task) {
        self.idle.remove(&id);
        self.in_progress.remove(&id);
        match task.state {
            TaskState::Idle => self.idle.insert(id, ()),
            TaskState::InProgress { .. } => self.in_progress.insert(id, ()),
            TaskState::Completed { .. } => {}
        }
        match id.phase {
            Phase::Map => self.view.maps.insert(id.number, task),
            Phase::Reduce => self.view.reduces.insert(id.number, task),
        }
    }

    /// Whether this attempt is one of those that the coordinator waits for.
    pub(super) fn is_in_progress(&self, id: TaskId, worker: NodeId, attempt: u32) -> bool {
        let mut runs = self.view.task(id).into_iter().flat_map(Task::runs);
        runs.any(|run| run.attempt == attempt && run.worker == worker)
    }

    /// Whether a failure of this attempt is news: the task is not completed, and it has not failed before.
    pub(super) fn may_fail(&self, id: TaskId, worker: NodeId, attempt: u32) -> bool {
        let completed = self.view.task(id).is_none_or(|task| task.is_completed());
        let overdue = self.overdue.get(&(id, attempt)) == Some(&worker);
        self.is_in_progress(id, worker, attempt) || overdue && !completed
    }

    /// The idle task to hand out next. A reduce task reads what every map has written, so it waits for all of them.
    pub(super) fn next_idle(&self, rules: Rules) -> Option<TaskId> {
        let task = *self.idle.iter().next()?.0;
        self.may_run(task, rules).then_some(task)
    }

    fn may_run(&self, task: TaskId, rules: Rules) -> bool {
        match task.phase {
            Phase::Map => self.view.stage >= Stage::Map,
            Phase::Reduce => self.view.stage >= Stage::Reduce || !rules.has(Rule::ReduceAfterAllMaps),
        }
    }

    /// The task that has been in progress for longest, if that is long enough and nobody else makes a second attempt (§3.6).
    pub(super) fn next_backup(&self, worker: NodeId, at: Time, config: &Config) -> Option<TaskId> {
        let long = config.backup_after.filter(|_| config.rules.has(Rule::BackupTasks))?;
        let alone = self.in_progress.iter().filter_map(|(&id, ())| match self.view.task(id)?.state {
            TaskState::InProgress { run, backup: None } if run.worker != worker => Some((run.since, id)),
            _ => None,
        });
        let may_run =
            |&(since, id): &(Time, TaskId)| at.since(since) >= long && self.may_run(id, config.rules);
        alone.filter(may_run).min().map(|(_, id)| id)
    }

    /// Gives a worker a task, which may be in progress already.
    pub(super) fn hand_out(
        &mut self,
        id: TaskId,
        worker: NodeId,
        at: Time,
        config: &Config,
    ) -> Option<Assignment> {
        let task = self.view.task(id)?;
        let attempt = task.attempts.saturating_add(1);
        let run = Run { worker, attempt, since: at };
        let first = task.runs().next();
        let state = TaskState::InProgress { run: first.unwrap_or(run), backup: first.map(|_| run) };
        self.set(id, Task { state, attempts: attempt, ..task });
        self.deadlines.push_back((at + config.timeout, id, attempt));
        self.view.backups += u32::from(first.is_some());
        let job = &self.view.job;
        let input = match id.phase {
            Phase::Map => job.input(id.number).map(|input| input.name.clone()),
            Phase::Reduce => None,
        };
        let (maps, reduces, recipe) = (job.map_tasks(), job.reduce_tasks(), job.recipe().clone());
        let permit = job.permit();
        let sources = match (id.phase, config.disks) {
            (Phase::Reduce, Disks::Local) => self.sources(),
            _ => [].into(),
        };
        let skip = self.skip.get(&id).cloned().unwrap_or_default();
        let (job, backup) = (self.view.id, first.is_some());
        Some(Assignment {
            job,
            recipe,
            task: id,
            attempt,
            maps,
            reduces,
            input,
            sources,
            skip,
            backup,
            permit,
        })
    }

    fn sources(&mut self) -> Rc<[Option<Source>]> {
        let source = |task: &Task| match task.state {
            TaskState::Completed { worker, attempt } => Some(Source { worker, attempt }),
            TaskState::Idle | TaskState::InProgress { .. } => None,
        };
        let maps = &self.view.maps;
        self.sources.get_or_insert_with(|| maps.iter().map(|(_, task)| source(task)).collect()).clone()
    }

    /// An attempt is over, or no longer waited for. Whether its task is idle for that.
    pub(super) fn end_run(&mut self, id: TaskId, attempt: u32) -> bool {
        let Some(task) = self.view.task(id) else { return false };
        if !task.runs().any(|run| run.attempt == attempt) {
            return false;
        }
        let left = task.runs().find(|run| run.attempt != attempt);
        let state = left.map_or(TaskState::Idle, |run| TaskState::InProgress { run, backup: None });
        self.set(id, Task { state, ..task });
        left.is_none()
    }

    /// The attempt whose time has run out, which is the one that the timer was armed for, goes back to the idle tasks. Not
    /// if it is over by then: the next one's time is its own.
    pub(super) fn expire(&mut self) -> bool {
        let Some((_, id, attempt)) = self.deadlines.pop_front() else { return false };
        let run = self.view.task(id).and_then(|task| task.runs().find(|run| run.attempt == attempt));
        if let Some(run) = run {
            self.overdue.insert((id, attempt), run.worker);
            self.view.reissued += u32::from(self.end_run(id, attempt));
            return true;
        }
        while self.deadlines.front().is_some_and(|&(_, id, attempt)| !self.is_under_way(id, attempt)) {
            self.deadlines.pop_front();
        }
        false
    }

    fn is_under_way(&self, id: TaskId, attempt: u32) -> bool {
        self.view.task(id).is_some_and(|task| task.runs().any(|run| run.attempt == attempt))
    }

    /// How long it is until the first attempt's time runs out, if nobody has been told. All attempts have the same time, so
    /// that is the oldest one: one timer is enough.
    pub(super) fn arm(&mut self, at: Time) -> Option<Span> {
        let &(deadline, ..) = self.deadlines.front().filter(|_| !self.armed)?;
        self.armed = true;
        Some(deadline.since(at))
    }

    /// The timer has run out, or is no longer wanted. Whether it was armed.
    pub(super) fn disarm(&mut self) -> bool {
        core::mem::take(&mut self.armed)
    }

    /// Counts a task as completed.
    pub(super) fn complete(
        &mut self,
        id: TaskId,
        worker: NodeId,
        attempt: u32,
        counters: &Counters,
        rules: Rules,
    ) {
        let Some(task) = self.view.task(id) else { return };
        let state = TaskState::Completed { worker, attempt };
        self.set(id, Task { state, attempts: task.attempts.max(attempt), ..task });
        self.count(id, counters, rules);
        match id.phase {
            Phase::Map => self.view.maps_completed += 1,
            Phase::Reduce => self.view.reduces_completed += 1,
        }
        self.sources = None;
        if self.view.stage == Stage::Map && self.view.maps_completed >= self.view.job.map_tasks() {
            self.view.stage = Stage::Reduce;
        }
    }

    /// Adds up what an attempt has counted, once for each task (§4.9).
    pub(super) fn count(&mut self, id: TaskId, counters: &Counters, rules: Rules) {
        if self.counted.get(&id).is_none() || !rules.has(Rule::CountersOnce) {
            self.counted.insert(id, ());
            Rc::make_mut(&mut self.view.counters).merge(counters);
        }
    }

    /// What a task counts has been counted, by whoever was in charge before.
    pub(super) fn has_counted(&mut self, id: TaskId) {
        self.counted.insert(id, ());
    }

    /// The output of a completed map is lost: it must run again before any reduce can.
    pub(super) fn lose(&mut self, map: u32) {
        let id = TaskId::map(map);
        let Some(task) = self.view.task(id).filter(|task| task.is_completed()) else { return };
        self.set(id, Task { state: TaskState::Idle, ..task });
        self.sources = None;
        self.view.lost += 1;
        self.view.maps_completed -= 1;
        self.view.stage = Stage::Map;
    }

    /// The program failed in an attempt. Whether it is to be tried again; and whether a record is left out then (§4.6).
    pub(super) fn fail(
        &mut self,
        id: TaskId,
        attempt: u32,
        failure: &Failure,
        config: &Config,
    ) -> (bool, bool) {
        self.end_run(id, attempt);
        self.overdue.remove(&(id, attempt));
        let Some(task) = self.view.task(id) else { return (true, false) };
        let failures = task.failures.saturating_add(1);
        self.set(id, Task { failures, ..task });
        match failure.record {
            Some(record) if failure.kind.is_of_a_record() && self.view.job.spec().skip_bad_records => {
                let times = self.bad.get(&(id, record)).map_or(1, |times| times + 1);
                self.bad.insert((id, record), times);
                let skips = times > 1 && config.rules.has(Rule::SkipBadRecords);
                if skips {
                    let mut skip: Vec<u32> = self.skip.get(&id).map(|skip| skip.to_vec()).unwrap_or_default();
                    skip.push(record);
                    self.skip.insert(id, skip.into());
                }
                (true, skips)
            }
            _ => (failures < config.max_failures.max(1), false),
        }
    }

    /// The job is over, and why if it failed.
    pub(super) fn end(&mut self, at: Time, failure: Option<JobFailure>) {
        self.view.stage = if failure.is_some() { Stage::Failed } else { Stage::Done };
        self.view.failure = failure.map(Rc::new);
        self.view.done_at = Some(at);
    }
}
