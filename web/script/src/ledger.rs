//! What a program has given out: pairs, and counts.
//!
//! What belongs to the record at hand stays apart until the record is done, so that one that is left out leaves nothing.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::mem;
use std::rc::Rc;

use crate::limits::{COUNTER_NAME, COUNTERS, WEIGHT_OF_A_TEXT};
use crate::meter::{Limit, Meter};

/// The largest count that JavaScript and JSON can hold exactly.
const LARGEST: u64 = (1 << 53) - 1;

pub(crate) struct Ledger {
    pub(crate) meter: Rc<Meter>,
    /// Whether a function of the program is running. Outside of that nothing can be emitted or counted.
    running: Cell<bool>,
    pairs: RefCell<Vec<(String, String)>>,
    counts: RefCell<BTreeMap<String, u64>>,
    /// Of the records that are done.
    counters: RefCell<BTreeMap<String, u64>>,
    /// The last of our own errors that was thrown to the program.
    complaint: RefCell<Option<String>>,
}

impl Ledger {
    pub(crate) fn new(meter: Rc<Meter>) -> Self {
        Ledger {
            meter,
            running: Cell::new(false),
            pairs: RefCell::default(),
            counts: RefCell::default(),
            counters: RefCell::default(),
            complaint: RefCell::default(),
        }
    }

    pub(crate) fn begin(&self) {
        self.running.set(true);
        self.complaint.take();
    }

    pub(crate) fn end(&self) {
        self.running.set(false);
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.get()
    }

    pub(crate) fn pairs(&self) -> usize {
        self.pairs.borrow().len()
    }

    /// Whether there was room for it.
    pub(crate) fn emit(&self, key: String, value: String) -> bool {
        let room = self.meter.put_out(weight(&key, &value));
        if room {
            self.pairs.borrow_mut().push((key, value));
        }
        room
    }

    /// What has been emitted since there were `from` pairs.
    pub(crate) fn take_pairs(&self, from: usize) -> Vec<(String, String)> {
        self.pairs.borrow_mut().split_off(from)
    }

    /// Whether there was room for it.
    pub(crate) fn count(&self, name: &str, by: u64) -> bool {
        let mut counts = self.counts.borrow_mut();
        let full = counts.len() == COUNTERS;
        match counts.get_mut(name) {
            Some(count) => *count = (*count + by).min(LARGEST),
            None if full || name.len() > COUNTER_NAME => self.meter.pass(Limit::Counters),
            None => {
                counts.insert(name.to_string(), by);
            }
        }
        self.meter.passed().is_none()
    }

    /// The record is done: what was counted for it counts.
    pub(crate) fn keep(&self) {
        let mut counters = self.counters.borrow_mut();
        for (name, by) in mem::take(&mut *self.counts.borrow_mut()) {
            let count = counters.entry(name).or_default();
            *count = (*count + by).min(LARGEST);
        }
        if counters.len() > COUNTERS {
            self.meter.pass(Limit::Counters);
        }
    }

    /// The record is left out, with all that came of it since there were `from` pairs.
    pub(crate) fn discard(&self, from: usize) {
        self.counts.borrow_mut().clear();
        for (key, value) in self.take_pairs(from) {
            self.meter.take_back(weight(&key, &value));
        }
    }

    pub(crate) fn take_counters(&self) -> Vec<(String, u64)> {
        self.counters.take().into_iter().collect()
    }

    /// Writes down what is about to be thrown to the program, and gives it back.
    pub(crate) fn complain(&self, message: String) -> String {
        self.complaint.replace(Some(message.clone()));
        message
    }

    /// Whether an error with this message is our own.
    pub(crate) fn is_complaint(&self, message: &str) -> bool {
        self.complaint.borrow().as_deref() == Some(message)
    }
}

fn weight(key: &str, value: &str) -> usize {
    key.len() + value.len() + 2 * WEIGHT_OF_A_TEXT
}
