//! The coordinator, the paper's master (§3.1, §3.2): it loads the inputs, hands out tasks to whoever asks, takes tasks
//! back from workers that are too slow, and knows when the job is done.
//!
//! Its table of tasks is volatile: a coordinator that crashes loses its job, which its onlookers are told (§3.3: "our
//! current implementation aborts the MapReduce computation if the master fails"). Only the count of its jobs is on
//! disk, so that no number, and so no folder, is used twice.

use super::calls::{Calls, Question};
use super::config::{Config, Output, Refused, Request, Timer};
use super::job::{File, FileName, Job, JobId};
use super::kept::Event;
use super::message::{Answer, Call, FileOutcome, FileRequest, Message};
use super::note::Note;
use super::replica::{Replica, Seat};
use super::reports::Named;
use super::rules::{Rule, Rules};
use super::running::Running;
use super::view::{CoordinatorView, Stage};
use crate::node::{Content, FileOp, Files, Input, Node, NodeId, Outbox};
use crate::time::Time;
use crate::tree::Tree;
use alloc::rc::Rc;
use serde::{Deserialize, Serialize};

/// A coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coordinator {
    pub(super) config: Config,
    pub(super) journal: Journal,
    /// The job that runs, or the last one that did.
    pub(super) job: Option<Running>,
    /// What it shares with its like.
    pub(super) replica: Replica,
    /// The last question of each worker and how it was answered, so that a repeated question gets the same answer.
    pub(super) answered: Tree<NodeId, (Call, Answer)>,
    pub(super) calls: Calls,
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
            replica: Replica::new(config),
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
                self.start_replica(self.journal.incarnation == 1, out);
            }
            Input::Call { request: Request::Submit(job), .. } => self.submit(at, job, out),
            Input::Call { request: Request::Kept(kept), .. } => self.kept(at, &kept, out),
            Input::Message { body: Message::Ask { .. } | Message::Report { .. }, .. }
                if !self.replica.leads() =>
            {
                out.note(Note::NotInCharge);
            }
            Input::Message { from, body } => match body {
                Message::Ask { call } => self.ask(at, from, call, out),
                Message::Report { call, job, task, attempt, ending } => {
                    if self.report(at, from, Named { call, job, task, attempt }, &ending, out) {
                        out.send(from, Message::Reported { call });
                    }
                }
                Message::Alive { epoch } => self.heard_alive(from, epoch, out),
                Message::FileReply { call, outcome } => self.file_reply(at, call, &outcome, out),
                _ => out.note(Note::NotForMe),
            },
            Input::Timer(Timer::Retry) => drop(self.calls.retry(&self.config, out)),
            Input::Timer(Timer::Overdue) => self.overdue(at, out),
            Input::Timer(Timer::Alive) => self.say_so(at, out),
            Input::Timer(Timer::TakeOver) => self.take_over(at, out),
            Input::Timer(Timer::Poll | Timer::Work) => {}
            Input::Configure(config) => self.configure(at, config, out),
        }
    }

    fn view(&self) -> CoordinatorView {
        CoordinatorView {
            incarnation: self.journal.incarnation,
            seat: self.replica.seat,
            epoch: self.replica.shared.epoch,
            jobs: self.journal.jobs,
            job: self.job.as_ref().map(|job| job.view.clone()),
            died: self.journal.died,
            is_claiming: self.replica.held.is_some() || self.replica.claiming().is_some(),
        }
    }
}

/// Submitting, and loading the inputs.
impl Coordinator {
    pub(super) fn submit(&mut self, at: Time, job: Job, out: &mut impl Outbox<Coordinator>) {
        let running = self.job.as_ref().filter(|job| job.view.is_running()).map(|job| job.view.id);
        if let Some(running) = running.or_else(|| self.replica.claiming()) {
            out.note(Note::JobRunning);
            out.output(Output::Refused(Refused::Running { job: running }));
            return;
        }
        if let Err(why) = job.check(&self.config.engine).and_then(|()| self.check_recipe(&job)) {
            out.note(Note::JobUnfit);
            out.output(Output::Refused(Refused::Unfit(why)));
            return;
        }
        match self.replica.leads() {
            true => self.propose(at, Event::Claimed(job), out),
            false => self.hold(job, out),
        }
    }

    /// The job has its number: its inputs are loaded.
    fn claimed(&mut self, at: Time, job: Job, out: &mut impl Outbox<Coordinator>) {
        let (id, submitted_at) = self.claim(at);
        // What is kept elsewhere outlives this coordinator.
        let running = (self.replica.seat == Seat::Alone).then_some(id);
        self.journal = Journal { jobs: id.0, running, died: None, ..self.journal };
        self.save(out);
        out.output(Output::Accepted { job: id });
        self.calls.forget();
        for split in 0..job.map_tasks() {
            self.create_split(FileName { job: id, file: File::Split(split) }, out);
        }
        self.job = Some(Running::new(id, job, 0, submitted_at));
    }

    fn create_split(&mut self, file: FileName, out: &mut impl Outbox<Coordinator>) {
        let request = FileRequest::Create { files: Rc::from([file]), truncate: false };
        self.calls.ask(Question::File(self.config.store, request), &self.config, out);
    }

    fn file_reply(
        &mut self,
        at: Time,
        call: Call,
        outcome: &FileOutcome,
        out: &mut impl Outbox<Coordinator>,
    ) {
        let Some(Question::File(_, request)) = self.calls.question(call).cloned() else {
            out.note(Note::AnswerStale);
            return;
        };
        self.calls.close(call, &self.config, out);
        match (request, outcome) {
            (FileRequest::Create { files, .. }, FileOutcome::Done) => {
                files.iter().for_each(|&file| self.load(at, file, 0, out));
            }
            (FileRequest::Append { file, chunk, .. }, FileOutcome::Done) => {
                self.load(at, file, chunk + 1, out);
            }
            // The store has lost what it had acknowledged: its disk was wiped.
            (FileRequest::Append { file, .. }, _) => self.create_split(file, out),
            _ => {}
        }
    }

    /// Everything before `chunk` of this split is in the store.
    fn load(&mut self, at: Time, file: FileName, chunk: u32, out: &mut impl Outbox<Coordinator>) {
        let Some(job) = self.job.as_mut().filter(|job| job.view.id == file.job) else { return };
        let File::Split(split) = file.file else { return };
        let text = job.view.job.input(split).and_then(|input| input.text.as_ref());
        if let Some(bytes) = text.and_then(|text| text.piece(chunk, self.config.chunk)) {
            let request = FileRequest::Append { file, chunk, bytes };
            self.calls.ask(Question::File(self.config.store, request), &self.config, out);
            return;
        }
        job.view.loaded += 1;
        if job.view.loaded == job.view.job.map_tasks() && job.view.stage == Stage::Loading {
            self.propose(at, Event::Loaded, out);
        }
    }

    /// Something that has happened counts from now on. What was on its way when the job ended changes nothing more.
    pub(super) fn commit(&mut self, at: Time, event: Event, out: &mut impl Outbox<Coordinator>) {
        let running = self.job.as_mut().filter(|job| job.view.is_running());
        match event {
            Event::Claimed(job) => self.claimed(at, job, out),
            Event::Loaded => {
                if let Some(job) = running {
                    job.view.stage = Stage::Map;
                }
            }
            Event::Completed { worker, task, attempt, counters, .. } => {
                self.completed(at, worker, task, attempt, &counters, out);
            }
            Event::Lost { map, attempt } => self.lost(map, attempt, out),
            Event::Failed(failure) if running.is_some() => self.end(at, Some(failure), out),
            Event::Failed(_) => {}
        }
    }

    pub(super) fn save(&self, out: &mut impl Outbox<Coordinator>) {
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
        let waited_for = |job: &Running| job.is_in_progress(assignment.task, worker, assignment.attempt);
        if job.is_some_and(waited_for) { answer.clone() } else { Answer::Wait }
    }

    fn next_task(&mut self, at: Time, worker: NodeId, out: &mut impl Outbox<Coordinator>) -> Answer {
        let Some(job) = self.job.as_mut().filter(|job| job.view.is_running()) else { return Answer::NoJob };
        let task = job.next_idle(self.config.rules).or_else(|| {
            let task = job.next_backup(worker, at, &self.config)?;
            out.note(Note::BackedUp);
            Some(task)
        });
        let Some(assignment) = task.and_then(|task| job.hand_out(task, worker, at, &self.config)) else {
            return Answer::Wait;
        };
        arm(job, at, self.config.rules, out);
        Answer::Run(assignment)
    }

    /// A task whose time has run out goes back to the idle ones (§3.3; the lab's ten seconds). Its worker may still
    /// finish: whoever is first completes the task.
    fn overdue(&mut self, at: Time, out: &mut impl Outbox<Coordinator>) {
        let Some(job) = &mut self.job else { return };
        job.disarm();
        if !self.config.rules.has(Rule::ReissueAfterTimeout) {
            return;
        }
        // The timer counts, not the clock: whoever forces it takes the task of the longest-running attempt. If the
        // next one's time has run out too, the timer is armed to run out at once.
        if job.expire() {
            out.note(Note::Overdue);
        }
        arm(job, at, self.config.rules, out);
    }

    /// A rule that is switched on holds for what is in progress as well.
    fn configure(&mut self, at: Time, config: Config, out: &mut impl Outbox<Coordinator>) {
        self.config = config;
        if let Some(job) = self.job.as_mut().filter(|job| job.view.is_running()) {
            arm(job, at, self.config.rules, out);
        }
    }
}

fn arm(job: &mut Running, at: Time, rules: Rules, out: &mut impl Outbox<Coordinator>) {
    if rules.has(Rule::ReissueAfterTimeout)
        && let Some(left) = job.arm(at)
    {
        out.set_timer(Timer::Overdue, (left, left));
    }
}
