//! The checker over jobs in rough weather: it is silent as long as every rule is kept, and notices each that is not.

use super::*;
use crate::chance::Chance;
use crate::mapreduce::rules::{Named, Rule};
use crate::mapreduce::tests::ground::{COORDINATOR, Ground, STORE, Seen, Weather, worker};
use crate::mapreduce::tests::{config, job};
use crate::mapreduce::{Config, Input, Job, Program, Records, Rules};
use crate::rules::Kind;
use crate::time::{Span, Time};
use alloc::vec;

/// Any of the programs, over texts of which one may be no text.
fn random_job(chance: Chance) -> Job {
    let place = chance.key(1).below(Program::PLAIN.len() as u32) as usize;
    let mut spec = job(Program::PLAIN[place].clone(), 1 + chance.key(2).below(6)).spec().clone();
    spec.combine = chance.key(3).below(2) == 0;
    spec.skip_bad_records = chance.key(4).below(2) == 0;
    spec.records = if chance.key(5).below(2) == 0 { Records::Whole } else { Records::Lines };
    if spec.skip_bad_records {
        let bad = Input::new("bad", "to see\n\u{fffd} is no text\nthe sea");
        spec.inputs = spec.inputs.iter().cloned().chain([bad]).collect();
    }
    Job::from(spec)
}

/// Twenty seconds of faults over two jobs, then fair weather until both are done.
struct Storm {
    verdicts: Verdicts,
    finished: bool,
    equal: Vec<Option<bool>>,
    reissued: u32,
}

fn storm(seed: u64, rules: Rules) -> Storm {
    let chance = Chance::new(seed).key(77);
    let workers = 2 + chance.key(1).below(3) as u16;
    let chunk = [48, 400, 16 * 1024][chance.key(2).below(3) as usize];
    let disks = if chance.key(11).below(2) == 0 { Disks::Shared } else { Disks::Local };
    let backup_after = (chance.key(12).below(2) == 0).then_some(Span::secs(1));
    let config = Config { chunk, rules, disks, backup_after, timeout: Span::secs(3), ..config() };
    let mut ground = Ground::new(seed, workers, &config);
    let mut checker = Checker::new(Engine::default(), config.disks);
    let mut verdicts = Verdicts::new();
    let mut steps = 0;
    let mut watch = |seen: Seen<'_>| {
        steps += 1;
        let moment = |at| Moment { step: steps, at };
        match seen {
            Seen::Coordinator { at, heard, before, after, store } => {
                let step = CoordinatorStep { heard, before, after, store };
                checker.observe_coordinator(moment(at), COORDINATOR, step, &mut verdicts);
            }
            Seen::Store { at, touched, before, after } => {
                checker.observe_store(
                    moment(at),
                    STORE,
                    touched.iter().copied(),
                    before,
                    after,
                    &mut verdicts,
                );
            }
        }
    };
    ground.weather = Weather::ROUGH;
    let mut wiped = Vec::new();
    for fault in 0..6 {
        let chance = chance.key(3).key(fault);
        let after = chance.key(1).within((Span::ZERO, Span::secs(15)));
        let length = chance.key(2).within((Span::millis(50), Span::secs(6)));
        let victim = worker(1 + chance.key(3).below(u32::from(workers)) as u16);
        match chance.key(4).below(6) {
            0 => {
                ground.crash(STORE, after);
                ground.restart(STORE, after + length);
            }
            1 => ground.pause(victim, after, length),
            2 => ground.speed(victim, 20),
            3 if disks == Disks::Local => wiped.push((Time::ZERO + after, victim)),
            _ => {
                ground.crash(victim, after);
                ground.restart(victim, after + length);
            }
        }
    }
    let mut finished = 0;
    let mut now = Time::ZERO;
    for id in 1..=2 {
        ground.submit(&random_job(chance.key(5).key(id)));
        for _ in 0..40 {
            now += Span::secs(3);
            for (_, victim) in wiped.extract_if(.., |(at, _)| *at < now) {
                ground.wipe(victim);
                ground.restart(victim, Span::millis(500));
            }
            if now > Time::ZERO + Span::secs(21) {
                ground.weather = Weather::FAIR;
                (1..=workers).for_each(|number| ground.restart(worker(number), Span::ZERO));
                ground.restart(STORE, Span::ZERO);
            }
            ground.run_until(now, &mut watch);
            if ground.is_done(id as u32) {
                finished += 1;
                break;
            }
        }
    }
    // Stragglers come home.
    ground.run_until(now + Span::secs(20), &mut watch);
    let reissued = ground.job().map_or(0, |job| job.reissued);
    let equal = (1..=2).map(|id| checker.output_is_equal(JobId(id))).collect();
    Storm { verdicts, finished: finished == 2, equal, reissued }
}

#[test]
fn whatever_crashes_stalls_or_is_lost_every_job_finishes_with_the_output_of_a_sequential_run() {
    let mut reissued = 0;
    for seed in 0..150 {
        let storm = storm(seed, Rules::ALL);
        assert!(storm.verdicts.all_hold(), "seed {seed}: {}", storm.verdicts.violations()[0]);
        assert!(storm.finished, "seed {seed}: a job does not finish");
        assert_eq!(storm.equal, vec![Some(true); 2], "seed {seed}");
        reissued += storm.reissued;
    }
    assert!(reissued > 50, "the storm is too mild: {reissued} tasks reissued");
}

#[test]
fn a_number_that_was_lost_with_its_coordinator_is_given_to_another_job() {
    let mut checker = Checker::new(Engine::default(), Disks::Shared);
    let mut verdicts = Verdicts::new();
    let mut see = |ground: &Ground| {
        let (after, store) = (ground.coordinator(), ground.files());
        let step =
            CoordinatorStep { heard: None, before: None, after: after.as_ref(), store: store.as_ref() };
        checker.observe_coordinator(Moment { step: 1, at: Time::ZERO }, COORDINATOR, step, &mut verdicts);
    };
    let mut lost = Ground::new(1, 2, &config());
    lost.submit(&job(Program::WordCount, 3));
    see(&lost);
    let mut ground = Ground::new(1, 2, &config());
    ground.run_for(Span::millis(1));
    ground.submit(&job(Program::InvertedIndex, 2));
    ground.run_to(|ground| ground.is_done(1)).expect("the job finishes");
    see(&ground);
    assert!(verdicts.all_hold(), "{}", verdicts.violations()[0]);
    assert_eq!(checker.output_is_equal(JobId(1)), Some(true));
}

#[test]
fn every_rule_that_is_switched_off_is_noticed_by_its_consequence() {
    // What a cost rule saves is shown where it can be counted, and sharing state takes servers to keep it.
    let shown_elsewhere = [Rule::BackupTasks, Rule::KeptBeforeCounted];
    for &rule in Rule::ALL.iter().filter(|rule| !shown_elsewhere.contains(rule)) {
        let noticed = (0..50).any(|seed| {
            let storm = storm(seed, Rules::ALL.without(rule));
            match rule.kind() {
                Kind::Safety => !storm.verdicts.all_hold(),
                Kind::Liveness | Kind::Cost => !storm.finished,
            }
        });
        assert!(noticed, "nobody noticed that `{}` is off", rule.name());
    }
}
