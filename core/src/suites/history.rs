//! Every operation of lab 3's clients, from call to answer: what the service is judged by from outside.

use crate::check::linearizable::{self, Model};
use crate::kv::clerk::Output;
use crate::kv::{Op, Reply};
use crate::lab::operations::seen;
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

/// How many steps a judge may take: more than a hundred times what any test's history has taken.
const STEPS: u64 = 100_000_000;

/// Whether one store, used by one client after another, could have answered all of this. The course gives its judge a second
/// and takes silence for a yes; this one has to say yes.
pub(super) fn judge_history(history: &History) -> Result<(), String> {
    let seen = |operation: &Operation| {
        let returned = operation.returned.as_ref().map(|(reply, at)| (reply, at.0));
        seen(operation.client.0.into(), &operation.op, operation.called.0, returned)
    };
    let operations: Vec<linearizable::Operation> = history.operations.iter().filter_map(seen).collect();
    let judge = linearizable::judge(&operations, Model::KeyValue, STEPS);
    match (judge.is_linearizable(), judge.failed()) {
        (_, Some((_, failure))) => {
            let blamed = &operations[failure.blamed as usize];
            Err(format!(
                "{} is told \"{blamed}\", which no order of operations explains",
                NodeId(blamed.process as u16)
            ))
        }
        (Some(_), None) => Ok(()),
        (None, None) => Err(format!("{} steps did not suffice to judge the history", judge.steps())),
    }
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
        let (session, reply) = (Session { client: CLIENT, incarnation: 1 }, Reply::Value(Some("1".into())));
        Output::Returned { session, number: 1, op: get(), reply }
    }

    #[test]
    fn a_read_that_no_order_explains_is_told_with_who_saw_it() {
        let mut history = History::default();
        let put = || Op::Put { key: "x".into(), value: "2".into() };
        let session = Session { client: NodeId(4), incarnation: 1 };
        history.handed(NodeId(4), &Output::Called { session, number: 1, op: put() }, Time(1)).unwrap();
        let done = Output::Returned { session, number: 1, op: put(), reply: Reply::Done };
        history.handed(NodeId(4), &done, Time(2)).unwrap();
        assert_eq!(judge_history(&history), Ok(()));
        history.handed(CLIENT, &called(), Time(3)).unwrap();
        assert_eq!(judge_history(&history), Ok(()));
        history.handed(CLIENT, &returned(), Time(5)).unwrap();
        let why = judge_history(&history).unwrap_err();
        assert!(why.contains("x: read → 1") && why.contains(&format!("{CLIENT}")), "{why}");
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
            returned: Some((Reply::Value(Some("1".into())), Time(2))),
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
