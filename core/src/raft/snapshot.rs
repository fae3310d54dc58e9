//! Log compaction (§7): a snapshot takes the place of a prefix of the log.
//!
//! Every server compacts its own log, on its own: its host says what the state machine holds and up to which index, and
//! what is committed and applied up to there need not be kept as entries. A leader that no longer has the entries that
//! a follower lacks sends it the snapshot instead (Figure 13), whole or in chunks, one outstanding at a time.

use super::host::Output;
use super::log::{Command, Index, Log, Term};
use super::message::{Message, Received};
use super::node::Raft;
use super::note::Note;
use super::rules::Rule;
use super::view::{Progress, Role, Sending};
use crate::bytes::Bytes;
use crate::node::{NodeId, Outbox};
use alloc::rc::Rc;
use alloc::vec::Vec;
use serde::Serialize;

/// The state machine after all entries up to an index, and what the log must still know of the last of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// The index of the last entry that it includes.
    pub index: Index,
    /// The term of that entry.
    pub term: Term,
    /// The chain hash of the log up to that entry.
    pub chain: u64,
    /// The state machine, in its host's own encoding.
    pub data: Bytes,
}

/// A snapshot that is arriving in chunks. A crash forgets it, and the leader then begins again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Incoming {
    from: NodeId,
    pub(super) index: Index,
    chain: u64,
    pub(super) data: Rc<Vec<u8>>,
}

/// The host's part.
impl<C: Command> Raft<C> {
    /// The host has written down its state machine as it is after `index`. Only what has been applied can be in there,
    /// and only what is not yet in a snapshot is news.
    pub(super) fn take_snapshot(&mut self, index: Index, data: Bytes, out: &mut impl Outbox<Self>) {
        let log = &self.hard.log;
        if index <= log.base_index() {
            return out.note(Note::SnapshotOutdated);
        }
        let upto = if self.keeps(Rule::SnapshotOnlyApplied) { index } else { log.last_index() };
        let (Some(term), Some(chain)) = (log.term_at(upto), log.chain_at(upto)) else {
            return out.note(Note::SnapshotOfUnapplied);
        };
        if upto > self.last_applied && self.keeps(Rule::SnapshotOnlyApplied) {
            return out.note(Note::SnapshotOfUnapplied);
        }
        self.host_applied = index;
        self.hard.log.compact(upto);
        self.replace_snapshot(Snapshot { index: upto, term, chain, data }, out);
    }

    /// The 2020 and 2021 editions of the course let the service ask, when it comes to a snapshot in its queue, whether
    /// it may still go there. What this server hands out is in order, so the answer is yes unless the host has told
    /// that it is past that point.
    pub(super) fn may_install(&self, term: Term, index: Index, out: &mut impl Outbox<Self>) {
        let log = &self.hard.log;
        let handed_out = index < log.base_index() || (index, term) == (log.base_index(), log.base_term());
        out.output(Output::CondInstall { index, install: handed_out && index > self.host_applied });
    }

    /// The log has been cut to fit; both become durable at once (Figure 13).
    fn replace_snapshot(&mut self, snapshot: Snapshot, out: &mut impl Outbox<Self>) {
        self.commit_index = self.commit_index.max(snapshot.index);
        self.last_applied = self.last_applied.max(snapshot.index);
        self.hard.snapshot = Some(Rc::new(snapshot));
        self.persist(out);
        if !self.keeps(Rule::SnapshotWithState) {
            self.persist_snapshot_apart(out);
        }
    }
}

/// The leader's part.
impl<C: Command> Raft<C> {
    /// Sends what comes next of a snapshot to a follower that lacks what the log no longer has. One transfer keeps
    /// to the snapshot with which it began, though this server may have taken another meanwhile.
    pub(super) fn send_snapshot(&mut self, place: usize, out: &mut impl Outbox<Self>) {
        let (Role::Leader { progress }, Some(latest)) = (&mut self.role, &self.hard.snapshot) else { return };
        let (follower, Progress { sending, .. }) = progress[place];
        let begun = self.outgoing.iter().position(|&(to, _)| to == follower);
        let (snapshot, offset) = match (sending, begun) {
            (Sending::Installing { offset }, Some(begun)) if offset > 0 => {
                (self.outgoing[begun].1.clone(), offset)
            }
            _ => {
                begun.map(|begun| self.outgoing.swap_remove(begun));
                self.outgoing.push((follower, latest.clone()));
                (latest.clone(), 0)
            }
        };
        if sending != (Sending::Installing { offset }) {
            Rc::make_mut(progress)[place].1.sending = Sending::Installing { offset };
        }
        let len = snapshot.data.len();
        let chunk = self.config.snapshot_chunk.map_or(len, |chunk| u64::from(chunk.max(1)));
        let end = offset.saturating_add(chunk).min(len);
        out.send(
            follower,
            Message::InstallSnapshot {
                term: self.hard.current_term,
                last_included_index: snapshot.index,
                last_included_term: snapshot.term,
                last_included_chain: snapshot.chain,
                offset,
                data: snapshot.data.slice(offset, end),
                done: end == len,
                round: self.round,
            },
        );
    }

    pub(super) fn snapshot_answered(
        &mut self,
        follower: NodeId,
        term: Term,
        (last_included_index, offset): (Index, u64),
        outcome: Received,
        round: u64,
        out: &mut impl Outbox<Self>,
    ) {
        if term != self.hard.current_term && self.keeps(Rule::StaleRepliesIgnored) {
            return out.note(Note::SnapshotReplyOfOtherTerm);
        }
        let Role::Leader { progress } = &mut self.role else {
            return out.note(Note::SnapshotReplyAfterLeading);
        };
        let Some(place) = progress.iter().position(|&(peer, _)| peer == follower) else {
            return out.note(Note::SnapshotReplyFromStranger);
        };
        match outcome {
            // Whatever this server has sent since: that much of its log the follower has (§7).
            Received::Installed => self.matched(place, last_included_index, out),
            Received::Upto(held) => {
                let sent = self.outgoing.iter().find(|&&(to, _)| to == follower);
                let known = sent
                    .is_some_and(|(_, sent)| sent.index == last_included_index && held <= sent.data.len());
                let asked = progress[place].1.sending == Sending::Installing { offset };
                if !known || !asked {
                    return out.note(Note::SnapshotReplySettled);
                }
                // If the follower has not come further, the heartbeat will ask again: an answer to each answer would
                // have no end.
                if held != offset {
                    Rc::make_mut(progress)[place].1.sending = Sending::Installing { offset: held };
                    self.send_snapshot(place, out);
                }
            }
            Received::Stale => return out.note(Note::SnapshotReplyOfOtherTerm),
        }
        self.heard_from_follower(follower, round, out);
    }
}

/// No log is longer: an index beyond this is not believed, so that there is always a next one.
const LONGEST: Index = 1 << 62;

/// What a leader sent of a snapshot, but for its term.
pub(super) struct Chunk {
    pub(super) last_included_index: Index,
    pub(super) last_included_term: Term,
    pub(super) last_included_chain: u64,
    pub(super) offset: u64,
    pub(super) data: Bytes,
    pub(super) done: bool,
    pub(super) round: u64,
}

/// The follower's part.
impl<C: Command> Raft<C> {
    /// Figure 13, InstallSnapshot. `newer` says that the leader's term was adopted a moment ago and is not yet saved.
    pub(super) fn snapshot_received(
        &mut self,
        leader: NodeId,
        term: Term,
        chunk: Chunk,
        newer: bool,
        out: &mut impl Outbox<Self>,
    ) {
        if term < self.hard.current_term && self.keeps(Rule::StaleRequestsRefused) {
            out.note(Note::SnapshotRefusedStaleTerm);
            return self.answer_chunk(leader, &chunk, Received::Stale, out);
        }
        if newer {
            self.persist(out);
        }
        if let Role::Leader { .. } = self.role {
            return out.note(Note::EntriesFromSecondLeader);
        }
        self.heard_from_leader(leader, out);
        if chunk.last_included_index > LONGEST {
            return out.note(Note::SnapshotBeyondCounting);
        }
        // What is committed here is in the leader's snapshot too, so this one is old or came twice.
        if chunk.last_included_index <= self.commit_index && self.keeps(Rule::SnapshotMonotone) {
            out.note(Note::SnapshotAlreadyHeld);
            return self.answer_chunk(leader, &chunk, Received::Installed, out);
        }
        let held = self.put_chunk(leader, &chunk, out);
        if !(held && chunk.done) {
            let held = self.incoming.as_ref().map_or(0, |incoming| incoming.data.len() as u64);
            return self.answer_chunk(leader, &chunk, Received::Upto(held), out);
        }
        let data = self.incoming.take().map_or_else(Bytes::default, |incoming| Bytes::new(&incoming.data));
        let (index, term) = (chunk.last_included_index, chunk.last_included_term);
        self.install(Snapshot { index, term, chain: chunk.last_included_chain, data: data.clone() }, out);
        self.answer_chunk(leader, &chunk, Received::Installed, out);
        out.output(Output::Snapshot { index, term, data });
    }

    fn answer_chunk(&self, leader: NodeId, chunk: &Chunk, outcome: Received, out: &mut impl Outbox<Self>) {
        out.send(
            leader,
            Message::SnapshotReply {
                term: self.hard.current_term,
                last_included_index: chunk.last_included_index,
                offset: chunk.offset,
                outcome,
                round: chunk.round,
            },
        );
    }

    /// "Create new snapshot file if first chunk (offset is 0); write data into snapshot file at given offset"
    /// (Figure 13). Returns whether the chunk has its place now; if not, the leader is told where to go on.
    fn put_chunk(&mut self, from: NodeId, chunk: &Chunk, out: &mut impl Outbox<Self>) -> bool {
        let (index, chain) = (chunk.last_included_index, chunk.last_included_chain);
        let same = |known: &Incoming| (known.from, known.index, known.chain) == (from, index, chain);
        let incoming = match &mut self.incoming {
            Some(known) if same(known) => known,
            other => other.insert(Incoming { from, index, chain, data: Rc::default() }),
        };
        if chunk.offset != incoming.data.len() as u64 && self.config.rules.has(Rule::ChunkAtItsOffset) {
            out.note(Note::ChunkOutOfPlace);
            return false;
        }
        Rc::make_mut(&mut incoming.data).extend_from_slice(chunk.data.as_slice());
        true
    }

    /// "If existing log entry has same index and term as snapshot's last included entry, retain log entries following
    /// it and reply. Discard the entire log" otherwise (Figure 13): they may have been acknowledged, and counted.
    fn install(&mut self, snapshot: Snapshot, out: &mut impl Outbox<Self>) {
        let log = &mut self.hard.log;
        let held = log.term_at(snapshot.index) == Some(snapshot.term);
        if held && self.config.rules.has(Rule::KeepTailAfterSnapshot) {
            log.compact(snapshot.index);
        } else {
            *log = Log::starting_after(snapshot.index, snapshot.term, snapshot.chain);
        }
        (self.commit_index, self.last_applied) = (snapshot.index, snapshot.index);
        self.replace_snapshot(snapshot, out);
    }
}
