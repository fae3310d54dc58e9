//! A seed is a run: drawn the same, run the same, written down and run again the same.

use splitbrain::lab::Watch;
use splitbrain::lab::config::AnyRule;
use splitbrain::rules::Kind as RuleKind;
use splitbrain::timeline::{Script, Target, Timeline};
use splitbrain_tests::swarm::proof::{Budget, Proof};
use splitbrain_tests::swarm::{self, Kind, Plan, Run, profile};
use std::collections::BTreeSet;

fn plan(seed: u64, seconds: u32) -> Plan {
    Plan::draw(seed, &profile::SWARM, seconds)
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let mut fingerprints = BTreeSet::new();
    for seed in 1..=20 {
        let once = Run::new(plan(seed, 4)).to_the_end();
        assert_eq!(once, Run::new(plan(seed, 4)).to_the_end());
        assert!(once.steps > 0 && fingerprints.insert(once.fingerprint));
    }
}

/// Debug and release builds, this compiler and the next, native and WebAssembly: all must give these. They change only
/// when the engine, a protocol or the swarm does: `cargo sweep --fingerprints --from 1 --count 6 --seconds 5` tells
/// the new ones.
#[test]
fn a_run_has_the_same_fingerprint_wherever_it_is_made() {
    let golden = [
        (1, "4bedce7c4ee23481"),
        (2, "2de9f78cf3af98fd"),
        (3, "272a3fa0a1c82d67"),
        (4, "5beaf0fcd9fd0c30"),
        (5, "21f9f15170218a95"),
        (6, "cea11faea76db55d"),
    ];
    for (seed, fingerprint) in golden {
        assert_eq!(format!("{:016x}", swarm::fingerprint(seed, 5)), fingerprint, "seed {seed}");
    }
}

#[test]
fn a_run_that_was_written_down_replays_to_the_same_fingerprint() {
    for seed in 1..=12 {
        let outcome = Run::new(plan(seed, 6)).to_the_end();
        let script = Run::new(plan(seed, 6)).script().expect("a drawn cluster opens");
        assert!(script.acts.len() > 1, "seed {seed}: something was done to the cluster");
        let json = script.to_json().expect("a script can be written");
        let script = Script::<Watch>::from_json(&json).expect("and read");
        let mut again = Timeline::from_script(script).expect("and opened");
        let end = Target { at: outcome.at, step: Some(outcome.steps) };
        assert!(again.seek(end, &mut || true));
        assert_eq!(again.world().steps(), outcome.steps, "seed {seed}");
        assert_eq!(again.world().fingerprint(), outcome.fingerprint, "seed {seed}");
        assert_eq!(again.mismatch(), None);
    }
}

#[test]
fn a_seed_draws_which_faults_are_on_at_all() {
    let plans: Vec<Plan> = (1..=300).map(|seed| plan(seed, 20)).collect();
    for &(kind, _, _) in profile::SWARM.kinds {
        let on = plans.iter().filter(|plan| plan.kinds.iter().any(|&(one, _)| one == kind)).count();
        assert!(on > 0 && on < plans.len(), "{} is on in {on} of {} seeds", kind.name(), plans.len());
    }
    let sizes: BTreeSet<u16> = plans.iter().map(|plan| plan.config.servers).collect();
    assert_eq!(sizes.into_iter().collect::<Vec<_>>(), [1, 3, 5, 7]);
    assert!(
        plans.iter().any(|plan| plan.calm_from.is_some())
            && plans.iter().any(|plan| plan.calm_from.is_none())
    );
    assert!(plans.iter().all(|plan| plan.config.check().is_ok()));
}

#[test]
fn a_run_without_faults_counts_none_and_breaks_nothing() {
    for seed in 1..=10 {
        let mut quiet = plan(seed, 5);
        quiet.kinds.clear();
        (quiet.config.loss, quiet.config.duplication, quiet.config.reordering) = (0, 0, 0);
        let outcome = Run::new(quiet).to_the_end();
        let counted: Vec<&str> =
            Kind::ALL.iter().filter(|&&kind| outcome.faults.of(kind) > 0).map(|kind| kind.name()).collect();
        assert!(counted.is_empty(), "seed {seed}: {counted:?}");
        assert_eq!(outcome.violations, []);
    }
}

#[test]
fn a_plan_of_one_kind_of_fault_counts_that_kind() {
    for &(kind, _, _) in profile::SWARM.kinds {
        let counted = (1..=40).map(|seed| {
            let mut only = plan(seed, 5);
            only.kinds = vec![(kind, 1)];
            only.gap = splitbrain::time::Span::millis(100);
            (only.config.loss, only.config.duplication, only.config.reordering) = (0, 0, 0);
            let outcome = Run::new(only).to_the_end();
            assert_eq!(outcome.violations, [], "seed {seed}, {}", kind.name());
            outcome.faults.of(kind)
        });
        assert!(
            counted.take_while(|&count| count == 0).count() < 40,
            "{} never changed an outcome",
            kind.name()
        );
    }
}

/// The checkers look at each: its output and counters are a sequential run's, and what was committed stays.
#[test]
fn five_hundred_jobs_end_as_they_should() {
    let mut jobs = 0;
    let mut plans = (1..).map(|seed| Plan::draw(seed, &profile::JOBS, 20));
    while jobs < 500 {
        let outcome = Run::new(plans.next().expect("seeds do not end")).to_the_end();
        assert_eq!(outcome.violations, [], "seed {}", outcome.seed);
        jobs += outcome.tally.jobs;
    }
}

#[test]
fn a_cost_rule_that_is_kept_keeps_its_budget() {
    for rule in AnyRule::all().filter(|rule| rule.kind() == RuleKind::Cost) {
        assert!(Budget::of(rule).is_some(), "{} has no budget", rule.name());
        let proof = Proof::of(rule);
        for seed in 1..=12 {
            let outcome = proof.with(seed);
            assert!(outcome.is_ok(), "{}, seed {seed}: {outcome:?}", rule.name());
        }
    }
}
