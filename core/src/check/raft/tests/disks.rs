//! What is on the disks: after a restart, under a commit, behind a leader's belief.

use super::*;
use crate::raft::view::{Progress, Sending};

/// Three servers with disks.
struct Cluster {
    run: Run,
    disks: BTreeMap<NodeId, (u64, Option<NodeId>, Log<u64>)>,
}

impl Cluster {
    fn new(logs: [&[u64]; 3]) -> Cluster {
        let disks = [S1, S2, S3].into_iter().zip(logs.map(|terms| (4, None, log(terms)))).collect();
        Cluster { run: Run::default(), disks }
    }

    fn saves(&mut self, server: NodeId, term: u64, log: &Log<u64>) -> &mut Cluster {
        self.run.checker.wrote(server, &Durable { current_term: Term(term), voted_for: None, log });
        self
    }

    /// The oldest write is done.
    fn done(&mut self, server: NodeId) -> &mut Cluster {
        self.run.checker.completed(server);
        self
    }

    fn finds(&mut self, server: NodeId, term: u64, log: &Log<u64>) -> &mut Cluster {
        self.disks.insert(server, (term, None, log.clone()));
        self
    }

    fn turns(
        &mut self,
        server: NodeId,
        cause: Cause<'_, u64>,
        before: Option<&View<u64>>,
        after: &View<u64>,
    ) -> &mut Cluster {
        let now = self.run.now();
        let on = |server: NodeId| {
            let (term, voted_for, log) = &self.disks[&server];
            Durable { current_term: Term(*term), voted_for: *voted_for, log }
        };
        let turn = Turn { server, cause, before, after, timer_reset: false, granted: false };
        self.run.checker.turned(now, &turn, &Disks { servers: 3, on: &on }, &mut self.run.verdicts);
        self
    }

    fn boots(&mut self, server: NodeId, after: &View<u64>) -> &mut Cluster {
        self.turns(server, Cause::Other, None, after)
    }
}

#[test]
fn a_restart_finds_the_last_write_or_the_one_that_was_under_way() {
    let (one, two, three) = (log(&[1]), log(&[1, 1]), log(&[1, 1, 1]));
    let crashed = || {
        let mut cluster = Cluster::new([&[], &[], &[]]);
        cluster.saves(S1, 1, &one).saves(S1, 1, &two).saves(S1, 1, &three).done(S1);
        cluster
    };
    for possible in [&one, &two] {
        crashed().finds(S1, 1, possible).boots(S1, &follower(1, possible, 0)).run.all_is_well();
    }
    for impossible in [&three, &log(&[])] {
        let mut cluster = crashed();
        cluster.finds(S1, 1, impossible).boots(S1, &follower(1, impossible, 0));
        cluster.run.breaks(Property::RestartsFromDisk, &[S1]);
    }
    let mut again = crashed();
    again
        .finds(S1, 1, &one)
        .boots(S1, &follower(1, &one, 0))
        .finds(S1, 1, &two)
        .boots(S1, &follower(1, &two, 0));
    again.run.breaks(Property::RestartsFromDisk, &[S1]);
}

#[test]
fn a_server_that_loads_something_else_than_its_disk_holds_is_noticed() {
    let one = log(&[1]);
    for loaded in [
        follower(2, &one, 0),
        follower(1, &log(&[]), 0),
        View { voted_for: Some(S2), ..follower(1, &one, 0) },
    ] {
        let mut cluster = Cluster::new([&[], &[], &[]]);
        cluster.saves(S1, 1, &one).done(S1).finds(S1, 1, &one).boots(S1, &loaded);
        cluster.run.breaks(Property::RestartsFromDisk, &[S1]);
    }
}

#[test]
fn a_commit_that_is_not_on_the_disks_of_a_majority_is_noticed() {
    let (log, answer) = (log(&[4, 4]), acknowledge(4, 2));
    let (before, after) = (leader(4, &log, 0), leader(4, &log, 2));
    let mut sound = Cluster::new([&[4, 4], &[], &[4, 4]]);
    sound.turns(S1, Cause::Heard(S3, &answer), Some(&before), &after).run.all_is_well();
    for (second, third) in [(&[4][..], &[][..]), (&[3, 4], &[2, 2])] {
        let mut unsound = Cluster::new([&[4, 4], second, third]);
        unsound.turns(S1, Cause::Heard(S1, &answer), Some(&before), &after);
        let violation = unsound.run.breaks(Property::DurableMajority, &[S1]);
        assert!(violation.why.contains("on the disks of 1 of 3 servers"), "{violation}");
    }
}

#[test]
fn a_leader_that_believes_more_than_is_on_a_disk_is_noticed() {
    let (log, answer) = (log(&[4, 4]), acknowledge(4, 2));
    let knows = |match_index| {
        let progress = Progress { next_index: 3, match_index, sending: Sending::Replicating };
        View { role: Role::Leader { progress: Rc::new(alloc::vec![(S2, progress)]) }, ..leader(4, &log, 0) }
    };
    let hears = |disk: &[u64], before: &View<u64>, after: &View<u64>| {
        let mut cluster = Cluster::new([&[4, 4], disk, &[]]);
        cluster.turns(S1, Cause::Heard(S2, &answer), Some(before), after);
        cluster.run.verdicts.violations().iter().map(|violation| violation.property).collect::<Vec<_>>()
    };
    assert_eq!(hears(&[4, 4], &knows(0), &knows(2)), []);
    assert_eq!(hears(&[4], &knows(0), &knows(2)), [Property::TrueProgress]);
    assert_eq!(hears(&[3, 4], &knows(0), &knows(2)), [Property::TrueProgress]);
    assert_eq!(
        hears(&[4, 4], &knows(2), &knows(1)),
        [Property::TrueProgress],
        "what is known is not forgotten"
    );
    let wins = View { voted_for: Some(S1), ..knows(2) };
    let stood = View {
        role: Role::Candidate { votes: Rc::new(Vec::new()) },
        voted_for: Some(S1),
        ..follower(4, &log, 0)
    };
    assert!(
        hears(&[4, 4], &stood, &wins).contains(&Property::TrueProgress),
        "an election starts from nothing"
    );
}

#[test]
fn a_follower_that_has_moved_on_to_a_later_term_may_have_lost_what_it_acknowledged() {
    let (log, answer) = (log(&[4, 4]), acknowledge(4, 2));
    let knows = |match_index| {
        let progress = Progress { next_index: 3, match_index, sending: Sending::Replicating };
        View { role: Role::Leader { progress: Rc::new(alloc::vec![(S2, progress)]) }, ..leader(4, &log, 0) }
    };
    let mut cluster = Cluster::new([&[4, 4], &[], &[]]);
    cluster.finds(S2, 5, &Log::new()).turns(S1, Cause::Heard(S2, &answer), Some(&knows(0)), &knows(2));
    cluster.run.all_is_well();
}
