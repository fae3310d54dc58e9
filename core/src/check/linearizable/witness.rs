//! An order that somebody has, such as the order of a replicated log: whether it explains a history.
//!
//! No search: each operation is executed once, and one number tells whether it comes too late.

use super::model::{Cell, Model, Object, Queue};
use super::operation::{Operation, Value};
use alloc::collections::{BTreeMap, BTreeSet};

/// Where an order fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// This operation would have been answered otherwise there.
    Answer(u32),
    /// This operation had been answered before one that comes earlier in the order was called.
    TooLate(u32),
    /// This operation comes twice, or there is none in this place.
    Twice(u32),
    /// This operation was answered and is not in the order.
    Missing(u32),
}

/// Looks at each operation of a history in the given order. What the order leaves out must have had no answer.
///
/// # Errors
/// The first flaw.
pub fn explains(history: &[Operation], model: Model, order: &[u32]) -> Result<(), Flaw> {
    match model {
        Model::Register | Model::KeyValue => look::<Cell>(history, order),
        Model::Queue => look::<Queue>(history, order),
    }
}

fn look<S: Object>(history: &[Operation], order: &[u32]) -> Result<(), Flaw> {
    let mut objects: BTreeMap<&Value, S> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut last_call = 0;
    for &place in order {
        let operation =
            history.get(place as usize).filter(|_| seen.insert(place)).ok_or(Flaw::Twice(place))?;
        last_call = last_call.max(operation.called);
        if operation.returned_at() < last_call {
            return Err(Flaw::TooLate(place));
        }
        let object = objects.entry(&operation.key).or_insert_with(S::new);
        *object = object.after(&operation.call, operation.reply()).ok_or(Flaw::Answer(place))?;
    }
    let missing =
        |(place, operation): &(u32, &Operation)| operation.returned.is_some() && !seen.contains(place);
    (0..).zip(history).find(missing).map_or(Ok(()), |(place, _)| Err(Flaw::Missing(place)))
}
