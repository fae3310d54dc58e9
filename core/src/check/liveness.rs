//! What must happen in the end: once faults have stopped, a leader, an answer to every operation and the result of
//! every job, each within a bound.
//!
//! Safety is judged all the time; this begins at the moment when every node is up, every link is open and every disk
//! works again, and holds for as long as that stays so. Nothing can be promised before (§5.6: "broadcastTime ≪
//! electionTimeout ≪ MTBF").

use super::{Moment, Property, Verdicts};
use crate::kv::session::Session;
use crate::kv::view::ClerkView;
use crate::node::NodeId;
use crate::raft::log::{Command, Term};
use crate::raft::view::{Role, View};
use crate::time::{Span, Time};
use alloc::collections::BTreeMap;
use alloc::format;

/// How long each may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// From the end of faults to a leader of the highest term.
    pub leader: Span,
    /// From an operation's call, or the end of faults if that is later, to its return.
    pub answer: Span,
    /// From a job's submission, or the end of faults if that is later, to its end.
    pub job: Span,
}

/// Watches a cluster whose faults have stopped.
#[derive(Clone, Debug)]
pub struct Liveness {
    bounds: Bounds,
    since: Time,
    highest_term: Term,
    /// The highest term known to be led.
    led_term: Option<Term>,
    /// When there first was a leader of the highest term.
    led_at: Option<Time>,
    /// For each clerk the operation it waits for, and since when.
    pending: BTreeMap<NodeId, (Session, u64, Time)>,
    job: Option<Time>,
    /// Nothing can be overdue before this.
    look_again: Time,
}

impl Liveness {
    /// Faults stopped at `since`. Show it every server, every clerk and the job as they are now, and then after each
    /// step what that step changed; then ask for its verdict.
    pub fn new(since: Time, bounds: Bounds) -> Liveness {
        Liveness {
            bounds,
            since,
            highest_term: Term(0),
            led_term: None,
            led_at: None,
            pending: BTreeMap::new(),
            job: None,
            look_again: since,
        }
    }

    /// How long it took from the end of faults to a leader of the highest term; none if there is none yet.
    pub fn led_after(&self) -> Option<Span> {
        self.led_at.map(|at| at.since(self.since))
    }

    /// A server looks like this now.
    pub fn server<C: Command>(&mut self, view: &View<C>) {
        self.highest_term = self.highest_term.max(view.current_term);
        if matches!(view.role, Role::Leader { .. }) {
            self.led_term = self.led_term.max(Some(view.current_term));
        }
    }

    /// A clerk looks like this now.
    pub fn clerk(&mut self, now: Time, clerk: NodeId, view: &ClerkView) {
        let waits = view.pending.as_ref().map(|pending| (view.session, pending.number));
        let known = self.pending.get(&clerk).map(|&(session, number, _)| (session, number));
        if waits == known {
            return;
        }
        match waits {
            Some((session, number)) => {
                self.pending.insert(clerk, (session, number, now));
            }
            None => {
                self.pending.remove(&clerk);
            }
        }
    }

    /// Whether a job is submitted and not finished now.
    pub fn job(&mut self, now: Time, unfinished: bool) {
        match (self.job, unfinished) {
            (None, true) => self.job = Some(now),
            (Some(_), false) => self.job = None,
            _ => {}
        }
    }

    /// Says what is overdue. Cheap: until something can be, it only compares two times.
    pub fn judge(&mut self, now: Moment, verdicts: &mut Verdicts) {
        if self.led_at.is_none() && self.led_term == Some(self.highest_term) {
            self.led_at = Some(now.at);
        }
        if now.at <= self.look_again {
            return;
        }
        let leader_due = self.since + self.bounds.leader;
        if self.led_at.is_none() && now.at > leader_due {
            verdicts.broken(Property::LeaderInTime, now, &[], || {
                format!(
                    "faults stopped at {}, and {} later nobody has led the highest term, {}.",
                    self.since, self.bounds.leader, self.highest_term
                )
            });
        }
        for (&clerk, &(_, number, called)) in &self.pending {
            if now.at > called + self.bounds.answer {
                verdicts.broken(Property::AnswerInTime, now, &[clerk], || {
                    format!(
                        "faults stopped at {}, but operation {number} of this client, pending since {called}, is \
                         not answered within {}.",
                        self.since, self.bounds.answer
                    )
                });
            }
        }
        if let Some(submitted) = self.job.filter(|&submitted| now.at > submitted + self.bounds.job) {
            verdicts.broken(Property::JobInTime, now, &[], || {
                format!(
                    "faults stopped at {}, but the job, unfinished at {submitted}, is not finished within {}.",
                    self.since, self.bounds.job
                )
            });
        }
        let leader_due = self.led_at.is_none().then_some(leader_due);
        let answers_due = self.pending.values().map(|&(.., called)| called + self.bounds.answer);
        let job_due = self.job.map(|submitted| submitted + self.bounds.job);
        let new_due = now.at + self.bounds.answer.min(self.bounds.job);
        self.look_again =
            answers_due.chain(leader_due).chain(job_due).chain([new_due]).min().unwrap_or(new_due);
    }

    /// Whether there has been a leader and nothing is pending: what the bounds ask has happened.
    pub fn is_satisfied(&self) -> bool {
        self.led_at.is_some() && self.pending.is_empty() && self.job.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kv::history::History;
    use crate::kv::store::Op;
    use crate::kv::view::Pending;
    use alloc::rc::Rc;
    use alloc::vec::Vec;

    const BOUNDS: Bounds = Bounds { leader: Span::secs(5), answer: Span::secs(10), job: Span::secs(60) };
    const STOPPED: Time = Time(2_000_000);
    const C1: NodeId = NodeId(3);

    fn server(term: u64, leads: bool) -> View<u64> {
        let progress = Rc::new(Vec::new());
        View {
            role: if leads { Role::Leader { progress } } else { Role::Follower },
            current_term: Term(term),
            ..View::default()
        }
    }

    fn clerk(number: Option<u64>) -> ClerkView {
        let pending = number.map(|number| Pending {
            number,
            sent_as: number,
            op: Op::Get { key: "x".into() },
            since: STOPPED,
            attempt: 1,
            to: NodeId(0),
            pausing: false,
        });
        let session = Session { client: C1, incarnation: 1 };
        let history = History::default();
        ClerkView { session, next_number: 9, pending, leader: None, queued: 0, history, load: None }
    }

    /// What is broken at this many seconds of the run.
    fn broken_at(liveness: &mut Liveness, seconds: u64) -> Vec<Property> {
        let mut verdicts = Verdicts::new();
        let now = Moment { step: seconds, at: Time(seconds * 1_000_000) };
        liveness.judge(now, &mut verdicts);
        verdicts.violations().iter().map(|violation| violation.property).collect()
    }

    #[test]
    fn a_leader_of_the_highest_term_is_due_within_its_bound() {
        let mut liveness = Liveness::new(STOPPED, BOUNDS);
        liveness.server(&server(4, false));
        liveness.server(&server(3, true));
        assert_eq!(broken_at(&mut liveness, 7), []);
        assert_eq!(broken_at(&mut liveness, 8), [Property::LeaderInTime], "a stale leader does not count");
        let mut liveness = Liveness::new(STOPPED, BOUNDS);
        liveness.server(&server(4, false));
        assert_eq!(broken_at(&mut liveness, 6), []);
        liveness.server(&server(5, true));
        assert_eq!(broken_at(&mut liveness, 7), []);
        liveness.server(&server(6, false));
        assert_eq!(broken_at(&mut liveness, 99), []);
    }

    #[test]
    fn how_long_it_took_to_a_leader_is_told_from_the_end_of_faults() {
        let mut liveness = Liveness::new(STOPPED, BOUNDS);
        liveness.server(&server(4, false));
        assert_eq!((broken_at(&mut liveness, 3), liveness.led_after()), (Vec::new(), None));
        liveness.server(&server(5, true));
        assert_eq!(broken_at(&mut liveness, 4), []);
        liveness.server(&server(6, true));
        assert_eq!(broken_at(&mut liveness, 5), []);
        assert_eq!(liveness.led_after(), Some(Span::secs(2)));
    }

    #[test]
    fn an_operation_that_was_pending_is_due_within_its_bound() {
        let mut liveness = Liveness::new(STOPPED, BOUNDS);
        liveness.server(&server(1, true));
        liveness.clerk(STOPPED, C1, &clerk(Some(7)));
        assert_eq!(broken_at(&mut liveness, 3), []);
        assert!(!liveness.is_satisfied());
        liveness.clerk(Time(11_000_000), C1, &clerk(Some(7)));
        assert_eq!(broken_at(&mut liveness, 12), []);
        assert_eq!(broken_at(&mut liveness, 13), [Property::AnswerInTime]);
        liveness.clerk(Time(14_000_000), C1, &clerk(None));
        assert_eq!(broken_at(&mut liveness, 14), []);
        assert!(liveness.is_satisfied());
    }

    #[test]
    fn an_operation_that_begins_later_has_its_own_bound() {
        let mut liveness = Liveness::new(STOPPED, BOUNDS);
        liveness.server(&server(1, true));
        liveness.clerk(STOPPED, C1, &clerk(Some(7)));
        assert_eq!(broken_at(&mut liveness, 3), []);
        liveness.clerk(Time(11_000_000), C1, &clerk(Some(8)));
        assert_eq!(broken_at(&mut liveness, 21), []);
        assert_eq!(broken_at(&mut liveness, 22), [Property::AnswerInTime]);
    }

    #[test]
    fn an_operation_is_not_overlooked_while_a_job_is_waited_for() {
        let mut liveness = Liveness::new(STOPPED, BOUNDS);
        liveness.server(&server(1, true));
        liveness.job(STOPPED, true);
        assert_eq!(broken_at(&mut liveness, 3), []);
        liveness.clerk(Time(4_000_000), C1, &clerk(Some(7)));
        assert_eq!(broken_at(&mut liveness, 14), []);
        assert_eq!(broken_at(&mut liveness, 15), [Property::AnswerInTime]);
    }

    #[test]
    fn a_job_is_due_within_its_bound_of_its_submission() {
        let mut liveness = Liveness::new(STOPPED, BOUNDS);
        liveness.server(&server(1, true));
        assert_eq!(broken_at(&mut liveness, 3), []);
        liveness.job(Time(30_000_000), true);
        for second in 31..=90 {
            liveness.job(Time(second * 1_000_000), true);
            assert_eq!(broken_at(&mut liveness, second), []);
        }
        assert_eq!(broken_at(&mut liveness, 91), [Property::JobInTime]);
        liveness.job(Time(92_000_000), false);
        assert_eq!(broken_at(&mut liveness, 92), []);
    }
}
