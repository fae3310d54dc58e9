//! Jobs whose coordinators crash: where their state is kept in the key/value service, nothing that is finished is lost.

use super::in_charge;
use crate::chance::Chance;
use crate::lab::act::Act;
use crate::lab::attempts::End;
use crate::lab::config::{Config, Coordination};
use crate::lab::member::{Member, View};
use crate::lab::watch::Watch;
use crate::mapreduce::tests::{TEXT, job};
use crate::mapreduce::{CoordinatorView, Doing, Input, Job, JobId, JobView, Program, Stage};
use crate::node::NodeId;
use crate::sim::World;
use crate::time::{Span, Time};
use crate::timeline::Subject;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

struct Lab {
    world: World<Member>,
    watch: Watch,
}

impl Lab {
    fn open(seed: u64, without: &[&str]) -> Lab {
        let config = Config {
            seed,
            servers: 3,
            clients: 0,
            workers: 5,
            coordinator: Coordination::Replicated,
            task_timeout: Span::secs(3),
            without: without.iter().map(|&rule| String::from(rule)).collect(),
            ..Config::default()
        };
        let (watch, world) = Watch::open(&config).unwrap();
        Lab { world, watch }
    }

    fn act(&mut self, act: &Act) {
        for action in self.watch.translate(act, &self.world).unwrap() {
            self.world.act(action).unwrap();
            self.watch.observe(&self.world, &mut Vec::new());
        }
    }

    /// Runs until this is so; whether it is within so long.
    fn run_to(&mut self, within: Span, mut so: impl FnMut(&Lab) -> bool) -> bool {
        let end = self.world.now() + within;
        while !so(self) {
            if self.world.step_until(end).is_none() {
                return false;
            }
            self.watch.observe(&self.world, &mut Vec::new());
        }
        true
    }

    fn run_for(&mut self, span: Span) {
        self.run_to(span, |_| false);
    }

    fn in_charge(&self) -> Option<(NodeId, &CoordinatorView)> {
        let node = in_charge(&self.world, self.watch.roster())?;
        match self.world.view(node)? {
            View::Coordinator(view) => Some((node, view)),
            _ => None,
        }
    }

    fn job(&self) -> Option<&JobView> {
        self.in_charge()?.1.job.as_ref()
    }

    fn is_done(&self) -> bool {
        self.job().is_some_and(|job| job.stage == Stage::Done)
    }

    /// Submits as soon as somebody is in charge.
    fn submit(&mut self) {
        assert!(self.run_to(Span::secs(20), |lab| lab.in_charge().is_some_and(|(_, view)| view.epoch > 0)));
        // Many small tasks, so that something is always about to be kept.
        let texts = TEXT.iter().cycle().take(24).enumerate();
        let inputs = texts.map(|(n, text)| Input::new(&format!("p{n}"), text));
        self.act(&Act::Submit { job: Job::new(Program::WordCount, 4, inputs) });
        let running = |lab: &Lab| lab.job().is_some_and(|job| job.stage == Stage::Map);
        assert!(self.run_to(Span::secs(20), running), "the job is accepted and loaded");
    }

    fn completed(&self) -> u32 {
        self.job().map_or(0, |job| job.maps_completed + job.reduces_completed)
    }
}

#[test]
fn a_standby_takes_over_and_knows_what_is_finished() {
    let mut lab = Lab::open(1, &[]);
    lab.submit();
    assert!(lab.run_to(Span::secs(20), |lab| lab.completed() >= 3));
    let finished = lab.completed();
    let submitted_at = lab.job().unwrap().submitted_at;
    let (first, _) = lab.in_charge().unwrap();
    lab.act(&Act::Crash { node: first });
    assert!(lab.run_to(Span::secs(10), |lab| {
        lab.in_charge().is_some_and(|(node, view)| node != first && view.epoch == 2)
    }));
    assert!(lab.completed() >= finished, "no finished task is lost");
    assert_eq!(lab.job().unwrap().submitted_at, submitted_at, "nor when it was submitted");
    lab.act(&Act::Restart { node: first });
    assert!(lab.run_to(Span::secs(60), Lab::is_done));
    assert_eq!(lab.watch.output_is_equal(JobId(1)), Some(true));
    assert!(lab.watch.verdicts().all_hold(), "{:?}", lab.watch.verdicts().violations());
}

/// Crashes, partitions and restarts of both coordinators; whether the job is done in the end.
fn stormy(seed: u64, without: &[&str]) -> (Lab, bool, u32) {
    let mut lab = Lab::open(seed, without);
    lab.submit();
    let chance = Chance::new(seed).key(99);
    let coordinators: Vec<NodeId> = lab.watch.roster().coordinators().collect();
    for fault in 0..6 {
        let chance = chance.key(fault);
        lab.run_for(chance.key(1).within((Span::ZERO, Span::millis(600))));
        let node = coordinators[chance.key(2).below(2) as usize];
        let length = chance.key(3).within((Span::millis(10), Span::secs(5)));
        match chance.key(4).below(3) {
            0 => {
                lab.act(&Act::Isolate { node });
                lab.run_for(length);
                lab.act(&Act::Heal);
            }
            _ => {
                lab.act(&Act::Crash { node });
                lab.run_for(length);
                lab.act(&Act::Restart { node });
            }
        }
    }
    let done = lab.run_to(Span::secs(60), Lab::is_done);
    let epochs = lab.in_charge().map_or(0, |(_, view)| view.epoch);
    (lab, done, epochs)
}

#[test]
fn whatever_happens_to_coordinators_the_job_finishes_and_nothing_is_counted_twice() {
    let mut epochs = 0;
    for seed in 0..40 {
        let (lab, done, reached) = stormy(seed, &[]);
        assert!(lab.watch.verdicts().all_hold(), "seed {seed}: {}", lab.watch.verdicts().violations()[0]);
        assert!(done, "seed {seed}: the job does not finish");
        epochs += reached;
    }
    assert!(epochs > 80, "too few changes of hands: {epochs}");
}

#[test]
fn a_task_that_counts_before_it_is_kept_is_forgotten_and_that_is_noticed() {
    let noticed = (0..40).any(|seed| {
        let (lab, ..) = stormy(seed, &["kept-before-counted"]);
        lab.watch.verdicts().of(crate::check::Property::NoTaskForgotten).is_some()
    });
    assert!(noticed);
}

#[test]
fn a_job_whose_inputs_are_still_being_loaded_dies_with_its_coordinator() {
    let mut lab = Lab::open(3, &[]);
    lab.run_to(Span::secs(20), |lab| lab.in_charge().is_some_and(|(_, view)| view.epoch > 0));
    lab.act(&Act::Submit { job: job(Program::WordCount, 4) });
    assert!(lab.run_to(Span::secs(5), |lab| lab.job().is_some_and(|job| job.stage == Stage::Loading)));
    let (first, _) = lab.in_charge().unwrap();
    lab.act(&Act::Crash { node: first });
    assert!(lab.run_to(Span::secs(20), |lab| lab.in_charge().is_some_and(|(_, view)| view.epoch == 2)));
    let (_, view) = lab.in_charge().unwrap();
    assert_eq!((view.job.as_ref().map(|job| job.id), view.died), (None, Some(JobId(1))));
    assert!(lab.world.now() > Time::ZERO);
}

#[test]
fn a_job_that_is_submitted_while_nobody_is_in_charge_is_run_by_whoever_takes_over() {
    let mut lab = Lab::open(4, &[]);
    // Nobody has been in charge yet; later the one who was is down.
    for crashes in [false, true] {
        let first = lab.watch.roster().coordinators().next().unwrap();
        if crashes {
            lab.act(&Act::Crash { node: first });
        }
        lab.act(&Act::Submit { job: job(Program::WordCount, 4) });
        let id = JobId(1 + u32::from(crashes));
        let done = |lab: &Lab| lab.is_done() && lab.job().is_some_and(|job| job.id == id);
        assert!(lab.run_to(Span::secs(60), done) && lab.watch.verdicts().all_hold());
        assert_eq!(lab.watch.output_is_equal(id), Some(true));
        assert_eq!(lab.in_charge().map(|(node, _)| node != first), Some(crashes));
    }
}

#[test]
fn an_attempt_whose_report_arrives_after_its_workers_crash_has_been_committed() {
    let mut lab = Lab::open(6, &[]);
    lab.submit();
    let reports = |lab: &Lab| {
        let doing = |node| match lab.world.view(node) {
            Some(View::Worker(view)) if view.doing == Doing::Reporting => {
                view.attempt.as_ref().map(|run| run.task)
            }
            _ => None,
        };
        let mut workers = lab.watch.roster().workers();
        workers.find_map(|node| Some((node, doing(node)?)))
    };
    assert!(lab.run_to(Span::secs(20), |lab| reports(lab).is_some()));
    let (worker, task) = reports(&lab).unwrap();
    // The report is on its way.
    lab.run_for(Span::millis(1));
    lab.act(&Act::Crash { node: worker });
    let completed =
        |lab: &Lab| lab.job().and_then(|job| job.task(task)).is_some_and(|task| task.is_completed());
    assert!(lab.run_to(Span::secs(20), completed));
    let mut ends =
        lab.watch.attempts().iter().filter(|attempt| (attempt.task, attempt.worker) == (task, worker));
    assert_eq!(ends.next().map(|attempt| attempt.end), Some(End::Committed));
}

#[test]
fn a_job_that_failed_has_failed_for_whoever_takes_over() {
    let mut lab = Lab::open(5, &[]);
    assert!(lab.run_to(Span::secs(20), |lab| lab.in_charge().is_some_and(|(_, view)| view.epoch > 0)));
    let input = Input::new("bad", "to see\n\u{fffd} is no text");
    lab.act(&Act::Submit { job: Job::new(Program::WordCount, 2, [input]) });
    let failed = |lab: &Lab| lab.job().is_some_and(|job| job.stage == Stage::Failed);
    assert!(lab.run_to(Span::secs(60), failed));
    let over = lab.job().unwrap().done_at;
    let (first, _) = lab.in_charge().unwrap();
    lab.act(&Act::Crash { node: first });
    assert!(lab.run_to(Span::secs(20), |lab| lab.in_charge().is_some_and(|(_, view)| view.epoch == 2)));
    assert!(failed(&lab) && lab.job().unwrap().done_at == over);
    assert!(lab.watch.verdicts().all_hold(), "{:?}", lab.watch.verdicts().violations());
    // It does not say that the job died with it: what was kept outlives it.
    lab.act(&Act::Restart { node: first });
    let died = |lab: &Lab| match lab.world.view(first) {
        Some(View::Coordinator(view)) => view.died,
        _ => None,
    };
    lab.run_for(Span::secs(1));
    assert_eq!(died(&lab), None);
}
