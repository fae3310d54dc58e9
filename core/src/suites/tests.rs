//! The tester itself: that it fails where it should, and is a run like any other.

use super::tester::Tester;
use super::user::Work;
use super::*;
use crate::kv::{Op, Reply};
use crate::lab::member::View;
use crate::lab::{Act, Watch};
use crate::raft::log::Term;
use crate::timeline::{Target, Timeline};

/// All that a test is handed, with little to read.
fn options() -> Options {
    let chapters = crate::mapreduce::tests::TEXT.iter().chain(&crate::mapreduce::tests::TEXT);
    Options { chapters: chapters.map(|&text| text.into()).collect(), ..Options::default() }
}

/// A tester with a leader, of three servers on a reliable network.
fn led() -> (Tester, usize) {
    let test = with_servers().next().unwrap();
    let mut tester = Tester::new(test, false, 0, 7, &Options::default()).unwrap();
    tester.network(Course::Reliable).unwrap();
    let leader = tester.check_one_leader().unwrap();
    (tester, leader)
}

/// A tester with a leader, of a service of five servers on a reliable network, and its six clients.
fn served() -> (ServiceTester, usize) {
    let test = all().find(|test| test.function == "TestConcurrent3A").unwrap();
    let mut tester = ServiceTester::new(test, (6, None), 0, 7, &Options::default()).unwrap();
    tester.network(Course::Reliable).unwrap();
    tester.put(tester.client(0), "x", "1").unwrap();
    let leader = tester.leader().unwrap();
    (tester, leader)
}

/// How many lives a client has had.
fn lives(tester: &ServiceTester, client: u32) -> u64 {
    match tester.world().view(tester.client(client)) {
        Some(View::Client(view)) => view.session.incarnation,
        _ => 0,
    }
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
fn a_partition_is_between_servers_and_clients_reach_both_sides() {
    let (mut tester, leader) = served();
    let others: Vec<usize> = (0..5).filter(|&server| server != leader).collect();
    tester.partition(&[leader], &others).unwrap();
    let client = tester.client(0);
    // It knows the leader, who takes what it asks for and can do nothing.
    tester.begin(client, Op::Get { key: "x".into() }).unwrap();
    assert!(!tester.returns_by(client, tester.now() + Span::millis(300)).unwrap());
    assert_eq!(tester.view(leader).unwrap().waiting.len(), 1);
    // The others have another leader soon, whom it comes round to.
    assert!(tester.returns_by(client, tester.now() + Span::secs(5)).unwrap());
    assert_eq!(tester.answer(client), Some(&Reply::Value(Some("1".into()))));
    assert!(tester.leads(leader), "it never heard of that");
}

#[test]
fn a_client_of_some_servers_waits_for_as_long_as_the_test_lasts_if_none_of_them_can_answer() {
    let (mut tester, leader) = served();
    let client = tester.client_of(1, &[(leader + 1) % 5]).unwrap();
    let failure = tester.get(client, "x").unwrap_err();
    assert!(failure.why.contains("has not returned") && failure.at == Time::ZERO + LIMIT, "{failure:?}");
}

#[test]
fn users_begin_each_round_as_new_clients_and_stop_when_they_are_told_to() {
    let (mut tester, _) = served();
    for round in 1..=2 {
        tester.begin_users(3, Work::OwnKey).unwrap();
        tester.sleep(Span::secs(1)).unwrap();
        assert!(!tester.lab.clients_have_ended());
        tester.clients_stop = true;
        tester.join_clients().unwrap();
        assert!(tester.written().iter().all(|&written| written > 10), "{:?}", tester.written());
        // The one who had asked for something before has one life more.
        assert_eq!([0, 1].map(|client| lives(&tester, client)), [round + 1, round]);
    }
    let (_, history) = tester.into_run(false);
    for client in 5..8 {
        let own: Vec<_> = history.iter().filter(|operation| operation.client.0 == client).collect();
        let returned = |operation: &&Operation| operation.returned.as_ref().unwrap().1;
        assert!(own.iter().all(|operation| operation.called < returned(operation)));
        assert!(own.windows(2).all(|two| returned(&two[0]) <= two[1].called));
    }
}

#[test]
fn the_partitioner_splits_servers_about_once_a_second_until_clients_are_to_stop() {
    let (mut tester, _) = served();
    tester.begin_partitioner();
    tester.sleep(Span::secs(10)).unwrap();
    tester.clients_stop = true;
    tester.join_partitioner().unwrap();
    let (script, _) = tester.into_run(false);
    let splits = script.acts.iter().filter_map(|recorded| match &recorded.act {
        Act::Partition { groups } => Some(groups.iter().map(Vec::len).sum()),
        _ => None,
    });
    let splits: Vec<usize> = splits.collect();
    assert!((9..=10).contains(&splits.len()) && splits.iter().all(|&servers| servers == 5), "{splits:?}");
}

#[test]
fn all_servers_end_and_start_again_from_what_they_persisted() {
    let (mut tester, _) = served();
    tester.shut_down_all().unwrap();
    assert!((0..5).all(|server| !tester.is_up(server)) && tester.world().flights().all(|flight| flight.lost));
    tester.start_all().unwrap();
    tester.check(tester.client(1), "x", "1").unwrap();
}

#[test]
fn what_led_up_to_a_test_does_not_count_among_its_figures() {
    let (mut tester, _) = served();
    let before = tester.figures();
    tester.begins_here();
    assert_eq!(tester.figures(), Figures { bytes: Some(0), ..Figures::default() });
    tester.check(tester.client(0), "x", "1").unwrap();
    let after = tester.figures();
    assert!(before.commits == 1 && after.commits == 1 && after.took < before.took, "{after:?}");
}

#[test]
fn every_test_is_a_run_that_can_be_opened_at_its_moment_of_interest() {
    for test in all() {
        let Outcome { report, script, .. } = test.run(3, &options()).unwrap();
        assert!(report.passed(), "{report:?}");
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
    assert_eq!(SUITES.map(|suite| all().filter(|test| test.suite == suite).count()), [7, 3, 10, 8, 7, 16, 9]);
    for (place, test) in all().enumerate() {
        let lab_2 = test.name.starts_with(&alloc::format!("Test ({}): ", test.suite));
        let lab_3 =
            test.name.starts_with("Test: ") && test.name.ends_with(&alloc::format!(" ({})", test.suite));
        let lab_1 = test.suite == "1" && test.name.ends_with(" test");
        assert!(lab_1 || lab_2 || lab_3, "{}", test.name);
        assert!(lab_1 || test.function.starts_with("Test") && test.function.ends_with(test.suite));
        let same_function = |other: &&Test| other.function == test.function;
        let three_in_one = test.function == "TestOnePartition3A";
        assert_eq!(all().filter(same_function).count(), if three_in_one { 3 } else { 1 });
        assert!(all().skip(place + 1).all(|other| other.name != test.name));
    }
    assert!(
        lab1::TESTS[0].run(1, &Options::default()).is_err_and(|why| why.contains("chapters are not here"))
    );
    assert_eq!(named("figure 8").count(), 2);
    assert_eq!(named("TestRejoin2B").map(|test| test.suite).collect::<Vec<_>>(), ["2B"]);
}
