//! The shared file system's promises.

use super::*;
use crate::node::FileOp;
use alloc::rc::Rc;

const TEMPORARY: FileName =
    FileName { job: JobId(1), file: File::Temporary { task: TaskId::map(0), attempt: 1, part: 0 } };
const FINAL: FileName = FileName { job: JobId(1), file: File::Intermediate { map: 0, reduce: 0 } };

fn store() -> Bench<Store> {
    Bench::<Store>::boot(&config(), &Files::<Store>::new())
}

impl Bench<Store> {
    fn does(&mut self, request: FileRequest) -> FileOutcome {
        let call = Call { incarnation: 1, number: 1 };
        self.hear(ground::COORDINATOR, Message::File { call, request });
        match self.said().pop() {
            Some(Message::FileReply { outcome, .. }) => outcome,
            other => panic!("a request is answered, not {other:?}"),
        }
    }

    fn creates(&mut self, file: FileName) -> FileOutcome {
        self.does(FileRequest::Create { files: [file].into(), truncate: false })
    }

    fn appends(&mut self, file: FileName, chunk: u32, text: &str) -> FileOutcome {
        self.does(FileRequest::Append { file, chunk, bytes: Bytes::from(text) })
    }

    fn renames(&mut self, len: u64) -> FileOutcome {
        let moves: Rc<[Move]> = [Move { from: TEMPORARY, to: FINAL, len }].into();
        self.does(FileRequest::Rename { moves })
    }

    fn text(&self, file: FileName) -> Option<String> {
        self.node.view().text(file)
    }

    /// What is on disk once everything that was written is done.
    fn wrote(&self, disk: &mut Files<Store>) {
        for effect in &self.effects {
            let Effect::Write(batch) = effect else { continue };
            for op in batch.iter().cloned() {
                match op {
                    FileOp::Put(name, bytes) => disk.insert(name, bytes),
                    FileOp::Remove(name) => drop(disk.remove(&name)),
                    FileOp::Rename(old, new) => {
                        let bytes = disk.remove(&old).expect("what is renamed is there");
                        disk.insert(new, bytes);
                    }
                }
            }
        }
    }
}

#[test]
fn a_file_is_created_appended_to_read_and_renamed_and_survives_a_crash() {
    let mut store = store();
    let mut disk = Files::<Store>::new();
    store.creates(TEMPORARY);
    store.wrote(&mut disk);
    for (chunk, text) in ["Call me ", "Ishmael."].into_iter().enumerate() {
        assert_eq!(store.appends(TEMPORARY, chunk as u32, text), FileOutcome::Done);
        store.wrote(&mut disk);
    }
    assert_eq!(store.renames(16), FileOutcome::Done);
    store.wrote(&mut disk);
    let mut again = Bench::<Store>::boot(&config(), &disk);
    assert_eq!(again.node.view(), store.node.view());
    assert_eq!(again.text(FINAL).as_deref(), Some("Call me Ishmael."));
    let chunk = again.does(FileRequest::Read { file: FINAL, chunk: 1 });
    assert_eq!(chunk, FileOutcome::Chunk { bytes: Bytes::from("Ishmael."), of: 2 });
    assert_eq!(again.does(FileRequest::Read { file: TEMPORARY, chunk: 0 }), FileOutcome::Missing);
    assert!(again.noted(Note::NoSuchFile));
}

#[test]
fn whatever_is_asked_twice_is_acknowledged_twice_and_done_once() {
    let mut store = store();
    store.creates(TEMPORARY);
    store.appends(TEMPORARY, 0, "whale");
    let view = store.node.view();
    assert_eq!(store.creates(TEMPORARY), FileOutcome::Done);
    assert!(store.noted(Note::DoneBefore));
    assert_eq!(store.appends(TEMPORARY, 0, "whale"), FileOutcome::Done);
    assert!(store.noted(Note::DoneBefore));
    assert_eq!(store.node.view(), view);
    store.renames(5);
    let view = store.node.view();
    assert_eq!(store.renames(5), FileOutcome::Done);
    assert!(store.noted(Note::DoneBefore));
    assert_eq!(store.node.view(), view);
}

#[test]
fn a_late_copy_of_the_creation_cannot_empty_what_was_renamed() {
    let mut store = store();
    store.creates(TEMPORARY);
    store.appends(TEMPORARY, 0, "whale");
    store.renames(5);
    store.creates(TEMPORARY);
    assert_eq!(store.renames(5), FileOutcome::Done, "it was done before");
    assert_eq!(store.text(FINAL).as_deref(), Some("whale"));
}

#[test]
fn several_files_are_renamed_together_or_not_at_all() {
    let mut store = store();
    let other = FileName { file: File::Temporary { task: TaskId::map(0), attempt: 1, part: 1 }, ..TEMPORARY };
    store.creates(TEMPORARY);
    let to = FileName { file: File::Intermediate { map: 0, reduce: 1 }, ..FINAL };
    let moves: Rc<[Move]> =
        [Move { from: TEMPORARY, to: FINAL, len: 0 }, Move { from: other, to, len: 0 }].into();
    assert_eq!(store.does(FileRequest::Rename { moves: moves.clone() }), FileOutcome::Missing);
    assert!(store.text(FINAL).is_none() && store.text(TEMPORARY).is_some());
    store.creates(other);
    store.does(FileRequest::Rename { moves });
    let batches = store.effects.iter().filter(|effect| matches!(effect, Effect::Write(_))).count();
    assert_eq!((batches, store.text(FINAL).is_some(), store.text(to).is_some()), (1, true, true));
}

#[test]
fn a_shorter_file_replaces_a_longer_one_whole() {
    let (mut store, mut disk) = (store(), Files::<Store>::new());
    for texts in [&["one", "two", "three"][..], &["four"]] {
        store.creates(TEMPORARY);
        store.wrote(&mut disk);
        for (chunk, text) in (0..).zip(texts) {
            store.appends(TEMPORARY, chunk, text);
            store.wrote(&mut disk);
        }
        store.renames(texts.iter().map(|text| text.len() as u64).sum());
        store.wrote(&mut disk);
    }
    assert_eq!(store.text(FINAL).as_deref(), Some("four"));
    let booted = Bench::<Store>::boot(&config(), &disk);
    assert_eq!(booted.text(FINAL).as_deref(), Some("four"));
}

#[test]
fn a_torn_chunk_is_written_again_in_its_place() {
    let name = |index| Chunk { file: TEMPORARY, index };
    let disk = [(name(0), Bytes::from("whole, ")), (name(1), Bytes::from("to"))].into();
    let mut store = Bench::<Store>::boot(&config(), &disk);
    assert_eq!(store.text(TEMPORARY).as_deref(), Some("whole, to"));
    assert_eq!(store.appends(TEMPORARY, 1, "torn"), FileOutcome::Done);
    assert_eq!(store.text(TEMPORARY).as_deref(), Some("whole, torn"));
}

#[test]
fn an_append_to_nothing_or_beyond_the_end_is_refused() {
    let mut store = store();
    assert_eq!(store.appends(TEMPORARY, 0, "whale"), FileOutcome::Missing);
    store.creates(TEMPORARY);
    assert_eq!(store.appends(TEMPORARY, 1, "whale"), FileOutcome::Missing);
    assert!(store.noted(Note::NoSuchFile));
}

#[test]
fn removing_temporary_files_spares_everything_else() {
    let mut store = store();
    let next_job = FileName { job: JobId(2), ..TEMPORARY };
    for file in [TEMPORARY, FINAL, next_job] {
        store.creates(file);
    }
    store.does(FileRequest::RemoveTemporary { job: JobId(1) });
    let left: Vec<FileName> = store.node.view().files.iter().map(|(&name, _)| name).collect();
    assert_eq!(left, [FINAL, next_job]);
}
