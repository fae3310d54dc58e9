//! The search over the operations of one key.

use super::memo::Memo;
use super::model::Object;
use super::operation::Operation;
use super::questions::Questions;
use crate::fingerprint::Fingerprint;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// Why there is no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The operation whose answer cannot be explained: before it came, all that had been answered could be.
    pub blamed: u32,
    /// The longest orders that explain everything that was answered before, a few of them.
    pub partial: Vec<Vec<u32>>,
    /// What had been called and answered by then, or was to be answered with it, and stands in none of those orders.
    pub unplaced: Vec<u32>,
}

/// How many partial orders are kept.
const PARTIALS: usize = 8;

/// A search that may be resumed.
pub(super) struct Search<'a, S> {
    /// The operations in the order of their calls; those with nothing to say are left out.
    ops: Vec<&'a Operation>,
    /// The place of each in the history.
    places: Vec<u32>,
    /// A ring of those not yet executed, in the order of their calls; its last place is the ring's own.
    next: Vec<u32>,
    before: Vec<u32>,
    /// What was executed, in order, and the highest that had been before.
    trail: Vec<(u32, u32)>,
    set: Vec<u64>,
    /// A sum over what was executed.
    hash: u64,
    high: u32,
    /// How many that were answered are left.
    left: usize,
    frames: Vec<Frame<S>>,
    /// What the frames may execute next, one frame after the other.
    candidates: Vec<u32>,
    memo: Memo<S>,
    questions: Questions,
    /// Where the search got furthest before it had to go back.
    furthest: Option<Furthest>,
    begun: bool,
}

/// A place to which the search may come back.
struct Frame<S> {
    state: S,
    trail: usize,
    /// Its candidates begin there, and so many were tried, in three passes: see [`pass`].
    first: usize,
    tried: usize,
    /// Of those left, the one that was answered first; where others are left that can be executed but change nothing, the first
    /// that cannot.
    deadline: u32,
}

struct Furthest {
    blamed: u32,
    /// When that was answered, and how much had been executed.
    reached: (u64, usize),
    partial: Vec<Vec<u32>>,
}

/// How a search stands.
pub(super) enum Found {
    /// In this order.
    Order(Vec<u32>),
    None(Failure),
    NotYet,
}

impl<'a, S: Object> Search<'a, S> {
    /// Searches the operations in these places, which are in the order of their calls.
    pub(super) fn new(history: &'a [Operation], places: Vec<u32>) -> Search<'a, S> {
        let ops: Vec<&Operation> = places.iter().map(|&place| &history[place as usize]).collect();
        let len = ops.len() as u32;
        Search {
            next: (0..=len).map(|place| (place + 1) % (len + 1)).collect(),
            before: (0..=len).map(|place| (place + len) % (len + 1)).collect(),
            trail: Vec::new(),
            set: vec![0; ops.len().div_ceil(64)],
            hash: 0,
            high: 0,
            left: ops.iter().filter(|op| op.returned.is_some()).count(),
            frames: Vec::new(),
            candidates: Vec::new(),
            memo: Memo::new(),
            questions: Questions::new(&ops),
            furthest: None,
            begun: false,
            ops,
            places,
        }
    }

    /// Goes on for so many steps; takes those that it used from the budget.
    pub(super) fn advance(&mut self, budget: &mut u64) -> Found {
        if !self.begun {
            self.begun = true;
            if self.enter(S::new()) {
                return self.found();
            }
        }
        while *budget > 0 {
            *budget -= 1;
            let Some(frame) = self.frames.last_mut() else { return Found::None(self.failure()) };
            let candidates = &self.candidates[frame.first..];
            if frame.tried == PASSES * candidates.len() {
                self.leave();
                continue;
            }
            let (op, now) = (candidates[frame.tried % candidates.len()], frame.tried / candidates.len());
            frame.tried += 1;
            let operation = self.ops[op as usize];
            let state = frame.state.after(&operation.call, operation.reply());
            self.questions.executed(op, true);
            let state = state.map(|state| state.seen_by(&self.questions));
            self.questions.executed(op, false);
            let Some(state) = state.filter(|state| pass(operation, state) == now) else { continue };
            let trail = frame.trail;
            self.execute(op);
            if self.enter(state) {
                return self.found();
            }
            // What was tried before, or has a frame of its own now.
            if self.frames.last().is_none_or(|frame| frame.trail == trail) {
                self.undo(trail);
            }
        }
        Found::NotYet
    }

    /// Comes to a new state: places what may be placed at once and opens a frame, unless all this was tried before. True at the
    /// end.
    fn enter(&mut self, mut state: S) -> bool {
        let first = self.candidates.len();
        let mut deadline = loop {
            if self.left == 0 {
                return true;
            }
            let deadline = self.gather(first);
            let Some(&op) = self.candidates[first..].iter().find(|&&op| self.goes_without_saying(op, &state))
            else {
                break deadline;
            };
            self.candidates.truncate(first);
            self.execute(op);
            state = state.seen_by(&self.questions);
        };
        let low = self.next[self.ops.len()];
        let words = self.set.get(words_between(low, self.high)).unwrap_or_default();
        if !self.memo.insert(self.hash ^ state.hash(), low, words, state.clone()) {
            self.candidates.truncate(first);
            return false;
        }
        // Whatever was answered first is the most urgent.
        self.candidates[first..].sort_by_key(|&op| (self.ops[op as usize].returned_at(), op));
        if state.is_unseen()
            && let Some(stuck) = self.stuck_at(&state)
        {
            deadline = stuck;
            self.candidates.truncate(first);
        }
        self.frames.push(Frame { state, trail: self.trail.len(), first, tried: 0, deadline });
        false
    }

    /// Whether an operation may be placed at once, whatever else there is: a read that fits; and, while nobody sees the object,
    /// what nobody would see either. That is true only of reads: a compare-and-set may be refused for what nobody reads.
    fn goes_without_saying(&self, op: u32, state: &S) -> bool {
        let operation = self.ops[op as usize];
        let after = || state.after(&operation.call, operation.reply());
        if operation.call.is_read() {
            return after().is_some();
        }
        let nobody_minds = state.is_unseen() && self.questions.only_read();
        let replaces = || {
            operation.call.replaces()
                && after().is_some_and(|after| after.seen_by(&self.questions).is_unseen())
        };
        nobody_minds && (self.questions.never_show(op) || replaces())
    }

    /// While nobody sees the object: of those left that would, the one that was answered first, unless something that replaces
    /// what it holds was called before.
    fn stuck_at(&self, unseen: &S) -> Option<u32> {
        let ring = self.ops.len() as u32;
        let (mut stuck, mut until) = (None, u64::MAX);
        let mut op = self.next[ring as usize];
        while op != ring && self.ops[op as usize].called <= until {
            let operation = self.ops[op as usize];
            if operation.call.replaces() {
                return None;
            }
            if operation.returned_at() < until && unseen.after(&operation.call, operation.reply()).is_none() {
                (stuck, until) = (Some(op), operation.returned_at());
            }
            op = self.next[op as usize];
        }
        stuck
    }

    /// Lists what may come next: what was called before anything that is left was answered. Returns what was answered first.
    fn gather(&mut self, first: usize) -> u32 {
        let ring = self.ops.len() as u32;
        let (mut deadline, mut until) = (ring, u64::MAX);
        let mut op = self.next[ring as usize];
        while op != ring && self.ops[op as usize].called <= until {
            let returned = self.ops[op as usize].returned_at();
            if returned < until {
                (deadline, until) = (op, returned);
            }
            self.candidates.push(op);
            op = self.next[op as usize];
        }
        // An early one may have been answered only after the call of a later one.
        let ops = &self.ops;
        let mut kept = first;
        for place in first..self.candidates.len() {
            let op = self.candidates[place];
            if ops[op as usize].called <= until {
                self.candidates[kept] = op;
                kept += 1;
            }
        }
        self.candidates.truncate(kept);
        deadline
    }

    fn is_executed(&self, op: u32) -> bool {
        self.set[op as usize / 64] & 1 << (op % 64) != 0
    }

    fn execute(&mut self, op: u32) {
        let (next, before) = (self.next[op as usize], self.before[op as usize]);
        self.next[before as usize] = next;
        self.before[next as usize] = before;
        self.set[op as usize / 64] |= 1 << (op % 64);
        self.questions.executed(op, true);
        self.hash = self.hash.wrapping_add(scattered(op));
        self.trail.push((op, self.high));
        self.high = self.high.max(op);
        self.left -= usize::from(self.ops[op as usize].returned.is_some());
    }

    /// Takes back what was executed since the trail was so long.
    fn undo(&mut self, trail: usize) {
        while self.trail.len() > trail {
            let Some((op, high)) = self.trail.pop() else { return };
            let (next, before) = (self.next[op as usize], self.before[op as usize]);
            self.next[before as usize] = op;
            self.before[next as usize] = op;
            self.set[op as usize / 64] &= !(1 << (op % 64));
            self.questions.executed(op, false);
            self.hash = self.hash.wrapping_sub(scattered(op));
            self.high = high;
            self.left += usize::from(self.ops[op as usize].returned.is_some());
        }
    }

    /// Nothing is left to try here.
    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.candidates.truncate(frame.first);
        self.undo(frame.trail);
        let reached = (self.ops[frame.deadline as usize].returned_at(), frame.trail);
        let mut furthest = match self.furthest.take() {
            Some(best) if best.reached >= reached => best,
            _ => Furthest { blamed: frame.deadline, reached, partial: Vec::new() },
        };
        if furthest.reached == reached && furthest.partial.len() < PARTIALS {
            furthest.partial.push(self.explained(reached.0));
        }
        self.furthest = Some(furthest);
        // The frame before it goes on from where it was.
        let trail = self.frames.last().map_or(0, |frame| frame.trail);
        self.undo(trail);
    }

    /// What was executed, and what can be: whatever else was answered before this moment.
    fn explained(&self, until: u64) -> Vec<u32> {
        let mut order: Vec<u32> = self.trail.iter().map(|&(op, _)| op).collect();
        let executed = order.len();
        let at = |op: u32| self.ops[op as usize].returned_at();
        order.extend((0..self.ops.len() as u32).filter(|&op| at(op) < until && !self.is_executed(op)));
        order[executed..].sort_by_key(|&op| at(op));
        order
    }

    fn found(&self) -> Found {
        Found::Order(self.trail.iter().map(|&(op, _)| self.places[op as usize]).collect())
    }

    fn failure(&self) -> Failure {
        let furthest = self.furthest.as_ref();
        let Furthest { blamed, partial, .. } = furthest.expect("a search that ends has left its first frame");
        let until = self.ops[*blamed as usize].returned_at();
        let unplaced = (0..self.ops.len() as u32).filter(|&op| {
            self.ops[op as usize].returned_at() <= until && !partial.iter().any(|order| order.contains(&op))
        });
        let place = |op: u32| self.places[op as usize];
        Failure {
            blamed: place(*blamed),
            partial: partial.iter().map(|order| order.iter().map(|&op| place(op)).collect()).collect(),
            unplaced: unplaced.map(place).collect(),
        }
    }
}

const PASSES: usize = 3;

/// When an operation is tried: first what goes on with what somebody is still to see, then what begins something new, and
/// last what nobody will see.
fn pass<S: Object>(operation: &Operation, after: &S) -> usize {
    match (after.is_unseen(), operation.call.replaces()) {
        (false, false) => 0,
        (false, true) => 1,
        (true, _) => 2,
    }
}

/// A number for an operation, with which sets are told apart at a glance.
fn scattered(op: u32) -> u64 {
    let mut number = Fingerprint::default();
    number.word(u64::from(op));
    number.value()
}

/// The words of a set that say more than that it begins with all below `low` and ends with `high`.
pub(super) fn words_between(low: u32, high: u32) -> Range<usize> {
    let first = low as usize / 64;
    first..(high as usize / 64 + 1).max(first)
}
