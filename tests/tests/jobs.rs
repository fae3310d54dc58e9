//! Jobs on directed schedules: a crash after every single write, and attempts that finish when nobody waits for them any more.

use splitbrain::lab::member::{Message, View};
use splitbrain::lab::{Act, Config, Member, Watch};
use splitbrain::mapreduce::{
    Disks, Doing, Input, Job, JobId, JobView, Program, Records, Spec, Stage, TaskId,
};
use splitbrain::node::{Effect, NodeId};
use splitbrain::sim::{Cause, World};
use splitbrain::time::{Span, Time};
use splitbrain::timeline::Subject;

/// A lab of two workers with a job in it.
#[derive(Clone)]
struct Ground {
    config: Config,
    world: World<Member>,
    watch: Watch,
}

fn job() -> Job {
    let texts = ["the sea and the whale", "the whale, the ship", "a ship at sea"];
    let inputs = texts.iter().enumerate().map(|(n, text)| Input::new(&format!("moby-{n}"), text));
    let spec = Job::new(Program::WordCount, 2, inputs).spec().clone();
    Job::from(Spec { records: Records::Lines, combine: true, ..spec })
}

impl Ground {
    fn new(disks: Disks) -> Ground {
        let config = Config {
            servers: 1,
            clients: 0,
            workers: 2,
            task_timeout: Span::millis(600),
            intermediate: disks,
            ..Config::default()
        };
        let (watch, world) = Watch::open(&config).expect("a lab of two workers");
        let mut ground = Ground { config, world, watch };
        ground.until(|ground| ground.coordinator_is_up());
        ground.act(&Act::Submit { job: job() });
        ground
    }

    fn coordinator_is_up(&self) -> bool {
        self.config.roster().coordinators().next().is_some_and(|node| self.world.view(node).is_some())
    }

    fn act(&mut self, act: &Act) {
        let actions = self.watch.translate(act, &self.world).expect("it can be done");
        for action in actions {
            self.world.act(action).expect("it can be done now");
            self.watch.observe(&self.world, &mut Vec::new());
        }
    }

    fn step(&mut self, latest: Time) -> bool {
        let stepped = self.world.step_until(latest).is_some();
        if stepped {
            self.watch.observe(&self.world, &mut Vec::new());
        }
        stepped
    }

    fn sleep(&mut self, span: Span) {
        let latest = self.world.now() + span;
        while self.step(latest) {}
    }

    fn until(&mut self, is_so: impl Fn(&Ground) -> bool) {
        let latest = self.world.now() + Span::secs(30);
        while !is_so(self) {
            assert!(self.step(latest), "it is not so after half a minute");
        }
    }

    fn job(&self) -> &JobView {
        let node = self.config.roster().coordinators().next().expect("there is one");
        match self.world.view(node) {
            Some(View::Coordinator(view)) => view.job.as_ref().expect("a job was submitted"),
            _ => panic!("the coordinator is up"),
        }
    }

    fn worker(&self, place: usize) -> NodeId {
        self.config.roster().workers().nth(place).expect("there are two")
    }

    /// What a worker does, and in which attempt at which task.
    fn doing(&self, worker: NodeId) -> Option<(Doing, Option<(TaskId, u32)>)> {
        let Some(View::Worker(view)) = self.world.view(worker) else { return None };
        Some((view.doing, view.attempt.as_ref().map(|attempt| (attempt.task, attempt.attempt))))
    }

    fn works_on(&self, worker: NodeId, task: TaskId) -> bool {
        matches!(self.doing(worker), Some((Doing::Working { .. }, Some((on, _)))) if on == task)
    }

    /// The job comes to its end, its stragglers come home, and everything is as it should be.
    fn ends_well(&mut self, after: &str) {
        self.until(|ground| ground.job().stage == Stage::Done);
        self.sleep(Span::secs(3));
        let violations = self.watch.verdicts().violations();
        assert!(violations.is_empty(), "{after}: {}", violations[0]);
        assert_eq!(self.watch.output_is_equal(JobId(1)), Some(true), "{after}");
        let job = self.job();
        assert_eq!((job.maps_completed, job.reduces_completed), (3, 2), "{after}");
    }

    /// Whose files the last step wrote, and for whom.
    fn wrote(&self) -> Option<(NodeId, NodeId)> {
        let step = self.world.last_step();
        let writes = step.effects.iter().any(|effect| matches!(effect, Effect::Write(_)));
        match &step.cause {
            Cause::Arrival { from, to, body: Message::MapReduce(_), .. } if writes => Some((*to, *from)),
            _ => None,
        }
    }
}

/// Every node that has files or has them written, after every write of a whole job.
#[test]
fn whoever_crashes_right_after_whichever_write_the_output_is_the_same() {
    for disks in [Disks::Shared, Disks::Local] {
        let mut ground = Ground::new(disks);
        let coordinator = ground.config.roster().coordinators().next();
        let mut crashes = 0;
        while ground.job().stage != Stage::Done {
            assert!(ground.step(Time::ZERO + Span::secs(60)), "the job ends");
            let Some((keeper, writer)) = ground.wrote() else { continue };
            let mut victims = vec![keeper, writer];
            victims.dedup();
            for node in victims.into_iter().filter(|&node| Some(node) != coordinator) {
                // At once, which loses the write; and when it is done, which may lose the answer.
                for wait in [Span::ZERO, Span::millis(5)] {
                    let mut other = ground.clone();
                    other.sleep(wait);
                    other.act(&Act::Crash { node });
                    other.sleep(Span::millis(100));
                    other.act(&Act::Restart { node });
                    let (name, step) = (ground.config.roster().name(node), ground.world.steps());
                    other.ends_well(&format!("{name} crashed {wait} after step {step}, {disks:?}"));
                    crashes += 1;
                }
            }
        }
        ground.ends_well("nobody crashed");
        assert!(crashes > 40, "{crashes} crashes, {disks:?}");
    }
}

/// A worker stalls in a task for so long that the other gets it; both finish, in either order.
#[test]
fn a_slow_attempt_that_finishes_after_its_task_was_given_to_another_is_counted_once() {
    for task in [TaskId::map(0), TaskId::reduce(0)] {
        for slow_is_first in [true, false] {
            let mut ground = Ground::new(Disks::Shared);
            let (one, other) = (ground.worker(0), ground.worker(1));
            ground.until(|ground| ground.works_on(one, task) || ground.works_on(other, task));
            let (slow, quick) = if ground.works_on(one, task) { (one, other) } else { (other, one) };
            let work = |node| (node, String::from("work"));
            let ((node, timer), by) = (work(slow), Span::secs(20));
            ground.act(&Act::Postpone { node, timer, by });
            ground.until(|ground| ground.works_on(quick, task));
            assert_eq!(ground.job().reissued, 1, "{task} was given to another");
            let (first, second) = if slow_is_first { (slow, quick) } else { (quick, slow) };
            if slow_is_first {
                let (node, timer) = work(quick);
                ground.act(&Act::Postpone { node, timer, by: Span::millis(300) });
            }
            let (node, timer) = work(first);
            ground.act(&Act::Fire { node, timer });
            ground.until(|ground| ground.job().task(task).is_some_and(|task| task.is_completed()));
            if second == slow {
                let (node, timer) = work(slow);
                ground.act(&Act::Fire { node, timer });
            }
            ground.ends_well(&format!("{task} was finished by {first:?} and then by {second:?}"));
            assert!(ground.job().late_reports == 1, "{task}: {} late", ground.job().late_reports);
        }
    }
}
