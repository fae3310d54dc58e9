//! The calm after the faults, in which things must happen within a bound.

use super::kind::Kind;
use super::plan::Plan;
use splitbrain::check::liveness::{Bounds, Liveness};
use splitbrain::check::stays::Stays;
use splitbrain::check::{Moment, Verdicts};
use splitbrain::kv;
use splitbrain::kv::server::Reads;
use splitbrain::lab::Member;
use splitbrain::lab::config::Coordination;
use splitbrain::lab::member::{Message, View};
use splitbrain::mapreduce::Seat;
use splitbrain::node::NodeId;
use splitbrain::raft::{self, Role};
use splitbrain::sim::{Cause, World};
use splitbrain::time::{Span, Time};

/// Watches a cluster whose faults have stopped.
#[derive(Clone, Debug)]
pub struct Calm {
    liveness: Liveness,
}

/// Within how many hundredths of the longest election time-out 99 in 100 clusters without a leader have one. The first 2,000
/// seeds take 102, and 134 at most.
pub const MOSTLY: u64 = 200;

/// How long each may take for this cluster once nothing is broken any more.
///
/// A leader within ten longest election time-outs, counted from when nothing that faults have left behind is in the way any
/// more ([`settled`] says what that is): of the runs that had none at first, 99 in 100 have one within [`MOSTLY`] of them. An
/// answer within twice that: a client may have to ask every server, and to pause. A job,
/// with a few tasks and workers that have nothing else to do, within three time-outs of a task and three seconds: what
/// crashed workers held comes back after one time-out, and an attempt takes well under a second.
pub fn bounds(plan: &Plan) -> Bounds {
    let config = &plan.config;
    let times = |span: Span, n: u64| Span(span.0 * n);
    let leader = times(config.election_timeout.1, 10);
    let answer = leader + times(config.election_timeout.1, 10) + Span::secs(1);
    // Where a standby may have to take over first, each of its questions is one to the service.
    let taking_over = match config.coordinator {
        Coordination::Plain => Span::ZERO,
        Coordination::Replicated => Span::secs(4) + times(answer, 4),
    };
    let job = times(config.task_timeout, 3) + Span::secs(3) + taking_over;
    Bounds { leader, answer, job }
}

/// When what faults have left behind is over, now that they have stopped: a timer that was postponed runs out no later than
/// one that is set now, and disks have done the writes that they were given while they were slow or stood still.
fn settled(plan: &Plan, world: &World<Member>) -> Time {
    let longest = plan.config.election_timeout.1;
    let late = |server: NodeId| {
        let timers = world.timers(server).map(|(_, armed)| Time(armed.due.0.saturating_sub(longest.0)));
        let writes = world.disk(server).and_then(|disk| disk.pending.back()).and_then(|write| write.done_at);
        timers.chain(writes).max()
    };
    plan.config.roster().servers().filter_map(late).fold(world.now(), Time::max)
}

impl Calm {
    /// Faults have just stopped.
    pub fn new(plan: &Plan, world: &World<Member>) -> Calm {
        let mut calm = Calm { liveness: Liveness::new(settled(plan, world), bounds(plan)) };
        for node in world.ids() {
            if let Some(view) = world.view(node) {
                calm.look(world, node, view);
            }
        }
        calm
    }

    /// How long it took to a leader, in hundredths of the longest election time-out; none if there is none yet.
    pub fn led_after(&self, plan: &Plan) -> Option<u64> {
        self.liveness.led_after().map(|span| span.0 * 100 / plan.config.election_timeout.1.0)
    }

    /// Looks at the step just taken.
    pub fn see(&mut self, world: &World<Member>, verdicts: &mut Verdicts) {
        let step = world.last_step();
        if let Some(change) = &step.change
            && let Some(after) = &change.after
        {
            self.look(world, change.node, after);
        }
        self.judge(world, verdicts);
    }

    /// Says what is overdue at this moment.
    pub fn judge(&mut self, world: &World<Member>, verdicts: &mut Verdicts) {
        self.liveness.judge(Moment { step: world.steps(), at: world.now() }, verdicts);
    }

    fn look(&mut self, world: &World<Member>, node: NodeId, view: &View) {
        match view {
            View::Server(view) => self.liveness.server(&view.raft),
            View::Client(view) => self.liveness.clerk(world.now(), node, view),
            // Whoever stands by knows of no job.
            View::Coordinator(view) if matches!(view.seat, Seat::Alone | Seat::InCharge) => {
                self.liveness.job(world.now(), view.is_running());
            }
            View::Coordinator(_) | View::Store(_) | View::Worker(_) => {}
        }
    }
}

/// Watches from the beginning who hears the leader, so that it can be told in the calm whether one is deposed that a
/// majority hears.
#[derive(Clone, Debug)]
pub struct Standing {
    stays: Stays,
}

impl Standing {
    /// Nobody leads yet; none where leaders may be deposed. Without pre-votes whoever comes back does so, and a leader whose
    /// lease has run out says itself that it would vote for another.
    pub fn new(plan: &Plan) -> Option<Standing> {
        let config = &plan.config;
        if !config.pre_vote || config.reads == Reads::Lease || plan.calm_from.is_none() {
            return None;
        }
        // Clocks go up to a fifth too fast. What was said earlier has been held, delayed or paused for a long span at most,
        // and perhaps for another after that, if anything can do so at all.
        let (shortest, longest) = config.election_timeout;
        let punctual = plan.kinds.iter().all(|(kind, _)| matches!(kind, Kind::Isolate | Kind::Partition));
        let late = if punctual { Span::ZERO } else { plan.spans.long.1 };
        let margin = Span(2 * (late.0 + longest.0));
        Some(Standing { stays: Stays::new(config.roster().servers(), Span(shortest.0 * 3 / 4), margin) })
    }

    /// Looks at the step just taken; `calm` is where to report once faults have stopped.
    pub fn see(&mut self, world: &World<Member>, calm: Option<&mut Verdicts>) {
        let (step, now) = (world.last_step(), world.now());
        let Some(change) = &step.change else { return self.hears(world) };
        let (before, after) = (server(change.before.as_ref()), server(change.after.as_ref()));
        let (Some(before), Some(after)) = (before, after) else {
            if before.is_some() {
                self.stays.left(now, change.node);
            }
            return;
        };
        match (&before.role, &after.role) {
            (Role::Leader { .. }, Role::Leader { .. }) if before.current_term == after.current_term => {}
            (_, Role::Leader { .. }) => self.stays.elected(change.node, after.current_term),
            (Role::Leader { .. }, _) => self.stays.left(now, change.node),
            (_, Role::Candidate { .. }) if before.current_term < after.current_term => {
                if !is_told_to(&step.cause)
                    && let Some(verdicts) = calm
                {
                    let moment = Moment { step: world.steps(), at: now };
                    self.stays.stands(moment, change.node, after.current_term, verdicts);
                }
                self.stays.left(now, change.node);
            }
            _ if before.current_term < after.current_term => self.stays.left(now, change.node),
            _ => {}
        }
        self.hears(world);
    }

    /// Whether the step was a leader's word to a follower of its term.
    fn hears(&mut self, world: &World<Member>) {
        if let Cause::Arrival { to, body: Message::Kv(kv::Message::Raft(body)), .. } =
            &world.last_step().cause
            && let raft::Message::AppendEntries { term, .. } | raft::Message::InstallSnapshot { term, .. } =
                body
            && let Some(View::Server(view)) = world.view(*to)
            && view.raft.current_term == *term
        {
            self.stays.heard(world.now(), *to, *term);
        }
    }
}

fn server(view: Option<&View>) -> Option<&raft::View<kv::Command>> {
    if let Some(View::Server(view)) = view { Some(&view.raft) } else { None }
}

/// Its leader told it to stand.
fn is_told_to(cause: &Cause<Member>) -> bool {
    let body = if let Cause::Arrival { body: Message::Kv(kv::Message::Raft(body)), .. } = cause {
        body
    } else {
        return false;
    };
    matches!(body, raft::Message::TimeoutNow { .. })
}
