//! Pre-votes (dissertation §9.6): before it raises its term, a server asks whether it would be elected.
//!
//! A server that was cut off cannot win an election, but with each time-out it would raise its term, and when it comes
//! back that deposes a leader who serves everybody else. Asking first costs a round of messages and changes nobody's
//! term or vote: the others say yes only if they hear no leader themselves.

use super::log::{Command, Index, Term};
use super::message::Message;
use super::node::Raft;
use super::note::Note;
use super::rules::Rule;
use super::view::Vote;
use crate::node::{NodeId, Outbox};
use alloc::rc::Rc;

impl<C: Command> Raft<C> {
    /// Its election timer ran out: would anybody vote for it?
    pub(super) fn canvass(&mut self, out: &mut impl Outbox<Self>) {
        self.leader = None;
        self.canvassed = Some(Rc::new(self.votes_asked()));
        self.reset_election_timer(out);
        let term = self.hard.current_term;
        let (last_log_index, last_log_term) = (self.hard.log.last_index(), self.hard.log.last_term());
        for &peer in self.config.peers.iter().filter(|&&peer| peer != self.config.id) {
            out.send(peer, Message::RequestPreVote { term, last_log_index, last_log_term });
        }
    }

    /// Would this server vote for that one in the term after `term`? The answer binds nobody.
    pub(super) fn pre_vote_requested(
        &self,
        candidate: NodeId,
        term: Term,
        last: (Term, Index),
        out: &mut impl Outbox<Self>,
    ) {
        let refusal = if term < self.hard.current_term {
            Some(Note::PreVoteRefusedStaleTerm)
        } else if self.hears_a_leader() && self.keeps(Rule::PreVoteNeedsSilence) {
            Some(Note::PreVoteRefusedLeaderHeard)
        } else if last < (self.hard.log.last_term(), self.hard.log.last_index()) {
            Some(Note::PreVoteRefusedLogBehind)
        } else {
            None
        };
        if let Some(why) = refusal {
            out.note(why);
        }
        let granted = refusal.is_none();
        out.send(candidate, Message::PreVoteReply { term: self.hard.current_term, asked_in: term, granted });
    }

    pub(super) fn pre_vote_answered(
        &mut self,
        voter: NodeId,
        asked_in: Term,
        granted: bool,
        out: &mut impl Outbox<Self>,
    ) {
        let Some(votes) = self.canvassed.as_mut().filter(|_| asked_in == self.hard.current_term) else {
            return out.note(Note::PreVoteReplyOutlived);
        };
        let Some(place) = votes.iter().position(|&(peer, _)| peer == voter) else {
            return out.note(Note::VoteReplyFromStranger);
        };
        if votes[place].1 == Vote::Granted {
            return;
        }
        Rc::make_mut(votes)[place].1 = if granted { Vote::Granted } else { Vote::Refused };
        let count = votes.iter().filter(|&&(_, vote)| vote == Vote::Granted).count();
        if count >= self.majority()
            && let Some(next) = self.hard.current_term.0.checked_add(1)
        {
            self.become_candidate(Term(next), false, out);
        }
    }
}
