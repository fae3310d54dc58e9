//! Every note has a story that reaches it.

use super::*;

/// A server that has just noted this.
fn story_of(note: Note) -> Server {
    let mut follows = follower(S1, 3, saved(3, &[1, 2]));
    let mut stands = candidate(S1, 3, saved(3, &[1, 2]));
    let mut leads = leader(S1, 3, saved(3, &[1, 2]));
    match note {
        Note::VoteRefusedStaleTerm => follows.hears(S2, request_vote(2, 9, 2)),
        Note::VoteRefusedAlreadyVoted => stands.hears(S2, request_vote(4, 9, 3)),
        Note::VoteRefusedLogBehind => follows.hears(S2, request_vote(4, 9, 1)),
        Note::VoteReplyOfOtherTerm => stands.hears(S2, vote(3, true)),
        Note::VoteReplyAfterElection => leads.hears(S2, vote(4, true)),
        Note::VoteReplyFromStranger => stands.hears(S5, vote(4, true)),
        Note::NoTermLeft => follows.hears(S2, append(u64::MAX, &[], 0, 0)).times_out(),
        Note::EntriesRefusedStaleTerm => follows.hears(S2, append(2, &[1], 1, 1)),
        Note::EntriesRefusedTooShort => follows.hears(S2, append(3, &[1, 2, 3], 3, 1)),
        Note::EntriesRefusedConflict => follows.hears(S2, append(3, &[1, 1, 3], 2, 1)),
        Note::EntriesAlreadyHeld => follows.hears(S2, append(3, &[1, 2], 1, 1)),
        Note::EntriesFromSecondLeader => leads.hears(S2, append(4, &[1, 2], 2, 1)),
        Note::AppendReplyOfOtherTerm => leads.hears(S2, matched(3, 2, 2)),
        Note::AppendReplyAfterLeading => leads.crashes_and_restarts().hears(S2, matched(4, 2, 2)),
        Note::AppendReplyFromStranger => leads.hears(S5, matched(4, 2, 2)),
        Note::MatchBeyondLog => leads.hears(S2, matched(4, 2, 3)),
        Note::RefusalSettled => leads.hears(S2, too_short(4, 2, 0)).hears(S2, too_short(4, 2, 0)),
        Note::SnapshotOutdated => follows.takes_a_snapshot(0, "nothing"),
        Note::SnapshotOfUnapplied => follows.takes_a_snapshot(1, "one"),
        Note::SnapshotRefusedStaleTerm => follows.hears(S2, install(2, &[1, 2, 2], 0, "three", true)),
        Note::SnapshotAlreadyHeld => {
            follows.hears(S2, append(3, &[1, 2], 2, 2)).hears(S2, install(3, &[1], 0, "one", true))
        }
        Note::SnapshotBeyondCounting => {
            let (last_included_index, round) = (u64::MAX, 0);
            let (last_included_term, last_included_chain) = (Term(3), 0);
            let (term, offset, data, done) = (Term(3), 0, "all".into(), true);
            follows.hears(
                S2,
                Message::InstallSnapshot {
                    term,
                    last_included_index,
                    last_included_term,
                    last_included_chain,
                    offset,
                    data,
                    done,
                    round,
                },
            )
        }
        Note::ChunkOutOfPlace => follows.hears(S2, install(3, &[1, 2, 3], 7, "late", true)),
        Note::SnapshotReplyOfOtherTerm => leads.hears(S2, received(3, 2, 0, Received::Installed)),
        Note::SnapshotReplyAfterLeading => {
            leads.crashes_and_restarts().hears(S2, received(4, 2, 0, Received::Installed))
        }
        Note::SnapshotReplyFromStranger => leads.hears(S5, received(4, 2, 0, Received::Installed)),
        Note::SnapshotReplySettled => leads.hears(S2, received(4, 2, 0, Received::Upto(1))),
        Note::ProposalWithoutLeading => follows.is_given(7),
        Note::ProposalWhileHandingOver => leads.is_asked(Request::Transfer { to: S2 }).is_given(7),
        Note::ReadWithoutLeading => follows.is_asked(Request::Read { read: 1 }),
        Note::VoteRefusedLeaderHeard => follows
            .told(|config| config.lease_drift = Some(0))
            .hears(S2, append(3, &[1, 2], 2, 0))
            .hears(S3, request_vote(4, 9, 3)),
        Note::StandsNotYet => follows
            .told(|config| config.lease_drift = Some(0))
            .hears(S2, append(3, &[1, 2], 2, 0))
            .times_out(),
        Note::PreVoteRefusedStaleTerm => follows.hears(S2, request_pre_vote(2, 9, 2)),
        Note::PreVoteRefusedLeaderHeard => {
            follows.hears(S2, append(3, &[1, 2], 2, 0)).hears(S3, request_pre_vote(3, 9, 3))
        }
        Note::PreVoteRefusedLogBehind => follows.hears(S2, request_pre_vote(3, 1, 1)),
        Note::PreVoteReplyOutlived => follows.hears(S2, pre_vote(3, true)),
        Note::NoQuorum => leads.heartbeat_is_due().input(Input::Timer(Timer::Quorum)),
        Note::TransferWithoutLeading => follows.is_asked(Request::Transfer { to: S2 }),
        Note::TransferToNobody => leads.is_asked(Request::Transfer { to: S1 }),
        Note::TransferAbandoned => {
            leads.is_asked(Request::Transfer { to: S2 }).input(Input::Timer(Timer::Transfer))
        }
        Note::TimeoutNowOutlived => follows.hears(S2, Message::TimeoutNow { term: Term(2) }),
        Note::TimerOutOfPlace => leads.times_out(),
        Note::MembershipIsFixed => {
            let config = Config { id: S2, ..follows.raft.config.clone() };
            follows.input(Input::Configure(config))
        }
    }
    .clone()
}

#[test]
fn every_note_has_a_story_that_reaches_it_and_a_sentence_that_tells_it() {
    for &note in Note::ALL {
        assert_eq!(story_of(note).noted(), [note]);
        assert!(note.why().ends_with('.'), "{}", note.why());
    }
}

#[test]
fn every_refusal_leaves_a_note() {
    for refused in [Note::VoteRefusedStaleTerm, Note::VoteRefusedAlreadyVoted, Note::VoteRefusedLogBehind] {
        assert!(
            story_of(refused)
                .sent()
                .iter()
                .all(|(_, body)| matches!(body, Message::VoteReply { granted: false, .. }))
        );
    }
    let taken = follower(S1, 3, saved(3, &[1, 2])).hears(S2, append(3, &[1, 2, 3], 2, 1)).noted();
    assert!(taken.is_empty());
}
