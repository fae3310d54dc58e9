//! Leadership transfer (dissertation §3.10): a leader makes way for a server of its choice.
//!
//! It takes no more commands, brings the other fully up to date, and then tells it not to wait for its election timer.
//! If the other does not take over within an election time-out, all is as it was.

use super::host::{Output, Timer};
use super::log::{Command, Term};
use super::message::Message;
use super::node::Raft;
use super::note::Note;
use super::view::Role;
use crate::node::{NodeId, Outbox};

impl<C: Command> Raft<C> {
    /// The host would have another server lead.
    pub(super) fn transfer(&mut self, to: NodeId, out: &mut impl Outbox<Self>) {
        let Role::Leader { progress } = &self.role else {
            out.note(Note::TransferWithoutLeading);
            return out.output(Output::NotLeader { leader: self.leader });
        };
        let Some(place) = progress.iter().position(|&(peer, _)| peer == to && peer != self.config.id) else {
            return out.note(Note::TransferToNobody);
        };
        self.standing.transfer = Some(to);
        let (_, longest) = self.config.election_timeout;
        out.set_timer(Timer::Transfer, (longest, longest));
        self.send_unless_probing(place, out);
        self.hand_over_if_ready(place, out);
    }

    /// The one who is to lead can be elected only with a log that is at least as up to date as the others' (§5.4.1).
    pub(super) fn hand_over_if_ready(&mut self, place: usize, out: &mut impl Outbox<Self>) {
        let Role::Leader { progress } = &self.role else { return };
        let (follower, known) = progress[place];
        if self.standing.transfer == Some(follower) && known.match_index == self.hard.log.last_index() {
            self.standing.handed_over = true;
            out.send(follower, Message::TimeoutNow { term: self.hard.current_term });
        }
    }

    /// The other has not taken over in time.
    pub(super) fn transfer_timed_out(&mut self, out: &mut impl Outbox<Self>) {
        match self.standing.transfer.take() {
            Some(_) => out.note(Note::TransferAbandoned),
            None => out.note(Note::TimerOutOfPlace),
        }
    }

    /// The leader asks this server to stand for election at once, whatever its election timer says.
    pub(super) fn told_to_stand(&mut self, term: Term, newer: bool, out: &mut impl Outbox<Self>) {
        if newer {
            self.persist(out);
        }
        let next = self.hard.current_term.0.checked_add(1);
        match (&self.role, next) {
            _ if term < self.hard.current_term => out.note(Note::TimeoutNowOutlived),
            (Role::Leader { .. }, _) => out.note(Note::TimeoutNowOutlived),
            (_, Some(next)) => self.become_candidate(Term(next), true, out),
            (_, None) => out.note(Note::NoTermLeft),
        }
    }
}
