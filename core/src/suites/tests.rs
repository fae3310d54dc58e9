//! The tester itself: that it fails where it should, and is a run like any other.

use super::tester::Tester;
use super::*;
use crate::lab::Watch;
use crate::raft::log::Term;
use crate::timeline::{Target, Timeline};

/// A tester with a leader, of three servers on a reliable network.
fn led() -> (Tester, usize) {
    let test = all().next().unwrap();
    let mut tester = Tester::new(test, 0, 7, &Options::default()).unwrap();
    tester.network(Course::Reliable).unwrap();
    let leader = tester.check_one_leader().unwrap();
    (tester, leader)
}

/// Runs a client's agreement beside whatever happens meanwhile.
fn agreement(tester: &mut Tester, meanwhile: impl FnOnce(&mut Tester)) -> Failure {
    tester.begin_one("x".into(), 3, false);
    tester.sleep(Span::ZERO).unwrap();
    meanwhile(tester);
    tester.join_clients().unwrap_err()
}

#[test]
fn an_agreement_fails_after_two_seconds_and_that_is_no_bad_luck_while_the_term_stays_the_same() {
    let (mut tester, leader) = led();
    tester.disconnect(tester.after(leader, 1)).unwrap();
    let began = tester.now();
    let failure = agreement(&mut tester, |_| {});
    assert_eq!(failure.at.since(began), Span::secs(2));
    assert!(failure.why.contains("not delivered by 3 servers") && !failure.unlucky, "{}", failure.why);
}

#[test]
fn an_agreement_that_is_overtaken_by_another_term_is_bad_luck() {
    let (mut tester, leader) = led();
    let failure = agreement(&mut tester, |tester| tester.disconnect(leader).unwrap());
    assert!(failure.unlucky, "{}", failure.why);
}

#[test]
fn an_agreement_that_may_be_retried_is_given_up_after_ten_seconds_and_that_is_never_bad_luck() {
    let (mut tester, leader) = led();
    for by in 1..3 {
        tester.disconnect(tester.after(leader, by)).unwrap();
    }
    let began = tester.now();
    let failure = tester.one("x", 2, true).unwrap_err();
    assert!((Span::secs(10)..Span::secs(13)).contains(&failure.at.since(began)) && !failure.unlucky);
}

#[test]
fn a_cluster_without_a_majority_has_no_leader_for_as_long_as_the_tester_waits() {
    let (mut tester, leader) = led();
    for by in 0..3 {
        tester.crash(tester.after(leader, by)).unwrap();
    }
    for by in 0..2 {
        tester.restart(tester.after(leader, by)).unwrap();
    }
    let failure = tester.check_one_leader().unwrap_err();
    assert_eq!(failure.why, "there was no leader for five seconds");
    assert_eq!(tester.terms().count(), 2);
}

#[test]
fn a_leader_that_is_cut_off_goes_on_leading_its_term_and_the_tester_counts_the_later_one() {
    let (mut tester, leader) = led();
    let before = tester.term(leader).unwrap_or_default();
    tester.disconnect(leader).unwrap();
    let later = tester.check_one_leader().unwrap();
    assert!(later != leader && tester.leads(leader) && tester.term(later) > Some(before));
    tester.connect(leader).unwrap();
    tester.sleep(Span::secs(1)).unwrap();
    assert!(!tester.leads(leader) && tester.check_terms().unwrap() > Term(1));
}

#[test]
fn whoever_restarts_delivers_everything_again_and_that_counts_once() {
    let (mut tester, leader) = led();
    for command in ["1", "2", "3"] {
        tester.one(command, 3, false).unwrap();
    }
    tester.restart(leader).unwrap();
    tester.connect(leader).unwrap();
    tester.one("4", 3, true).unwrap();
    assert_eq!(tester.n_committed(1), 3);
    assert_eq!(tester.delivered(4).map(crate::kv::Text::as_str), Some("4"));
    assert_eq!(tester.figures().commits, 4);
}

#[test]
fn every_test_is_a_run_that_can_be_opened_at_its_moment_of_interest() {
    for test in all() {
        let Outcome { report, script } = test.run(3, &Options::default()).unwrap();
        let json = script.to_json().unwrap();
        let saved = script.saved;
        assert!(saved.at > Time::ZERO && saved.step <= report.steps, "{}", test.name);
        let read = crate::timeline::Script::<Watch>::from_json(&json).unwrap();
        let mut run: Timeline<Watch> = Timeline::from_script(read).unwrap();
        run.seek(Target { at: saved.at, step: Some(saved.step) }, &mut || true);
        assert_eq!(run.mismatch(), None, "{}", test.name);
        assert_eq!(Some(run.world().fingerprint()), script.fingerprint, "{}", test.name);
    }
}

#[test]
fn names_are_the_courses_and_no_two_are_the_same() {
    assert_eq!(all().count(), 28);
    for (place, test) in all().enumerate() {
        assert!(test.name.starts_with(&alloc::format!("Test ({}): ", test.suite)), "{}", test.name);
        assert!(test.function.starts_with("Test") && test.function.ends_with(test.suite));
        assert!(
            all().skip(place + 1).all(|other| other.name != test.name && other.function != test.function)
        );
    }
    assert_eq!(named("figure 8").count(), 2);
    assert_eq!(named("TestRejoin2B").map(|test| test.suite).collect::<Vec<_>>(), ["2B"]);
}
