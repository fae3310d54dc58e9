//! One turn of one server: what set it off, and what it may then do.

use super::*;

/// What a follower, a candidate or a leader of a term does in one turn, with three servers whose disks hold all.
struct Told<'a> {
    cause: Cause<'a, u64>,
    before: View<u64>,
    after: View<u64>,
    timer_reset: bool,
    granted: bool,
}

fn told<'a>(cause: Cause<'a, u64>, before: View<u64>, after: View<u64>) -> Told<'a> {
    Told { cause, before, after, timer_reset: false, granted: false }
}

impl Told<'_> {
    fn resets_timer(self) -> Self {
        Told { timer_reset: true, ..self }
    }

    fn grants(self) -> Self {
        Told { granted: true, ..self }
    }

    /// What is broken if S1 does this and S2 and S3 have voted for S1 in this term.
    fn breaks_after(self, votes: &[(NodeId, u64)]) -> Vec<Property> {
        let (mut checker, mut verdicts) = (Checker::new(), Verdicts::new());
        let now = Moment { step: 1, at: Time(1_000) };
        let (none, log) = (Log::new(), self.after.log.clone());
        for &(voter, term) in votes {
            let durable = Durable { current_term: Term(term), voted_for: Some(S1), log: &none };
            checker.departed(now, voter, S1, &vote(term), durable, &mut verdicts);
        }
        let disks =
            Disks { servers: 3, on: &|_| Durable { current_term: Term(0), voted_for: None, log: &log } };
        let (before, after) = (&self.before, &self.after);
        // The server started its election timer when it booted, and has done many things since.
        let first = Turn {
            server: S1,
            cause: Cause::Other,
            before: Some(before),
            after: before,
            timer_reset: true,
            granted: false,
        };
        checker.turned(now, &first, &disks, &mut verdicts);
        let (cause, timer_reset, granted) = (self.cause, self.timer_reset, self.granted);
        let turn = Turn { server: S1, cause, before: Some(before), after, timer_reset, granted };
        checker.turned(now, &turn, &disks, &mut verdicts);
        assert!(verdicts.violations().iter().all(|violation| violation.nodes == [S1]));
        verdicts.violations().iter().map(|violation| violation.property).collect()
    }

    fn breaks(self) -> Vec<Property> {
        self.breaks_after(&[])
    }
}

fn candidate(term: u64, log: &Log<u64>) -> View<u64> {
    View {
        role: Role::Candidate { votes: Rc::new(Vec::new()) },
        voted_for: Some(S1),
        ..follower(term, log, 0)
    }
}

fn voter(term: u64, for_whom: NodeId, log: &Log<u64>) -> View<u64> {
    View { voted_for: Some(for_whom), ..follower(term, log, 0) }
}

#[test]
fn roles_change_as_figure_4_has_it_and_not_otherwise() {
    let log = log(&[1]);
    let (timer, reply, entries) = (Cause::ElectionTimer, vote(4), append(4, &log));
    let (reply, entries) = (Cause::Heard(S2, &reply), Cause::Heard(S2, &entries));
    let [f3, f4] = [3, 4].map(|term| follower(term, &log, 0));
    let [c3, c4, c5] = [3, 4, 5].map(|term| candidate(term, &log));
    let [l3, l4] = [3, 4].map(|term| View { voted_for: Some(S1), ..leader(term, &log, 0) });
    let allowed = [
        told(timer, f3.clone(), c4.clone()),
        told(timer, c4.clone(), c5.clone()),
        told(reply, c4.clone(), c4.clone()),
        told(reply, c4.clone(), l4.clone()),
        told(reply, l3.clone(), f4.clone()),
        told(reply, c3.clone(), f4.clone()),
        told(entries, f3.clone(), f4.clone()),
        told(entries, c4.clone(), View { voted_for: Some(S1), ..f4.clone() }),
    ];
    for turn in allowed {
        assert_eq!(turn.breaks_after(&[(S1, 4), (S3, 4)]), []);
    }
    let not_allowed = [
        told(timer, f3.clone(), c5.clone()),
        told(timer, f3.clone(), f4.clone()),
        told(timer, l3.clone(), c4.clone()),
        told(Cause::Other, l3.clone(), l4.clone()),
        told(reply, f3.clone(), l4.clone()),
        told(reply, f4.clone(), l4.clone()),
        told(reply, c4.clone(), View { voted_for: Some(S1), ..f4.clone() }),
        told(timer, l4.clone(), View { voted_for: Some(S1), ..f4.clone() }),
        told(timer, f3, View { voted_for: Some(S2), ..c4.clone() }),
    ];
    for turn in not_allowed {
        assert_eq!(turn.breaks_after(&[(S1, 4), (S3, 4)]), [Property::RoleChanges]);
    }
}

#[test]
fn a_leader_without_the_votes_of_a_majority_is_noticed() {
    let log = log(&[]);
    let reply = vote(4);
    let win = || {
        let leads = View { voted_for: Some(S1), ..leader(4, &log, 0) };
        told(Cause::Heard(S2, &reply), candidate(4, &log), leads)
    };
    assert_eq!(win().breaks_after(&[(S1, 4)]), [Property::RoleChanges]);
    assert_eq!(win().breaks_after(&[(S1, 4), (S2, 3)]), [Property::RoleChanges], "votes of another term");
    assert_eq!(win().breaks_after(&[(S1, 4), (S2, 4)]), []);
}

#[test]
fn a_server_that_does_not_boot_as_a_follower_is_noticed() {
    let (mut checker, mut verdicts) = (Checker::new(), Verdicts::new());
    let (after, none) = (leader(0, &log(&[]), 0), Log::new());
    let turn = Turn {
        server: S1,
        cause: Cause::Other,
        before: None,
        after: &after,
        timer_reset: false,
        granted: false,
    };
    let disks = Disks { servers: 3, on: &|_| Durable { current_term: Term(0), voted_for: None, log: &none } };
    checker.turned(Moment { step: 1, at: Time(0) }, &turn, &disks, &mut verdicts);
    assert!(verdicts.of(Property::RoleChanges).is_some_and(|violation| violation.why.contains("boot")));
}

#[test]
fn a_vote_that_is_changed_within_a_term_is_noticed_before_it_is_told() {
    let log = log(&[]);
    let request = vote_request(4);
    let asked = Cause::Heard(S3, &request);
    assert_eq!(told(asked, voter(4, S2, &log), voter(4, S3, &log)).breaks(), [Property::SingleVote]);
    assert_eq!(told(asked, voter(3, S2, &log), voter(4, S3, &log)).breaks(), []);
}

#[test]
fn an_election_timer_starts_anew_only_when_it_may() {
    let log = log(&[1]);
    let (entries, stale, request, refused) = (
        append(4, &log),
        append(3, &log),
        vote_request(4),
        Message::VoteReply { term: Term(4), granted: false },
    );
    let heard = |message| Cause::Heard(S2, message);
    let same = |term| follower(term, &log, 0);
    for turn in [
        told(heard(&entries), same(4), same(4)),
        told(heard(&entries), same(3), same(4)),
        told(Cause::ElectionTimer, same(3), candidate(4, &log)),
        told(heard(&refused), View { voted_for: Some(S1), ..leader(3, &log, 0) }, same(4)),
    ] {
        assert_eq!(turn.resets_timer().breaks(), []);
    }
    let empty = super::log(&[]);
    let vote_given = told(heard(&request), follower(4, &empty, 0), voter(4, S2, &empty));
    assert_eq!(vote_given.grants().resets_timer().breaks(), []);
    for turn in [
        told(heard(&request), same(4), same(4)),
        told(heard(&stale), same(4), same(4)),
        told(heard(&refused), same(4), same(4)),
        told(heard(&request), same(3), same(4)),
        told(Cause::Other, same(4), same(4)),
    ] {
        assert_eq!(turn.resets_timer().breaks(), [Property::TimerResets]);
    }
}

#[test]
fn a_server_that_has_just_booted_may_start_its_timer_once_whatever_it_hears_first() {
    let (mut checker, mut verdicts) = (Checker::new(), Verdicts::new());
    let (none, view) = (Log::new(), follower(0, &log(&[]), 0));
    let disks = Disks { servers: 3, on: &|_| Durable { current_term: Term(0), voted_for: None, log: &none } };
    let refused = Message::VoteReply { term: Term(0), granted: false };
    let turn = |before| Turn {
        server: S1,
        cause: Cause::Heard(S2, &refused),
        before,
        after: &view,
        timer_reset: true,
        granted: false,
    };
    let now = Moment { step: 1, at: Time(0) };
    for before in [Some(&view), None] {
        checker.turned(now, &turn(before), &disks, &mut verdicts);
        assert!(verdicts.all_hold());
    }
    checker.turned(now, &turn(Some(&view)), &disks, &mut verdicts);
    assert!(verdicts.of(Property::TimerResets).is_some());
}

#[test]
fn a_vote_for_a_log_that_is_behind_or_in_another_term_is_noticed() {
    let two = log(&[1, 2]);
    let ask = |term, last_log_index, last_log_term| Message::RequestVote {
        term: Term(term),
        last_log_index,
        last_log_term: Term(last_log_term),
        transfer: false,
    };
    let grants = |request: &Message<u64>| {
        let turn = told(Cause::Heard(S2, request), voter(4, S2, &two), voter(4, S2, &two));
        turn.grants().breaks()
    };
    for good in [ask(4, 2, 2), ask(4, 3, 2), ask(4, 1, 3)] {
        assert_eq!(grants(&good), []);
    }
    for bad in [ask(4, 1, 2), ask(4, 9, 1), ask(4, 0, 0), ask(3, 2, 2)] {
        assert_eq!(grants(&bad), [Property::UpToDateVotes]);
    }
}

#[test]
fn a_message_of_an_earlier_term_that_changes_anything_is_noticed() {
    let (log, stale) = (log(&[1]), append(3, &log(&[1])));
    let turn = |after| told(Cause::Heard(S2, &stale), follower(4, &log, 0), after);
    assert_eq!(turn(follower(4, &log, 0)).breaks(), []);
    let believes = View { leader: Some(S2), ..follower(4, &log, 0) };
    assert_eq!(turn(believes).breaks(), [Property::StaleChangesNothing]);
}

#[test]
fn a_pre_vote_is_of_the_term_in_which_it_was_asked_for() {
    let log = log(&[1]);
    let reply = |asked_in| Message::PreVoteReply { term: Term(2), asked_in: Term(asked_in), granted: true };
    let (timely, late) = (reply(4), reply(3));
    let wins = |message| told(Cause::Heard(S2, message), follower(4, &log, 0), candidate(5, &log));
    assert_eq!(wins(&timely).resets_timer().breaks(), []);
    assert_eq!(wins(&late).resets_timer().breaks(), [Property::StaleChangesNothing]);
    let news = Message::PreVoteReply { term: Term(5), asked_in: Term(3), granted: false };
    assert_eq!(told(Cause::Heard(S2, &news), follower(4, &log, 0), follower(5, &log, 0)).breaks(), []);
}

#[test]
fn a_leader_steps_down_in_its_own_term_only_when_it_looks_for_a_quorum() {
    let log = log(&[1]);
    let turn = |cause| told(cause, leader(4, &log, 0), follower(4, &log, 0)).resets_timer().breaks();
    assert_eq!(turn(Cause::QuorumTimer), []);
    assert_eq!(turn(Cause::Other), [Property::RoleChanges]);
}

#[test]
fn a_server_that_is_told_to_stand_does_so_in_the_term_after_that_of_its_leader() {
    let (log, now) = (log(&[1]), Message::TimeoutNow { term: Term(6) });
    let turn = |term| told(Cause::Heard(S2, &now), follower(4, &log, 0), candidate(term, &log));
    assert_eq!(turn(7).resets_timer().breaks(), []);
    assert_eq!(turn(5).breaks(), [Property::RoleChanges, Property::StaleChangesNothing][..1]);
}

#[test]
fn entries_removed_without_a_conflict_are_noticed() {
    let held = log(&[1, 1, 1]);
    let (shorter, conflict) = (append(4, &log(&[1])), append(4, &log(&[1, 2])));
    let turn = |message, after: &[u64]| {
        told(Cause::Heard(S2, message), follower(4, &held, 0), follower(4, &log(after), 0)).breaks()
    };
    assert_eq!(turn(&conflict, &[1, 2]), []);
    assert_eq!(turn(&shorter, &[1]), [Property::RemovedOnConflict]);
    assert_eq!(turn(&conflict, &[1]), [], "what conflicts is gone, though nothing has taken its place");
    assert_eq!(turn(&conflict, &[]), [Property::RemovedOnConflict]);
}

#[test]
fn a_snapshot_throws_entries_away_only_if_its_own_last_entry_is_not_among_them() {
    let (held, other) = (log(&[1, 1, 1]), log(&[1, 2]));
    let turn = |sent: &Log<u64>, upto: u64| {
        let (term, chain) = (sent.term_at(upto).unwrap(), sent.chain_at(upto).unwrap());
        let message = Message::InstallSnapshot {
            term: Term(4),
            last_included_index: upto,
            last_included_term: term,
            last_included_chain: chain,
            offset: 0,
            data: crate::bytes::Bytes::default(),
            done: true,
            round: 0,
        };
        let after = follower(4, &Log::starting_after(upto, term, chain), upto);
        told(Cause::Heard(S2, &message), follower(4, &held, 0), after).breaks()
    };
    assert_eq!(turn(&other, 2), []);
    assert_eq!(turn(&held, 2), [Property::RemovedOnConflict]);
}

#[test]
fn a_leader_that_counts_copies_of_an_older_entry_is_noticed() {
    let acknowledged = acknowledge(4, 2);
    let commits = |terms: &[u64]| {
        let log = log(terms);
        told(Cause::Heard(S2, &acknowledged), leader(4, &log, 0), leader(4, &log, 2)).breaks()
    };
    assert_eq!(commits(&[1, 4]), []);
    assert_eq!(commits(&[1, 2]), [Property::CommitsOwnTerm]);
}
