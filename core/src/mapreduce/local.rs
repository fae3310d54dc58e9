//! A job run in one place, task after task (§4.7): the same functions, the same intermediate files, and nothing between them.
//!
//! The paper has it for debugging and profiling. It differs from a sequential run in that it partitions, combines and writes
//! JSON as workers do.

use super::compute::Compute;
use super::counters::Counters;
use super::engine::Engine;
use super::job::Job;
use super::rules::Rules;
use super::script::Failure;
use crate::bytes::Bytes;
use alloc::vec::Vec;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// The output files, in order.
    pub outputs: Vec<Bytes>,
    /// What its tasks have counted.
    pub counters: Counters,
}

/// Runs every map task and then every reduce task. The first failure ends it: nothing is tried again, and no record skipped.
pub fn run(job: &Job, engine: &Engine) -> Result<Local, Failure> {
    let compute = Compute { recipe: job.recipe(), engine, rules: Rules::ALL, skip: &[] };
    let mut counters = Counters::new();
    let mut maps = Vec::new();
    for input in job.spec().inputs.iter() {
        let text = input.text.as_ref().map(Bytes::text).unwrap_or_default();
        let computed = compute.map(&input.name, &text, job.reduce_tasks())?;
        counters.merge(&computed.counters);
        maps.push(computed.files);
    }
    let mut outputs = Vec::new();
    for reduce in 0..job.reduce_tasks() as usize {
        let files = maps.iter().filter_map(|files| files.get(reduce));
        let files: Vec<Vec<u8>> = files.map(|file| file.as_slice().to_vec()).collect();
        let computed = compute.reduce(&files)?;
        counters.merge(&computed.counters);
        outputs.extend(computed.files.iter().cloned());
    }
    Ok(Local { outputs, counters })
}
