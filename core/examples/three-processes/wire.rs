//! What is in a frame: Raft's messages, and what a client and a server say to each other.
//!
//! In the simulator a message carries its sender's log, shared. Here it carries the entries that are new, and what the
//! receiver must know of the place where they begin.

use crate::codec::{Decoder, Encoder, Malformed};
use crate::store::{Put, Store};
use splitbrain::bytes::Bytes;
use splitbrain::node::NodeId;
use splitbrain::raft::{Appended, Index, Message, Received, Term};

/// The first frame of a connection: who has opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hello {
    Peer(NodeId),
    Client,
}

const GREETING: u64 = u64::from_le_bytes(*b"3proc v1");

impl Hello {
    pub(crate) fn encode(self) -> Vec<u8> {
        let node = match self {
            Hello::Peer(node) => Some(node),
            Hello::Client => None,
        };
        Encoder::default().number(GREETING).node(node).done()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Hello, Malformed> {
        let mut rest = Decoder(bytes);
        if rest.number()? != GREETING {
            return Err(Malformed);
        }
        let hello = rest.node()?.map_or(Hello::Client, Hello::Peer);
        rest.end().map(|()| hello)
    }
}

/// A message to a peer.
pub(crate) fn encode(message: &Message<Put>) -> Vec<u8> {
    let start = |kind: u8| Encoder::default().byte(kind).number(message.term().0);
    match message {
        Message::RequestVote { last_log_index, last_log_term, transfer, .. } => {
            start(0).number(*last_log_index).number(last_log_term.0).flag(*transfer)
        }
        Message::VoteReply { granted, .. } => start(1).flag(*granted),
        Message::AppendEntries { prev_log_index, entries, leader_commit, round, .. } => {
            start(2).log(entries, *prev_log_index).number(*leader_commit).number(*round)
        }
        Message::AppendReply { prev_log_index, outcome, round, .. } => {
            let reply = start(3).number(*prev_log_index).number(*round);
            match *outcome {
                Appended::Match(index) => reply.byte(0).number(index),
                Appended::TooShort { last_index } => reply.byte(1).number(last_index),
                Appended::Conflict { term, first_index } => reply.byte(2).number(term.0).number(first_index),
                Appended::Stale => reply.byte(3),
            }
        }
        Message::InstallSnapshot {
            last_included_index,
            last_included_term,
            last_included_chain,
            offset,
            data,
            done,
            round,
            ..
        } => start(4)
            .number(*last_included_index)
            .number(last_included_term.0)
            .number(*last_included_chain)
            .number(*offset)
            .bytes(data.as_slice())
            .flag(*done)
            .number(*round),
        Message::SnapshotReply { last_included_index, offset, outcome, round, .. } => {
            let reply = start(5).number(*last_included_index).number(*offset).number(*round);
            match *outcome {
                Received::Installed => reply.byte(0),
                Received::Upto(held) => reply.byte(1).number(held),
                Received::Stale => reply.byte(2),
            }
        }
        Message::RequestPreVote { last_log_index, last_log_term, .. } => {
            start(6).number(*last_log_index).number(last_log_term.0)
        }
        Message::PreVoteReply { asked_in, granted, .. } => start(7).number(asked_in.0).flag(*granted),
        Message::TimeoutNow { .. } => start(8),
    }
    .done()
}

/// A message from a peer, or from somebody who says so.
pub(crate) fn decode(bytes: &[u8]) -> Result<Message<Put>, Malformed> {
    let mut rest = Decoder(bytes);
    let (kind, term) = (rest.byte()?, rest.term()?);
    let message = match kind {
        0 => {
            let (last_log_index, last_log_term) = (rest.index()?, rest.term()?);
            Message::RequestVote { term, last_log_index, last_log_term, transfer: rest.flag()? }
        }
        1 => Message::VoteReply { term, granted: rest.flag()? },
        2 => {
            let entries = rest.log(term)?;
            let (prev_log_index, prev_log_term) = (entries.base_index(), entries.base_term());
            let (leader_commit, round) = (rest.index()?, rest.number()?);
            Message::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit, round }
        }
        3 => {
            let (prev_log_index, round) = (rest.index()?, rest.number()?);
            let outcome = match rest.byte()? {
                0 => Appended::Match(rest.index()?),
                1 => Appended::TooShort { last_index: rest.index()? },
                2 => Appended::Conflict { term: rest.term()?, first_index: rest.index()? },
                3 => Appended::Stale,
                _ => return Err(Malformed),
            };
            Message::AppendReply { term, prev_log_index, outcome, round }
        }
        4 => Message::InstallSnapshot {
            term,
            last_included_index: rest.index()?,
            last_included_term: rest.term()?,
            last_included_chain: rest.number()?,
            offset: rest.number()?,
            data: Bytes::new(rest.bytes()?),
            done: rest.flag()?,
            round: rest.number()?,
        },
        5 => {
            let (last_included_index, offset, round) = (rest.index()?, rest.number()?, rest.number()?);
            let outcome = match rest.byte()? {
                0 => Received::Installed,
                1 => Received::Upto(rest.number()?),
                2 => Received::Stale,
                _ => return Err(Malformed),
            };
            Message::SnapshotReply { term, last_included_index, offset, outcome, round }
        }
        6 => Message::RequestPreVote { term, last_log_index: rest.index()?, last_log_term: rest.term()? },
        7 => Message::PreVoteReply { term, asked_in: rest.term()?, granted: rest.flag()? },
        8 => Message::TimeoutNow { term },
        _ => return Err(Malformed),
    };
    rest.end().map(|()| message)
}

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Replicate this command.
    Put(Put),
    /// How are you?
    Status,
}

/// What it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The command is committed at this index, and will never be lost.
    Done(Index),
    /// Somebody else leads.
    Elsewhere(Option<NodeId>),
    /// Nobody knows what became of the command.
    Lost,
    Status(Status),
}

/// What a server knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) leads: bool,
    pub(crate) term: Term,
    pub(crate) applied: Index,
    /// The hash of the whole history up to there.
    pub(crate) chain: u64,
    /// The entries up to here are in a snapshot.
    pub(crate) base: Index,
    /// How many snapshots it was sent since it started.
    pub(crate) installed: u64,
    pub(crate) store: Store,
}

impl Ask {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Ask::Put(put) => Encoder::default().byte(0).put(put),
            Ask::Status => Encoder::default().byte(1),
        }
        .done()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Ask, Malformed> {
        let mut rest = Decoder(bytes);
        let ask = match rest.byte()? {
            0 => Ask::Put(rest.put()?),
            1 => Ask::Status,
            _ => return Err(Malformed),
        };
        rest.end().map(|()| ask)
    }
}

impl Answer {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Answer::Done(index) => Encoder::default().byte(0).number(*index),
            Answer::Elsewhere(leader) => Encoder::default().byte(1).node(*leader),
            Answer::Lost => Encoder::default().byte(2),
            Answer::Status(Status { leads, term, applied, chain, base, installed, store }) => {
                let numbers = [term.0, *applied, *chain, *base, *installed];
                let encoder = Encoder::default().byte(3).flag(*leads);
                numbers.into_iter().fold(encoder, Encoder::number).bytes(&store.encode())
            }
        }
        .done()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Answer, Malformed> {
        let mut rest = Decoder(bytes);
        let answer = match rest.byte()? {
            0 => Answer::Done(rest.index()?),
            1 => Answer::Elsewhere(rest.node()?),
            2 => Answer::Lost,
            3 => Answer::Status(Status {
                leads: rest.flag()?,
                term: rest.term()?,
                applied: rest.index()?,
                chain: rest.number()?,
                base: rest.index()?,
                installed: rest.number()?,
                store: Store::decode(rest.bytes()?)?,
            }),
            _ => return Err(Malformed),
        };
        rest.end().map(|()| answer)
    }
}

#[cfg(test)]
mod tests;
