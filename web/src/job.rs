//! MapReduce: a job as it is submitted, its tasks, who works on them, and what came out.

use crate::moment::Micros;
use serde::{Deserialize, Serialize};
use splitbrain::lab::coordinator::in_charge;
use splitbrain::lab::member::{Member, View};
use splitbrain::lab::{Roster, Watch};
use splitbrain::mapreduce::{
    self, Doing, File, Hash, Input, JobView, Phase, Program, Records, Spec, Stage, TaskState, WorkerView,
    permit,
};
use splitbrain::node::NodeId;
use splitbrain::sim::World;
use splitbrain::timeline::Subject as _;
use tsify::Tsify;

/// A job, as it is submitted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobInput {
    /// The program.
    #[tsify(
        type = "\"word-count\" | \"inverted-index\" | \"sort\" | \"url-frequency\" | \"reverse-links\" | \"map-timing\" | \"reduce-timing\" | \"job-count\" | \"early-exit\" | \"crash\" | { grep: { pattern: string } } | { script: { code: string } }"
    )]
    pub app: Program,
    /// How many reduce tasks, and so output files, there are: 1 to 1,000.
    pub reduce_tasks: u32,
    /// What map is called with: a whole input, or each of its lines. Whole inputs if it is left out.
    #[serde(default)]
    #[tsify(optional, type = "\"whole\" | \"lines\"")]
    pub records: Records,
    /// Whether a map combines its pairs before it writes them, if the program can.
    #[serde(default)]
    #[tsify(optional)]
    pub combine: bool,
    /// Whether a record in which the program fails twice is left out, rather than failing the job.
    #[serde(default)]
    #[tsify(optional)]
    pub skip_bad_records: bool,
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
    /// Its number.
    pub id: u32,
    /// The program's name.
    pub app: &'static str,
    /// What the user wrote, if it is the user's own program.
    pub code: Option<String>,
    /// How far it is.
    #[tsify(type = "\"loading\" | \"map\" | \"reduce\" | \"done\" | \"failed\"")]
    pub phase: &'static str,
    /// How many inputs are in the shared file system.
    pub loaded: u32,
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
    /// How many backup attempts were begun.
    pub backups: u32,
    /// How many completed maps ran again because their output was lost.
    pub lost: u32,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What its completed tasks have counted.
    pub counters: Vec<Counter>,
    /// Whether its output is a sequential run's; null until that is known.
    pub equal: Option<bool>,
    /// Whether a program met a limit that strikes elsewhere on another machine, or was not run for want of an interpreter.
    pub unportable: bool,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Failure {
    /// What was wrong, in a sentence.
    pub message: String,
    /// The task in which it was found.
    pub task: String,
    /// What kind of failure it is.
    #[tsify(
        type = "\"program\" | \"thrown\" | \"wrong\" | \"fuel\" | \"output\" | \"nondeterministic\" | \"memory\" | \"stack\" | \"unavailable\""
    )]
    pub kind: &'static str,
    /// The line of the user's program, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

/// What was counted under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Counter {
    /// The name.
    pub name: String,
    /// The count.
    pub value: u64,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Task {
    /// Its state.
    #[tsify(type = "\"idle\" | \"running\" | \"done\"")]
    pub state: &'static str,
    /// Who works on it, or completed it.
    pub worker: Option<NodeId>,
    /// Who makes a backup attempt at it.
    pub backup: Option<NodeId>,
    /// The number of the last attempt at it.
    pub attempt: u32,
    /// How often the program failed in it.
    pub failures: u32,
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
    /// How fast it computes, in per cent of the usual speed.
    pub speed: u32,
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

impl JobInput {
    /// The job, as core has it.
    pub(crate) fn job(&self) -> mapreduce::Job {
        let inputs = self.inputs.iter().map(|input| Input::new(&input.name, &input.text)).collect();
        let JobInput { app, reduce_tasks, records, combine, skip_bad_records, .. } = self;
        mapreduce::Job::from(Spec {
            app: app.clone(),
            records: *records,
            combine: *combine,
            skip_bad_records: *skip_bad_records,
            reduce_tasks: *reduce_tasks,
            inputs,
        })
    }

    /// The hashes of the texts that whoever opens the script has too.
    pub(crate) fn bundled(&self) -> impl Iterator<Item = Hash> {
        let bundled = self.inputs.iter().filter(|input| input.bundled);
        bundled.map(|input| mapreduce::Bytes::from(input.text.as_str()).hash())
    }
}

/// The job that runs, or the last one that did.
pub(crate) fn job(world: &World<Member>, watch: &Watch) -> Option<Job> {
    permit()?;
    let view = current(world, watch.roster())?;
    let input = |map: u32| view.job.input(map).map_or_else(String::new, |input| input.name.to_string());
    let spec = view.job.spec();
    Some(Job {
        id: view.id.0,
        app: spec.app.name(),
        code: spec.app.code().map(|code| code.text().into_owned()),
        phase: match view.stage {
            Stage::Loading => "loading",
            Stage::Map => "map",
            Stage::Reduce => "reduce",
            Stage::Done => "done",
            Stage::Failed => "failed",
        },
        loaded: view.loaded,
        maps: view.maps.iter().map(|(&number, known)| task(*known, input(number))).collect(),
        reduces: view
            .reduces
            .iter()
            .map(|(&number, known)| task(*known, File::Output(number).to_string()))
            .collect(),
        submitted_at: view.submitted_at.0,
        done_at: view.done_at.map(|at| at.0),
        reissued: view.reissued,
        backups: view.backups,
        lost: view.lost,
        failure: view.failure.as_deref().map(|known| Failure {
            message: known.failure.message.clone(),
            task: known.task.to_string(),
            kind: known.failure.kind.name(),
            line: known.failure.line,
            column: known.failure.column,
        }),
        counters: view
            .counters
            .iter()
            .map(|(name, value)| Counter { name: name.to_owned(), value })
            .collect(),
        equal: watch.output_is_equal(view.id),
        unportable: !watch.is_portable(),
    })
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
        speed: view.speed,
    }
}

pub(crate) fn current(world: &World<Member>, roster: Roster) -> Option<&JobView> {
    match world.view(in_charge(world, roster)?)? {
        View::Coordinator(view) => view.job.as_ref(),
        _ => None,
    }
}

fn task(task: mapreduce::Task, input: String) -> Task {
    let (state, worker, backup) = match task.state {
        TaskState::Idle => ("idle", None, None),
        TaskState::InProgress { run, backup } => {
            ("running", Some(run.worker), backup.map(|backup| backup.worker))
        }
        TaskState::Completed { worker, .. } => ("done", Some(worker), None),
    };
    Task { state, worker, backup, attempt: task.attempts, failures: task.failures, input }
}

fn doing(doing: Doing) -> String {
    match doing {
        Doing::Asking => "asks for a task".to_owned(),
        Doing::Waiting => "waits: every task is taken".to_owned(),
        Doing::Resting => "rests: there is no job".to_owned(),
        Doing::Gone => "has stopped asking".to_owned(),
        Doing::Reading { got, of } => format!("reads, {got} of {of} pieces"),
        Doing::Working { bytes, records: 1 } => format!("computes, {bytes} bytes and 1 record"),
        Doing::Working { bytes, records } => format!("computes, {bytes} bytes and {records} records"),
        Doing::Writing { complete, of } => format!("writes, {complete} of {of} files"),
        Doing::Renaming => "renames its files".to_owned(),
        Doing::Reporting => "reports".to_owned(),
    }
}
