//! A job, the tasks it is cut into and the names of its files.

use super::engine::Engine;
use super::permit::{Permit, REFUSED, permit};
use super::program::Program;
use super::script::{Call, Failure, FailureKind};
use crate::bytes::{Bytes, Hash};
use crate::fingerprint::fingerprint;
use alloc::borrow::Cow;
use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A job as a person submits it: a program, its inputs and the number of reduce tasks. Each input is one split, and
/// so one map task (§3.1). A shared value: cheap to clone and compare, whatever its texts.
#[derive(Clone)]
pub struct Job {
    spec: Rc<Spec>,
    recipe: Rc<Recipe>,
    hash: Hash,
    permit: Permit,
}

/// What of a job a worker must know to compute any of its tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recipe {
    /// The program.
    pub program: Program,
    /// What map is called with.
    pub records: Records,
    /// Whether a map combines its pairs before it writes them.
    pub combine: bool,
}

/// What map is called with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Records {
    /// A whole input, under its name: as in the lab.
    #[default]
    Whole,
    /// Each line of an input, under the name `input:line`: as in the paper.
    Lines,
}

/// What a job says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The program.
    pub app: Program,
    /// What map is called with.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub records: Records,
    /// Whether a map combines its pairs before it writes them, if the program can (§4.3).
    #[serde(default, skip_serializing_if = "is_usual")]
    pub combine: bool,
    /// Whether a record for which the program fails twice is left out from then on (§4.6). If not, the job fails.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub skip_bad_records: bool,
    /// R: how many reduce tasks, and so output files, there are.
    pub reduce_tasks: u32,
    /// The inputs; M of them give M map tasks.
    pub inputs: Rc<[Input]>,
}

/// One input. A script may name its text by hash alone; whoever reads the script then finds the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Input {
    /// Its name, as the map function is told it.
    pub name: Rc<str>,
    /// The hash of its text.
    pub hash: Hash,
    /// The text, if it is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Bytes>,
}

/// Why a job cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum JobError {
    /// No inputs, or more than [`Job::MAX_INPUTS`].
    Inputs(u32),
    /// No reduce tasks, or more than [`Job::MAX_REDUCE_TASKS`].
    ReduceTasks(u32),
    /// More than [`Job::MAX_FILES`] intermediate files.
    Files(u64),
    /// An input's name is longer than [`Job::MAX_NAME`] bytes, or breaks a line.
    Name(Rc<str>),
    /// What it computes takes so many bytes, more than [`Job::MAX_RECIPE`], and is to outlive its coordinator.
    Recipe(u64),
    /// The script names this input's text by hash, and nobody has filled it in.
    MissingText(Rc<str>),
    /// The user's program is none.
    Program(Failure),
}

impl Records {
    /// The records of an input: a key and a value each.
    pub fn of<'a>(self, name: &'a str, contents: &'a str) -> Vec<(Cow<'a, str>, &'a str)> {
        match self {
            Records::Whole => [(Cow::Borrowed(name), contents)].into(),
            Records::Lines => {
                let lines = (1..).zip(contents.lines());
                lines.map(|(number, line): (u32, _)| (Cow::Owned(format!("{name}:{number}")), line)).collect()
            }
        }
    }
}

impl Job {
    /// The largest number of inputs.
    pub const MAX_INPUTS: u32 = 10_000;
    /// The largest number of reduce tasks.
    pub const MAX_REDUCE_TASKS: u32 = 1_000;
    /// The largest number of intermediate files, M times R.
    pub const MAX_FILES: u64 = 1_000_000;
    /// The longest name of an input, in bytes.
    pub const MAX_NAME: u32 = 256;
    /// Replicated coordinators keep what a job computes, without its texts, as one value of so many bytes of JSON at most.
    pub const MAX_RECIPE: u64 = 1 << 20;

    /// A job over inputs whose texts may or may not be here.
    pub fn new(app: Program, reduce_tasks: u32, inputs: impl IntoIterator<Item = Input>) -> Job {
        let inputs = inputs.into_iter().collect();
        let (records, combine, skip_bad_records) = (Records::Whole, false, false);
        Job::from(Spec { app, records, combine, skip_bad_records, reduce_tasks, inputs })
    }

    /// What it says.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// How each of its tasks is computed.
    pub fn recipe(&self) -> &Rc<Recipe> {
        &self.recipe
    }

    /// That there may be jobs.
    pub(super) fn permit(&self) -> Permit {
        self.permit
    }

    /// The hash of all it says; texts count by their own hashes.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// M: how many map tasks there are.
    pub fn map_tasks(&self) -> u32 {
        u32::try_from(self.spec.inputs.len()).unwrap_or(u32::MAX)
    }

    /// R: how many reduce tasks there are.
    pub fn reduce_tasks(&self) -> u32 {
        self.spec.reduce_tasks
    }

    /// The input of a map task.
    pub fn input(&self, map: u32) -> Option<&Input> {
        self.spec.inputs.get(map as usize)
    }

    /// Whether it can be run with this engine; the error says why not.
    pub fn check(&self, engine: &Engine) -> Result<(), JobError> {
        self.check_sizes()?;
        if let Some(Input { name, .. }) = self.spec.inputs.iter().find(|input| input.text.is_none()) {
            return Err(JobError::MissingText(name.clone()));
        }
        let asked = self.spec.app.code().map(|code| engine.ask(code, &Call::Check));
        match asked {
            // Nobody can say. A recorded run must go on: the job fails in its first map, and says why.
            Some(Err(failure)) if failure.kind != FailureKind::Unavailable => Err(JobError::Program(failure)),
            _ => Ok(()),
        }
    }

    /// Whether it is of a size that can be run; the error says why not.
    pub(super) fn check_sizes(&self) -> Result<(), JobError> {
        let (maps, reduces) = (self.map_tasks(), self.reduce_tasks());
        let files = u64::from(maps) * u64::from(reduces);
        if maps == 0 || maps > Job::MAX_INPUTS {
            return Err(JobError::Inputs(maps));
        }
        if reduces == 0 || reduces > Job::MAX_REDUCE_TASKS {
            return Err(JobError::ReduceTasks(reduces));
        }
        if files > Job::MAX_FILES {
            return Err(JobError::Files(files));
        }
        let unfit = |name: &str| name.len() as u64 > u64::from(Job::MAX_NAME) || name.contains(['\n', '\r']);
        match self.spec.inputs.iter().find(|input| unfit(&input.name)) {
            Some(Input { name, .. }) => Err(JobError::Name(name.clone())),
            None => Ok(()),
        }
    }

    /// The same job with every text that is not here filled in by `find`, which is given the input's name and hash.
    /// What `find` returns counts only if it has that hash.
    #[must_use]
    pub fn resolved(&self, mut find: impl FnMut(&str, Hash) -> Option<Bytes>) -> Job {
        let inputs = self.spec.inputs.iter().map(|input| {
            let found = || find(&input.name, input.hash).filter(|text| text.hash() == input.hash);
            Input { text: input.text.clone().or_else(found), ..input.clone() }
        });
        Job::from(Spec { inputs: inputs.collect(), ..(*self.spec).clone() })
    }

    /// The same job with the texts for which `keep` says no left out: named by hash alone.
    #[must_use]
    pub fn without_texts(&self, mut keep: impl FnMut(&Input) -> bool) -> Job {
        let inputs = self.spec.inputs.iter().map(|input| {
            let text = if keep(input) { input.text.clone() } else { None };
            Input { text, ..input.clone() }
        });
        Job::from(Spec { inputs: inputs.collect(), ..(*self.spec).clone() })
    }
}

impl From<Spec> for Job {
    fn from(spec: Spec) -> Job {
        let Some(permit) = permit() else { panic!("{REFUSED}") };
        let hash = Hash(fingerprint(&spec));
        let recipe = Recipe { program: spec.app.clone(), records: spec.records, combine: spec.combine };
        Job { spec: Rc::new(spec), recipe: Rc::new(recipe), hash, permit }
    }
}

fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl PartialEq for Job {
    fn eq(&self, other: &Job) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Job {}

impl Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} over {} inputs into {} #{}",
            self.spec.app,
            self.map_tasks(),
            self.reduce_tasks(),
            self.hash
        )
    }
}

/// A fingerprint takes its hash; a script holds what it says.
impl Serialize for Job {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            self.spec.serialize(serializer)
        } else {
            self.hash.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Job {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Job, D::Error> {
        if permit().is_none() {
            return Err(D::Error::custom(REFUSED));
        }
        Spec::deserialize(deserializer).map(Job::from)
    }
}

impl Input {
    /// An input whose text is here.
    pub fn new(name: &str, text: &str) -> Input {
        let text = Bytes::from(text);
        Input { name: Rc::from(name), hash: text.hash(), text: Some(text) }
    }
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Input, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            name: Rc<str>,
            hash: Option<Hash>,
            text: Option<Bytes>,
        }
        let Written { name, hash, text } = Written::deserialize(deserializer)?;
        match (hash, text) {
            (None, None) => {
                Err(D::Error::custom(format_args!("input `{name}` has neither a text nor a hash")))
            }
            (Some(hash), None) => Ok(Input { name, hash, text: None }),
            (Some(hash), Some(text)) if text.hash() != hash => Err(D::Error::custom(format_args!(
                "the text of input `{name}` does not have the hash {hash}"
            ))),
            (_, Some(text)) => Ok(Input { name, hash: text.hash(), text: Some(text) }),
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JobError::Inputs(0) => f.write_str("the job has no inputs: give it at least one"),
            JobError::Inputs(n) => write!(f, "the job has {n} inputs; {} is the most", Job::MAX_INPUTS),
            JobError::ReduceTasks(0) => f.write_str("the job has no reduce tasks: give it at least one"),
            JobError::ReduceTasks(n) => {
                write!(f, "the job has {n} reduce tasks; {} is the most", Job::MAX_REDUCE_TASKS)
            }
            JobError::Files(n) => write!(
                f,
                "the job would have {n} intermediate files; {} is the most: give it fewer inputs or reduce tasks",
                Job::MAX_FILES
            ),
            JobError::Name(_) => write!(
                f,
                "the name of an input is longer than {} bytes or breaks a line: rename it",
                Job::MAX_NAME
            ),
            JobError::Recipe(bytes) => write!(
                f,
                "the job's program and the names of its inputs take {bytes} bytes; {} is the most that replicated coordinators \
                 keep: shorten them, or have a plain coordinator",
                Job::MAX_RECIPE
            ),
            JobError::MissingText(name) => write!(f, "the text of input `{name}` is not here: add it"),
            JobError::Program(failure) => write!(f, "{failure}"),
        }
    }
}

impl core::error::Error for JobError {}

/// A job's number: the first that a coordinator accepts is 1, and a number is never used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u32);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job {}", self.0)
    }
}

/// The two phases of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Inputs into intermediate files.
    Map,
    /// Intermediate files into output.
    Reduce,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Map => "map",
            Phase::Reduce => "reduce",
        })
    }
}

/// A task of a job: `map 3`. Maps are numbered by input, reduces by partition, both from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskId {
    /// The phase it belongs to.
    pub phase: Phase,
    /// Its number within the phase.
    pub number: u32,
}

impl TaskId {
    /// A map task.
    pub const fn map(number: u32) -> TaskId {
        TaskId { phase: Phase::Map, number }
    }

    /// A reduce task.
    pub const fn reduce(number: u32) -> TaskId {
        TaskId { phase: Phase::Reduce, number }
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.phase, self.number)
    }
}

/// A file in the shared file system. Each job has a folder of its own, so that a straggler from an earlier job never
/// touches a later one's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileName {
    /// The job whose folder it is in.
    pub job: JobId,
    /// Which of the job's files.
    pub file: File,
}

/// A file of a job, under the lab's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum File {
    /// An input, `split-X`, loaded by the coordinator.
    Split(u32),
    /// What map X has for reduce Y, `mr-X-Y`: pairs as JSON objects, one a line.
    Intermediate {
        /// X.
        map: u32,
        /// Y.
        reduce: u32,
    },
    /// What reduce Y says, `mr-out-Y`.
    Output(u32),
    /// What an attempt at a task is writing and nobody else reads (§3.3). Its name does not begin like an output's.
    Temporary {
        /// The task.
        task: TaskId,
        /// Which attempt at it.
        attempt: u32,
        /// Which part of the task's output: for a map, the reduce task that will read it.
        part: u32,
    },
}

impl File {
    /// The first of a job's temporary files, in the order of names; none of its other files comes after it.
    pub const FIRST_TEMPORARY: File = File::Temporary { task: TaskId::map(0), attempt: 0, part: 0 };

    /// The final name of part `part` of a task's output: R parts for a map, one for a reduce.
    pub const fn of(task: TaskId, part: u32) -> File {
        match task.phase {
            Phase::Map => File::Intermediate { map: task.number, reduce: part },
            Phase::Reduce => File::Output(task.number),
        }
    }

    /// The task whose committed output this is.
    pub const fn task(self) -> Option<TaskId> {
        match self {
            File::Intermediate { map, .. } => Some(TaskId::map(map)),
            File::Output(reduce) => Some(TaskId::reduce(reduce)),
            File::Split(_) | File::Temporary { .. } => None,
        }
    }
}

/// `job-1/mr-3-7`.
impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job-{}/{}", self.job.0, self.file)
    }
}

/// `mr-3-7`.
impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            File::Split(map) => write!(f, "split-{map}"),
            File::Intermediate { map, reduce } => write!(f, "mr-{map}-{reduce}"),
            File::Output(reduce) => write!(f, "mr-out-{reduce}"),
            File::Temporary { task: TaskId { phase, number }, attempt, part } => {
                write!(f, "tmp-{phase}-{number}-{attempt}-{part}")
            }
        }
    }
}

/// The lab's `ihash`: 32-bit FNV-1a of the key, without its sign bit.
pub fn ihash(key: &str) -> u32 {
    let fnv =
        key.bytes().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    fnv & 0x7fff_ffff
}
