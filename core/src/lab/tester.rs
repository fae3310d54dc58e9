//! What the course's tester does as the host of a Raft: it remembers every command that it was handed, and that is what
//! it writes down as a snapshot.
//!
//! A snapshot is the index that it goes up to, in eight bytes, and every command from the first on, each as its length in
//! four bytes and its text. Numbers are little-endian.

use crate::bytes::Bytes;
use crate::kv::{Command, Text};
use crate::raft::log::Index;
use crate::raft::view::View;
use alloc::vec::Vec;

/// What the tester writes down of a server that has applied everything up to `index`: what its snapshot holds, and the
/// commands of the entries after that. None if the server has no entry there, or if its snapshot is none of a tester's.
pub fn written(view: &View<Command>, index: Index) -> Option<Bytes> {
    let mut bytes = index.to_le_bytes().to_vec();
    if let Some(snapshot) = &view.snapshot {
        bytes.extend(snapshot.data.as_slice().get(8..)?);
    }
    if !(view.log.base_index()..=view.log.last_index()).contains(&index) {
        return None;
    }
    for link in view.log.range(view.log.base_index(), index) {
        let command = link.entry.command.op.value()?;
        bytes.extend(u32::try_from(command.len()).ok()?.to_le_bytes());
        bytes.extend(command.as_str().as_bytes());
    }
    Some(Bytes::new(&bytes))
}

/// The index and the commands of a snapshot; none if these bytes are not one.
pub fn read(bytes: &Bytes) -> Option<(Index, Vec<Text>)> {
    let (index, mut rest) = bytes.as_slice().split_first_chunk()?;
    let mut commands = Vec::new();
    while let Some((len, tail)) = rest.split_first_chunk() {
        let (command, tail) = tail.split_at_checked(u32::from_le_bytes(*len) as usize)?;
        commands.push(core::str::from_utf8(command).ok()?.into());
        rest = tail;
    }
    rest.is_empty().then_some((Index::from_le_bytes(*index), commands))
}
