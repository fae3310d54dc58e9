//! The sequential specification of the service: one store, and each command once.

use crate::kv::session::{Command, Session};
use crate::kv::store::{Reply, Store};
use crate::raft::log::Index;
use crate::tree::Tree;

/// What the service would be if it were one machine that never failed and clients that never repeated themselves.
#[derive(Clone, Debug)]
pub(super) struct Model {
    store: Store,
    /// The highest number executed in each session, and its answer. A clerk begins a number only when it has the answer
    /// to the one before (§8), so whatever is not higher was executed, and one number tells all.
    executed: Tree<Session, (u64, Reply)>,
    /// Commands that are an earlier one under another number, which a clerk must not send.
    renamed: Tree<(Session, u64), u64>,
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
        let number = self.renamed.get(&(command.session, command.number)).copied().unwrap_or(command.number);
        if self.has_executed(command.session, number) {
            self.last_repeat = Some(self.applied);
        } else {
            let reply = self.store.apply(&command.op);
            self.executed.insert(command.session, (number, reply));
        }
    }

    /// A clerk sends the command of this number under another.
    pub(super) fn renames(&mut self, session: Session, number: u64, sent_as: u64) {
        self.renamed.insert((session, sent_as), number);
    }

    /// Whether this command was executed.
    pub(super) fn has_executed(&self, session: Session, number: u64) -> bool {
        self.executed.get(&session).is_some_and(|&(executed, _)| number <= executed)
    }

    /// The answer to the last command of a session, if this is it.
    pub(super) fn reply(&self, session: Session, number: u64) -> Option<&Reply> {
        self.executed.get(&session).filter(|(executed, _)| *executed == number).map(|(_, reply)| reply)
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
