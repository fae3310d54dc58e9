//! One agreement, as the course's `one` has it: a command is offered until a leader takes it, and then looked for.

use super::stage::Try;
use super::tester::Tester;
use crate::kv::Text;
use crate::raft::log::{Index, Term};
use crate::time::{Span, Time};

/// For how long a command is offered.
const PATIENCE: Span = Span::secs(10);

/// For how long a command that was taken is looked for.
const TAKEN: Span = Span::secs(2);

/// An agreement under way.
#[derive(Clone, Debug)]
pub(super) struct One {
    command: Text,
    /// How many servers must deliver it.
    servers: usize,
    /// Whether it is offered again if it was taken and is not delivered in time.
    retry: bool,
    /// Until when it is offered.
    until: Time,
    /// Who was asked last.
    asked: usize,
    taken: Option<Taken>,
}

#[derive(Clone, Copy, Debug)]
struct Taken {
    index: Index,
    term: Term,
    until: Time,
}

/// Where an agreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It looks again at this time.
    Again(Time),
    /// The command has been delivered at this index.
    Done(Index),
}

impl One {
    pub(super) fn new(tester: &Tester, command: Text, servers: usize, retry: bool) -> One {
        One { command, servers, retry, until: tester.now() + PATIENCE, asked: 0, taken: None }
    }

    /// Does what is to be done now.
    pub(super) fn look(&mut self, tester: &mut Tester) -> Try<Look> {
        let now = tester.now();
        if let Some(taken) = self.taken {
            if tester.n_committed(taken.index) >= self.servers
                && tester.delivered(taken.index) == Some(&self.command)
            {
                return Ok(Look::Done(taken.index));
            }
            if now < taken.until {
                return Ok(Look::Again(now + Span::millis(20)));
            }
            if !self.retry {
                let connected = (0..tester.servers()).filter(|&server| tester.is_connected(server));
                let overtaken =
                    connected.filter_map(|server| tester.term(server)).any(|term| term > taken.term);
                return tester.fail_perhaps_unlucky(overtaken, || {
                    let (index, term) = (taken.index, taken.term);
                    alloc::format!(
                        "{} was taken at index {index} in term {term} and is not delivered by {} servers after 2 s",
                        cut(&self.command),
                        self.servers
                    )
                });
            }
            self.taken = None;
        }
        if now >= self.until {
            return tester
                .fail(|| alloc::format!("there was no agreement on {} within 10 s", cut(&self.command)));
        }
        let servers = tester.servers();
        for _ in 0..servers {
            self.asked = (self.asked + 1) % servers;
            if !tester.is_connected(self.asked) {
                continue;
            }
            if let Some((index, term)) = tester.start(self.asked, &self.command)? {
                self.taken = Some(Taken { index, term, until: now + TAKEN });
                return Ok(Look::Again(now + Span::millis(20)));
            }
        }
        Ok(Look::Again(now + Span::millis(50)))
    }
}

/// A command as a sentence names it.
fn cut(command: &Text) -> &str {
    let text = command.as_str();
    text.char_indices().nth(20).map_or(text, |(end, _)| &text[..end])
}
