//! A judged history as the data that Porcupine's page draws: put it where its `visualization/index.html` has its data.

use super::describe::Shown;
use crate::check::linearizable::{Judge, Operation, Part, Value, Verdict};
use crate::json;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Drawing {
    partitions: Vec<Partition>,
    annotations: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Partition {
    history: Vec<Bar>,
    partial_linearizations: Vec<Vec<Point>>,
    /// For each operation the longest of these that it stands in.
    largest: BTreeMap<String, usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Bar {
    client_id: u64,
    start: u64,
    end: u64,
    description: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Point {
    index: usize,
    state_description: String,
}

/// Writes it down.
pub fn write(history: &[Operation], judge: &Judge<'_>) -> String {
    let ends = history
        .iter()
        .flat_map(|operation| [operation.called, operation.returned.as_ref().map_or(0, |&(at, _)| at)]);
    // Where nobody knows the end, the bar reaches past all others.
    let end = ends.max().unwrap_or_default().saturating_add(1);
    let partitions = judge.parts().iter().map(|part| partition(history, judge, part, end)).collect();
    json::write(&Drawing { partitions, annotations: [] }).unwrap_or_default()
}

fn partition(history: &[Operation], judge: &Judge<'_>, part: &Part, end: u64) -> Partition {
    let bar = |&place: &u32| {
        let operation = &history[place as usize];
        Bar {
            client_id: operation.process,
            start: operation.called,
            end: operation.returned.as_ref().map_or(end, |&(at, _)| at),
            description: operation.to_string(),
        }
    };
    let mut orders: Vec<&[u32]> = match &part.verdict {
        Verdict::Yes(order) => Vec::from([&order[..]]),
        Verdict::No(failure) => failure.partial.iter().map(|order| &order[..]).collect(),
        Verdict::Undecided => Vec::new(),
    };
    orders.sort_by_key(|order| core::cmp::Reverse(order.len()));
    let mut largest = BTreeMap::new();
    let points = |(number, order): (usize, &&[u32])| -> Vec<Point> {
        let point = |(&place, held): (&u32, Vec<Value>)| {
            let index = part.operations.partition_point(|&other| other < place);
            largest.entry(index.to_string()).or_insert(number);
            let held: Vec<String> = held.iter().map(|value| Shown(value).to_string()).collect();
            Point { index, state_description: held.join(" ") }
        };
        order.iter().zip(judge.held_after(order)).map(point).collect()
    };
    Partition {
        history: part.operations.iter().map(bar).collect(),
        partial_linearizations: orders.iter().enumerate().map(points).collect(),
        largest,
    }
}
