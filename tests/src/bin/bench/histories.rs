//! Histories of many clients, judged: healthy ones, and with one stale read; what reads tell, and what has to be searched.

use crate::measure::{Row, cpu_seconds, median};
use splitbrain::chance::Chance;
use splitbrain::check::linearizable::{Call, Model, Operation, Reply, judge};
use std::collections::BTreeMap;

/// After so many steps a history is left undecided, and the row says of how many that is so.
const STEPS: u64 = 3_000_000;

/// How many histories of a kind are judged.
const SEEDS: usize = 9;

struct Kind {
    name: &'static str,
    clients: u64,
    operations: usize,
    texts: Texts,
    stale: bool,
    aim: &'static str,
    peers: &'static str,
}

/// What is written and appended: what a client writes once only, or one of four letters. The first is judged without a search.
enum Texts {
    Own,
    Letters,
}

const HEALTHY: Kind =
    Kind { name: "", clients: 0, operations: 0, texts: Texts::Own, stale: false, aim: "", peers: "" };
const STALE: Kind = Kind { stale: true, ..HEALTHY };

const KINDS: [Kind; 6] = [
    Kind { name: "8 clients, 1,000 operations, healthy", clients: 8, operations: 1_000, aim: "2", ..HEALTHY },
    Kind {
        name: "10 clients, 700 events, healthy",
        clients: 10,
        operations: 350,
        aim: "0.2",
        peers: "Porcupine, CPU unknown: about 0.4",
        ..HEALTHY
    },
    Kind { name: "10 clients, 700 events, one stale read", clients: 10, operations: 350, ..STALE },
    Kind {
        name: "50 clients, 4,000 events, healthy",
        clients: 50,
        operations: 2_000,
        aim: "65",
        peers: "Porcupine, CPU unknown: about 130",
        ..HEALTHY
    },
    Kind {
        name: "50 clients, 4,000 events, one stale read",
        clients: 50,
        operations: 2_000,
        aim: "15",
        peers: "Porcupine, CPU unknown: 29",
        ..STALE
    },
    Kind {
        name: "10 clients, 2,000 events, four texts, healthy",
        clients: 10,
        operations: 1_000,
        texts: Texts::Letters,
        ..HEALTHY
    },
];

pub(crate) fn rows() -> Vec<Row> {
    KINDS.iter().map(row).collect()
}

fn row(kind: &Kind) -> Row {
    let (mut seed, mut undecided) = (0, 0);
    let value = median(SEEDS, || {
        seed += 1;
        let history = history(seed, kind);
        let judged = || judge(&history, Model::KeyValue, STEPS).is_linearizable();
        let (seconds, linearizable) = cpu_seconds(judged);
        assert_ne!(linearizable, Some(kind.stale), "{}, seed {seed}", kind.name);
        undecided += u32::from(linearizable.is_none());
        seconds * 1_000.0
    });
    let row = Row::new(format!("a history judged: {}", kind.name), value, "ms");
    let row = if kind.aim.is_empty() { row } else { row.aim(kind.aim) };
    let left = if undecided > 0 { format!("{undecided} of {SEEDS} undecided") } else { String::new() };
    let peers: Vec<String> = [left, kind.peers.to_string(), rival(&history(1, kind))]
        .into_iter()
        .filter(|told| !told.is_empty())
        .collect();
    if peers.is_empty() { row } else { row.peers(peers.join("; ")) }
}

#[cfg(not(feature = "rivals"))]
fn rival(_: &[Operation]) -> String {
    String::new()
}

#[cfg(feature = "rivals")]
fn rival(history: &[Operation]) -> String {
    match crate::rival_histories::judged(history) {
        Some(seconds) => format!("stateright: {:.3}", seconds * 1_000.0),
        None => format!("stateright: no answer in {} s", crate::rival_histories::PATIENCE.as_secs()),
    }
}

/// What clients see that call without pause, on three keys, with the course's mix: half of the calls append, a twentieth
/// replace, the others read. In one that is stale, one read in the middle returns what its key held long before.
fn history(seed: u64, kind: &Kind) -> Vec<Operation> {
    let Kind { clients, operations, stale, .. } = *kind;
    let chance = Chance::new(seed);
    let mut draws = 0;
    let mut below = |n: u32| {
        draws += 1;
        chance.key(draws).below(n)
    };
    let mut free = vec![0; clients as usize];
    let mut drawn: Vec<(u64, Operation)> = (0..operations)
        .map(|n| {
            let process =
                (0..clients).min_by_key(|&client| free[client as usize]).expect("there are clients");
            let called = free[process as usize] + u64::from(below(3));
            let returned = called + 10 + u64::from(below(90));
            free[process as usize] = returned + 1;
            let effect = called + 1 + u64::from(below((returned - called) as u32 - 1));
            let value = match kind.texts {
                Texts::Own => format!("x {process} {n} y"),
                Texts::Letters => ["a", "b", "c", "d"][below(4) as usize].to_string(),
            };
            let call = match below(100) {
                0..50 => Call::Append(value.as_str().into()),
                50..55 => Call::Write(Some(value.as_str().into())),
                _ => Call::Read,
            };
            let key = Some(["a", "b", "c"][below(3) as usize].into());
            (effect, Operation { process, key, call, called, returned: Some((returned, Reply::Done)) })
        })
        .collect();
    drawn.sort_by_key(|&(effect, _)| effect);
    let mut held = BTreeMap::new();
    let mut first = BTreeMap::new();
    let mut wanted = stale;
    for (place, (_, operation)) in drawn.iter_mut().enumerate() {
        let value = held.entry(operation.key.clone()).or_insert(None);
        match &operation.call {
            Call::Write(new) => value.clone_from(new),
            Call::Append(more) => {
                *value = Some(value.as_ref().map_or(more.clone(), |held| format!("{held}{more}").into()));
            }
            _ => {
                let old = first.entry(operation.key.clone()).or_insert_with(|| value.clone());
                let turns_back = wanted && place > operations / 2;
                wanted &= !turns_back;
                let seen = if turns_back { old.clone() } else { value.clone() };
                operation.returned = operation.returned.take().map(|(at, _)| (at, Reply::Value(seen)));
            }
        }
    }
    drawn.into_iter().map(|(_, operation)| operation).collect()
}
