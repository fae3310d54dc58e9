//! Leader election (§5.2), with the restriction on who may be elected (§5.4.1).

use super::host::Timer;
use super::log::{Command, Index, Term};
use super::message::Message;
use super::node::Raft;
use super::note::Note;
use super::rules::Rule;
use super::view::{Progress, Role, Sending, Vote};
use crate::node::{NodeId, Outbox};
use alloc::rc::Rc;
use alloc::vec::Vec;

impl<C: Command> Raft<C> {
    /// Drawn anew at every reset (§5.2). It is reset only on hearing from the current leader, on standing for
    /// election and on granting a vote: whoever is merely asked for a vote must not be kept from standing.
    pub(super) fn reset_election_timer(&self, out: &mut impl Outbox<Self>) {
        let (shortest, longest) = self.config.election_timeout;
        let longest = if self.keeps(Rule::RandomElectionTimeout) { longest } else { shortest };
        out.set_timer(Timer::Election, (shortest, longest));
    }

    /// Follower or candidate: nobody leads, so stand for election, or stand again.
    pub(super) fn election_timed_out(&mut self, out: &mut impl Outbox<Self>) {
        if let Role::Leader { .. } = self.role {
            return out.note(Note::TimerOutOfPlace);
        }
        if self.owes_a_leader() {
            // Its timer ran out early: somebody made it, for it is set to more than this.
            out.note(Note::StandsNotYet);
            return self.reset_election_timer(out);
        }
        match self.hard.current_term.0.checked_add(1) {
            Some(_) if self.config.pre_vote && !self.is_alone() => self.canvass(out),
            Some(next) => self.become_candidate(Term(next), false, out),
            None => {
                out.note(Note::NoTermLeft);
                self.reset_election_timer(out);
            }
        }
    }

    /// `transfer` says that its leader told it to.
    pub(super) fn become_candidate(&mut self, term: Term, transfer: bool, out: &mut impl Outbox<Self>) {
        self.hard.current_term = term;
        self.hard.voted_for = Some(self.config.id);
        self.leader = None;
        self.canvassed = None;
        self.role = Role::Candidate { votes: Rc::new(self.votes_asked()) };
        self.persist(out);
        if self.keeps(Rule::StandAgain) {
            self.reset_election_timer(out);
        }
        self.ask_for_votes(transfer, out);
        self.count_votes(out);
    }

    /// Its own vote counts at once: the requests leave only when it is durable, so whoever answers has proved it.
    pub(super) fn votes_asked(&self) -> Vec<(NodeId, Vote)> {
        let own = if self.is_alone() { Vote::Asked } else { Vote::Granted };
        let vote = |&peer| (peer, if peer == self.config.id { own } else { Vote::Asked });
        self.config.peers.iter().map(vote).collect()
    }

    fn ask_for_votes(&self, transfer: bool, out: &mut impl Outbox<Self>) {
        let term = self.hard.current_term;
        let (last_log_index, last_log_term) = (self.hard.log.last_index(), self.hard.log.last_term());
        for &peer in self.config.peers.iter().filter(|&&peer| peer != self.config.id) {
            out.send(peer, Message::RequestVote { term, last_log_index, last_log_term, transfer });
        }
        if self.is_alone() {
            out.send(self.config.id, Message::VoteReply { term, granted: true });
        }
    }

    /// Figure 2, RequestVote. `last` is the term and the index of the candidate's last entry; `newer` says that its
    /// term was adopted a moment ago and is not yet saved.
    pub(super) fn vote_requested(
        &mut self,
        candidate: NodeId,
        term: Term,
        last: (Term, Index),
        newer: bool,
        out: &mut impl Outbox<Self>,
    ) {
        let refusal = self.reason_against(candidate, term, last);
        match refusal {
            Some(why) => out.note(why),
            None => self.reset_election_timer(out),
        }
        let voted = refusal.is_none() && self.hard.voted_for != Some(candidate);
        if voted {
            self.hard.voted_for = Some(candidate);
        }
        if newer || voted {
            self.persist(out);
        }
        out.send(candidate, Message::VoteReply { term: self.hard.current_term, granted: refusal.is_none() });
    }

    fn reason_against(&self, candidate: NodeId, term: Term, last: (Term, Index)) -> Option<Note> {
        if term < self.hard.current_term && self.keeps(Rule::StaleRequestsRefused) {
            return Some(Note::VoteRefusedStaleTerm);
        }
        let free = self.hard.voted_for.is_none_or(|voted_for| voted_for == candidate);
        if !free && self.keeps(Rule::OneVoteATerm) {
            return Some(Note::VoteRefusedAlreadyVoted);
        }
        // "The log with the later term is more up-to-date. If the logs end with the same term, then whichever log is
        // longer" (§5.4.1): the order of pairs.
        let up_to_date = last >= (self.hard.log.last_term(), self.hard.log.last_index());
        if !up_to_date && self.keeps(Rule::ElectionRestriction) {
            return Some(Note::VoteRefusedLogBehind);
        }
        None
    }

    pub(super) fn vote_answered(
        &mut self,
        voter: NodeId,
        term: Term,
        granted: bool,
        out: &mut impl Outbox<Self>,
    ) {
        if term != self.hard.current_term && self.keeps(Rule::StaleRepliesIgnored) {
            return out.note(Note::VoteReplyOfOtherTerm);
        }
        let Role::Candidate { votes } = &mut self.role else {
            return out.note(Note::VoteReplyAfterElection);
        };
        let Some(mut place) = votes.iter().position(|&(peer, _)| peer == voter) else {
            return out.note(Note::VoteReplyFromStranger);
        };
        if votes[place].1 == Vote::Granted && granted && !self.config.rules.has(Rule::CountEachVoterOnce) {
            place = votes.iter().position(|&(_, vote)| vote == Vote::Asked).unwrap_or(place);
        }
        // A vote once given stays: a refusal that arrives after it answered an earlier request.
        let vote = if granted { Vote::Granted } else { Vote::Refused };
        if votes[place].1 != vote && votes[place].1 != Vote::Granted {
            Rc::make_mut(votes)[place].1 = vote;
            self.count_votes(out);
        }
    }

    fn count_votes(&mut self, out: &mut impl Outbox<Self>) {
        let Role::Candidate { votes } = &self.role else { return };
        let granted = votes.iter().filter(|&&(_, vote)| vote == Vote::Granted).count();
        let needed = if self.keeps(Rule::MajorityToWin) { self.majority() } else { 1 };
        if granted >= needed {
            self.become_leader(out);
        }
    }

    /// "When a leader first comes to power, it initializes all nextIndex values to the index just after the last one
    /// in its log" (§5.3), and tells everybody at once that there is a leader (§5.2).
    fn become_leader(&mut self, out: &mut impl Outbox<Self>) {
        let next_index = self.hard.log.last_index() + 1;
        let progress = Progress { next_index, match_index: 0, sending: Sending::Replicating };
        let alone = self.is_alone();
        let followers = self.config.peers.iter().filter(|&&peer| alone || peer != self.config.id);
        let mut progress = Rc::new(followers.map(|&peer| (peer, progress)).collect());
        if let Some(past) = self.past_progress.take().filter(|_| !self.keeps(Rule::ProgressResetAtElection)) {
            progress = within(next_index, past);
        }
        self.role = Role::Leader { progress };
        self.begin_standing(out);
        self.leader = Some(self.config.id);
        // It may have asked who would vote for it in the next term; it needs no next term any more.
        self.canvassed = None;
        out.cancel_timer(Timer::Election);
        self.heartbeat_due(out);
    }
}

/// What was known of the followers in an earlier term, as if it still held. What comes next for them is at most what
/// comes next at all.
fn within(next: Index, mut past: Rc<Vec<(NodeId, Progress)>>) -> Rc<Vec<(NodeId, Progress)>> {
    for (_, progress) in Rc::make_mut(&mut past) {
        let next_index = progress.next_index.min(next);
        *progress = Progress { next_index, sending: Sending::Replicating, ..*progress };
    }
    past
}
