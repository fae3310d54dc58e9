//! The crate `stateright`'s tester of linearizability, on the same histories, one key after the other.

use cpu_time::ThreadTime;
use splitbrain::check::linearizable::{Call, Operation, Reply};
use splitbrain::kv::Text;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};
use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long it is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// It descends once for each operation.
const STACK: usize = 256 << 20;

/// What a store has under a key.
#[derive(Clone, Debug, Default, PartialEq)]
struct Cell(Option<Text>);

impl SequentialSpec for Cell {
    type Op = Call;
    type Ret = Reply;

    fn invoke(&mut self, call: &Call) -> Reply {
        match call {
            Call::Write(value) => self.0.clone_from(value),
            Call::Append(more) => {
                self.0 = Some(self.0.as_ref().map_or(more.clone(), |held| format!("{held}{more}").into()));
            }
            _ => return Reply::Value(self.0.clone()),
        }
        Reply::Done
    }
}

/// The CPU seconds that it takes; none if it has no answer in time, and is left to itself.
pub(crate) fn judged(history: &[Operation]) -> Option<f64> {
    let mut keys: BTreeMap<Option<Text>, Vec<Operation>> = BTreeMap::new();
    for operation in history {
        keys.entry(operation.key.clone()).or_default().push(operation.clone());
    }
    // Texts are shared within a thread; each is taken to the other as it is written.
    let told: Vec<String> =
        keys.values().map(|of_key| splitbrain::check::history::lines::write(of_key)).collect();
    let (send, receive) = mpsc::channel();
    let judge = move || {
        let read = |text: &String| {
            let model = splitbrain::check::linearizable::Model::KeyValue;
            splitbrain::check::history::lines::read(text, model).expect("it was just written").operations
        };
        let keys: Vec<Vec<Operation>> = told.iter().map(read).collect();
        let start = ThreadTime::now();
        for of_key in &keys {
            std::hint::black_box(tester(of_key).is_consistent());
        }
        // Nobody may be waiting any more.
        let _ = send.send(start.elapsed().as_secs_f64());
    };
    thread::Builder::new().stack_size(STACK).spawn(judge).expect("a thread starts");
    receive.recv_timeout(PATIENCE).ok()
}

fn tester(history: &[Operation]) -> LinearizabilityTester<u64, Cell> {
    let mut events: Vec<(u64, bool, usize)> = Vec::new();
    for (place, operation) in history.iter().enumerate() {
        events.push((operation.called, false, place));
        events.push((operation.returned_at(), true, place));
    }
    events.sort_unstable();
    let mut tester = LinearizabilityTester::new(Cell::default());
    for (_, is_end, place) in events {
        let operation = &history[place];
        let told = match (is_end, operation.reply()) {
            (true, Some(reply)) => tester.on_return(operation.process, reply.clone()).map(drop),
            _ => tester.on_invoke(operation.process, operation.call.clone()).map(drop),
        };
        told.expect("a process does one thing at a time");
    }
    tester
}
