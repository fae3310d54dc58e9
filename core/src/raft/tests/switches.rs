//! What each rule is for, shown by the same few messages with the rule on and off; and that a server with rules off
//! does wrong but does not fall over.

use super::cluster::cluster;
use super::rules::Named;
use super::*;
use crate::chance::Chance;

/// Whether, under these rules, the thing happens that the rule is there to prevent.
fn goes_wrong(without: Rule, rules: Rules) -> bool {
    let follows = |log: &[u64]| follower(S1, 3, saved(3, log)).keeping(rules);
    let leads = |log: &[u64]| leader(S1, 3, saved(3, log)).keeping(rules);
    let three = || {
        let mut servers = cluster(&[&[], &[], &[]]);
        servers.servers = servers.servers.into_iter().map(|server| server.keeping(rules)).collect();
        servers
    };
    match without {
        Rule::OneVoteATerm => {
            let mut s1 = follows(&[]);
            s1.hears(S2, request_vote(4, 0, 0)).hears(S3, request_vote(4, 0, 0));
            s1.sent() == [(S3, vote(4, true))]
        }
        Rule::VotePersisted => {
            let mut s1 = follows(&[]);
            s1.hears(S2, request_vote(4, 0, 0)).crashes_and_restarts().hears(S3, request_vote(4, 0, 0));
            s1.sent() == [(S3, vote(4, true))]
        }
        Rule::MajorityToWin => follows(&[]).times_out().leads(),
        Rule::ElectionRestriction => follows(&[1, 3]).hears(S2, request_vote(4, 1, 1)).voted_for().is_some(),
        Rule::StepDownOnHigherTerm => {
            let mut s1 = leads(&[]);
            s1.hears(S2, append(5, &[], 0, 0));
            s1.leads() && s1.term() == 5
        }
        Rule::RandomElectionTimeout => {
            let (shortest, longest) = follows(&[]).times_out().set(Timer::Election).unwrap();
            shortest == longest
        }
        Rule::StaleRequestsRefused => follows(&[1]).hears(S2, append(2, &[2], 0, 1)).log_terms() == [2],
        Rule::StaleRepliesIgnored => {
            let mut s1 = follows(&[]);
            s1.times_out().times_out().hears(S2, vote(4, true)).leads()
        }
        Rule::LogConsistencyCheck => {
            follows(&[1]).hears(S2, append(3, &[1, 2, 3, 3], 3, 0)).log_terms() == [1, 3]
        }
        Rule::TruncateOnlyOnConflict => {
            follows(&[1, 3, 3]).hears(S2, append(3, &[1], 1, 0)).log_terms() == [1]
        }
        Rule::EntriesPersisted => {
            let mut s1 = follows(&[]);
            s1.hears(S2, append(3, &[1, 3], 0, 0));
            s1.sent() == [(S2, matched(3, 0, 2))] && s1.on_disk().log.last_index() == 0
        }
        Rule::CommitOnlyVerified => follows(&[1, 2]).hears(S2, append(3, &[1], 1, 2)).committed() == 2,
        Rule::MajorityToCommit => {
            let mut servers = three();
            servers.elect(S1);
            servers.cut.push(S1);
            servers.propose(S1, 7);
            servers.at(S1).committed() == 1
        }
        Rule::CurrentTermCommit => {
            let mut s1 = leads(&[1, 2]);
            s1.hears(S2, matched(4, 2, 2)).committed() == 2
        }
        Rule::NewTermNewVote => {
            let mut s1 = follows(&[]);
            s1.hears(S2, request_vote(4, 0, 0)).hears(S3, request_vote(5, 0, 0));
            s1.sent() == [(S3, vote(5, false))]
        }
        Rule::TermPersisted => {
            follows(&[]).hears(S2, request_vote(4, 0, 0)).crashes_and_restarts().term() < 4
        }
        Rule::CountEachVoterOnce => {
            let mut s1 = follower(S1, 5, saved(3, &[])).keeping(rules);
            s1.times_out().hears(S2, vote(4, true)).hears(S2, vote(4, true)).leads()
        }
        Rule::ResetTimerOnlyWhen => {
            follows(&[1, 3]).hears(S2, request_vote(4, 0, 0)).set(Timer::Election).is_some()
        }
        Rule::StandAgain => follows(&[]).times_out().set(Timer::Election).is_none(),
        Rule::HeartbeatsChecked => {
            let mut s1 = follows(&[1]);
            s1.hears(S2, append(3, &[1, 3, 3], 3, 0)).sent() == [(S2, matched(3, 3, 3))]
        }
        Rule::MatchFromRequest => {
            let mut s1 = leads(&[1]);
            s1.is_given(7).hears(S2, matched(4, 1, 1)).progress_of(S2).match_index == 2
        }
        Rule::ProgressResetAtElection => {
            let mut s1 = leads(&[1, 1]);
            s1.hears(S2, matched(4, 2, 2)).hears(S3, append(5, &[1], 1, 0)).times_out();
            s1.hears(S3, vote(6, true)).progress_of(S2).match_index == 2
        }
        Rule::Retry => {
            let mut s1 = leads(&[1]);
            s1.hears(S2, too_short(4, 1, 0)).heartbeat_is_due();
            span_of(&s1.sent_to(S2)[0]) == (0, 0)
        }
        Rule::ApplyOnlyCommitted => {
            let mut s1 = follows(&[1, 3]);
            s1.hears(S2, append(3, &[1, 3], 2, 1)).applied() == [1, 2]
        }
        Rule::PreVoteNeedsSilence => {
            let mut s1 = follows(&[]);
            s1.hears(S2, append(3, &[], 0, 0)).hears(S3, request_pre_vote(3, 0, 0));
            s1.sent() == [(S3, pre_vote(3, true))]
        }
        Rule::ReadsConfirmed => {
            let mut s1 = leads(&[]);
            s1.is_given(7).hears(S2, matched(4, 1, 1)).is_asked(Request::Read { read: 1 }).let_pass() == [1]
        }
        Rule::ReadAfterOwnCommit => {
            let mut s1 = leads(&[1]);
            s1.is_asked(Request::Read { read: 1 }).hears(S2, answers(4, 1, 2)).let_pass() == [1]
        }
        Rule::LeaseRefusesVotes => {
            let mut s1 = follows(&[]);
            s1.told(|config| config.lease_drift = Some(0)).hears(S2, append(3, &[], 0, 0));
            s1.hears(S3, request_vote(4, 0, 0)).voted_for() == Some(S3)
        }
        Rule::LeaseFromSendTime => {
            let mut s1 = follows(&[]);
            s1.told(|config| config.lease_drift = Some(0)).waits(1_000).times_out().hears(S2, vote(4, true));
            s1.waits(50).hears(S2, answers(4, 0, 1)).raft.view().lease == Some(Time(1_350_000))
        }
        Rule::LeaseEndsAtTransfer => {
            let mut s1 = follows(&[]);
            s1.told(|config| config.lease_drift = Some(0)).waits(1_000).times_out().hears(S2, vote(4, true));
            s1.is_given(7).hears(S2, answers(4, 1, 1)).is_asked(Request::Transfer { to: S2 });
            s1.is_asked(Request::Read { read: 1 }).let_pass() == [1]
        }
        Rule::SnapshotWithState => {
            let mut s1 = follows(&[1, 3]);
            s1.hears(S2, append(3, &[1, 3], 2, 2)).takes_a_snapshot(1, "one");
            let before = s1.disk.clone();
            s1.takes_a_snapshot(2, "two");
            // Its first write becomes durable, and then it crashes.
            if let Some(apart) = before.get(&File::Snapshot).filter(|_| s1.wrote() == 2) {
                s1.disk.insert(File::Snapshot, apart.clone());
            }
            s1.crashes_and_restarts().snapshot() == Some((2, "one"))
        }
        Rule::SnapshotOnlyApplied => {
            let mut s1 = follows(&[1, 3]);
            s1.hears(S2, append(3, &[1, 3], 2, 1)).takes_a_snapshot(1, "one").base() == 2
        }
        Rule::SnapshotMonotone => {
            let mut s1 = follows(&[1, 3]);
            s1.hears(S2, append(3, &[1, 3], 2, 2)).hears(S2, install(3, &[1], 0, "one", true)).committed()
                == 1
        }
        Rule::KeepTailAfterSnapshot => {
            let mut s1 = follows(&[1, 3]);
            s1.hears(S2, append(3, &[1, 3], 2, 0)).hears(S2, install(3, &[1], 0, "one", true));
            s1.base() == 1 && s1.log_terms().is_empty()
        }
        Rule::ChunkAtItsOffset => {
            let mut s1 = follows(&[]);
            s1.hears(S2, install(3, &[1], 0, "o", false)).hears(S2, install(3, &[1], 0, "o", false));
            s1.hears(S2, install(3, &[1], 1, "ne", true)).snapshot() == Some((1, "oone"))
        }
        Rule::FastBackup => {
            let mut s1 = leads(&[1, 1, 1, 1, 1]);
            s1.hears(S2, too_short(4, 5, 0)).progress_of(S2).next_index == 5
        }
    }
}

#[test]
fn what_a_rule_prevents_happens_without_it_and_only_without_it() {
    for &rule in Rule::ALL {
        assert!(!goes_wrong(rule, Rules::ALL), "{} is on", rule.name());
        assert!(goes_wrong(rule, Rules::ALL.without(rule)), "{} is off", rule.name());
    }
}

#[test]
fn the_rules_that_everybody_speaks_of_have_the_names_that_everybody_uses() {
    let names = [
        "vote-persisted",
        "one-vote-a-term",
        "election-restriction",
        "log-consistency-check",
        "current-term-commit",
        "step-down-on-higher-term",
    ];
    for name in names {
        assert_eq!(Rule::from_name(name).map(Named::name), Some(name));
    }
}

/// Any message at all, mostly near what makes sense.
fn nonsense(chance: Chance) -> Message<u64> {
    let draw = |key, below| u64::from(chance.key(key).below(below));
    let index = |key| if draw(key + 50, 40) == 0 { u64::MAX } else { draw(key, 9) };
    let term = |key| if draw(key + 50, 2_000) == 0 { u64::MAX } else { draw(key, 6) + draw(90, 40) };
    let terms: Vec<u64> = (0..draw(1, 8)).map(|place| term(10 + place)).collect();
    match draw(2, 14) {
        0 => request_vote(term(3), index(4), term(5)),
        1 => vote(term(3), draw(4, 2) == 0),
        2 => matched(term(3), index(4), index(5)),
        3 => too_short(term(3), index(4), index(5)),
        4 => conflict(term(3), index(4), term(5), index(6)),
        5 => reply(term(3), index(4), Appended::Stale),
        6 => Message::InstallSnapshot {
            term: Term(term(3)),
            last_included_index: index(4),
            last_included_term: Term(term(5)),
            last_included_chain: if draw(7, 2) == 0 { log(&terms).chain() } else { draw(8, 9) },
            offset: index(6) / 2,
            data: ["", "a", "some bytes"][draw(9, 3) as usize].into(),
            done: draw(92, 2) == 0,
            round: index(93),
        },
        7 => received(term(3), index(4), index(5), Received::Installed),
        9 => request_pre_vote(term(3), index(4), term(5)),
        10 => {
            Message::PreVoteReply { term: Term(term(3)), asked_in: Term(term(5)), granted: draw(4, 2) == 0 }
        }
        11 => Message::TimeoutNow { term: Term(term(3)) },
        8 => received(term(3), index(4), index(5), Received::Upto(index(6))),
        _ => Message::AppendEntries {
            term: Term(term(3)),
            prev_log_index: index(4),
            prev_log_term: Term(term(5)),
            entries: log(&terms),
            leader_commit: index(6),
            round: draw(91, 4),
        },
    }
}

#[test]
fn whatever_arrives_under_whatever_rules_no_server_panics_or_floods_the_network() {
    for seed in 0..300 {
        let chance = Chance::new(seed);
        let off = |rules: Rules, &rule: &Rule| match chance.key(1).key(rule as u64).below(4) {
            0 => rules.without(rule),
            _ => rules,
        };
        let of = [1, 3, 4, 5][chance.key(2).below(4) as usize];
        let mut server =
            follower(S1, of, saved(2, &[1, 1, 2])).keeping(Rule::ALL.iter().fold(Rules::ALL, off));
        server.told(|config| {
            config.pre_vote = chance.key(4).below(2) == 0;
            config.check_quorum = chance.key(5).below(2) == 0;
            config.lease_drift = (chance.key(6).below(2) == 0).then_some(chance.key(7).below(2_000_000));
            config.snapshot_chunk = (chance.key(8).below(2) == 0).then_some(chance.key(9).below(6));
        });
        for n in 0..300 {
            server.waits(u64::from(chance.key(10).key(n).below(80)));
            let now = chance.key(3).key(n);
            match now.below(12) {
                0 => server.times_out(),
                1 => server.heartbeat_is_due(),
                2 if now.key(4).below(2) == 0 => {
                    let applied = server.raft.last_applied;
                    server.takes_a_snapshot(applied + u64::from(now.key(5).below(3)), "a state")
                }
                2 if now.key(4).below(3) == 0 => server.is_asked(match now.key(5).below(3) {
                    0 => Request::Transfer { to: NodeId(now.key(6).below(6) as u16) },
                    1 => Request::CondInstall { term: Term(n % 5), index: n % 7 },
                    _ => Request::Read { read: n },
                }),
                2 if now.key(4).below(3) == 1 => {
                    server.input(Input::Timer([Timer::Quorum, Timer::Transfer][(n % 2) as usize]))
                }
                2 => server.is_given(n),
                3 if now.key(1).below(8) == 0 => server.crashes_and_restarts(),
                _ => server.hears(NodeId(now.key(2).below(6) as u16), nonsense(now.key(3))),
            };
            assert!(server.sent().len() <= 3 * usize::from(of), "{:?}", server.sent());
            assert_eq!(server.raft.view(), server.raft.clone().view());
        }
    }
}
