//! MapReduce: a job as it is submitted, its tasks, who works on them, and what came out.

use crate::moment::Micros;
use crate::run::Run;
use serde::{Deserialize, Serialize};
use splitbrain::check::{Property, Verdicts};
use splitbrain::lab::Roster;
use splitbrain::lab::member::{Member, View};
use splitbrain::mapreduce::{
    self, BuiltIn, Doing, File, FileName, Hash, Input, JobView, Phase, Stage, StoreView, TaskState,
    WorkerView,
};
use splitbrain::node::NodeId;
use splitbrain::sim::World;
use tsify::Tsify;

/// A job, as it is submitted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobInput {
    /// The program.
    #[tsify(type = "\"word-count\" | \"inverted-index\"")]
    pub app: BuiltIn,
    /// How many reduce tasks, and so output files, there are: 1 to 1,000.
    pub reduce_tasks: u32,
    /// The inputs; each is one map task.
    pub inputs: Vec<Text>,
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Its name, as the map function is told it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Whether whoever opens the script has this text too: the script then names it by its hash alone.
    #[serde(default)]
    #[tsify(optional)]
    pub bundled: bool,
}

/// A job under way, or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// The program.
    pub app: &'static str,
    /// How far it is.
    #[tsify(type = "\"map\" | \"reduce\" | \"done\"")]
    pub phase: &'static str,
    /// The map tasks, by number.
    pub maps: Vec<Task>,
    /// The reduce tasks, by number.
    pub reduces: Vec<Task>,
    /// When it was submitted.
    pub submitted_at: Micros,
    /// When it was done.
    pub done_at: Option<Micros>,
    /// How many times a task was given to another worker because it was overdue.
    pub reissued: u32,
    /// Whether its output is a sequential run's; null until that is known.
    pub equal: Option<bool>,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Task {
    /// Its state.
    #[tsify(type = "\"idle\" | \"running\" | \"done\"")]
    pub state: &'static str,
    /// Who works on it, or completed it.
    pub worker: Option<NodeId>,
    /// How often it was handed out.
    pub attempt: u32,
    /// What it reads (a map) or writes (a reduce).
    pub input: String,
}

/// What a worker is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Worker {
    /// Its task.
    pub task: Option<Assignment>,
    /// What it is doing, in a few words.
    pub doing: String,
    /// How many attempts it has finished since it booted.
    pub done: u32,
}

/// An attempt at a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// The task's phase.
    #[tsify(type = "\"map\" | \"reduce\"")]
    pub phase: Phase,
    /// The task's number, from 0.
    pub number: u32,
    /// Which attempt at it this is.
    pub attempt: u32,
    /// When it was handed out.
    pub started_at: Micros,
}

/// What came out of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct JobOutput {
    /// The output files, in order.
    pub files: Vec<OutputFile>,
    /// How many lines they have in all.
    pub lines: u64,
    /// Whether they say what a sequential run says.
    pub equal: bool,
}

/// An output file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct OutputFile {
    /// Its name: `mr-out-3`.
    pub name: String,
    /// What it holds.
    pub text: String,
}

impl JobInput {
    /// The job, as core has it.
    pub(crate) fn job(&self) -> mapreduce::Job {
        let inputs = self.inputs.iter().map(|input| Input::new(&input.name, &input.text));
        mapreduce::Job::new(self.app, self.reduce_tasks, inputs)
    }

    /// The hashes of the texts that whoever opens the script has too.
    pub(crate) fn bundled(&self) -> impl Iterator<Item = Hash> {
        let bundled = self.inputs.iter().filter(|input| input.bundled);
        bundled.map(|input| mapreduce::Bytes::from(input.text.as_str()).hash())
    }
}

/// The job that runs, or the last one that did.
pub(crate) fn job(world: &World<Member>, roster: Roster, verdicts: &Verdicts) -> Option<Job> {
    let view = current(world, roster)?;
    let input = |map: u32| view.job.input(map).map_or_else(String::new, |input| input.name.to_string());
    Some(Job {
        app: view.job.spec().app.name(),
        phase: match view.stage {
            Stage::Loading | Stage::Map => "map",
            Stage::Reduce => "reduce",
            Stage::Done => "done",
        },
        maps: view.maps.iter().map(|(&number, known)| task(*known, input(number))).collect(),
        reduces: view
            .reduces
            .iter()
            .map(|(&number, known)| task(*known, File::Output(number).to_string()))
            .collect(),
        submitted_at: view.submitted_at.0,
        done_at: view.done_at.map(|at| at.0),
        reissued: view.reissued,
        equal: equal(view, verdicts),
    })
}

/// What came out of the last job; none while it is not done.
pub(crate) fn output(run: &Run) -> Option<JobOutput> {
    let (world, watch) = (run.timeline().world(), run.timeline().subject());
    let view = current(world, watch.roster())?;
    let equal = equal(view, watch.verdicts())?;
    let Some(View::Store(store)) = world.view(watch.roster().store()?) else { return None };
    let files: Vec<OutputFile> = outputs(store, view).collect();
    let lines = files.iter().map(|file| file.text.lines().count() as u64).sum();
    Some(JobOutput { files, lines, equal })
}

/// A worker, as it is shown.
pub(crate) fn worker(view: &WorkerView) -> Worker {
    Worker {
        task: view.attempt.as_ref().map(|attempt| Assignment {
            phase: attempt.task.phase,
            number: attempt.task.number,
            attempt: attempt.attempt,
            started_at: view.since.0,
        }),
        doing: doing(view.doing),
        done: view.done,
    }
}

fn current(world: &World<Member>, roster: Roster) -> Option<&JobView> {
    match world.view(roster.coordinator()?)? {
        View::Coordinator(view) => view.job.as_ref(),
        _ => None,
    }
}

/// The check compares the output in the step in which the job is done.
fn equal(view: &JobView, verdicts: &Verdicts) -> Option<bool> {
    (view.stage == Stage::Done).then(|| verdicts.of(Property::OutputEqualsSequential).is_none())
}

fn outputs<'a>(store: &'a StoreView, view: &JobView) -> impl Iterator<Item = OutputFile> + 'a {
    let file = |(name, file): (FileName, &mapreduce::StoredFile)| OutputFile {
        name: name.file.to_string(),
        text: file.text(),
    };
    store.outputs(view.id).map(file)
}

fn task(task: mapreduce::Task, input: String) -> Task {
    let (state, worker) = match task.state {
        TaskState::Idle => ("idle", None),
        TaskState::InProgress { worker, .. } => ("running", Some(worker)),
        TaskState::Completed { worker, .. } => ("done", Some(worker)),
    };
    Task { state, worker, attempt: task.attempts, input }
}

fn doing(doing: Doing) -> String {
    match doing {
        Doing::Asking => "asks for a task".to_owned(),
        Doing::Waiting => "waits: every task is taken".to_owned(),
        Doing::Resting => "rests: there is no job".to_owned(),
        Doing::Gone => "has stopped asking".to_owned(),
        Doing::Reading { got, of } => format!("reads, {got} of {of} pieces"),
        Doing::Working { bytes } => format!("computes over {bytes} bytes"),
        Doing::Writing { complete, of } => format!("writes, {complete} of {of} files"),
        Doing::Renaming => "renames its files".to_owned(),
        Doing::Reporting => "reports".to_owned(),
    }
}
