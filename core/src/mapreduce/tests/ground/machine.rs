//! One node of the small world, with its disk.

use crate::chance::Chance;
use crate::mapreduce::*;
use crate::node::{Batch, Content, Effect, FileOp, Files, Input, Node};
use crate::time::Time;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

/// A node with its disk.
pub(super) struct Machine<N: Node> {
    pub(super) config: N::Config,
    pub(super) node: Option<N>,
    pub(super) paused: Vec<Input<N>>,
    pub(super) is_paused: bool,
    pub(super) incarnation: u64,
    pub(super) files: Files<N>,
    pub(super) pending: VecDeque<(Time, Batch<N>)>,
    pub(super) armed: BTreeMap<N::Timer, u64>,
}

impl<N: Node<Message = Message, Timer = Timer, Config = Config>> Machine<N> {
    pub(super) fn new(config: &Config) -> Machine<N> {
        Machine {
            config: config.clone(),
            node: None,
            paused: Vec::new(),
            is_paused: false,
            incarnation: 0,
            files: Files::<N>::new(),
            pending: VecDeque::new(),
            armed: BTreeMap::new(),
        }
    }

    pub(super) fn complete(&mut self, upto: Time) {
        while let Some((_, batch)) = self.pending.pop_front_if(|(done, _)| *done <= upto) {
            batch.into_iter().for_each(|op| self.enact(op));
        }
    }

    fn enact(&mut self, op: FileOp<N::File, N::Content>) {
        match op {
            FileOp::Put(file, content) => self.files.insert(file, content),
            FileOp::Remove(file) => drop(self.files.remove(&file)),
            FileOp::Rename(old, new) => {
                if let Some(content) = self.files.remove(&old) {
                    self.files.insert(new, content);
                }
            }
        }
    }

    /// Loses what is not on disk. A put may be torn whatever its size, which is more than a disk may do.
    pub(super) fn crash(&mut self, now: Time, chance: Chance) {
        self.complete(now);
        if let Some((_, batch)) = self.pending.pop_front() {
            let whole = chance.key(1).below(4) as usize;
            for (place, op) in batch.into_iter().enumerate() {
                match op {
                    FileOp::Put(..) if place < whole => self.enact(op),
                    FileOp::Put(file, content) => {
                        if let Some(len) = content.bytes() {
                            let kept = chance.key(2).below(len as u32 + 1);
                            self.enact(FileOp::Put(file, content.prefix(u64::from(kept))));
                        }
                        break;
                    }
                    _ => break,
                }
            }
        }
        self.pending.clear();
        self.armed.clear();
        self.paused.clear();
        self.is_paused = false;
        self.incarnation += 1;
        self.node = None;
    }
}

/// Gives a machine its input; none means that it boots.
pub(super) fn handle<N>(machine: &mut Machine<N>, at: Time, input: Option<Input<N>>) -> Vec<Effect<N>>
where
    N: Node<Message = Message, Timer = Timer, Config = Config>,
{
    let mut effects = Vec::new();
    machine.complete(at);
    match (input, &mut machine.node) {
        (None, Some(_)) | (Some(_), None) => {}
        (None, None) => {
            let mut node = N::boot(&machine.config, &machine.files);
            node.handle(at, Input::Start, &mut effects);
            machine.node = Some(node);
        }
        (Some(input), Some(_)) if machine.is_paused => machine.paused.push(input),
        (Some(input), Some(node)) => node.handle(at, input, &mut effects),
    }
    effects
}
