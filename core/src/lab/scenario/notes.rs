//! The reasons that nodes give, by name.

use crate::lab::member::Note;
use crate::{kv, mapreduce, raft};
use alloc::format;
use alloc::string::String;

/// A note's name: `vote-refused-log-behind`.
pub fn name(note: Note) -> String {
    match note {
        Note::Kv(kv::Note::Raft(note)) => kebab(&format!("{note:?}")),
        Note::Kv(note) => kebab(&format!("{note:?}")),
        Note::MapReduce(note) => kebab(&format!("{note:?}")),
        Note::Stray(_) => "stray".into(),
    }
}

/// The note with that name. A few say the same of several: then it is Raft's, or else the service's.
pub(super) fn named(text: &str) -> Option<Note> {
    let raft = raft::Note::ALL.iter().map(|&note| Note::Kv(kv::Note::Raft(note)));
    let kv = kv::Note::ALL.iter().map(|&note| Note::Kv(note));
    let mapreduce = mapreduce::Note::ALL.iter().map(|&note| Note::MapReduce(note));
    raft.chain(kv).chain(mapreduce).find(|&note| name(note) == text)
}

fn kebab(camel: &str) -> String {
    let mut kebab = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}
