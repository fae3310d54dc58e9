//! A run can be walked both ways, branched, written down and read again, and is the same run each time.

use splitbrain::lab::{Act, Config, Watch};
use splitbrain::node::NodeId;
use splitbrain::time::{Span, Time};
use splitbrain::timeline::{Script, Target, Timeline};

fn at(millis: u64) -> Target {
    Target { at: Time(millis * 1_000), step: None }
}

fn to(timeline: &mut Timeline<Watch>, millis: u64) {
    assert!(timeline.seek(at(millis), &mut || true));
}

fn act(timeline: &mut Timeline<Watch>, act: Act) {
    if let Err(error) = timeline.act(act) {
        panic!("{error}");
    }
}

/// A lively run: a load, a crash, a restart, a partition and a healing, over eight seconds.
fn lively(seed: u64) -> Timeline<Watch> {
    let config = Config { seed, loss: 20, duplication: 10, ..Config::default() };
    let mut run = Timeline::open(config).expect("the config is sound");
    act(
        &mut run,
        Act::Load {
            client: NodeId(5),
            every: Span::millis(10),
            keys: 3,
            writes: 700,
            hot: 0,
            cas: 0,
            deletes: 0,
        },
    );
    to(&mut run, 2_000);
    act(&mut run, Act::Crash { node: NodeId(1) });
    to(&mut run, 3_500);
    act(&mut run, Act::Restart { node: NodeId(1) });
    act(
        &mut run,
        Act::Partition { groups: vec![vec![NodeId(0), NodeId(1)], vec![NodeId(2), NodeId(3), NodeId(4)]] },
    );
    to(&mut run, 5_000);
    act(&mut run, Act::Heal);
    act(&mut run, Act::Put { client: NodeId(6), key: "__proto__".into(), value: "".into() });
    to(&mut run, 8_000);
    run
}

fn told(run: &Timeline<Watch>) -> Vec<String> {
    run.trace().map(|step| format!("{step:?}")).collect()
}

#[test]
fn a_script_replays_to_the_same_fingerprint_and_verifies_itself() {
    for seed in 0..10 {
        let mut run = lively(seed);
        let json = run.script().to_json().expect("a run can be written down");
        let mut again =
            Timeline::from_script(Script::<Watch>::from_json(&json).expect("and read")).expect("and opened");
        let saved = again.saved().expect("it says where it was saved");
        assert!(again.seek(Target { at: saved.at, step: Some(saved.step) }, &mut || true));
        assert_eq!(again.now(), run.now());
        assert_eq!(again.world().fingerprint(), run.world().fingerprint());
        assert_eq!(again.mismatch(), None);
        to(&mut again, 9_000);
        to(&mut run, 9_000);
        assert!(again.world() == run.world(), "the worlds are equal, not only their histories");
    }
}

#[test]
fn a_script_from_another_engine_is_caught_by_its_fingerprint() {
    let mut script = lively(1).script();
    script.fingerprint = script.fingerprint.map(|fingerprint| fingerprint ^ 1);
    let mut again = Timeline::from_script(script).expect("it opens all the same");
    to(&mut again, 9_000);
    let mismatch = again.mismatch().expect("the difference is seen");
    assert!(mismatch.to_string().contains("the engine has changed"), "{mismatch}");
}

#[test]
fn seeking_back_and_forward_gives_the_same_steps_again() {
    let mut run = lively(2);
    let (steps, end) = (told(&run), run.now());
    for millis in [7_900, 4_200, 0, 6_000, 1, 7_000] {
        to(&mut run, millis);
        assert_eq!(run.now().at, Time(millis * 1_000));
        to(&mut run, 8_000);
        assert_eq!(run.now(), end);
        let again = told(&run);
        let shorter = steps.len().min(again.len());
        assert!(shorter > 400, "the trace reaches back");
        assert_eq!(steps[steps.len() - shorter..], again[again.len() - shorter..]);
    }
    assert_eq!(run.mismatch(), None);
}

#[test]
fn stepping_back_undoes_exactly_one_step() {
    let mut run = lively(3);
    let (mut worlds, mut steps) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        worlds.push(run.world().fingerprint());
        steps.push(run.now().step);
        assert!(run.step(Time(20_000_000)));
    }
    for (world, step) in worlds.into_iter().zip(steps).rev() {
        run.step_back();
        assert_eq!((run.world().fingerprint(), run.now().step), (world, step));
    }
}

#[test]
fn stepping_back_from_the_beginning_does_nothing() {
    let mut run = Timeline::<Watch>::open(Config::default()).expect("sound");
    run.step_back();
    assert_eq!((run.now().at, run.now().step), (Time::ZERO, 0));
}

#[test]
fn any_step_can_be_derived_again_and_names_its_cause() {
    let run = lively(4);
    for number in [1, 2, 100, 1_000, run.now().step] {
        let step = run.step_at(number).expect("it happened");
        assert_eq!(step.number, number);
        assert!(step.caused_by().is_none_or(|cause| cause < number));
    }
    assert!(run.step_at(0).is_none() && run.step_at(run.now().step + 1).is_none());
}

#[test]
fn acting_in_the_past_starts_a_branch_and_loses_none() {
    let mut run = lively(5);
    let (end, fingerprint) = (run.now(), run.world().fingerprint());
    let marks = run.marks().count();
    to(&mut run, 4_000);
    act(&mut run, Act::Crash { node: NodeId(2) });
    assert_eq!(run.branches().count(), 2);
    to(&mut run, 9_000);
    assert_ne!(run.world().fingerprint(), fingerprint);
    let branch = *run.branches().nth(1).expect("the new one");
    assert_eq!(branch.parent, Some(0));
    assert_eq!(branch.forked_at.map(|moment| moment.at), Some(Time(4_000_000)));
    run.switch(0).expect("the old one is still there");
    to(&mut run, 8_000);
    assert_eq!((run.now(), run.world().fingerprint()), (end, fingerprint));
    assert_eq!(run.marks().count(), marks);
    assert_eq!(run.mismatch(), None);
    assert!(run.switch(2).expect_err("there is no third").contains("numbered from 0"));
}

#[test]
fn acting_at_the_end_starts_no_branch() {
    let mut run = lively(6);
    act(&mut run, Act::Crash { node: NodeId(0) });
    assert_eq!(run.branches().count(), 1);
}

#[test]
fn an_act_that_cannot_be_done_changes_nothing_and_says_why() {
    let mut run = lively(7);
    let before = run.world().clone();
    let refused = [
        (Act::Crash { node: NodeId(99) }, "there is no node 99"),
        (Act::Restart { node: NodeId(0) }, "already running"),
        (Act::Get { client: NodeId(0), key: "x".into() }, "S1 is not a client"),
        (Act::Fire { node: NodeId(0), timer: "lunch".into() }, "no timer `lunch`"),
        (Act::Rule { rule: "be-nice".into(), on: false }, "there is no rule `be-nice`"),
        (Act::Put { client: NodeId(5), key: "".into(), value: "1".into() }, "must not be empty"),
    ];
    for (act, why) in refused {
        let error = run.act(act).expect_err("it cannot be done");
        assert!(error.contains(why), "{error}");
    }
    assert!(*run.world() == before, "nothing was changed");
    assert_eq!(run.branches().count(), 1);
}

#[test]
fn a_seek_that_runs_out_of_budget_goes_on_where_it_stopped() {
    let mut run = lively(8);
    let (end, fingerprint) = (run.now(), run.world().fingerprint());
    to(&mut run, 0);
    let mut calls = 0;
    while !run.seek(at(8_000), &mut || false) {
        calls += 1;
        assert!(calls < 100_000, "every call makes progress");
    }
    assert!(calls > 10);
    assert_eq!((run.now(), run.world().fingerprint()), (end, fingerprint));
}

#[test]
fn a_rule_switched_off_and_on_again_travels_with_the_run() {
    let mut run = lively(9);
    act(&mut run, Act::Rule { rule: "fast-backup".into(), on: false });
    to(&mut run, 8_500);
    act(&mut run, Act::Rule { rule: "fast-backup".into(), on: true });
    to(&mut run, 9_000);
    let json = run.script().to_json().expect("written");
    let mut again = Timeline::from_script(Script::<Watch>::from_json(&json).expect("read")).expect("opened");
    to(&mut again, 9_000);
    assert_eq!(again.world().fingerprint(), run.world().fingerprint());
}

#[test]
fn malformed_scripts_are_refused_with_the_place_and_the_reason() {
    let good = lively(1).script().to_json().expect("written");
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let deep = format!(
        r#"{{"splitbrain":1,"config":{{}},"acts":[{{"at":0,"after":0,"act":{{"x":{open}{close}}}}}]}}"#
    );
    let cases = [
        (String::new(), "value expected at line 1 column 1"),
        ("[]".into(), "a list is not an object"),
        ("{}".into(), "no field `splitbrain`"),
        (r#"{"splitbrain":2}"#.into(), "format 2"),
        (r#"{"splitbrain":1}"#.into(), "missing field `config`"),
        (good[..good.len() / 2].into(), "at line 1 column"),
        (good.replace(r#""do":"crash""#, r#""do":"tickle""#), "there is no act `tickle`"),
        (good.replace(r#""servers":5"#, r#""servers":-5"#), "`config.servers`: `-5` is not"),
        (good.replace(r#""servers":5"#, r#""servers":5,"servers":5"#), "duplicate field"),
        (good.replace(r#""at":5000000"#, r#""at":1"#), "acts must be in order of time"),
        (good.replace(r#""at":8000000"#, r#""at":99999999999999"#), "at most"),
        ("[".repeat(100_000), "maximal depth exceeded"),
        (deep, "maximal depth exceeded"),
    ];
    for (json, why) in cases {
        let error = Script::<Watch>::from_json(&json).expect_err("it is malformed").to_string();
        assert!(error.contains(why), "{error}\nshould say: {why}");
    }
    let absurd = good.replace(r#""servers":5"#, r#""servers":500"#);
    let script = Script::<Watch>::from_json(&absurd).expect("well formed");
    assert!(Timeline::from_script(script).err().expect("refused").contains("cannot have 500 servers"));
}

#[test]
fn standing_later_than_a_step_makes_nothing_late_and_moves_the_end() {
    let mut run = lively(5);
    let script = run.script();
    let mut again = Timeline::from_script(script).expect("it opens again");
    // A step and a time far after it, as a careless caller may name them.
    assert!(again.seek(Target { at: Time(7_000_000), step: Some(100) }, &mut || true));
    assert_eq!(again.now().step, 100);
    to(&mut again, 9_000);
    to(&mut run, 9_000);
    assert!(again.world() == run.world(), "what follows happens when it should");

    let mut still = Timeline::<Watch>::open(Config::default()).expect("the config is sound");
    to(&mut still, 1_000);
    let now = still.now();
    let mut again = Timeline::from_script(still.script()).expect("it opens again");
    assert!(again.seek(Target { at: now.at, step: Some(now.step) }, &mut || true));
    assert_eq!((again.now(), again.end()), (now, now));
}

#[test]
fn a_run_goes_on_in_another_timeline_with_all_its_branches_and_marks() {
    let mut run = lively(3);
    to(&mut run, 4_000);
    act(&mut run, Act::Crash { node: NodeId(3) });
    to(&mut run, 7_000);
    let branches: Vec<_> = run.branches().copied().zip(run.scripts().map(|script| script.acts)).collect();
    assert_eq!(branches.len(), 2);
    let mut other = Timeline::<Watch>::resume(run.config().clone(), branches).expect("it is a run");
    let known: Vec<_> = run.branches().copied().collect();
    for (place, branch) in (0..).zip(&known) {
        for timeline in [&mut run, &mut other] {
            timeline.switch(place).expect("there is such a branch");
            timeline.seek(Target { at: branch.end.at, step: Some(branch.end.step) }, &mut || true);
        }
        assert_eq!(other.now(), run.now());
        assert_eq!(other.world().fingerprint(), run.world().fingerprint());
        assert!(run.marks().len() > 3 && other.marks().eq(run.marks()), "branch {place}");
    }
    assert!(other.branches().eq(run.branches()));
}
