//! Log replication (§5.3).
//!
//! A leader streams: it sends each new entry at once and moves `next_index` on without waiting for the answer. If one
//! of its requests is refused it *probes* that follower: one request at a time, without entries while the place where
//! the logs agree is not yet known (dissertation §3.5), until an answer proves that place; then it streams again.
//! What was lost is found out by the next heartbeat, which goes through the same check as any entry.

use super::host::{Output, Timer};
use super::log::{Command, Entry, Index, Log, Term};
use super::message::{Appended, Message};
use super::node::Raft;
use super::note::Note;
use super::rules::Rule;
use super::view::{Progress, Role, Sending};
use crate::node::{NodeId, Outbox};
use alloc::rc::Rc;

/// The leader's part.
impl<C: Command> Raft<C> {
    /// "If command received from client: append entry to local log" (Figure 2), and send it.
    pub(super) fn propose(&mut self, command: C, out: &mut impl Outbox<Self>) {
        let Role::Leader { progress } = &self.role else {
            out.note(Note::ProposalWithoutLeading);
            return out.output(Output::NotLeader { leader: self.leader });
        };
        if self.standing.transfer.is_some() {
            out.note(Note::ProposalWhileHandingOver);
            return out.output(Output::NotLeader { leader: None });
        }
        let followers = progress.len();
        let term = self.hard.current_term;
        let index = self.hard.log.push(Entry { term, command });
        out.output(Output::Accepted { index, term });
        if self.keeps(Rule::EntriesPersisted) {
            self.persist(out);
        }
        for place in 0..followers {
            self.send_unless_probing(place, out);
        }
        self.advance_commit(out);
    }

    /// An idle leader is heard regularly (§5.2). The heartbeat is also what is sent again and again until it gets
    /// through (§5.3): a probe that was not answered, or entries from `next_index` on.
    pub(super) fn heartbeat_due(&mut self, out: &mut impl Outbox<Self>) {
        let Role::Leader { .. } = &self.role else {
            return out.note(Note::TimerOutOfPlace);
        };
        self.turn_to_all(out);
        out.set_timer(Timer::Heartbeat, (self.config.heartbeat, self.config.heartbeat));
    }

    /// Each follower is sent what comes next for it, or at least a sign of life; whoever answers that had no other
    /// leader when it was sent.
    pub(super) fn turn_to_all(&mut self, out: &mut impl Outbox<Self>) {
        self.begin_round();
        let Role::Leader { progress } = &self.role else { return };
        for place in 0..progress.len() {
            if self.keeps(Rule::Retry) {
                self.send_entries(place, out);
            } else {
                self.send_sign_of_life(place, out);
            }
        }
    }

    /// All that is left of a heartbeat without the rule that what got lost is sent again.
    fn send_sign_of_life(&self, place: usize, out: &mut impl Outbox<Self>) {
        let Role::Leader { progress } = &self.role else { return };
        let (follower, log) = (progress[place].0, &self.hard.log);
        out.send(
            follower,
            Message::AppendEntries {
                term: self.hard.current_term,
                prev_log_index: log.base_index(),
                prev_log_term: log.base_term(),
                entries: log.prefix(log.base_index()),
                leader_commit: self.commit_index,
                round: self.round,
            },
        );
    }

    pub(super) fn send_unless_probing(&mut self, place: usize, out: &mut impl Outbox<Self>) {
        if let Role::Leader { progress } = &self.role
            && progress[place].1.sending == Sending::Replicating
        {
            self.send_entries(place, out);
        }
    }

    /// Sends one follower what comes next for it.
    fn send_entries(&mut self, place: usize, out: &mut impl Outbox<Self>) {
        let Role::Leader { progress } = &mut self.role else { return };
        let (follower, Progress { next_index, match_index, sending }) = progress[place];
        let (term, log) = (self.hard.current_term, &self.hard.log);
        if follower == self.config.id {
            return acknowledge_self(follower, term, match_index, log.last_index(), out);
        }
        let prev_log_index = next_index - 1;
        let Some(prev_log_term) = log.term_at(prev_log_index) else {
            // What should come next is gone, and so is the term of the entry before it (§7).
            return self.send_snapshot(place, out);
        };
        let probing = sending == Sending::Probing;
        // "Once the matchIndex immediately precedes the nextIndex, the leader should begin to send the actual
        // entries" (dissertation §3.5).
        let searching = probing && prev_log_index != match_index;
        let entries = if searching { log.prefix(prev_log_index) } else { log.clone() };
        if !probing && next_index <= log.last_index() {
            Rc::make_mut(progress)[place].1.next_index = log.last_index() + 1;
        }
        let (leader_commit, round) = (self.commit_index, self.round);
        out.send(
            follower,
            Message::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit, round },
        );
    }

    pub(super) fn append_answered(
        &mut self,
        follower: NodeId,
        term: Term,
        prev_log_index: Index,
        outcome: Appended,
        round: u64,
        out: &mut impl Outbox<Self>,
    ) {
        if term != self.hard.current_term && self.keeps(Rule::StaleRepliesIgnored) {
            return out.note(Note::AppendReplyOfOtherTerm);
        }
        let Role::Leader { progress } = &self.role else {
            return out.note(Note::AppendReplyAfterLeading);
        };
        let Some(place) = progress.iter().position(|&(peer, _)| peer == follower) else {
            return out.note(Note::AppendReplyFromStranger);
        };
        match outcome {
            Appended::Match(index) if self.keeps(Rule::MatchFromRequest) => self.matched(place, index, out),
            Appended::Match(_) => self.matched(place, self.hard.log.last_index(), out),
            Appended::TooShort { .. } | Appended::Conflict { .. } => {
                self.refused(place, prev_log_index, &outcome, out);
            }
            // Only a request of an earlier term is refused so, even if this server leads again by now.
            Appended::Stale => return out.note(Note::AppendReplyOfOtherTerm),
        }
        self.heard_from_follower(follower, round, out);
    }

    /// "If successful: update nextIndex and matchIndex for follower" (Figure 2): from what the reply says of its
    /// request, whatever was sent since, and never backwards.
    pub(super) fn matched(&mut self, place: usize, index: Index, out: &mut impl Outbox<Self>) {
        let Role::Leader { progress } = &mut self.role else { return };
        let last_index = self.hard.log.last_index();
        if index > last_index {
            return out.note(Note::MatchBeyondLog);
        }
        let Progress { next_index, match_index, sending } = progress[place].1;
        let found = match sending {
            Sending::Replicating => false,
            Sending::Probing => index + 1 >= next_index,
            // It has all that was to be sent so, even if the log has lost more meanwhile and another snapshot follows.
            Sending::Installing { .. } => {
                let follower = progress[place].0;
                let sent = self.outgoing.iter().find(|&&(to, _)| to == follower);
                index >= sent.map_or(0, |(_, sent)| sent.index).min(self.hard.log.base_index())
            }
        };
        if index <= match_index && !found {
            return;
        }
        let match_index = match_index.max(index);
        let next_index = if found { match_index + 1 } else { next_index.max(match_index + 1) };
        let sending = if found { Sending::Replicating } else { sending };
        Rc::make_mut(progress)[place].1 = Progress { next_index, match_index, sending };
        if found {
            let follower = progress[place].0;
            self.outgoing.retain(|&(to, _)| to != follower);
            if next_index <= last_index {
                self.send_entries(place, out);
            }
        }
        self.advance_commit(out);
        self.hand_over_if_ready(place, out);
    }

    /// "If AppendEntries fails because of log inconsistency: decrement nextIndex and retry" (Figure 2), by terms rather
    /// than by entries. While probing only the answer to the last probe counts: the refusals of what had been streamed
    /// before it say nothing new.
    fn refused(&mut self, place: usize, prev: Index, outcome: &Appended, out: &mut impl Outbox<Self>) {
        let Role::Leader { progress } = &mut self.role else { return };
        let Progress { next_index, match_index, sending } = progress[place].1;
        let outstanding = match sending {
            Sending::Replicating => prev < next_index,
            Sending::Probing => prev == next_index - 1,
            Sending::Installing { .. } => false,
        };
        if prev <= match_index || !outstanding {
            return out.note(Note::RefusalSettled);
        }
        let guess = if self.config.rules.has(Rule::FastBackup) {
            backed_up(&self.hard.log, prev, outcome)
        } else {
            prev
        };
        // Above what is proved, and below what was refused: whatever the reply says, each probe is a step back.
        let next_index = guess.clamp(match_index + 1, prev);
        Rc::make_mut(progress)[place].1 = Progress { next_index, match_index, sending: Sending::Probing };
        self.send_entries(place, out);
    }
}

/// A lone voter learns from a message to itself, which waits for its writes, how far its log is durable.
fn acknowledge_self<C: Command>(
    id: NodeId,
    term: Term,
    match_index: Index,
    last_index: Index,
    out: &mut impl Outbox<Raft<C>>,
) {
    if match_index < last_index {
        let outcome = Appended::Match(last_index);
        out.send(id, Message::AppendReply { term, prev_log_index: match_index, outcome, round: 0 });
    }
}

/// Where to try next, by what a refusal says (§5.3; the course's rules): past the end of a log that is too short; past
/// the leader's own last entry of the conflicting term, if it has that term; else before the whole of that term.
fn backed_up<C: Command>(log: &Log<C>, prev: Index, outcome: &Appended) -> Index {
    match *outcome {
        Appended::TooShort { last_index } => last_index.saturating_add(1),
        Appended::Conflict { term, first_index } => {
            log.last_of_term(term, prev).map_or(first_index, |last| last + 1)
        }
        Appended::Match(_) | Appended::Stale => prev,
    }
}

/// What a leader sent, but for its term.
pub(super) struct Entries<C: Command> {
    pub(super) prev_log_index: Index,
    pub(super) prev_log_term: Term,
    pub(super) entries: Log<C>,
    pub(super) leader_commit: Index,
    pub(super) round: u64,
}

impl<C: Command> Entries<C> {
    fn is_heartbeat(&self) -> bool {
        self.entries.last_index() <= self.prev_log_index
    }

    /// The last entry that the request speaks of: the last new one, or the one before them all.
    pub(super) fn last_index(&self) -> Index {
        self.prev_log_index.max(self.entries.last_index())
    }
}

/// The follower's part.
impl<C: Command> Raft<C> {
    /// Figure 2, AppendEntries. `newer` says that the leader's term was adopted a moment ago and is not yet saved.
    pub(super) fn entries_received(
        &mut self,
        leader: NodeId,
        term: Term,
        request: &Entries<C>,
        newer: bool,
        out: &mut impl Outbox<Self>,
    ) {
        if term < self.hard.current_term && self.keeps(Rule::StaleRequestsRefused) {
            out.note(Note::EntriesRefusedStaleTerm);
            return self.answer(leader, request, Appended::Stale, out);
        }
        if let Role::Leader { .. } = self.role {
            if newer {
                self.persist(out);
            }
            return out.note(Note::EntriesFromSecondLeader);
        }
        self.heard_from_leader(leader, out);
        if let Some((outcome, why)) = self.inconsistency(request) {
            out.note(why);
            if newer {
                self.persist(out);
            }
            return self.answer(leader, request, outcome, out);
        }
        let appended = self.append(request);
        if !appended && request.prev_log_index < request.last_index() {
            out.note(Note::EntriesAlreadyHeld);
        }
        if newer || appended && self.keeps(Rule::EntriesPersisted) {
            self.persist(out);
        }
        self.answer(leader, request, Appended::Match(request.last_index()), out);
        self.learn_commit(request, out);
    }

    /// A candidate that hears from the leader of its own term has lost the election (§5.2).
    pub(super) fn heard_from_leader(&mut self, leader: NodeId, out: &mut impl Outbox<Self>) {
        self.become_follower(out);
        self.leader = Some(leader);
        self.heard_at = Some(self.now);
        self.reset_election_timer(out);
    }

    fn answer(&self, leader: NodeId, request: &Entries<C>, outcome: Appended, out: &mut impl Outbox<Self>) {
        let (term, prev_log_index, round) = (self.hard.current_term, request.prev_log_index, request.round);
        out.send(leader, Message::AppendReply { term, prev_log_index, outcome, round });
    }

    /// "Reply false if log doesn't contain an entry at prevLogIndex whose term matches prevLogTerm" (Figure 2).
    fn inconsistency(&self, request: &Entries<C>) -> Option<(Appended, Note)> {
        let log = &self.hard.log;
        match log.term_at(request.prev_log_index) {
            _ if !self.keeps(Rule::LogConsistencyCheck) => None,
            // What a snapshot has replaced is committed, so it is the same everywhere (§5.4.3).
            _ if request.prev_log_index < log.base_index() => None,
            _ if request.is_heartbeat() && !self.keeps(Rule::HeartbeatsChecked) => None,
            None => Some((Appended::TooShort { last_index: log.last_index() }, Note::EntriesRefusedTooShort)),
            Some(term) if term != request.prev_log_term => {
                let first_index = log.last_before_term(term, request.prev_log_index) + 1;
                Some((Appended::Conflict { term, first_index }, Note::EntriesRefusedConflict))
            }
            Some(_) => None,
        }
    }

    /// "If an existing entry conflicts with a new one, delete the existing entry and all that follow it. Append any new
    /// entries not already in the log" (Figure 2). Returns whether the log changed.
    fn append(&mut self, request: &Entries<C>) -> bool {
        let only_on_conflict = self.keeps(Rule::TruncateOnlyOnConflict);
        let (log, new) = (&mut self.hard.log, &request.entries);
        let prev = request.prev_log_index.max(log.base_index());
        let before = (log.last_index(), log.chain());
        if prev > log.last_index() {
            // Without the consistency check entries can arrive beyond a gap. A log has no gaps, so they land early.
            for link in new.range(prev, new.last_index()) {
                log.push(link.entry.clone());
            }
        } else {
            log.truncate(match first_conflict(log, new, prev) {
                _ if !only_on_conflict => prev,
                Some(conflict) => conflict - 1,
                None => log.last_index(),
            });
            log.extend(new);
        }
        before != (log.last_index(), log.chain())
    }
}

/// The first index after `prev` at which the logs hold different terms.
fn first_conflict<C: Command>(log: &Log<C>, new: &Log<C>, prev: Index) -> Option<Index> {
    let both = log.last_index().min(new.last_index());
    if both <= prev || log.chain_at(both) == new.chain_at(both) {
        return None;
    }
    let pairs = log.range(prev, both).into_iter().zip(new.range(prev, both));
    pairs.into_iter().find(|(ours, theirs)| ours.entry.term != theirs.entry.term).map(|(ours, _)| ours.index)
}
