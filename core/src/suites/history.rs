//! Every operation of lab 3's clients, from call to answer: what the service is judged by from outside.

use crate::kv::clerk::Output;
use crate::kv::{Op, Reply};
use crate::node::NodeId;
use crate::time::Time;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// An operation of a client. Times are the world's, and an operation took effect at some moment between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operation {
    /// Who called it. A client calls one operation at a time.
    pub client: NodeId,
    /// What it is, with its key and what it writes.
    pub op: Op,
    /// When it was called.
    pub called: Time,
    /// What it returned, and when. None if it was never answered: then it may have taken effect or not, and may yet.
    pub returned: Option<(Reply, Time)>,
}

/// All operations so far, in the order in which they were called.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    operations: Vec<Operation>,
    /// Each client's last, as its place.
    last: BTreeMap<NodeId, usize>,
    returned: u64,
}

impl History {
    /// A client calls an operation, or is answered. The error says what is wrong with that.
    pub(super) fn handed(&mut self, client: NodeId, output: &Output, at: Time) -> Result<(), String> {
        match output {
            Output::Called { op, .. } => self.called(client, op, at),
            Output::Returned { op, reply, .. } => self.returned(client, op, reply, at),
        }
    }

    fn called(&mut self, client: NodeId, op: &Op, at: Time) -> Result<(), String> {
        if self.last(client).is_some_and(|last| last.returned.is_none()) {
            return Err(format!("{client} calls an operation before its last has returned"));
        }
        self.last.insert(client, self.operations.len());
        self.operations.push(Operation { client, op: op.clone(), called: at, returned: None });
        Ok(())
    }

    fn returned(&mut self, client: NodeId, op: &Op, reply: &Reply, at: Time) -> Result<(), String> {
        let last = self.last.get(&client).and_then(|&place| self.operations.get_mut(place));
        match last.filter(|last| last.returned.is_none() && last.op == *op) {
            Some(last) => last.returned = Some((reply.clone(), at)),
            None => return Err(format!("{client} is answered and had not asked")),
        }
        self.returned += 1;
        Ok(())
    }

    /// A client's last operation.
    pub(super) fn last(&self, client: NodeId) -> Option<&Operation> {
        self.last.get(&client).and_then(|&place| self.operations.get(place))
    }

    /// How many operations have returned.
    pub(super) fn count(&self) -> u64 {
        self.returned
    }

    /// All operations.
    pub(super) fn into_operations(self) -> Vec<Operation> {
        self.operations
    }
}

/// Whether one store, used by one client after another, could have answered all of this: the course's linearizability.
///
/// Nothing is judged here yet. What stands in for it are the checks after every step, which see more than a history
/// does: that each command takes effect once, and that a read returns what was there between its call and its answer.
pub(super) fn judge_history(_: &History) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kv::Session;

    const CLIENT: NodeId = NodeId(3);

    fn get() -> Op {
        Op::Get { key: "x".into() }
    }

    fn called() -> Output {
        Output::Called { session: Session { client: CLIENT, incarnation: 1 }, number: 1, op: get() }
    }

    fn returned() -> Output {
        let (session, reply) = (Session { client: CLIENT, incarnation: 1 }, Reply::Value("1".into()));
        Output::Returned { session, number: 1, op: get(), reply }
    }

    #[test]
    fn an_operation_is_called_and_returns_and_only_then_another_is() {
        let mut history = History::default();
        history.handed(CLIENT, &called(), Time(1)).unwrap();
        assert!(history.clone().handed(CLIENT, &called(), Time(2)).is_err());
        assert_eq!(history.count(), 0);
        history.handed(CLIENT, &returned(), Time(2)).unwrap();
        assert!(history.clone().handed(CLIENT, &returned(), Time(3)).is_err());
        history.handed(CLIENT, &called(), Time(3)).unwrap();
        let operation = Operation {
            client: CLIENT,
            op: get(),
            called: Time(1),
            returned: Some((Reply::Value("1".into()), Time(2))),
        };
        let open = Operation { called: Time(3), returned: None, ..operation.clone() };
        assert_eq!(history.count(), 1);
        assert_eq!(history.into_operations(), [operation, open]);
    }

    #[test]
    fn nobody_is_answered_who_has_not_asked() {
        assert!(History::default().handed(CLIENT, &returned(), Time(1)).is_err());
    }
}
