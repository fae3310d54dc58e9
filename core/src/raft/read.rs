//! Reads that spare the log (§8; dissertation §6.4): ReadIndex, and leases.
//!
//! A leader may answer a read from its own state machine if it is sure that nobody else has led since the read arrived.
//! It turns to its followers (a *round* of heartbeats), and once a majority has answered it had still led then. One
//! round serves all reads that arrived before it. With a lease it need not even ask: as long as every server refuses
//! to elect another for a while after it has heard a leader, a round that was answered vouches for that while too, if
//! the servers' clocks run at nearly the same rate.
//!
//! It must also know what is committed, and a new leader does not until it has committed an entry of its own term
//! (§5.4.2). This Raft adds no entry on its own account: reads wait for the first command, or the host makes them one
//! ([`Raft::can_read`]).

use super::host::{Output, Timer};
use super::log::{Command, Index};
use super::node::Raft;
use super::note::Note;
use super::rules::Rule;
use super::view::Role;
use crate::node::{NodeId, Outbox};
use crate::time::{Span, Time};
use alloc::vec::Vec;

/// What a leader knows of its own standing. It begins anew with each term that it leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The last round that each follower has answered.
    answered: Vec<(NodeId, u64)>,
    /// When the latest rounds were sent, but for those that a majority has answered.
    sent: Vec<(u64, Time)>,
    /// The last round that a majority has answered.
    confirmed: u64,
    reads: Vec<Read>,
    /// When the lease ends, on this server's clock.
    pub(super) lease: Option<Time>,
    /// The round at the last look for a quorum.
    checked: u64,
    /// Whom it is handing leadership to.
    pub(super) transfer: Option<NodeId>,
    /// Whether it has told anybody to take over: from then on somebody may, whenever that message arrives.
    pub(super) handed_over: bool,
}

/// A read that waits: for this round to be answered, and for an entry of the leader's own term to be committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Read {
    read: u64,
    round: u64,
}

/// More rounds than that are not waited for: the first of them would give no lease any more.
const ROUNDS: usize = 64;

impl<C: Command> Raft<C> {
    /// Whether this server leads and has committed an entry of its own term, so that it knows all that is committed.
    /// Otherwise a read would wait for the next command.
    pub fn can_read(&self) -> bool {
        matches!(self.role, Role::Leader { .. })
            && (self.hard.log.term_at(self.commit_index) == Some(self.hard.current_term)
                || !self.keeps(Rule::ReadAfterOwnCommit))
    }

    /// The host would read its state machine.
    pub(super) fn read(&mut self, read: u64, out: &mut impl Outbox<Self>) {
        let Role::Leader { .. } = self.role else {
            out.note(Note::ReadWithoutLeading);
            return out.output(Output::NotLeader { leader: self.leader });
        };
        let confirmed = self.standing.confirmed;
        let round = match self.standing.reads.iter().any(|read| read.round > confirmed) {
            _ if self.holds_lease() || !self.keeps(Rule::ReadsConfirmed) => confirmed,
            // A round is under way that began before this read: its answers prove too little.
            true => self.round.saturating_add(1),
            false => {
                self.turn_to_all(out);
                self.round
            }
        };
        self.standing.reads.push(Read { read, round });
        self.round_answered(out);
    }

    /// Every heartbeat is a round.
    pub(super) fn begin_round(&mut self) {
        self.round = self.round.saturating_add(1);
        if self.config.lease_drift.is_some() {
            if self.standing.sent.len() == ROUNDS {
                self.standing.sent.remove(0);
            }
            self.standing.sent.push((self.round, self.now));
        }
    }

    /// A follower has answered, in this term, something that was sent in this round: it had no other leader then.
    pub(super) fn heard_from_follower(&mut self, follower: NodeId, round: u64, out: &mut impl Outbox<Self>) {
        let answered = &mut self.standing.answered;
        match answered.iter_mut().find(|(peer, _)| *peer == follower) {
            Some((_, last)) if *last >= round => return,
            Some((_, last)) => *last = round,
            None => answered.push((follower, round)),
        }
        if self.config.lease_drift.is_some() || !self.standing.reads.is_empty() {
            self.round_answered(out);
        }
    }

    /// Looks which rounds a majority has answered, itself included.
    fn round_answered(&mut self, out: &mut impl Outbox<Self>) {
        let others = self.majority() - 1;
        let standing = &mut self.standing;
        let answered = |round: u64| standing.answered.iter().filter(|(_, last)| *last >= round).count();
        let rounds = standing.answered.iter().map(|&(_, round)| round);
        let last = if others == 0 {
            Some(self.round)
        } else {
            rounds.filter(|&round| answered(round) >= others).max()
        };
        if let Some(last) = last.filter(|&last| last > standing.confirmed) {
            standing.confirmed = last;
            let sent_at = standing.sent.iter().rev().find(|(round, _)| *round <= last).map(|&(_, at)| at);
            standing.sent.retain(|&(round, _)| round > last);
            self.renew_lease(sent_at);
        }
        self.serve_reads(out);
        let confirmed = self.standing.confirmed;
        if self.standing.reads.iter().any(|read| read.round > self.round) && self.round <= confirmed {
            self.turn_to_all(out);
        }
    }

    /// "The leader's lease would extend from the start of the round, by the election time-out over the bound on clock
    /// drift" (dissertation §6.4.1): its followers have promised to elect nobody for an election time-out, by their own
    /// clocks, from when they heard it, which was not before it spoke.
    fn renew_lease(&mut self, sent_at: Option<Time>) {
        let (Some(drift), Some(sent_at)) = (self.config.lease_drift, sent_at) else { return };
        let from = if self.keeps(Rule::LeaseFromSendTime) { sent_at } else { self.now };
        let shortest = u128::from(self.config.election_timeout.0.0);
        let safe = shortest * 1_000_000 / (1_000_000 + u128::from(drift));
        let until = from + Span(u64::try_from(safe).unwrap_or(u64::MAX));
        self.standing.lease = Some(self.standing.lease.map_or(until, |lease| lease.max(until)));
    }

    /// Whether nobody else can lead now.
    pub(super) fn holds_lease(&self) -> bool {
        let Standing { lease, transfer, handed_over, .. } = &self.standing;
        let given_up = (transfer.is_some() || *handed_over) && self.keeps(Rule::LeaseEndsAtTransfer);
        self.config.lease_drift.is_some() && !given_up && lease.is_some_and(|until| self.now < until)
    }

    /// Hands out the reads that may be made now. All that is committed here has been applied, and that is all that
    /// was committed when they arrived, and more.
    pub(super) fn serve_reads(&mut self, out: &mut impl Outbox<Self>) {
        if self.standing.reads.is_empty() || !self.can_read() {
            return;
        }
        let (confirmed, index) = (self.standing.confirmed, self.last_applied);
        for &Read { read, .. } in self.standing.reads.iter().filter(|read| read.round <= confirmed) {
            out.output(Output::Read { read, index });
        }
        self.standing.reads.retain(|read| read.round > confirmed);
    }

    /// A leader that is none any more cannot vouch for anything.
    pub(super) fn lose_standing(&mut self, out: &mut impl Outbox<Self>) {
        for &Read { read, .. } in &self.standing.reads {
            out.output(Output::ReadLost { read });
        }
        if self.config.check_quorum {
            out.cancel_timer(Timer::Quorum);
        }
        if self.standing.transfer.is_some() {
            out.cancel_timer(Timer::Transfer);
        }
        self.standing = Standing::default();
    }

    /// Whether this server has reason to believe that there is a leader: it heard one less than the shortest election
    /// time-out ago, by its own clock, or is one.
    pub(super) fn hears_a_leader(&self) -> bool {
        match self.role {
            Role::Leader { .. } => self.config.lease_drift.is_none() || self.holds_lease(),
            _ => self.heard_at.is_some_and(|heard| self.now.since(heard) < self.config.election_timeout.0),
        }
    }

    /// Whether a leader counts on it that this server elects nobody else, itself included (dissertation §6.4.1).
    pub(super) fn owes_a_leader(&self) -> bool {
        self.config.lease_drift.is_some() && self.hears_a_leader() && self.keeps(Rule::LeaseRefusesVotes)
    }

    /// A leader that a majority has not answered for an election time-out steps down, so that its clients look for
    /// another (dissertation §6.2).
    pub(super) fn look_for_quorum(&mut self, out: &mut impl Outbox<Self>) {
        let Role::Leader { .. } = self.role else {
            return out.note(Note::TimerOutOfPlace);
        };
        let checked = core::mem::replace(&mut self.standing.checked, self.round);
        let answered = self.standing.answered.iter().filter(|(_, round)| *round > checked).count();
        if answered + 1 >= self.majority() {
            return self.set_quorum_timer(out);
        }
        out.note(Note::NoQuorum);
        self.leader = None;
        self.become_follower(out);
    }

    pub(super) fn set_quorum_timer(&self, out: &mut impl Outbox<Self>) {
        if self.config.check_quorum {
            let (_, longest) = self.config.election_timeout;
            out.set_timer(Timer::Quorum, (longest, longest));
        }
    }

    /// The term's first round is still to come.
    pub(super) fn begin_standing(&mut self, out: &mut impl Outbox<Self>) {
        self.standing = Standing { confirmed: self.round, checked: self.round, ..Standing::default() };
        self.set_quorum_timer(out);
    }

    /// How far this server has applied the log, for a host that reads on its own account.
    pub fn applied_index(&self) -> Index {
        self.last_applied
    }
}
