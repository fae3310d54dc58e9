//! Somebody who uses the service beside a test: one operation after the other, with a thought between two.

use super::appends;
use super::service::ServiceTester;
use super::stage::Try;
use crate::kv::{Op, Reply, Text};
use crate::node::NodeId;
use crate::time::{Span, Time};
use alloc::format;
use alloc::string::String;

/// A user.
#[derive(Clone, Debug)]
pub(super) struct User {
    /// Its number, from 0: what it writes tells it.
    pub(super) me: u32,
    /// Its end of the service.
    pub(super) clerk: NodeId,
    work: Work,
    /// How much it has written.
    pub(super) written: u32,
    /// What it knows its own key to hold; none before its first operation.
    known: Option<String>,
    /// When it wants to be asked; none while it waits for an answer.
    pub(super) due: Option<Time>,
    /// Whether it has asked for something since it was asked last.
    waits: bool,
}

/// What a user does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Appends to a key of its own or reads it, and knows what it must find.
    OwnKey,
    /// Appends to one of so many keys, puts it or reads it.
    AnyKey(u32),
    /// Appends so many times to one key.
    Append(u32),
}

impl User {
    pub(super) fn new(me: u32, clerk: NodeId, work: Work, now: Time) -> User {
        User { me, clerk, work, written: 0, known: None, due: Some(now), waits: false }
    }

    /// Does what is to be done now. Returns whether there is more to do.
    pub(super) fn look(&mut self, tester: &mut ServiceTester) -> Try<bool> {
        self.due = None;
        if self.waits {
            self.waits = false;
            self.check(tester)?;
            let thought = self.thought(tester);
            self.due = Some(tester.now() + thought);
            return Ok(true);
        }
        let Some(op) = self.next(tester) else { return Ok(false) };
        self.waits = true;
        tester.begin(self.clerk, op)?;
        Ok(true)
    }

    /// How long it thinks: 1 to 5 ms for each user that there is. The course's clients do not think, and what limits
    /// them is what the service can bear, however many they are. Here nothing would limit them.
    fn thought(&self, tester: &mut ServiceTester) -> Span {
        if let Work::Append(_) = self.work {
            return Span::ZERO;
        }
        let users = tester.users();
        tester.next_chance().within((Span::millis(users), Span::millis(5 * users)))
    }

    fn next(&mut self, tester: &mut ServiceTester) -> Option<Op> {
        match self.work {
            Work::Append(times) => (self.written < times).then(|| self.append("k".into())),
            _ if tester.clients_stop => None,
            Work::OwnKey if self.known.is_none() => {
                self.known = Some(String::new());
                Some(Op::Put { key: key(self.me), value: Text::default() })
            }
            Work::OwnKey if tester.happens(500) => Some(self.append(key(self.me))),
            Work::OwnKey => Some(Op::Get { key: key(self.me) }),
            Work::AnyKey(keys) => {
                let key = key(tester.draw(keys));
                Some(match tester.draw(1_000) {
                    0..500 => self.append(key),
                    500..550 => Op::Put { key, value: self.write() },
                    _ => Op::Get { key },
                })
            }
        }
    }

    fn append(&mut self, key: Text) -> Op {
        Op::Append { key, value: self.write() }
    }

    /// What it writes next.
    fn write(&mut self) -> Text {
        let text = appends::text(self.me, self.written);
        self.written += 1;
        if let Some(known) = &mut self.known {
            known.push_str(&text);
        }
        text.into()
    }

    /// Whoever alone writes a key knows what is in it.
    fn check(&self, tester: &ServiceTester) -> Try<()> {
        let (Some(known), Some(Reply::Value(value))) = (&self.known, tester.answer(self.clerk)) else {
            return Ok(());
        };
        let value = value.as_ref().map_or("", Text::as_str);
        tester.expect(value == known, || {
            let same = value.bytes().zip(known.bytes()).take_while(|(read, wrote)| read == wrote).count();
            let then = |text: &str| text.chars().skip(same).take(20).collect::<String>();
            let (me, read, wrote) = (self.me, then(value), then(known));
            format!("client {me} reads its own key, and after {same} bytes it is {read:?} where it wrote {wrote:?}")
        })
    }
}

/// A key as the course names them.
pub(super) fn key(number: u32) -> Text {
    format!("{number}").into()
}
