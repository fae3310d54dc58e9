//! What a [`Playground`] can do about MapReduce jobs, in a build that runs them.

use crate::crossing::{give, take, take_any, text, whole};
use crate::engine::engine;
use crate::error::Mistake;
use crate::job::{self, current};
use crate::moment::Micros;
use crate::playground::{Answer, Playground};
use crate::run::Run;
use serde::Serialize;
use splitbrain::lab::member::{Member, View};
use splitbrain::mapreduce::script::{Call, Failure};
use splitbrain::mapreduce::{self, File, FileName, JobView, Phase, StoreView, local};
use splitbrain::node::NodeId;
use splitbrain::sim::World;
use tsify::Tsify;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

#[wasm_bindgen]
impl Playground {
    /// Goes on with a run as another build of the engine has left it: its `scripts`, and its `branches` as that build told them. It
    /// stands at the beginning of the first branch; to be whole again, each branch must be seeked to its end.
    pub fn resume(
        scripts: Vec<String>,
        #[wasm_bindgen(unchecked_param_type = "Branch[]")] branches: &JsValue,
    ) -> Result<Playground, JsError> {
        let branches = take_any("a list of branches", branches)?;
        Ok(Playground { run: Run::resume(&scripts, branches)? })
    }

    /// What is wrong with a program of the user's own; undefined if nothing is.
    #[wasm_bindgen(js_name = checkScript, unchecked_return_type = "ScriptProblem | undefined")]
    pub fn check_script(&self, #[wasm_bindgen(unchecked_param_type = "string")] code: &JsValue) -> Answer {
        let code = mapreduce::Bytes::from(text("a program", code)?.as_str());
        match engine().ask(&code, &Call::Check) {
            Ok(_) => Ok(JsValue::UNDEFINED),
            Err(Failure { message, line, column, .. }) => Ok(give(&ScriptProblem { message, line, column })?),
        }
    }

    /// What a job comes to if it is run in one place, task after task and without a cluster: the lines of its output.
    #[wasm_bindgen(js_name = runLocally)]
    pub fn run_locally(
        #[wasm_bindgen(unchecked_param_type = "JobInput")] job: &JsValue,
    ) -> Result<String, JsError> {
        let input: job::JobInput = take("a job", job)?;
        let (job, engine) = (input.job(), engine());
        job.check(&engine).map_err(|error| Mistake(error.to_string()))?;
        let local = local::run(&job, &engine).map_err(|failure| Mistake(failure.to_string()))?;
        Ok(local.outputs.iter().map(|file| file.text().into_owned()).collect())
    }

    /// Submits a MapReduce job at this moment.
    #[wasm_bindgen(unchecked_return_type = "Moment")]
    pub fn submit(&mut self, #[wasm_bindgen(unchecked_param_type = "JobInput")] job: &JsValue) -> Answer {
        let input: job::JobInput = take("a job", job)?;
        Ok(give(&self.run.submit(&input)?)?)
    }

    /// What came out of the last job; undefined while it is not done.
    #[wasm_bindgen(js_name = jobOutput, unchecked_return_type = "JobOutput | undefined")]
    pub fn job_output(&self) -> Answer {
        match output(&self.run) {
            Some(output) => Ok(give(&output)?),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// The attempts at the tasks of the last job, in the order in which they began: at most the last 4,096.
    #[wasm_bindgen(unchecked_return_type = "Attempt[]")]
    pub fn attempts(&self) -> Answer {
        Ok(give(&attempts(&self.run))?)
    }

    /// Every file of the shared file system and of the workers' disks, but the inputs.
    #[wasm_bindgen(unchecked_return_type = "StoredFile[]")]
    pub fn files(&self) -> Answer {
        Ok(give(&files(&self.run))?)
    }

    /// At most `count` bytes of a file on a node's disk, from byte `from` on, as text; empty where there is no such file.
    pub fn file(
        &self,
        #[wasm_bindgen(unchecked_param_type = "NodeId")] at: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] name: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] from: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] count: &JsValue,
    ) -> Result<String, JsError> {
        let at = NodeId(u16::try_from(whole("a node", at)?).unwrap_or(u16::MAX));
        let (from, count) = (whole("a place in a file", from)?, whole("a number of bytes", count)?);
        Ok(file(&self.run, at, &text("a file's name", name)?, from, count))
    }
}

/// An attempt at a task, from its beginning to what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The task's phase.
    #[tsify(type = "\"map\" | \"reduce\"")]
    pub phase: Phase,
    /// The task's number, from 0.
    pub number: u32,
    /// Which attempt at it.
    pub attempt: u32,
    /// Who made it.
    pub worker: NodeId,
    /// Whether another worker was at the task when it began.
    pub backup: bool,
    /// When it began.
    pub from: Micros,
    /// When its worker was done with it, or crashed.
    pub to: Option<Micros>,
    /// When its time ran out.
    pub overdue_at: Option<Micros>,
    /// What came of it.
    #[tsify(type = "\"running\" | \"committed\" | \"late\" | \"failed\" | \"crashed\" | \"lost\"")]
    pub end: &'static str,
    /// Why, where there is more to say.
    pub note: String,
}

/// What is wrong with a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct ScriptProblem {
    /// What, in a sentence.
    pub message: String,
    /// The line, from 1, if it is known.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

/// A file that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct StoredFile {
    /// Its name: `job-1/mr-3-7`.
    pub name: String,
    /// The node on whose disk it is.
    pub at: NodeId,
    /// Its length.
    pub bytes: u64,
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

/// The attempts at the tasks of the last job, in the order in which they began.
fn attempts(run: &Run) -> Vec<Attempt> {
    let all = run.timeline().subject().attempts().iter();
    all.map(|known| Attempt {
        phase: known.task.phase,
        number: known.task.number,
        attempt: known.attempt,
        worker: known.worker,
        backup: known.backup,
        from: known.from.0,
        to: known.to.map(|at| at.0),
        overdue_at: known.overdue_at.map(|at| at.0),
        end: known.end.name(),
        note: known.why.clone(),
    })
    .collect()
}

/// Every file of the shared file system and of the workers' disks, but the inputs.
fn files(run: &Run) -> Vec<StoredFile> {
    let world = run.timeline().world();
    let on = |at: NodeId| disk(world, at).into_iter().map(move |store| (at, store));
    let all = world
        .ids()
        .flat_map(on)
        .flat_map(|(at, store)| store.files.iter().map(move |(name, file)| (at, *name, file.len())));
    all.filter(|(_, name, _)| !matches!(name.file, File::Split(_)))
        .map(|(at, name, bytes)| StoredFile { name: name.to_string(), at, bytes })
        .collect()
}

/// At most `count` bytes of a file from `from` on, as text; nothing where there is no such file.
fn file(run: &Run, at: NodeId, name: &str, from: u64, count: u64) -> String {
    let files = disk(run.timeline().world(), at).map(|store| &store.files);
    let found = files.and_then(|files| files.iter().find(|(known, _)| known.to_string() == name));
    let text = found.map(|(_, file)| file.text()).unwrap_or_default();
    let place = |at: u64| text.floor_char_boundary(usize::try_from(at).unwrap_or(usize::MAX).min(text.len()));
    text[place(from)..place(from.saturating_add(count))].to_owned()
}

fn disk(world: &World<Member>, at: NodeId) -> Option<&StoreView> {
    match world.view(at)? {
        View::Store(store) => Some(store),
        View::Worker(worker) => Some(&worker.disk),
        _ => None,
    }
}

/// What came out of the last job; none while it is not done.
fn output(run: &Run) -> Option<JobOutput> {
    let (world, watch) = (run.timeline().world(), run.timeline().subject());
    let view = current(world, watch.roster())?;
    let equal = watch.output_is_equal(view.id)?;
    let Some(View::Store(store)) = world.view(watch.roster().store()?) else { return None };
    let files: Vec<OutputFile> = outputs(store, view).collect();
    let lines = files.iter().map(|file| file.text.lines().count() as u64).sum();
    Some(JobOutput { files, lines, equal })
}

fn outputs<'a>(store: &'a StoreView, view: &JobView) -> impl Iterator<Item = OutputFile> + 'a {
    let file = |(name, file): (FileName, &mapreduce::StoredFile)| OutputFile {
        name: name.file.to_string(),
        text: file.text(),
    };
    store.outputs(view.id).map(file)
}
