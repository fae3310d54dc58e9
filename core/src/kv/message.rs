//! What clerks and servers say to each other, around what the servers' Rafts say among themselves.

use super::session::{Command, Session};
use super::store::{Op, Reply};
use crate::node::{self, NodeId};
use crate::raft;
use serde::Serialize;

/// A message of the key/value service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Message {
    /// Between the Rafts of two servers.
    Raft(raft::Message<Command>),
    /// A clerk asks a server to execute an operation.
    Request {
        /// Who asks.
        session: Session,
        /// The number of the operation; a retry has the same.
        number: u64,
        /// The operation.
        op: Op,
    },
    /// A server answers a clerk.
    Reply {
        /// Whom it answers.
        session: Session,
        /// The number of the request that it answers.
        number: u64,
        /// What came of it.
        outcome: Outcome,
    },
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// It took effect, and this is the answer.
    Done(Reply),
    /// Nothing can be said here: this server does not lead, or no longer leads. The operation may yet take effect.
    NotLeader {
        /// Whom this server believes to lead.
        leader: Option<NodeId>,
    },
}

/// Raft's own kinds come first, with room for those that it does not have yet.
impl node::Message for Message {
    fn kind(&self) -> u8 {
        match self {
            Message::Raft(message) => message.kind(),
            Message::Request { .. } => 14,
            Message::Reply { .. } => 15,
        }
    }

    fn is_reply(&self) -> bool {
        match self {
            Message::Raft(message) => message.is_reply(),
            Message::Request { .. } => false,
            Message::Reply { .. } => true,
        }
    }
}
