//! Leadership transfer (dissertation §3.10).

use super::cluster::cluster;
use super::*;

fn told_to_hand_over(log_terms: &[u64]) -> Server {
    let mut s1 = leader(S1, 3, saved(3, log_terms));
    s1.is_asked(Request::Transfer { to: S2 });
    s1
}

fn timeout_now(term: u64) -> Message<u64> {
    Message::TimeoutNow { term: Term(term) }
}

#[test]
fn a_leader_tells_the_other_to_stand_once_that_one_holds_all_it_has() {
    let mut s1 = told_to_hand_over(&[1, 2]);
    assert!(!s1.sent_to(S2).contains(&timeout_now(4)), "it is not known to hold anything yet");
    assert_eq!(s1.raft.view().transfer, Some(S2));
    assert!(!s1.hears(S2, matched(4, 0, 1)).sent_to(S2).contains(&timeout_now(4)));
    assert!(s1.hears(S3, matched(4, 2, 2)).sent().is_empty(), "and the third is not asked");
    assert_eq!(s1.hears(S2, matched(4, 2, 2)).sent_to(S2), [timeout_now(4)]);
}

#[test]
fn meanwhile_it_takes_no_commands_and_after_an_election_time_out_it_goes_on() {
    let mut s1 = told_to_hand_over(&[1, 2]);
    assert_eq!(s1.set(Timer::Transfer), Some((Span::millis(600), Span::millis(600))));
    assert_eq!(s1.is_given(7).handed_out(), [Output::NotLeader { leader: None }]);
    assert_eq!(s1.noted(), [Note::ProposalWhileHandingOver]);
    s1.input(Input::Timer(Timer::Transfer));
    assert_eq!((s1.noted(), s1.raft.view().transfer), ([Note::TransferAbandoned].into(), None));
    assert_eq!(s1.is_given(7).handed_out(), [Output::Accepted { index: 3, term: Term(4) }]);
}

#[test]
fn the_other_stands_at_once_without_asking_whether_it_would_be_elected() {
    let mut s2 = follower(S2, 3, saved(3, &[1]));
    s2.told(|config| (config.pre_vote, config.lease_drift) = (true, Some(0)));
    s2.hears(S1, append(3, &[1], 1, 0)).hears(S1, timeout_now(3));
    assert!(s2.stands() && s2.term() == 4);
    let ask =
        Message::RequestVote { term: Term(4), last_log_index: 1, last_log_term: Term(1), transfer: true };
    assert_eq!(s2.sent_to(S3), core::slice::from_ref(&ask));
    // And those who would refuse for their leader's sake need not.
    let mut s3 = follower(S3, 3, saved(3, &[1]));
    s3.told(|config| config.lease_drift = Some(0)).hears(S1, append(3, &[1], 1, 0));
    assert_eq!(s3.hears(S2, ask).voted_for(), Some(S2));
}

#[test]
fn a_call_to_take_over_from_a_term_that_is_over_is_ignored() {
    let mut s2 = follower(S2, 3, saved(3, &[1]));
    assert_eq!(s2.hears(S1, timeout_now(2)).noted(), [Note::TimeoutNowOutlived]);
    assert!(s2.follows() && s2.term() == 3);
    let mut leads = leader(S2, 3, saved(3, &[1]));
    assert_eq!(leads.hears(S1, timeout_now(4)).noted(), [Note::TimeoutNowOutlived]);
    assert!(leads.leads() && leads.term() == 4);
}

#[test]
fn a_leader_hands_over_to_another_server_of_its_cluster_only_and_only_a_leader_can() {
    let mut s1 = leader(S1, 3, saved(3, &[1]));
    for to in [S1, S5] {
        assert_eq!(s1.is_asked(Request::Transfer { to }).noted(), [Note::TransferToNobody]);
    }
    let mut s1 = follower(S1, 3, saved(3, &[1]));
    s1.is_asked(Request::Transfer { to: S2 });
    assert_eq!(s1.noted(), [Note::TransferWithoutLeading]);
    assert_eq!(s1.handed_out(), [Output::NotLeader { leader: None }]);
}

#[test]
fn a_leader_that_hands_over_gives_up_its_lease_for_the_rest_of_its_term() {
    let mut s1 = follower(S1, 3, saved(3, &[]));
    s1.told(|config| config.lease_drift = Some(0)).waits(1_000).times_out().hears(S2, vote(4, true));
    s1.is_given(7).hears(S2, answers(4, 1, 1));
    assert_eq!(s1.is_asked(Request::Read { read: 1 }).let_pass(), [1]);
    s1.is_asked(Request::Transfer { to: S2 });
    assert_eq!(s1.is_asked(Request::Read { read: 2 }).let_pass(), NONE);
    s1.input(Input::Timer(Timer::Transfer));
    assert_eq!(s1.is_asked(Request::Read { read: 3 }).let_pass(), NONE, "the call may still be on its way");
}

#[test]
fn leadership_goes_where_it_was_sent_with_everything_committed() {
    let mut servers = cluster(&[&[], &[], &[], &[], &[]]);
    servers.elect(S1);
    servers.propose(S1, 7);
    servers.tell(S1, Input::Call { request: Request::Transfer { to: S4 }, key: 0 });
    servers.settle();
    assert!(servers.at(S4).leads() && servers.at(S1).follows());
    servers.propose(S4, 8);
    servers.settle();
    assert_eq!(servers.at(S4).committed(), 2);
}
