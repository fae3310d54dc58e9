//! What a call has left of what it may use, and which limit it passed first.
//!
//! A limit that was passed stays passed. A program may catch the error that tells it so, but whatever it does then, the next
//! tick ends it, and the call fails.

use std::cell::Cell;

use crate::limits::{Limits, STACK, STACK_TO_PROMISE, STACK_WITHIN, STEPS_A_TICK};

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Steps,
    Memory,
    Stack,
    Output,
    Counters,
}

#[derive(Debug)]
pub(crate) struct Meter {
    passed: Cell<Option<Limit>>,
    steps: Cell<u64>,
    memory: Cell<usize>,
    output: Cell<usize>,
    /// Where the stack was when the call began.
    bottom: usize,
}

impl Meter {
    pub(crate) fn new(limits: Limits) -> Self {
        Meter {
            passed: Cell::new(None),
            steps: Cell::new(limits.steps),
            memory: Cell::new(limits.memory),
            output: Cell::new(limits.output),
            bottom: here(),
        }
    }

    /// The limit that was passed first.
    pub(crate) fn passed(&self) -> Option<Limit> {
        self.passed.get()
    }

    pub(crate) fn pass(&self, limit: Limit) {
        if self.passed.get().is_none() {
            self.passed.set(Some(limit));
        }
    }

    /// Whether the program may go on after another tick.
    pub(crate) fn tick(&self) -> bool {
        self.charge(STEPS_A_TICK)
    }

    /// Whether the program may go on after so many steps.
    pub(crate) fn charge(&self, steps: u64) -> bool {
        match self.steps.get().checked_sub(steps) {
            Some(left) => self.steps.set(left),
            None => self.pass(Limit::Steps),
        }
        self.passed.get().is_none()
    }

    /// Whether so many bytes more may be given out.
    pub(crate) fn put_out(&self, bytes: usize) -> bool {
        match self.output.get().checked_sub(bytes) {
            Some(left) => self.output.set(left),
            None => self.pass(Limit::Output),
        }
        self.passed.get().is_none()
    }

    /// What was given out is taken back.
    pub(crate) fn take_back(&self, bytes: usize) {
        self.output.set(self.output.get() + bytes);
    }

    /// Whether the engine may have so many bytes more.
    pub(crate) fn allocate(&self, bytes: usize) -> bool {
        match self.memory.get().checked_sub(bytes) {
            Some(left) => self.memory.set(left),
            None => {
                self.pass(Limit::Memory);
                return false;
            }
        }
        true
    }

    /// Does something that recurses within the engine, with no more of the stack than such a thing may have.
    pub(crate) fn within<R>(&self, act: impl FnOnce() -> R) -> R {
        let mut act = Some(act);
        let mut done = None;
        self.lower(&mut || done = act.take().map(|act| act()));
        done.expect("it was done")
    }

    #[inline(never)]
    fn lower(&self, act: &mut dyn FnMut()) {
        if self.depth() + STACK_WITHIN >= STACK {
            return act();
        }
        let room = std::hint::black_box([0_u8; 4096]);
        self.lower(act);
        std::hint::black_box(room);
    }

    /// Notes how deep the stack is, if a call more may be too many.
    pub(crate) fn look_down(&self) {
        if self.depth() > STACK - STACK_TO_PROMISE {
            self.pass(Limit::Stack);
        }
    }

    fn depth(&self) -> usize {
        here().abs_diff(self.bottom)
    }

    pub(crate) fn free(&self, bytes: usize) {
        self.memory.set(self.memory.get() + bytes);
    }
}

/// Where the stack is: about, which is enough.
#[inline(never)]
fn here() -> usize {
    let local = 0_u8;
    (&raw const local).addr()
}
