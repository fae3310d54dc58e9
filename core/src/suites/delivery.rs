//! What the servers have handed to the tester, and whether it may be.
//!
//! The course's tester remembers what each server delivered, across its restarts. It asks that no two servers deliver
//! different commands at an index, and that no server leaves one out. This one also asks, of every test, what the
//! course asks of those with snapshots only: after each boot every index comes once and in order.

use crate::bytes::Bytes;
use crate::kv::{Command, Text};
use crate::lab::tester;
use crate::raft::log::Index;
use crate::raft::{Output, Snapshot};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// What has been delivered so far.
#[derive(Clone, Debug)]
pub(super) struct Deliveries {
    /// At each index, from 1, what the first server that got there delivered.
    agreed: Vec<Text>,
    /// How far each server has ever got.
    reached: Vec<Index>,
    /// What each server delivered last since it booted.
    last: Vec<Index>,
}

impl Deliveries {
    pub(super) fn new(servers: u16) -> Deliveries {
        let zeros = vec![0; usize::from(servers)];
        Deliveries { agreed: Vec::new(), reached: zeros.clone(), last: zeros }
    }

    /// A server hands something to the tester. The error says what is wrong with that.
    pub(super) fn handed(&mut self, server: usize, output: &Output<Command>) -> Result<(), String> {
        match output {
            Output::Apply { index, command, .. } => match command.op.value() {
                Some(value) => self.command(server, *index, value),
                None => Err(format!("S{} delivered what the tester never handed in", server + 1)),
            },
            Output::Snapshot { index, data, .. } => {
                if *index <= self.last[server] {
                    let last = self.last[server];
                    return Err(format!(
                        "S{} delivered a snapshot up to {index} after index {last}",
                        server + 1
                    ));
                }
                self.snapshot(server, *index, data)
            }
            Output::Accepted { .. } | Output::NotLeader { .. } => Ok(()),
            Output::CondInstall { .. } | Output::Read { .. } | Output::ReadLost { .. } => Ok(()),
        }
    }

    /// A server delivers a command. The error says what is wrong with that.
    fn command(&mut self, server: usize, index: Index, command: &Text) -> Result<(), String> {
        let name = server + 1;
        let expected = self.last[server] + 1;
        if index != expected {
            return Err(format!("S{name} delivered index {index}; its next was to be {expected}"));
        }
        match self.at(index) {
            Some(agreed) if agreed != command => {
                return Err(format!(
                    "at index {index} S{name} delivered {command}, but another had delivered {agreed}"
                ));
            }
            Some(_) => {}
            None => self.agreed.push(command.clone()),
        }
        self.last[server] = index;
        self.reached[server] = self.reached[server].max(index);
        Ok(())
    }

    /// A server boots: it goes on from its snapshot, if it has one, and else from the first index.
    pub(super) fn booted(&mut self, server: usize, snapshot: Option<&Snapshot>) -> Result<(), String> {
        self.last[server] = 0;
        snapshot.map_or(Ok(()), |snapshot| self.snapshot(server, snapshot.index, &snapshot.data))
    }

    /// A snapshot takes the place of what a server delivered: it must hold every command up to its index.
    fn snapshot(&mut self, server: usize, index: Index, data: &Bytes) -> Result<(), String> {
        let name = server + 1;
        let Some((upto, commands)) = tester::read(data) else {
            return Err(format!("the snapshot of S{name} up to {index} is none that the tester took"));
        };
        if upto != index || commands.len() as u64 != index {
            return Err(format!(
                "the snapshot of S{name} up to {index} says {upto} and holds {} commands",
                commands.len()
            ));
        }
        for (index, command) in (1..).zip(commands) {
            match self.at(index) {
                Some(agreed) if *agreed != command => {
                    return Err(format!(
                        "the snapshot of S{name} has {command} at index {index}, where {agreed} was delivered"
                    ));
                }
                Some(_) => {}
                None => self.agreed.push(command),
            }
        }
        self.last[server] = index;
        self.reached[server] = self.reached[server].max(index);
        Ok(())
    }

    /// How many servers have delivered this index.
    pub(super) fn committed(&self, index: Index) -> usize {
        self.reached.iter().filter(|&&reached| reached >= index).count()
    }

    /// What was delivered at this index.
    pub(super) fn at(&self, index: Index) -> Option<&Text> {
        self.agreed.get(usize::try_from(index.checked_sub(1)?).ok()?)
    }

    /// All that was delivered, from index 1.
    pub(super) fn all(&self) -> &[Text] {
        &self.agreed
    }
}
