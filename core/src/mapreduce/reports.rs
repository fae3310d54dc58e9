//! What a coordinator makes of reports (§3.3): the first completion of a task counts, a failure is tried again or fails the job,
//! and what was lost runs again.

use super::calls::Question;
use super::config::{Output, Timer};
use super::coordinator::Coordinator;
use super::counters::Counters;
use super::job::{JobId, Phase, TaskId};
use super::kept::Event;
use super::message::{Call, Ending, FileRequest};
use super::note::Note;
use super::replica::Seat;
use super::rules::Rule;
use super::running::Running;
use super::script::Failure;
use super::view::{JobFailure, Stage, TaskState};
use crate::node::{NodeId, Outbox};
use crate::time::Time;

/// Which attempt a report names.
#[derive(Clone, Copy)]
pub(super) struct Named {
    pub(super) call: Call,
    pub(super) job: JobId,
    pub(super) task: TaskId,
    pub(super) attempt: u32,
}

/// Hearing how attempts ended.
impl Coordinator {
    /// Whether whoever reports can be told that it was heard.
    pub(super) fn report(
        &mut self,
        at: Time,
        worker: NodeId,
        named: Named,
        ending: &Ending,
        out: &mut impl Outbox<Coordinator>,
    ) -> bool {
        let rules = self.config.rules;
        let Named { call, job: id, mut task, attempt } = named;
        if self.replica.is_ahead(id) {
            // Another has been in charge since, and must hear of it.
            out.note(Note::NotInCharge);
            return false;
        }
        let Some(job) = &self.job else {
            out.note(Note::ReportOfOtherJob);
            return true;
        };
        if !rules.has(Rule::ReportsMatched) {
            // The hurried coordinator looks at the number alone.
            task.phase = if job.view.stage <= Stage::Map { Phase::Map } else { Phase::Reduce };
        } else if job.view.id != id {
            out.note(Note::ReportOfOtherJob);
            return true;
        }
        let known = job.view.task(task);
        if known
            .is_none_or(|known| rules.has(Rule::ReportsMatched) && !(1..=known.attempts).contains(&attempt))
        {
            out.note(Note::ReportUnmatched);
            // An attempt that this coordinator has not given out may be another's, who took over.
            return known.is_none() || self.replica.seat == Seat::Alone;
        }
        match ending {
            Ending::Completed(counters) => {
                if self.is_over(task) {
                    self.completed(at, worker, task, attempt, counters, out);
                } else if !self.replica.is_keeping(task) {
                    let counters = counters.clone();
                    self.propose(at, Event::Completed { worker, call, task, attempt, counters }, out);
                }
                // It is acknowledged when it counts. Until then the worker reports again, to whoever is in charge then.
                self.is_over(task)
            }
            Ending::Failed(failure) => {
                self.failed(at, worker, task, attempt, failure, out);
                true
            }
            Ending::Unread { map, attempt: sought } => {
                self.unread(at, task, attempt, *map, *sought, out);
                true
            }
        }
    }

    /// Whether nothing more is to be done about a task.
    fn is_over(&self, task: TaskId) -> bool {
        let completed = |job: &Running| job.view.task(task).is_none_or(|task| task.is_completed());
        self.job.as_ref().is_none_or(|job| !job.view.is_running() || completed(job))
    }

    pub(super) fn completed(
        &mut self,
        at: Time,
        worker: NodeId,
        task: TaskId,
        attempt: u32,
        counters: &Counters,
        out: &mut impl Outbox<Coordinator>,
    ) {
        let rules = self.config.rules;
        let Some(job) = &mut self.job else { return };
        let again = job.view.task(task).is_some_and(|task| task.is_completed());
        job.view.late_reports += u32::from(again);
        if !job.view.is_running() || again && rules.has(Rule::FirstCompletionWins) {
            if job.view.is_running() && !rules.has(Rule::CountersOnce) {
                job.count(task, counters, rules);
            }
            out.note(Note::ReportLate);
            return;
        }
        job.complete(task, worker, attempt, counters, rules);
        if job.view.reduces_completed >= job.view.job.reduce_tasks() {
            self.end(at, None, out);
        }
    }

    /// The program failed. Another attempt is made; after too many of them the job fails.
    fn failed(
        &mut self,
        at: Time,
        worker: NodeId,
        task: TaskId,
        attempt: u32,
        failure: &Failure,
        out: &mut impl Outbox<Coordinator>,
    ) {
        let Some(job) =
            self.job.as_mut().filter(|job| job.view.is_running() && job.may_fail(task, worker, attempt))
        else {
            out.note(Note::ReportLate);
            return;
        };
        out.note(Note::AttemptFailed);
        let (again, skips) = job.fail(task, attempt, failure, &self.config);
        if skips {
            out.note(Note::RecordSkipped);
        }
        if !again {
            out.note(Note::JobFailed);
            self.propose(at, Event::Failed(JobFailure { task, failure: failure.clone() }), out);
        }
    }

    /// A reduce could not read what a map has left with its worker (§3.3): the map runs again, and the reduce after it.
    fn unread(
        &mut self,
        at: Time,
        task: TaskId,
        attempt: u32,
        map: u32,
        sought: u32,
        out: &mut impl Outbox<Coordinator>,
    ) {
        let Some(job) = self.job.as_mut().filter(|job| job.view.is_running()) else { return };
        job.end_run(task, attempt);
        if self.has_left(map, sought) && self.config.rules.has(Rule::RerunLostMaps) {
            self.propose(at, Event::Lost { map, attempt: sought }, out);
        }
    }

    pub(super) fn lost(&mut self, map: u32, attempt: u32, out: &mut impl Outbox<Coordinator>) {
        if self.has_left(map, attempt)
            && let Some(job) = self.job.as_mut().filter(|job| job.view.is_running())
        {
            out.note(Note::OutputLost);
            job.lose(map);
        }
    }

    /// Whether a map counts as completed by this very attempt.
    fn has_left(&self, map: u32, sought: u32) -> bool {
        let state = self.job.as_ref().and_then(|job| job.view.task(TaskId::map(map))).map(|task| task.state);
        matches!(state, Some(TaskState::Completed { attempt, .. }) if attempt == sought)
    }

    pub(super) fn end(&mut self, at: Time, failure: Option<JobFailure>, out: &mut impl Outbox<Coordinator>) {
        let Some(job) = &mut self.job else { return };
        let id = job.view.id;
        let output =
            if failure.is_some() { Output::JobFailed { job: id } } else { Output::JobDone { job: id } };
        // Where it is kept that the job is over, it is kept since when.
        let kept = self.replica.shared.job.as_ref().and_then(|kept| kept.over_at);
        job.end(kept.unwrap_or(at), failure);
        if job.disarm() {
            out.cancel_timer(Timer::Overdue);
        }
        self.journal.running = None;
        self.save(out);
        out.output(output);
        self.clear_up(id, out);
    }

    /// What attempts have left behind is of no use any more.
    pub(super) fn clear_up(&mut self, id: JobId, out: &mut impl Outbox<Coordinator>) {
        let request = FileRequest::RemoveTemporary { job: id };
        self.calls.ask(Question::File(self.config.store, request), &self.config, out);
    }
}
