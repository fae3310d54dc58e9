//! The tester of lab 1: workers that start and exit, what they were seen to do, and the files they left.

use super::stage::{Lab, Stage, Try};
use super::{LIMIT, Options, Test};
use crate::bytes::Hash;
use crate::chance::Chance;
use crate::lab::coordinator::in_charge;
use crate::lab::member::View;
use crate::lab::{Act, Config, Member, watch};
use crate::mapreduce::{
    Doing, FileName, Input, Job, JobId, JobView, Phase, Program, Stage as JobStage, StoreView, TaskId,
    WorkerView,
};
use crate::node::NodeId;
use crate::sim::{Change, World};
use crate::time::{Span, Time};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// A test of lab 1 under way.
pub(super) type JobTester = Stage<Lab1>;

/// M: how many files the course's jobs read.
const FILES: usize = 8;

/// R: how many it has them write.
const REDUCES: u32 = 10;

/// How often the course's driver asks the coordinator whether it is done, how much later than the coordinator workers
/// start, and how long a worker that has crashed is gone.
const SECOND: Span = Span::secs(1);

/// The job of a test: there is one only.
const JOB: JobId = JobId(1);

/// What the tester keeps beside the world.
pub(super) struct Lab1 {
    job: Job,
    works: Vec<Work>,
    /// The final files, as each was first seen.
    files: BTreeMap<FileName, (u64, Hash)>,
    /// How often a task came to count as completed.
    completed: u64,
    /// The workers that were told that there is no more to do, in the life that they are in.
    left: BTreeSet<NodeId>,
    /// The files when the first worker was told that there is no more to do.
    when_the_first_left: Option<StoreView>,
    /// What is drawn before each call of map and reduce, where workers crash in them.
    dice: Option<Chance>,
    drawn: u64,
    agenda: BTreeMap<(Time, u64), Act>,
    /// Whether what the course does not look at is passed over.
    course_only: bool,
    due: Vec<Act>,
}

/// A worker's calls of map or reduce in one attempt at a task, one after the other.
pub(super) struct Work {
    worker: NodeId,
    task: TaskId,
    calls: u64,
    from: Time,
    until: Option<Time>,
}

impl Lab for Lab1 {
    fn see(&mut self, world: &World<Member>) -> Result<(), String> {
        let step = world.last_step();
        let Some(Change { node, before, after }) = &step.change else { return Ok(()) };
        match (before, after) {
            (Some(View::Worker(_)), None) => {
                self.left.remove(node);
                self.stops_working(*node, step.at);
            }
            (before, Some(View::Worker(after))) => {
                let before = if let Some(View::Worker(before)) = before { Some(before) } else { None };
                self.worker(world, *node, before, after);
            }
            (Some(View::Coordinator(before)), Some(View::Coordinator(after))) => {
                let completed = |job: &Option<JobView>| {
                    job.as_ref().map_or(0, |job| u64::from(job.maps_completed + job.reduces_completed))
                };
                self.completed += completed(&after.job).saturating_sub(completed(&before.job));
            }
            (_, Some(View::Store(after))) => {
                for name in watch::touched(step).filter(|name| name.file.task().is_some()) {
                    self.final_file(name, after)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn due(&mut self) -> Vec<Act> {
        core::mem::take(&mut self.due)
    }

    fn next_client(&self) -> Option<Time> {
        self.agenda.first_key_value().map(|(&(at, _), _)| at)
    }

    fn ask_client(stage: &mut JobTester) -> Try<()> {
        stage.lab.agenda.pop_first().map_or(Ok(()), |(_, act)| stage.act(act))
    }

    fn clients_have_ended(&self) -> bool {
        self.agenda.is_empty()
    }

    fn commits(&self) -> u64 {
        self.completed
    }

    /// Files are not weighed.
    fn bytes(&self, _: Option<u64>) -> Option<u64> {
        None
    }

    fn judge(&self) -> Result<(), String> {
        let tasks = u64::from(self.job.map_tasks() + self.job.reduce_tasks());
        if self.completed == tasks || self.course_only {
            Ok(())
        } else {
            Err(format!("{} completions were counted of {tasks} tasks", self.completed))
        }
    }
}

/// What is seen.
impl Lab1 {
    fn worker(
        &mut self,
        world: &World<Member>,
        node: NodeId,
        before: Option<&WorkerView>,
        after: &WorkerView,
    ) {
        let works = |view: &WorkerView| matches!(view.doing, Doing::Working { .. });
        if before.is_some_and(works) && !works(after) {
            self.stops_working(node, world.now());
        }
        if let Doing::Working { records: calls, .. } = after.doing
            && !before.is_some_and(works)
            && let Some(attempt) = &after.attempt
        {
            let (task, from) = (attempt.task, world.now());
            self.works.push(Work { worker: node, task, calls, from, until: None });
            self.before_calls(node, calls, from);
        }
        if after.doing == Doing::Resting {
            self.left.insert(node);
            if self.when_the_first_left.is_none() {
                self.when_the_first_left = Some(files(world).cloned().unwrap_or_default());
            }
        }
    }

    fn stops_working(&mut self, node: NodeId, at: Time) {
        let last = self.works.iter_mut().rev().find(|work| work.worker == node);
        if let Some(work) = last {
            work.until = work.until.or(Some(at));
        }
    }

    /// A final file is never seen but complete: whatever is seen first stays, and every attempt writes the same.
    fn final_file(&mut self, name: FileName, store: &StoreView) -> Result<(), String> {
        let Some(file) = store.files.get(&name) else { return Ok(()) };
        let is = (file.len(), file.hash());
        let was = *self.files.entry(name).or_insert(is);
        if was == is || self.course_only {
            Ok(())
        } else {
            Err(format!("{} was seen with {} bytes, and is seen with {}", name.file, was.0, is.0))
        }
    }

    /// The course's `crash`: before each call its process ends, with a probability of 0.33, or else it first sleeps for up
    /// to ten seconds, with the same.
    fn before_calls(&mut self, node: NodeId, calls: u64, now: Time) {
        let Some(dice) = self.dice else { return };
        let mut slept = Span::ZERO;
        for _ in 0..calls {
            self.drawn += 1;
            let dice = dice.key(self.drawn);
            match dice.key(1).below(1_000) {
                0..330 => {
                    self.at(now + slept, Act::Crash { node });
                    self.at(now + slept + SECOND, Act::Restart { node });
                    break;
                }
                330..660 => slept = slept + Span::millis(u64::from(dice.key(2).below(10_000))),
                _ => {}
            }
        }
        if slept > Span::ZERO {
            self.due.push(Act::Postpone { node, timer: "work".into(), by: slept });
        }
    }

    fn at(&mut self, at: Time, act: Act) {
        self.drawn += 1;
        self.agenda.insert((at, self.drawn), act);
    }
}

/// What a test does.
impl JobTester {
    /// A world with so many workers, and a job of this program over the texts that were handed over.
    pub(super) fn new(
        test: &Test,
        (workers, program): (u16, Program),
        place: u64,
        seed: u64,
        options: &Options,
    ) -> Result<JobTester, String> {
        let config = Config { servers: 1, clients: 0, workers, ..Config::default() };
        let dice = (program == Program::Crash).then(|| Chance::new(seed).key(place).key(2));
        let job = Job::new(program, REDUCES, inputs(test, &options.chapters)?);
        let lab = Lab1 {
            job,
            works: Vec::new(),
            files: BTreeMap::new(),
            completed: 0,
            left: BTreeSet::new(),
            when_the_first_left: None,
            dice,
            drawn: 0,
            agenda: BTreeMap::new(),
            course_only: options.course_only,
            due: Vec::new(),
        };
        Stage::open(config, place, seed, options, lab)
    }

    /// The job is submitted, and a second later these workers start.
    pub(super) fn begin(&mut self, workers: usize) -> Try<()> {
        self.settle()?;
        for node in self.config().roster().workers() {
            self.act(Act::Crash { node })?;
        }
        self.act(Act::Submit { job: self.lab.job.clone() })?;
        self.sleep(SECOND)?;
        self.start(0..workers)
    }

    /// The processes of these workers start.
    pub(super) fn start(&mut self, workers: Range<usize>) -> Try<()> {
        let all = self.config().roster().workers();
        let mut these = all.skip(workers.start).take(workers.len());
        these.try_for_each(|node| self.act(Act::Restart { node }))
    }

    /// Asks the coordinator every second whether it is done. A second after it has said so its process exits.
    pub(super) fn until_done(&mut self) -> Try<()> {
        while !self.is_done() {
            self.expect(self.now() < Time::ZERO + LIMIT, || "the job was not done after 120 s".into())?;
            self.sleep(SECOND)?;
            let stage = self.job().map(|job| job.stage);
            if stage == Some(JobStage::Map) || self.lab.works.len() == 1 {
                self.interesting();
            }
        }
        self.sleep(SECOND)?;
        let equal = self.watch().output_is_equal(JOB);
        self.expect(equal == Some(true), || "the output is not that of a sequential run".into())?;
        let left = self.lab.when_the_first_left.as_ref();
        let early = left.is_some_and(|left| !left.outputs(JOB).eq(self.outputs()));
        self.expect(!early, || "a worker was told that there is no more to do before the job was done".into())
    }

    /// Every worker that runs has been told that there is no more to do, which is when the course's processes exit.
    pub(super) fn all_have_left(&self) -> Try<()> {
        let roster = self.config().roster();
        let runs = |node: NodeId| self.world().view(node).is_some();
        let stays = roster.workers().find(|&node| runs(node) && !self.lab.left.contains(&node));
        match stays {
            None => Ok(()),
            Some(node) => {
                self.fail(|| format!("{} was not told that there is no more to do", roster.name(node)))
            }
        }
    }
}

/// What a test sees.
impl JobTester {
    fn job(&self) -> Option<&JobView> {
        match self.world().view(in_charge(self.world(), self.config().roster())?) {
            Some(View::Coordinator(view)) => view.job.as_ref(),
            _ => None,
        }
    }

    /// The lab's `Done()`.
    fn is_done(&self) -> bool {
        self.job().is_some_and(|job| job.stage == JobStage::Done)
    }

    /// Whether some worker was told that there is no more to do.
    pub(super) fn one_has_left(&self) -> bool {
        self.lab.when_the_first_left.is_some()
    }

    fn outputs(&self) -> impl Iterator<Item = (FileName, &crate::mapreduce::view::StoredFile)> {
        files(self.world()).into_iter().flat_map(|files| files.outputs(JOB))
    }

    /// The lines of output.
    pub(super) fn lines(&self) -> Vec<String> {
        let texts = self.outputs().map(|(_, file)| file.text());
        texts.flat_map(|text| text.lines().map(String::from).collect::<Vec<_>>()).collect()
    }

    /// How many attempts at tasks of a phase came to their calls.
    pub(super) fn executions(&self, phase: Phase) -> usize {
        self.works(phase).count()
    }

    /// How many workers executed a task of a phase.
    pub(super) fn executors(&self, phase: Phase) -> usize {
        let mut workers: Vec<NodeId> = self.works(phase).map(|work| work.worker).collect();
        workers.sort_unstable();
        workers.dedup();
        workers.len()
    }

    /// How many calls of a phase began while another worker was at one, which the course sees by files that mark those
    /// under way.
    pub(super) fn calls_beside_others(&self, phase: Phase) -> usize {
        let calls = self.works(phase).flat_map(|work| {
            let each = work.until(self.now()).since(work.from).0 / work.calls.max(1);
            (0..work.calls).map(move |call| (work.worker, work.from + Span(each * call)))
        });
        let beside = |&(worker, at): &(NodeId, Time)| {
            self.works(phase).any(|other| {
                other.worker != worker && other.calls > 0 && other.from <= at && at < other.until(self.now())
            })
        };
        calls.filter(beside).count()
    }

    fn works(&self, phase: Phase) -> impl Iterator<Item = &Work> {
        self.lab.works.iter().filter(move |work| work.task.phase == phase)
    }
}

impl Work {
    fn until(&self, now: Time) -> Time {
        self.until.unwrap_or(now)
    }
}

/// The shared files; none while the store is down.
fn files(world: &World<Member>) -> Option<&StoreView> {
    world
        .ids()
        .find_map(|node| if let Some(View::Store(view)) = world.view(node) { Some(view) } else { None })
}

/// The eight files, `moby-1` to `moby-8`: chapters one after the other, in files of about the same size.
fn inputs(test: &Test, chapters: &[String]) -> Result<Vec<Input>, String> {
    if chapters.is_empty() {
        return Err(format!("`{}` counts words of Moby Dick, and its chapters are not here", test.name));
    }
    let bytes: usize = chapters.iter().map(String::len).sum();
    let mut files: Vec<String> = (0..FILES).map(|_| String::new()).collect();
    let mut before = 0;
    for chapter in chapters {
        // A chapter goes where its middle falls.
        let file = (before + chapter.len() / 2) * FILES / bytes.max(1);
        if let Some(file) = files.get_mut(file.min(FILES - 1)) {
            file.push_str(chapter);
            file.push('\n');
        }
        before += chapter.len();
    }
    Ok((1..)
        .zip(&files)
        .map(|(number, text): (u32, _)| Input::new(&format!("moby-{number}"), text))
        .collect())
}
