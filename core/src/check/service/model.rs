//! The sequential specification of the service: one store, and each command once.

use crate::kv::session::{Command, Session};
use crate::kv::store::{Op, Reply, Store};
use crate::raft::log::Index;
use crate::tree::Tree;

/// A command that was executed.
#[derive(Clone, Debug)]
pub(super) struct Executed {
    number: u64,
    pub(super) op: Op,
    pub(super) reply: Reply,
}

/// What the service would be if it were one machine that never failed and clients that never repeated themselves.
#[derive(Clone, Debug)]
pub(super) struct Model {
    store: Store,
    /// What each session executed last. A clerk begins a number only when it has the answer to the one before (§8), so
    /// whatever number is not higher was executed, and one tells all.
    executed: Tree<Session, Executed>,
    /// For each session the last operation that its clerk sent again under other numbers, which it must not, and the
    /// highest of these.
    renamed: Tree<Session, (u64, u64)>,
    applied: Index,
    last_repeat: Option<Index>,
}

impl Model {
    pub(super) fn new() -> Model {
        Model {
            store: Store::default(),
            executed: Tree::new(),
            renamed: Tree::new(),
            applied: 0,
            last_repeat: None,
        }
    }

    /// Executes the command of the next entry, if it is not a repetition.
    pub(super) fn apply(&mut self, command: &Command) {
        self.applied += 1;
        let number = match self.renamed.get(&command.session) {
            Some(&(first, last)) if (first..=last).contains(&command.number) => first,
            _ => command.number,
        };
        if self.has_executed(command.session, number) {
            self.last_repeat = Some(self.applied);
        } else {
            let reply = self.store.apply(&command.op);
            let op = command.op.clone();
            self.executed.insert(command.session, Executed { number, op, reply });
        }
    }

    /// A clerk sends the command of this number under another.
    pub(super) fn renames(&mut self, session: Session, number: u64, sent_as: u64) {
        self.renamed.insert(session, (number, sent_as));
    }

    /// Whether this command was executed.
    pub(super) fn has_executed(&self, session: Session, number: u64) -> bool {
        self.executed.get(&session).is_some_and(|executed| number <= executed.number)
    }

    /// The last command of a session, if this is its number.
    pub(super) fn last(&self, session: Session, number: u64) -> Option<&Executed> {
        self.executed.get(&session).filter(|executed| executed.number == number)
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// How many entries it has seen.
    pub(super) fn applied(&self) -> Index {
        self.applied
    }

    /// The last entry that repeated an earlier command.
    pub(super) fn last_repeat(&self) -> Option<Index> {
        self.last_repeat
    }
}
