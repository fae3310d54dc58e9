//! MapReduce, judged from its views, its messages and the names of the files that are written.
//!
//! Once a task counts as completed its output is there and never changes again (Task Committed Once); and the output
//! of a finished job, and all that its tasks have counted, is that of a [`sequential`] run of the same program (Output Equals
//! Sequential, Counters Equal Sequential). A job whose program fails in a sequential run fails, and no other does.

pub mod sequential;

use sequential::Sequential;

use super::{Moment, Property, Verdicts};
use crate::mapreduce::job::{File, FileName, JobId, Phase, TaskId};
use crate::mapreduce::message::Message;
use crate::mapreduce::script::Failure;
use crate::mapreduce::view::{CoordinatorView, JobView, Stage, StoreView, StoredFile};
use crate::mapreduce::{Disks, Engine, Hash, permit};
use crate::node::NodeId;
use crate::tree::Tree;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

/// Watches the coordinator and the store of one MapReduce ground from the beginning of a run. Cheap to clone at any
/// time.
#[derive(Clone, Debug, Default)]
pub struct Checker {
    /// Every job, as it was last seen.
    jobs: Tree<JobId, JobView>,
    /// The files, as they were last seen.
    store: Option<StoreView>,
    /// What could not be looked at because the store was down.
    unseen: Vec<Unseen>,
    /// For each finished job, whether its output is right.
    equal: Tree<JobId, bool>,
    /// What sequential runs come to, by job. A cache and no more: clones share it, so that walking to and fro on a
    /// timeline does not run the same job again.
    sequential: Rc<RefCell<Tree<Hash, Expected>>>,
    engine: Engine,
    disks: Disks,
}

/// What a sequential run of a job comes to.
type Expected = Rc<Result<Sequential, Failure>>;

/// Something to be looked at when the store is up.
#[derive(Clone, Copy, Debug)]
enum Unseen {
    Task(JobId, TaskId),
    Job(JobId),
}

/// One step of the coordinator, with what is around it.
#[derive(Clone, Copy, Debug)]
pub struct CoordinatorStep<'a> {
    /// The message it took, if it took one.
    pub heard: Option<&'a Message>,
    /// Its view before; none if it was down.
    pub before: Option<&'a CoordinatorView>,
    /// Its view after; none if it is down.
    pub after: Option<&'a CoordinatorView>,
    /// The shared file system at this moment; none if it is down.
    pub store: Option<&'a StoreView>,
}

impl Checker {
    /// Has seen nothing yet.
    pub fn new(engine: Engine, disks: Disks) -> Checker {
        Checker { engine, disks, ..Checker::default() }
    }

    /// Whether the output of this job is that of a sequential run; none before the job is done and looked at.
    pub fn output_is_equal(&self, job: JobId) -> Option<bool> {
        self.equal.get(&job).copied()
    }

    /// Judges one step of the coordinator.
    pub fn observe_coordinator(
        &mut self,
        now: Moment,
        coordinator: NodeId,
        step: CoordinatorStep<'_>,
        verdicts: &mut Verdicts,
    ) {
        if permit().is_none() {
            return;
        }
        let CoordinatorStep { heard, before, after, store } = step;
        let Some(job) = after.and_then(|after| after.job.as_ref()) else { return };
        let before = before.and_then(|before| before.job.as_ref()).filter(|before| before.id == job.id);
        // A number that was lost with its coordinator, before it was on disk, is given again: to another job.
        let known = self.jobs.get(&job.id).filter(|known| known.submitted_at == job.submitted_at);
        if before.is_none()
            && let Some(known) = known
        {
            Checker::compare_jobs(now, coordinator, known, job, verdicts);
        }
        // One that has taken over does not have the texts.
        let with_texts = known.map_or(&job.job, |known| &known.job).clone();
        self.jobs.insert(job.id, JobView { job: with_texts, ..job.clone() });
        let counted = |job: &JobView| (job.maps_completed, job.reduces_completed, job.lost);
        if before.is_none_or(|before| counted(before) != counted(job)) {
            for task in completed_in_step(heard, job) {
                if !before.is_some_and(|before| is_completed(before, task)) {
                    self.look(now, coordinator, Unseen::Task(job.id, task), store, verdicts);
                }
            }
        }
        if job.stage == Stage::Done && before.is_none_or(|before| before.stage != Stage::Done) {
            self.look(now, coordinator, Unseen::Job(job.id), store, verdicts);
        }
        if job.stage == Stage::Failed && before.is_none_or(|before| before.stage != Stage::Failed) {
            self.look_at_failure(now, coordinator, job.id, verdicts);
        }
    }

    /// Judges one step of the store: the files that the step's writes name, and its view before and after, none while
    /// it is down. A step in which the store boots costs the number of its files, as booting does.
    pub fn observe_store(
        &mut self,
        now: Moment,
        store: NodeId,
        touched: impl IntoIterator<Item = FileName>,
        before: Option<&StoreView>,
        after: Option<&StoreView>,
        verdicts: &mut Verdicts,
    ) {
        let Some(after) = after.filter(|_| permit().is_some()) else { return };
        match (before, self.store.take()) {
            (Some(before), _) => {
                for file in touched {
                    self.compare(now, store, file, before, after, verdicts);
                }
            }
            (None, Some(before)) => {
                for (&file, _) in before.files.iter() {
                    self.compare(now, store, file, &before, after, verdicts);
                }
            }
            (None, None) => {}
        }
        self.store = Some(after.clone());
        for unseen in core::mem::take(&mut self.unseen) {
            self.look(now, store, unseen, Some(after), verdicts);
        }
    }

    /// Whoever takes over must know of every task that is completed, unless that is because its output was lost.
    fn compare_jobs(now: Moment, coordinator: NodeId, was: &JobView, is: &JobView, verdicts: &mut Verdicts) {
        if was.lost != is.lost {
            return;
        }
        if let Some(task) = completed(was).find(|&task| !is_completed(is, task)) {
            verdicts.broken(Property::NoTaskForgotten, now, &[coordinator], || {
                format!("{task} of {} was completed, and the coordinator that took over does not know", is.id)
            });
        }
    }

    /// A file of a completed task must be what it was.
    fn compare(
        &self,
        now: Moment,
        store: NodeId,
        name: FileName,
        before: &StoreView,
        after: &StoreView,
        verdicts: &mut Verdicts,
    ) {
        let Some(task) = name.file.task() else { return };
        let (was, is) = (before.files.get(&name), after.files.get(&name));
        if was == is || !self.jobs.get(&name.job).is_some_and(|job| is_completed(job, task)) {
            return;
        }
        verdicts.broken(Property::TaskCommittedOnce, now, &[store], || {
            let told = |file: Option<&StoredFile>| match file {
                Some(file) => format!("{} bytes", file.len()),
                None => "no such file".into(),
            };
            format!(
                "{} changed after {task} of {} was completed: it was {} and is {}",
                name.file,
                name.job,
                told(was),
                told(is)
            )
        });
    }

    fn look(
        &mut self,
        now: Moment,
        node: NodeId,
        what: Unseen,
        store: Option<&StoreView>,
        verdicts: &mut Verdicts,
    ) {
        let Some(store) = store else {
            self.unseen.push(what);
            return;
        };
        match what {
            Unseen::Task(job, task) => self.look_at_task(now, node, job, task, store, verdicts),
            Unseen::Job(job) => self.look_at_output(now, node, job, store, verdicts),
        }
    }

    /// A completed task's files must all be there.
    fn look_at_task(
        &self,
        now: Moment,
        node: NodeId,
        id: JobId,
        task: TaskId,
        store: &StoreView,
        verdicts: &mut Verdicts,
    ) {
        let Some(job) = self.jobs.get(&id) else { return };
        // What a map has left with its worker may be gone by the time its report arrives: that is what re-execution is for.
        if task.phase == Phase::Map && self.disks == Disks::Local {
            return;
        }
        let parts = if task.phase == Phase::Map { job.job.reduce_tasks() } else { 1 };
        let missing = (0..parts).map(|part| FileName { job: id, file: File::of(task, part) });
        if let Some(name) = missing.into_iter().find(|name| store.files.get(name).is_none()) {
            verdicts.broken(Property::TaskCommittedOnce, now, &[node], || {
                format!("{task} of {id} counts as completed, but there is no file {}", name.file)
            });
        }
    }

    /// A job fails if its program does, for a reason that lies in its inputs. What an interpreter says of a user's program may have
    /// other reasons, such as how long it has run.
    fn look_at_failure(&self, now: Moment, node: NodeId, id: JobId, verdicts: &mut Verdicts) {
        // As it was submitted: whoever has taken over does not have its texts.
        let Some(job) = self.jobs.get(&id) else { return };
        if job.job.spec().app.code().is_none() && self.expected(job).is_ok() {
            verdicts.broken(Property::OutputEqualsSequential, now, &[node], || {
                format!("{id} has failed, and a sequential run of it does not")
            });
        }
    }

    fn expected(&self, job: &JobView) -> Expected {
        let mut cache = self.sequential.borrow_mut();
        let hash = job.job.hash();
        let run = || Rc::new(sequential::run(&job.job, &self.engine));
        let expected: Expected = cache.get(&hash).cloned().unwrap_or_else(run);
        cache.insert(hash, expected.clone());
        expected
    }

    /// The lines of the output, whatever file they are in, must be those of a sequential run.
    fn look_at_output(
        &mut self,
        now: Moment,
        node: NodeId,
        id: JobId,
        store: &StoreView,
        verdicts: &mut Verdicts,
    ) {
        let Some(job) = self.jobs.get(&id) else { return };
        let texts: Vec<String> = store.outputs(id).map(|(_, file)| file.text()).collect();
        let mut lines: Vec<&str> = texts.iter().flat_map(|text| text.lines()).collect();
        lines.sort_unstable();
        let expected = self.expected(job);
        let (expected, counters) = match &*expected {
            Ok(Sequential { lines, counters }) => (lines, counters),
            Err(failure) => {
                verdicts.broken(Property::OutputEqualsSequential, now, &[node], || {
                    format!("{id} is done, but a sequential run of it fails: {failure}")
                });
                return;
            }
        };
        if job.counters.as_ref() != counters {
            verdicts.broken(Property::CountersEqualSequential, now, &[node], || {
                let names = job.counters.iter().chain(counters.iter()).map(|(name, _)| name);
                let parting = names.into_iter().find(|name| job.counters.get(name) != counters.get(name));
                let name = parting.unwrap_or_default();
                let (is, should) = (job.counters.get(name), counters.get(name));
                format!("{id} has counted {is} of {name} and a sequential run counts {should}")
            });
        }
        let equal =
            lines.len() == expected.len() && lines.iter().zip(expected).all(|(is, should)| is == should);
        self.equal.insert(id, equal);
        if !equal {
            verdicts.broken(Property::OutputEqualsSequential, now, &[node], || {
                let parting = lines.iter().zip(expected).find(|(is, should)| *is != should);
                let parting = parting.map_or(String::new(), |(is, should)| {
                    format!(
                        "; in the order of the alphabet they first part at `{is}`, where it has `{should}`"
                    )
                });
                format!(
                    "the output of {id} has {} lines and a sequential run's has {}{parting}",
                    lines.len(),
                    expected.len()
                )
            });
        }
    }
}

/// The tasks that may have been completed in a step: the one that is reported, or any where what was reported is kept first.
fn completed_in_step(heard: Option<&Message>, job: &JobView) -> Vec<TaskId> {
    let mut tasks = match heard {
        Some(Message::Report { task: TaskId { number, .. }, .. }) => {
            Vec::from([TaskId::map(*number), TaskId::reduce(*number)])
        }
        _ => completed(job).collect(),
    };
    tasks.retain(|&task| is_completed(job, task));
    tasks
}

fn completed(job: &JobView) -> impl Iterator<Item = TaskId> {
    [Phase::Map, Phase::Reduce].into_iter().flat_map(|phase| {
        let tasks = job.tasks(phase).iter().filter(|(_, task)| task.is_completed());
        tasks.map(move |(&number, _)| TaskId { phase, number })
    })
}

fn is_completed(job: &JobView, task: TaskId) -> bool {
    job.task(task).is_some_and(|task| task.is_completed())
}

#[cfg(test)]
mod tests;
