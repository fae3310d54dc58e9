//! The coordinator, the paper's master (§3.1, §3.2): it loads the inputs, hands out tasks to whoever asks, takes tasks
//! back from workers that are too slow, and knows when the job is done.
//!
//! Its table of tasks is volatile: a coordinator that crashes loses its job, which its onlookers are told (§3.3: "our
//! current implementation aborts the MapReduce computation if the master fails"). Only the count of its jobs is on
//! disk, so that no number, and so no folder, is used twice.

use super::calls::{Calls, Question};
use super::config::{Config, Output, Refused, Request, Timer};
use super::job::{File, FileName, Job, JobId, Phase, TaskId};
use super::message::{Answer, Assignment, Call, FileOutcome, FileRequest, Message};
use super::note::Note;
use super::rules::Rule;
use super::table::Table;
use super::view::{CoordinatorView, JobView, Stage, Task, TaskState};
use crate::node::{Content, FileOp, Files, Input, Node, NodeId, Outbox};
use crate::time::{Span, Time};
use crate::tree::Tree;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use serde::{Deserialize, Serialize};

/// A coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coordinator {
    config: Config,
    journal: Journal,
    /// The job that runs, or the last one that did.
    job: Option<Running>,
    /// The last question of each worker and how it was answered, so that a repeated question gets the same answer.
    answered: Tree<NodeId, (Call, Answer)>,
    calls: Calls,
}

/// A job and what its coordinator needs to run it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Running {
    view: JobView,
    /// The tasks that nobody works on, maps first.
    idle: Tree<TaskId, ()>,
    /// Attempts in the order in which their time runs out; those that are over are skipped when they come up.
    deadlines: VecDeque<(Time, TaskId, u32)>,
    /// Whether the timer for the first of them is armed.
    armed: bool,
}

/// The name of the coordinator's only file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JournalFile;

/// What a coordinator keeps on disk: one persistent value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Journal {
    /// How often it has booted.
    pub incarnation: u64,
    /// How many jobs it has accepted.
    pub jobs: u32,
    /// The job that is running.
    pub running: Option<JobId>,
    /// The last job that died with it, until another one is accepted.
    pub died: Option<JobId>,
}

impl Content for Journal {
    fn bytes(&self) -> Option<u64> {
        None
    }

    fn prefix(&self, _: u64) -> Journal {
        *self
    }
}

impl Node for Coordinator {
    type Config = Config;
    type Message = Message;
    type Timer = Timer;
    type Request = Request;
    type Output = Output;
    type File = JournalFile;
    type Content = Journal;
    type View = CoordinatorView;
    type Note = Note;

    fn boot(config: &Config, durable: &Files<Coordinator>) -> Coordinator {
        let Journal { incarnation, jobs, running, died } =
            durable.get(&JournalFile).copied().unwrap_or_default();
        let incarnation = incarnation + 1;
        Coordinator {
            config: config.clone(),
            journal: Journal { incarnation, jobs, running: None, died: running.or(died) },
            job: None,
            answered: Tree::new(),
            calls: Calls::new(incarnation),
        }
    }

    fn handle(&mut self, at: Time, input: Input<Coordinator>, out: &mut impl Outbox<Coordinator>) {
        match input {
            Input::Start => {
                if self.journal.died.is_some() {
                    out.note(Note::JobDied);
                }
                self.save(out);
            }
            Input::Call { request: Request::Submit(job), .. } => self.submit(at, job, out),
            Input::Message { from, body } => match body {
                Message::Ask { call } => self.ask(at, from, call, out),
                Message::Report { call, job, task, attempt } => {
                    self.report(at, from, job, task, attempt, out);
                    out.send(from, Message::Reported { call });
                }
                Message::FileReply { call, outcome } => self.file_reply(call, &outcome, out),
                _ => out.note(Note::NotForMe),
            },
            Input::Timer(Timer::Retry) => self.calls.retry(&self.config, out),
            Input::Timer(Timer::Overdue) => self.overdue(at, out),
            Input::Timer(Timer::Poll | Timer::Work) => {}
            Input::Configure(config) => self.config = config,
        }
    }

    fn view(&self) -> CoordinatorView {
        CoordinatorView {
            incarnation: self.journal.incarnation,
            jobs: self.journal.jobs,
            job: self.job.as_ref().map(|job| job.view.clone()),
            died: self.journal.died,
        }
    }
}

/// Submitting, and loading the inputs.
impl Coordinator {
    fn submit(&mut self, at: Time, job: Job, out: &mut impl Outbox<Coordinator>) {
        if let Some(running) = self.journal.running {
            out.note(Note::JobRunning);
            out.output(Output::Refused(Refused::Running { job: running }));
            return;
        }
        if let Err(why) = job.check() {
            out.note(Note::JobUnfit);
            out.output(Output::Refused(Refused::Unfit(why)));
            return;
        }
        let id = JobId(self.journal.jobs.saturating_add(1));
        self.journal = Journal { jobs: id.0, running: Some(id), died: None, ..self.journal };
        self.save(out);
        out.output(Output::Accepted { job: id });
        self.calls.forget();
        for split in 0..job.map_tasks() {
            self.create_split(FileName { job: id, file: File::Split(split) }, out);
        }
        self.job = Some(Running::new(id, job, at));
    }

    fn create_split(&mut self, file: FileName, out: &mut impl Outbox<Coordinator>) {
        let request = FileRequest::Create { files: Rc::from([file]), truncate: false };
        self.calls.ask(Question::File(request), &self.config, out);
    }

    fn file_reply(&mut self, call: Call, outcome: &FileOutcome, out: &mut impl Outbox<Coordinator>) {
        let Some(Question::File(request)) = self.calls.question(call).cloned() else {
            out.note(Note::AnswerStale);
            return;
        };
        self.calls.close(call, &self.config, out);
        match (request, outcome) {
            (FileRequest::Create { files, .. }, FileOutcome::Done) => {
                files.iter().for_each(|&file| self.load(file, 0, out));
            }
            (FileRequest::Append { file, chunk, .. }, FileOutcome::Done) => self.load(file, chunk + 1, out),
            // The store has lost what it had acknowledged: its disk was wiped.
            (FileRequest::Append { file, .. }, _) => self.create_split(file, out),
            _ => {}
        }
    }

    /// Everything before `chunk` of this split is in the store.
    fn load(&mut self, file: FileName, chunk: u32, out: &mut impl Outbox<Coordinator>) {
        let Some(job) = self.job.as_mut().filter(|job| job.view.id == file.job) else { return };
        let File::Split(split) = file.file else { return };
        let text = job.view.job.input(split).and_then(|input| input.text.as_ref());
        if let Some(bytes) = text.and_then(|text| text.piece(chunk, self.config.chunk)) {
            let request = FileRequest::Append { file, chunk, bytes };
            self.calls.ask(Question::File(request), &self.config, out);
            return;
        }
        job.view.loaded += 1;
        if job.view.loaded == job.view.job.map_tasks() && job.view.stage == Stage::Loading {
            job.view.stage = Stage::Map;
        }
    }

    fn save(&self, out: &mut impl Outbox<Coordinator>) {
        out.write([FileOp::Put(JournalFile, self.journal)].into());
    }
}

/// Handing out tasks.
impl Coordinator {
    fn ask(&mut self, at: Time, worker: NodeId, call: Call, out: &mut impl Outbox<Coordinator>) {
        let answer = match self.answered.get(&worker) {
            Some((last, _)) if call < *last => {
                out.note(Note::AskStale);
                return;
            }
            Some((last, answer)) if call == *last => {
                out.note(Note::AskRepeated);
                self.still(worker, answer)
            }
            _ => self.next_task(at, worker, out),
        };
        self.answered.insert(worker, (call, answer.clone()));
        out.send(worker, Message::Answer { call, answer });
    }

    /// The answer that was given, unless its time has passed. A worker that was given a task in the meantime, or never
    /// heard of it, then asks anew.
    fn still(&self, worker: NodeId, answer: &Answer) -> Answer {
        let Answer::Run(assignment) = answer else { return answer.clone() };
        let job = self.job.as_ref().filter(|job| job.view.id == assignment.job);
        let in_progress = job.is_some_and(|job| {
            matches!(
                job.task(assignment.task).map(|task| task.state),
                Some(TaskState::InProgress { worker: by, attempt, .. })
                    if by == worker && attempt == assignment.attempt
            )
        });
        if in_progress { answer.clone() } else { Answer::Wait }
    }

    fn next_task(&mut self, at: Time, worker: NodeId, out: &mut impl Outbox<Coordinator>) -> Answer {
        let Some(job) = self.job.as_mut().filter(|job| job.view.stage != Stage::Done) else {
            return Answer::NoJob;
        };
        let Some(task) = job.next_idle(self.config.rules.has(Rule::ReduceAfterAllMaps)) else {
            return Answer::Wait;
        };
        let attempt = job.task(task).map_or(0, |task| task.attempts).saturating_add(1);
        job.idle.remove(&task);
        job.set(
            task,
            Task { state: TaskState::InProgress { worker, attempt, since: at }, attempts: attempt },
        );
        job.deadlines.push_back((at + self.config.timeout, task, attempt));
        job.arm(at, out);
        let JobView { id, job, .. } = &job.view;
        let input = match task.phase {
            Phase::Map => job.input(task.number).map(|input| input.name.clone()),
            Phase::Reduce => None,
        };
        let (app, maps, reduces) = (job.spec().app, job.map_tasks(), job.reduce_tasks());
        Answer::Run(Assignment { job: *id, app, task, attempt, maps, reduces, input })
    }

    /// A task whose time has run out goes back to the idle ones (§3.3; the lab's ten seconds). Its worker may still
    /// finish: whoever is first completes the task.
    fn overdue(&mut self, at: Time, out: &mut impl Outbox<Coordinator>) {
        let Some(job) = &mut self.job else { return };
        job.armed = false;
        if !self.config.rules.has(Rule::ReissueAfterTimeout) {
            return;
        }
        // The timer counts, not the clock: whoever forces it takes the task of the longest-running attempt. If the
        // next one's time has run out too, the timer is armed to run out at once.
        while let Some((_, task, attempt)) = job.deadlines.pop_front() {
            if job.is_in_progress(task, attempt) {
                out.note(Note::Overdue);
                job.set(task, Task { state: TaskState::Idle, attempts: attempt });
                job.idle.insert(task, ());
                job.view.reissued += 1;
                break;
            }
        }
        job.arm(at, out);
    }
}

/// Hearing that tasks are completed.
impl Coordinator {
    fn report(
        &mut self,
        at: Time,
        worker: NodeId,
        id: JobId,
        task: TaskId,
        attempt: u32,
        out: &mut impl Outbox<Coordinator>,
    ) {
        let rules = self.config.rules;
        let Some(job) = &mut self.job else {
            out.note(Note::ReportOfOtherJob);
            return;
        };
        let mut named = task;
        if !rules.has(Rule::ReportsMatched) {
            // The hurried coordinator looks at the number alone.
            named.phase = if job.view.stage <= Stage::Map { Phase::Map } else { Phase::Reduce };
        } else if job.view.id != id {
            out.note(Note::ReportOfOtherJob);
            return;
        } else if job.task(task).is_none_or(|task| attempt == 0 || attempt > task.attempts) {
            out.note(Note::ReportUnmatched);
            return;
        }
        let Some(known) = job.task(named) else {
            out.note(Note::ReportUnmatched);
            return;
        };
        let again = matches!(known.state, TaskState::Completed { .. });
        if again {
            job.view.late_reports += 1;
        }
        if job.view.stage == Stage::Done || again && rules.has(Rule::FirstCompletionWins) {
            out.note(Note::ReportLate);
            return;
        }
        job.complete(named, worker, attempt);
        if job.view.reduces_completed >= job.view.job.reduce_tasks() {
            self.finish(at, out);
        }
    }

    fn finish(&mut self, at: Time, out: &mut impl Outbox<Coordinator>) {
        let Some(job) = &mut self.job else { return };
        job.view.stage = Stage::Done;
        job.view.done_at = Some(at);
        if job.armed {
            job.armed = false;
            out.cancel_timer(Timer::Overdue);
        }
        let id = job.view.id;
        self.journal.running = None;
        self.save(out);
        out.output(Output::JobDone { job: id });
        let request = FileRequest::RemoveTemporary { job: id };
        self.calls.ask(Question::File(request), &self.config, out);
    }
}

impl Running {
    fn new(id: JobId, job: Job, at: Time) -> Running {
        let idle_task = Task { state: TaskState::Idle, attempts: 0 };
        let mut tasks = Tree::new();
        let (mut maps, mut reduces) = (Table::new(), Table::new());
        for map in 0..job.map_tasks() {
            maps.insert(map, idle_task);
            tasks.insert(TaskId::map(map), ());
        }
        for reduce in 0..job.reduce_tasks() {
            reduces.insert(reduce, idle_task);
            tasks.insert(TaskId::reduce(reduce), ());
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
            submitted_at: at,
            done_at: None,
        };
        Running { view, idle: tasks, deadlines: VecDeque::new(), armed: false }
    }

    fn task(&self, id: TaskId) -> Option<Task> {
        self.tasks(id.phase).get(&id.number).copied()
    }

    fn tasks(&self, phase: Phase) -> &Table<u32, Task> {
        match phase {
            Phase::Map => &self.view.maps,
            Phase::Reduce => &self.view.reduces,
        }
    }

    fn set(&mut self, id: TaskId, task: Task) {
        match id.phase {
            Phase::Map => self.view.maps.insert(id.number, task),
            Phase::Reduce => self.view.reduces.insert(id.number, task),
        }
    }

    fn is_in_progress(&self, id: TaskId, attempt: u32) -> bool {
        self.task(id).is_some_and(
            |task| matches!(task.state, TaskState::InProgress { attempt: current, .. } if current == attempt),
        )
    }

    /// The task to hand out next. A reduce task reads what every map has written, so it waits for all of them.
    fn next_idle(&self, reduces_wait: bool) -> Option<TaskId> {
        let task = *self.idle.iter().next()?.0;
        let may_run = match task.phase {
            Phase::Map => self.view.stage >= Stage::Map,
            Phase::Reduce => self.view.stage >= Stage::Reduce || !reduces_wait,
        };
        may_run.then_some(task)
    }

    /// Counts a task as completed.
    fn complete(&mut self, id: TaskId, worker: NodeId, attempt: u32) {
        let attempts = self.task(id).map_or(attempt, |task| task.attempts);
        self.set(id, Task { state: TaskState::Completed { worker, attempt }, attempts });
        self.idle.remove(&id);
        match id.phase {
            Phase::Map => self.view.maps_completed += 1,
            Phase::Reduce => self.view.reduces_completed += 1,
        }
        if self.view.stage == Stage::Map && self.view.maps_completed >= self.view.job.map_tasks() {
            self.view.stage = Stage::Reduce;
        }
    }

    /// All attempts have the same time, so the first deadline is that of the oldest attempt: one timer is enough.
    fn arm(&mut self, at: Time, out: &mut impl Outbox<Coordinator>) {
        if let Some(&(deadline, ..)) = self.deadlines.front().filter(|_| !self.armed) {
            self.armed = true;
            let left: Span = deadline.since(at);
            out.set_timer(Timer::Overdue, (left, left));
        }
    }
}
