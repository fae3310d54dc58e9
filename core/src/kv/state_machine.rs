//! The state machine that every replica drives with the same commands: the store, and the sessions that keep a retry
//! from being executed twice. It is the only writer of either.

use super::rules::{Rule, Rules};
use super::session::{Command, Last, Sessions};
use super::store::{Reply, Store};

/// A store and its session table, as of one index of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateMachine {
    /// The store.
    pub store: Store,
    /// For each session its last command.
    pub sessions: Sessions,
}

/// What a replica did with a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Executed {
    /// It took effect now.
    Now(Reply),
    /// It took effect before; this was the answer.
    Before(Reply),
    /// A later command of the same session took effect, so the answer has been received and is no longer kept.
    LongBefore,
}

impl StateMachine {
    /// Executes a command, unless its session has used its number already. `awaited` says whether a client waits for
    /// this replica to do so.
    pub fn apply(&mut self, command: &Command, awaited: bool, rules: Rules) -> Executed {
        if rules.has(Rule::DuplicateDetection)
            && let Some(executed) = self.executed(command, rules)
        {
            return executed;
        }
        let reply = self.store.apply(&command.op);
        if awaited || rules.has(Rule::SessionsOnEveryReplica) {
            self.sessions.insert(command.session, Last { number: command.number, reply: reply.clone() });
        }
        Executed::Now(reply)
    }

    /// What became of a command that was executed already.
    pub fn executed(&self, command: &Command, rules: Rules) -> Option<Executed> {
        let last = self.sessions.get(&command.session)?;
        match command.number {
            number if number > last.number => None,
            number if number < last.number => Some(Executed::LongBefore),
            _ if rules.has(Rule::AnswerInSession) => Some(Executed::Before(last.reply.clone())),
            // What it would come to now, on a copy of the store.
            _ => Some(Executed::Before(self.store.clone().apply(&command.op))),
        }
    }
}
