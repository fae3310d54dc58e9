//! Pre-votes (dissertation §9.6) and leaders that check their quorum (§6.2).

use super::cluster::cluster;
use super::*;

fn careful(log_terms: &[u64]) -> Server {
    let mut s1 = follower(S1, 3, saved(3, log_terms));
    s1.told(|config| config.pre_vote = true);
    s1
}

#[test]
fn it_asks_before_it_stands_and_that_changes_neither_its_term_nor_its_vote() {
    let mut s1 = careful(&[1, 3]);
    s1.times_out();
    assert_eq!((s1.term(), s1.voted_for(), s1.follows(), s1.wrote()), (3, None, true, 0));
    assert_eq!(s1.sent(), [S2, S3].map(|to| (to, request_pre_vote(3, 2, 3))));
    assert_eq!(s1.set(Timer::Election), Some((Span::millis(300), Span::millis(600))), "it will ask again");
    s1.hears(S2, pre_vote(3, true));
    assert_eq!((s1.term(), s1.stands(), s1.sent_to(S2)), (4, true, [request_vote(4, 2, 3)].into()));
}

#[test]
fn it_stands_only_if_a_majority_would_vote_for_it() {
    let mut s1 = follower(S1, 5, saved(3, &[1]));
    s1.told(|config| config.pre_vote = true).times_out().hears(S2, pre_vote(3, true));
    s1.hears(S2, pre_vote(3, true)).hears(S3, pre_vote(3, false));
    assert!(s1.follows() && s1.term() == 3);
    s1.hears(S4, pre_vote(3, true));
    assert!(s1.stands() && s1.term() == 4);
}

#[test]
fn whoever_hears_a_leader_or_holds_more_would_not_vote_and_nothing_of_it_changes() {
    let mut s1 = careful(&[1, 3]);
    let answer = |s1: &mut Server, request: Message<u64>| {
        let before = s1.raft.hard.clone();
        s1.hears(S3, request);
        assert_eq!((&s1.raft.hard, s1.wrote(), s1.set(Timer::Election)), (&before, 0, None));
        s1.sent()
    };
    assert_eq!(answer(&mut s1, request_pre_vote(3, 2, 3)), [(S3, pre_vote(3, true))]);
    assert_eq!(answer(&mut s1, request_pre_vote(3, 9, 1)), [(S3, pre_vote(3, false))], "the log is behind");
    s1.hears(S2, append(3, &[1, 3], 2, 0)).waits(299);
    assert_eq!(answer(&mut s1, request_pre_vote(3, 2, 3)), [(S3, pre_vote(3, false))], "a leader was heard");
    s1.waits(1);
    assert_eq!(answer(&mut s1, request_pre_vote(3, 2, 3)), [(S3, pre_vote(3, true))], "that is long ago now");
    let stale = Message::PreVoteReply { term: Term(3), asked_in: Term(2), granted: false };
    assert_eq!(answer(&mut s1, request_pre_vote(2, 2, 3)), [(S3, stale)]);
    // A term from which nobody leads is no news either.
    let later = Message::PreVoteReply { term: Term(3), asked_in: Term(9), granted: true };
    assert_eq!(answer(&mut s1, request_pre_vote(9, 2, 3)), [(S3, later)]);
    assert_eq!(
        answer(&mut leader(S1, 3, saved(2, &[])), request_pre_vote(3, 9, 9)),
        [(S3, pre_vote(3, false))]
    );
}

#[test]
fn a_later_term_in_the_answer_is_adopted_and_a_leader_that_is_heard_ends_the_question() {
    let mut s1 = careful(&[1]);
    s1.times_out().hears(S2, Message::PreVoteReply { term: Term(8), asked_in: Term(3), granted: false });
    assert_eq!((s1.term(), s1.wrote(), s1.raft.canvassed.is_none()), (8, 1, true));
    s1.times_out().hears(S3, append(8, &[1], 1, 0)).hears(S2, pre_vote(8, true));
    assert_eq!((s1.noted(), s1.follows()), ([Note::PreVoteReplyOutlived].into(), true));
}

#[test]
fn a_candidate_that_is_elected_while_it_asks_about_the_next_term_asks_no_more() {
    let mut s1 = careful(&[1]);
    s1.times_out().hears(S2, pre_vote(3, true)).times_out();
    assert!(s1.stands() && s1.term() == 4 && s1.raft.canvassed.is_some());
    s1.hears(S3, vote(4, true));
    assert!(s1.leads());
    s1.hears(S2, pre_vote(4, true));
    assert_eq!((s1.leads(), s1.term(), s1.noted()), (true, 4, [Note::PreVoteReplyOutlived].into()));
}

#[test]
fn a_server_that_was_cut_off_comes_back_without_deposing_the_leader() {
    let comes_back = |pre_vote| {
        let mut servers = cluster(&[&[], &[], &[]]);
        for server in &mut servers.servers {
            server.told(|config| config.pre_vote = pre_vote).waits(1_000);
        }
        servers.elect(S1);
        servers.cut.push(S3);
        for _ in 0..5 {
            servers.times_out(S3);
            servers.settle();
        }
        servers.cut.clear();
        servers.times_out(S3);
        servers.settle();
        servers.at(S1).leads()
    };
    assert!(comes_back(true) && !comes_back(false));
}

#[test]
fn a_leader_steps_down_when_no_majority_has_answered_for_an_election_time_out() {
    let mut s1 = follower(S1, 5, saved(3, &[]));
    s1.told(|config| config.check_quorum = true).times_out();
    s1.hears(S2, vote(4, true)).hears(S3, vote(4, true));
    assert_eq!((s1.leads(), s1.set(Timer::Quorum)), (true, Some((Span::millis(600), Span::millis(600)))));
    s1.heartbeat_is_due().hears(S2, answers(4, 0, 2)).hears(S3, answers(4, 0, 1));
    let quorum = Input::Timer(Timer::Quorum);
    assert!(s1.input(quorum.clone()).leads() && s1.set(Timer::Quorum).is_some());
    s1.heartbeat_is_due().hears(S2, answers(4, 0, 3)).hears(S3, answers(4, 0, 2));
    s1.input(quorum);
    assert_eq!(
        (s1.follows(), s1.term(), s1.noted()),
        (true, 4, [Note::NoQuorum].into()),
        "S3's answer is old"
    );
    assert!(s1.cancelled(Timer::Heartbeat) && s1.set(Timer::Election).is_some() && s1.raft.leader.is_none());
}
