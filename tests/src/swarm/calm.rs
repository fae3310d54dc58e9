//! The calm after the faults, in which things must happen within a bound.

use super::plan::Plan;
use splitbrain::check::liveness::{Bounds, Liveness};
use splitbrain::check::{Moment, Verdicts};
use splitbrain::lab::Member;
use splitbrain::lab::member::View;
use splitbrain::node::NodeId;
use splitbrain::sim::World;
use splitbrain::time::Span;

/// Watches a cluster whose faults have stopped.
#[derive(Clone, Debug)]
pub struct Calm {
    liveness: Liveness,
}

/// How long each may take for this cluster once nothing is broken any more.
///
/// A leader within ten longest election time-outs, and a second more because an election timer may have been postponed
/// by that much just before. An answer within twice that: a client may have to ask every server, and to pause. A job,
/// with a few tasks and workers that have nothing else to do, within three time-outs of a task and three seconds: what
/// crashed workers held comes back after one time-out, and an attempt takes well under a second.
pub fn bounds(plan: &Plan) -> Bounds {
    let config = &plan.config;
    let times = |span: Span, n: u64| Span(span.0 * n);
    let leader = times(config.election_timeout.1, 10) + Span::secs(1);
    let answer = leader + times(config.election_timeout.1, 10) + Span::secs(1);
    let job = times(config.task_timeout, 3) + Span::secs(3);
    Bounds { leader, answer, job }
}

impl Calm {
    /// Faults have just stopped.
    pub fn new(plan: &Plan, world: &World<Member>) -> Calm {
        let mut calm = Calm { liveness: Liveness::new(world.now(), bounds(plan)) };
        for node in world.ids() {
            if let Some(view) = world.view(node) {
                calm.look(world, node, view);
            }
        }
        calm
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
            View::Coordinator(view) => self.liveness.job(world.now(), view.is_running()),
            View::Store(_) | View::Worker(_) => {}
        }
    }
}
