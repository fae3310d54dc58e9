//! Sessions: how the service tells a retry from a new command (§8).
//!
//! A clerk numbers its commands 1, 2, … and repeats a command under the number it first had. Every replica remembers,
//! for each session, the last number it executed and what the answer was. One number is enough because a clerk has
//! one command outstanding at a time: that it uses a new number says that it has the answer to the one before.

use super::store::{Op, Reply};
use super::summed::Summed;
use crate::node::NodeId;
use crate::raft;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Who is asking: a clerk, and which of its lives. A clerk that crashes forgets how far it had counted, so it comes
/// back as a new session; which life it is in is the one thing it writes to its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Session {
    /// The clerk.
    pub client: NodeId,
    /// Which of its lives, from 1.
    pub incarnation: u64,
}

/// `n5`, and `n5'2` in its second life.
impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.incarnation {
            0 | 1 => write!(f, "{}", self.client),
            life => write!(f, "{}'{life}", self.client),
        }
    }
}

/// What is replicated: one operation, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Who asked for it.
    pub session: Session,
    /// Its number in that session, from 1; a retry has the same.
    pub number: u64,
    /// The operation.
    pub op: Op,
}

/// Its session, its number, which operation it is, and its texts with their lengths.
impl raft::Command for Command {
    fn size(&self) -> u64 {
        let texts = match &self.op {
            Op::Get { key } | Op::Delete { key } => 4 + key.len(),
            Op::Put { key, value } | Op::Append { key, value } => 8 + key.len() + value.len(),
            Op::Cas { key, expected, value } => {
                9 + key.len() + value.len() + expected.as_ref().map_or(0, |expected| 4 + expected.len())
            }
        };
        2 + 8 + 8 + 1 + texts
    }
}

/// The last command of a session that was executed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Last {
    /// Its number.
    pub number: u64,
    /// What the answer was.
    pub reply: Reply,
}

/// For each session its last command. Part of the replicated state: two replicas that have applied the same commands
/// have the same table. Its size is that of the clerks' lives so far.
pub type Sessions = Summed<Session, Last>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kv::text::Text;
    use crate::raft::Command as _;

    #[test]
    fn a_command_takes_what_its_parts_take_when_they_are_encoded() {
        let (key, value, long) = (|| Text::from("x"), || Text::from("ab"), || Some(Text::from("abc")));
        let sizes = [
            (Op::Get { key: key() }, 24),
            (Op::Delete { key: key() }, 24),
            (Op::Put { key: key(), value: value() }, 30),
            (Op::Append { key: key(), value: value() }, 30),
            (Op::Cas { key: key(), expected: None, value: value() }, 31),
            (Op::Cas { key: key(), expected: long(), value: value() }, 38),
        ];
        for (op, size) in sizes {
            let session = Session { client: NodeId(5), incarnation: 1 };
            assert_eq!(Command { session, number: 1, op: op.clone() }.size(), size, "{op:?}");
        }
    }
}
