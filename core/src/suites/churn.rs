//! A client of the churn tests: it hands commands to whoever leads, and remembers those it saw delivered.

use super::stage::Try;
use super::tester::Tester;
use crate::kv::Text;
use crate::raft::log::Index;
use crate::time::{Span, Time};
use alloc::vec::Vec;

/// How long it waits after each look at what became of a command, in milliseconds.
const LOOKS: [u64; 5] = [10, 20, 50, 100, 200];

/// A client.
#[derive(Clone, Debug)]
pub(super) struct Churn {
    me: u64,
    waiting: Option<Waiting>,
    /// What it saw delivered.
    seen: Vec<Text>,
}

#[derive(Clone, Debug)]
struct Waiting {
    command: Text,
    index: Index,
    looks: usize,
}

impl Churn {
    pub(super) fn new(me: u64) -> Churn {
        Churn { me, waiting: None, seen: Vec::new() }
    }

    /// Does what is to be done now, and tells when to come again; none once it has stopped.
    pub(super) fn look(&mut self, tester: &mut Tester) -> Try<Option<Time>> {
        loop {
            if let Some(waiting) = &mut self.waiting {
                let delivered = tester.delivered(waiting.index).filter(|_| waiting.looks < LOOKS.len());
                if delivered == Some(&waiting.command) {
                    self.seen.push(waiting.command.clone());
                }
                if delivered.is_none() && waiting.looks < LOOKS.len() {
                    waiting.looks += 1;
                    return Ok(Some(tester.now() + Span::millis(LOOKS[waiting.looks - 1])));
                }
                self.waiting = None;
            }
            if tester.clients_stop {
                return Ok(None);
            }
            let command = tester.random_command();
            match tester.start_everywhere(&command, |_, _| true)? {
                Some((_, index)) => self.waiting = Some(Waiting { command, index, looks: 0 }),
                None => return Ok(Some(tester.now() + Span::millis(79 + 17 * self.me))),
            }
        }
    }

    /// What it saw delivered.
    pub(super) fn seen(self) -> Vec<Text> {
        self.seen
    }
}
