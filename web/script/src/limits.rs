//! All limits in one place, each with its reason.
//!
//! Those on steps and on output strike at the same place on every target. Memory and stack do not: a pointer and a stack
//! frame are not of one size everywhere.

use splitbrain::mapreduce::script::Call;

/// QuickJS calls its interrupt handler once in so many of its steps: calls, backward jumps, and a regular expression's
/// attempts.
pub(crate) const STEPS_A_TICK: u64 = 10_000;

/// What every call may use: enough for a few million turns of a loop that does something, and little enough that a loop without an
/// end is told of in a second or two, on a slow machine as well.
const STEPS: u64 = 10_000_000;

/// A step is a matter of nanoseconds, and a call into Rust, or a promise that is kept, one of hundreds.
pub(crate) const STEPS_A_CALL: u64 = 30;

/// An error notes where it was made: that is some two microseconds.
pub(crate) const STEPS_AN_ERROR: u64 = 30;

/// What a call may use besides for each byte of its input. A `split` by a regular expression tries one at each byte, which is 110.
const STEPS_A_BYTE: u64 = 400;

/// Enough for a dictionary of a large book and its like, and little enough for a telephone.
const MEMORY: usize = 64 << 20;

/// A list of short values takes some 60 bytes a value in the engine; it weighs 25 and more.
const MEMORY_A_BYTE: usize = 4;

/// What a loop without an end fills before its steps run out, so that it is told what is wrong with it.
const OUTPUT: usize = 12 << 20;

/// Each character of a text may be a pair of its own, which weighs 50.
const OUTPUT_A_BYTE: usize = 64;

/// However much comes in, the whole has to fit into the 4 GiB of a WebAssembly module, out of which there is no way but a trap.
const MOST: usize = 1 << 30;

/// What a text weighs beyond its bytes, so that empty ones are not free: about what it takes to hold it.
pub(crate) const WEIGHT_OF_A_TEXT: usize = 24;

/// As deep as the engine may go.
///
/// In WebAssembly this is a stack in memory, of 1 MiB. Beside it the browser has one of its own, which runs out without a warning
/// and ends the module; Chrome's is of 984 KiB. The engine's functions that call a program take some two bytes there for each here.
#[cfg(target_arch = "wasm32")]
pub(crate) const STACK: usize = 160 << 10;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const STACK: usize = 768 << 10;

/// What is left of it for what recurses within the engine, over nested data or code: up to thirteen bytes there for each here.
#[cfg(target_arch = "wasm32")]
pub(crate) const STACK_WITHIN: usize = 40 << 10;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const STACK_WITHIN: usize = STACK;

/// Whoever makes a promise within so much of its end has used it up: a call of an asynchronous function takes less.
pub(crate) const STACK_TO_PROMISE: usize = 8 << 10;

/// What is added to it to note that it ran out.
pub(crate) const STACK_TO_NOTE: usize = 32 << 10;

/// Counters are read by people.
pub(crate) const COUNTERS: usize = 1_000;

/// In bytes.
pub(crate) const COUNTER_NAME: usize = 100;

/// The longest message that is kept of an error, in bytes.
pub(crate) const MESSAGE: usize = 1_000;

/// What one call may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) steps: u64,
    pub(crate) memory: usize,
    pub(crate) output: usize,
}

impl Limits {
    pub(crate) fn of(code: &str, call: &Call<'_>) -> Self {
        let weight = code.len() + weight(call);
        Limits {
            steps: STEPS.saturating_add(STEPS_A_BYTE.saturating_mul(weight as u64)),
            memory: MEMORY.saturating_add(MEMORY_A_BYTE.saturating_mul(weight)).min(MOST),
            output: OUTPUT.saturating_add(OUTPUT_A_BYTE.saturating_mul(weight)).min(MOST),
        }
    }
}

/// The bytes of the input, with the first record or group twice, since it is run twice.
fn weight(call: &Call<'_>) -> usize {
    let text = |text: &str| text.len() + WEIGHT_OF_A_TEXT;
    let record = |(key, value): &(&str, &str)| text(key) + text(value);
    let group =
        |(key, values): &(&str, Vec<&str>)| text(key) + values.iter().map(|value| text(value)).sum::<usize>();
    match call {
        Call::Check => 0,
        Call::Map { records, .. } => records.iter().chain(records.first()).map(record).sum(),
        Call::Partition { keys, .. } => keys.iter().chain(keys.first()).map(|key| text(key)).sum(),
        Call::Combine { groups } | Call::Reduce { groups, .. } => {
            groups.iter().chain(groups.first()).map(group).sum()
        }
    }
}
