//! The state machine as bytes: what a server hands to its Raft in place of the commands that led there (KV8).
//!
//! Numbers are little-endian. A version; the number of keys, then each key and its value, in the order of the keys;
//! the number of sessions, then each session with its last command's number and answer, in their order too. A text is
//! its length and its UTF-8. There is one encoding of each state, and whatever is not one is refused.

use super::rules::{Rule, Rules};
use super::session::{Last, Session, Sessions};
use super::state_machine::StateMachine;
use super::store::{KEY_LIMIT, Reply, Store, VALUE_LIMIT};
use super::text::Text;
use crate::bytes::Bytes;
use crate::node::NodeId;
use alloc::vec::Vec;

const VERSION: u8 = 1;

/// Writes a state machine down. It costs the size of the whole state: whoever asks for it after so many bytes of log
/// decides how often that is.
pub fn encode(machine: &StateMachine, rules: Rules) -> Bytes {
    let mut bytes = Vec::new();
    bytes.push(VERSION);
    bytes.extend(count(machine.store.len()).to_le_bytes());
    for (key, value) in machine.store.iter() {
        put_text(&mut bytes, key);
        put_text(&mut bytes, value);
    }
    let none = Sessions::default();
    let sessions = if rules.has(Rule::SessionsInSnapshot) { &machine.sessions } else { &none };
    bytes.extend(count(sessions.len()).to_le_bytes());
    for (session, last) in sessions.iter() {
        bytes.extend(session.client.0.to_le_bytes());
        bytes.extend(session.incarnation.to_le_bytes());
        bytes.extend(last.number.to_le_bytes());
        match &last.reply {
            Reply::Done => bytes.push(0),
            Reply::TooLong => bytes.push(1),
            Reply::Value(Some(value)) => {
                bytes.push(2);
                put_text(&mut bytes, value);
            }
            Reply::Value(None) => bytes.push(3),
            Reply::NotEqual => bytes.push(4),
        }
    }
    Bytes::new(&bytes)
}

/// Reads a state machine; none if these bytes are not one. No bytes at all are the state before the first command.
pub fn decode(bytes: &Bytes) -> Option<StateMachine> {
    let mut rest = Rest(bytes.as_slice());
    if bytes.is_empty() {
        return Some(StateMachine::default());
    }
    if rest.byte()? != VERSION {
        return None;
    }
    let (mut store, mut last_key) = (Store::default(), None);
    for _ in 0..rest.u32()? {
        let (key, value) = (rest.text(KEY_LIMIT)?, rest.text(VALUE_LIMIT)?);
        if last_key.as_ref().is_some_and(|last| *last >= key) {
            return None;
        }
        store.restore(key.clone(), value);
        last_key = Some(key);
    }
    let (mut sessions, mut last_session) = (Sessions::default(), None);
    for _ in 0..rest.u32()? {
        let session = Session { client: NodeId(rest.u16()?), incarnation: rest.u64()? };
        let number = rest.u64()?;
        let reply = match rest.byte()? {
            0 => Reply::Done,
            1 => Reply::TooLong,
            2 => Reply::Value(Some(rest.text(VALUE_LIMIT)?)),
            3 => Reply::Value(None),
            4 => Reply::NotEqual,
            _ => return None,
        };
        if last_session.is_some_and(|last| last >= session) {
            return None;
        }
        sessions.insert(session, Last { number, reply });
        last_session = Some(session);
    }
    rest.0.is_empty().then_some(StateMachine { store, sessions })
}

/// A store of more keys than that is larger than any memory.
fn count(len: u64) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn put_text(bytes: &mut Vec<u8>, text: &Text) {
    bytes.extend(count(text.len()).to_le_bytes());
    bytes.extend(text.as_str().as_bytes());
}

/// What has not been read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn text(&mut self, limit: u64) -> Option<Text> {
        let len = self.u32()?;
        if u64::from(len) > limit {
            return None;
        }
        core::str::from_utf8(self.take(usize::try_from(len).ok()?)?).ok().map(Text::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kv::session::Command;
    use crate::kv::store::Op;

    fn machine() -> StateMachine {
        let mut machine = StateMachine::default();
        let ops = [
            (4, 1, Op::Put { key: "x".into(), value: "1".into() }),
            (4, 2, Op::Append { key: "y".into(), value: "é\0".into() }),
            (5, 1, Op::Get { key: "x".into() }),
            (7, 1, Op::Get { key: "z".into() }),
            (8, 1, Op::Cas { key: "x".into(), expected: None, value: "2".into() }),
            (6, 1, Op::Put { key: "k".repeat(2_000).as_str().into(), value: "".into() }),
        ];
        for (client, number, op) in ops {
            let session = Session { client: NodeId(client), incarnation: 1 };
            machine.apply(&Command { session, number, op }, false, Rules::ALL);
        }
        machine
    }

    #[test]
    fn a_state_machine_is_read_back_as_it_was_written() {
        for machine in [machine(), StateMachine::default()] {
            assert_eq!(decode(&encode(&machine, Rules::ALL)), Some(machine));
        }
        assert_eq!(decode(&Bytes::default()), Some(StateMachine::default()));
        assert!(encode(&machine(), Rules::ALL).len() < 250);
    }

    #[test]
    fn without_sessions_in_the_snapshot_it_forgets_who_has_asked_for_what() {
        let read = decode(&encode(&machine(), Rules::ALL.without(Rule::SessionsInSnapshot))).unwrap();
        assert!(read.store == machine().store && read.sessions.is_empty());
    }

    #[test]
    fn whatever_is_not_the_encoding_of_a_state_is_refused() {
        let whole = encode(&machine(), Rules::ALL);
        for len in 1..whole.len() {
            assert_eq!(decode(&whole.slice(0, len)), None, "the first {len} bytes");
        }
        for place in 0..whole.len() as usize {
            for byte in [0, 1, 2, 3, 4, 5, 127, 128, 255] {
                let mut bytes = whole.as_slice().to_vec();
                bytes[place] = byte;
                let bytes = Bytes::new(&bytes);
                if let Some(read) = decode(&bytes) {
                    assert_eq!(encode(&read, Rules::ALL), bytes, "another state, and its only encoding");
                }
            }
        }
        let longer: Vec<u8> = whole.as_slice().iter().copied().chain([0]).collect();
        assert_eq!(decode(&Bytes::new(&longer)), None);
    }
}
