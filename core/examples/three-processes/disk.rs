//! What must survive a crash, in files.
//!
//! A file is replaced as a whole: the new state goes into a file beside it, that is brought to the disk, takes the old
//! one's name, and the folder that knows the names is brought to the disk too. So a crash at any point leaves the old
//! state or the new one, which is all that [`Raft`] asks of a disk. The log is rewritten with every entry, and
//! stays short by snapshots (§7).

use crate::Failure;
use crate::codec::{Decoder, Encoder, Malformed};
use crate::store::Put;
use splitbrain::bytes::Bytes;
use splitbrain::node::{FileOp, Files};
use splitbrain::raft::{File, HardState, Raft, Snapshot};
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::rc::Rc;

/// The folder of one server.
pub(crate) struct Disk(PathBuf);

type Op = FileOp<File, HardState<Put>>;

fn name(file: File) -> &'static str {
    match file {
        File::State => "state",
        File::Snapshot => "snapshot",
    }
}

impl Disk {
    /// The folder, made if there is none, and the files that are in it.
    pub(crate) fn open(folder: PathBuf) -> Result<(Disk, Files<Raft<Put>>), Failure> {
        fs::create_dir_all(&folder)?;
        let mut files = Files::<Raft<Put>>::new();
        for file in [File::State, File::Snapshot] {
            let path = folder.join(name(file));
            match fs::read(&path) {
                Ok(bytes) => {
                    // To go on without what it promised would break the promise.
                    let state = decode(&bytes).map_err(|_| format!("{} is damaged", path.display()))?;
                    files.insert(file, state);
                }
                Err(why) if why.kind() == ErrorKind::NotFound => {}
                Err(why) => return Err(why.into()),
            }
        }
        Ok((Disk(folder), files))
    }

    /// Carries out operations; when this returns they are durable. Each put replaces all of a file, so of several only the
    /// last need be done.
    pub(crate) fn write(&self, ops: impl Iterator<Item = Op>) -> Result<(), Failure> {
        let mut puts = BTreeMap::new();
        for op in ops {
            match op {
                FileOp::Put(file, state) => puts.insert(file, state),
                FileOp::Rename(..) | FileOp::Remove(_) => {
                    unreachable!("a Raft server only replaces its files")
                }
            };
        }
        for (file, state) in puts {
            self.replace(name(file), &encode(&state))?;
        }
        Ok(())
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let (path, beside) = (self.0.join(name), self.0.join(format!("{name}.new")));
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        // Elsewhere a folder cannot be opened like a file, and the system sees to it by itself.
        if cfg!(unix) {
            fs::File::open(&self.0)?.sync_all()?;
        }
        Ok(())
    }
}

/// The fields in order, and a hash of it all: a disk may also return what nobody wrote.
fn encode(state: &HardState<Put>) -> Vec<u8> {
    let HardState { current_term, voted_for, log, snapshot } = state;
    let body = Encoder::default().number(current_term.0).node(*voted_for).log(log, log.base_index());
    let body = body.flag(snapshot.is_some());
    let body = match snapshot {
        Some(snapshot) => body
            .number(snapshot.index)
            .number(snapshot.term.0)
            .number(snapshot.chain)
            .bytes(snapshot.data.as_slice()),
        None => body,
    };
    let body = body.done();
    let hash = Bytes::new(&body).hash().0;
    Encoder::default().number(hash).bytes(&body).done()
}

fn decode(bytes: &[u8]) -> Result<HardState<Put>, Malformed> {
    let mut whole = Decoder(bytes);
    let (hash, body) = (whole.number()?, whole.bytes()?);
    whole.end()?;
    if Bytes::new(body).hash().0 != hash {
        return Err(Malformed);
    }
    let mut body = Decoder(body);
    let (current_term, voted_for) = (body.term()?, body.node()?);
    let log = body.log(current_term)?;
    let snapshot = match body.flag()? {
        true => Some(Rc::new(Snapshot {
            index: body.index()?,
            term: body.term()?,
            chain: body.number()?,
            data: Bytes::new(body.bytes()?),
        })),
        false => None,
    };
    body.end()?;
    Ok(HardState { current_term, voted_for, log, snapshot })
}

#[cfg(test)]
mod tests {
    use super::*;
    use splitbrain::node::NodeId;
    use splitbrain::raft::{Entry, Log, Term};

    fn state() -> HardState<Put> {
        let mut log = Log::starting_after(7, Term(2), 99);
        for term in [2, 3] {
            let command = Put { key: "whale".into(), value: "white".into() };
            log.push(Entry { term: Term(term), command });
        }
        let snapshot = Snapshot { index: 7, term: Term(2), chain: 99, data: Bytes::from("the map") };
        HardState {
            current_term: Term(4),
            voted_for: Some(NodeId(2)),
            log,
            snapshot: Some(Rc::new(snapshot)),
        }
    }

    #[test]
    fn a_state_comes_back_as_it_was_saved_and_no_damage_passes_for_one() {
        for state in [state(), HardState::default()] {
            let bytes = encode(&state);
            assert_eq!(decode(&bytes), Ok(state));
            for place in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[place] ^= 0x10;
                assert_eq!(decode(&damaged), Err(Malformed), "byte {place}");
                assert_eq!(decode(&bytes[..place]), Err(Malformed), "{place} bytes");
            }
        }
    }

    #[test]
    fn of_several_puts_the_last_is_found_and_nothing_else_is_left() {
        let folder = std::env::temp_dir().join(format!("splitbrain-disk-{}", std::process::id()));
        let (disk, files) = Disk::open(folder.clone()).unwrap();
        assert!(files.is_empty());
        let puts = [HardState::default(), state()].map(|state| FileOp::Put(File::State, state));
        disk.write(puts.into_iter()).unwrap();
        let (_, files) = Disk::open(folder.clone()).unwrap();
        assert_eq!(files.get(&File::State), Some(&state()));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }
}
