//! Stories: each rule of MapReduce (paper §3, and the lab), at the level of messages.

pub(crate) mod ground;

mod coordinator;
mod job;
mod lost;
mod replica;
mod store;
mod worker;

use super::job::Input as JobInput;
use super::*;
use crate::node::{Effect, Files, Input, Node, NodeId};
use crate::time::Time;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// The beginning of *Moby Dick* (1851), a paragraph an input.
pub(crate) const TEXT: [&str; 4] = [
    "Call me Ishmael. Some years ago--never mind how long precisely--having little or no money in my purse, and \
     nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of \
     the world. It is a way I have of driving off the spleen and regulating the circulation.",
    "Whenever I find myself growing grim about the mouth; whenever it is a damp, drizzly November in my soul; \
     whenever I find myself involuntarily pausing before coffin warehouses, and bringing up the rear of every \
     funeral I meet; and especially whenever my hypos get such an upper hand of me, that it requires a strong moral \
     principle to prevent me from deliberately stepping into the street, and methodically knocking people's hats \
     off--then, I account it high time to get to sea as soon as I can.",
    "This is my substitute for pistol and ball. With a philosophical flourish Cato throws himself upon his sword; I \
     quietly take to the ship. There is nothing surprising in this.",
    "If they but knew it, almost all men in their degree, some time or other, cherish very nearly the same feelings \
     towards the ocean with me.",
];

pub(crate) fn job(app: Program, reduce_tasks: u32) -> Job {
    let inputs = TEXT.iter().enumerate().map(|(n, text)| JobInput::new(&format!("p{n}"), text));
    Job::new(app, reduce_tasks, inputs)
}

/// Small chunks, so that small texts take many messages.
pub(crate) fn config() -> Config {
    Config { chunk: 64, ..Config::new(ground::COORDINATOR, ground::STORE) }
}

/// An attempt that has counted nothing.
pub(crate) fn completed() -> Ending {
    Ending::Completed(Rc::default())
}

/// What the job's output is, by counting alone.
fn counted() -> Vec<String> {
    let mut words: Vec<&str> = TEXT
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_ascii_alphabetic()))
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    let mut lines: Vec<String> =
        words.chunk_by(|a, b| a == b).map(|group| format!("{} {}", group[0], group.len())).collect();
    lines.sort();
    lines
}

/// One node on the bench: it is fed by hand and every effect is looked at.
struct Bench<N: Node> {
    node: N,
    at: Time,
    effects: Vec<Effect<N>>,
}

impl<N: Node<Message = Message, Timer = Timer, Config = Config, Note = Note>> Bench<N> {
    /// Boots from this disk.
    fn boot(config: &Config, files: &Files<N>) -> Bench<N> {
        let mut bench = Bench { node: N::boot(config, files), at: Time::ZERO, effects: Vec::new() };
        bench.feed(Input::Start);
        bench
    }

    fn feed(&mut self, input: Input<N>) {
        self.effects.clear();
        self.node.handle(self.at, input, &mut self.effects);
    }

    fn hear(&mut self, from: NodeId, body: Message) {
        self.feed(Input::Message { from, body });
    }

    fn ring(&mut self, timer: Timer) {
        self.feed(Input::Timer(timer));
    }

    /// What the last input made it say.
    fn said(&self) -> Vec<Message> {
        let said = self.effects.iter().filter_map(|effect| match effect {
            Effect::Send { body, .. } => Some(body.clone()),
            _ => None,
        });
        said.collect()
    }

    fn noted(&self, note: Note) -> bool {
        self.effects.contains(&Effect::Note(note))
    }

    fn is_silent(&self) -> bool {
        self.said().is_empty()
    }
}

/// Lets a store do everything that is asked of it, and gives the answers back, until nothing more is asked.
fn served<N: Node<Message = Message, Timer = Timer, Config = Config, Note = Note>>(
    asker: &mut Bench<N>,
    store: &mut Bench<Store>,
) -> Vec<FileRequest> {
    let mut requests = Vec::new();
    let mut said = asker.said();
    while let Some(message) = said.pop() {
        if let Message::File { request, .. } = &message {
            requests.push(request.clone());
            store.hear(NodeId(9), message);
            for answer in store.said() {
                asker.hear(ground::STORE, answer);
                said.extend(asker.said());
            }
        }
    }
    requests
}

#[test]
fn every_kind_of_message_has_a_number_of_its_own_from_16_up() {
    use crate::node::Message as _;
    let call = Call::default();
    let (name, task) = (FileName { job: JobId(1), file: File::Split(0) }, TaskId::map(0));
    let request = |request| Message::File { call, request };
    let reply = |outcome| Message::FileReply { call, outcome };
    let messages = [
        Message::Ask { call },
        Message::Answer { call, answer: Answer::Wait },
        Message::Report { call, job: JobId(1), task, attempt: 1, ending: completed() },
        Message::Reported { call },
        request(FileRequest::Create { files: [name].into(), truncate: false }),
        request(FileRequest::Append { file: name, chunk: 0, bytes: Bytes::from("") }),
        request(FileRequest::Read { file: name, chunk: 0 }),
        request(FileRequest::Rename { moves: [].into() }),
        request(FileRequest::RemoveTemporary { job: JobId(1) }),
        reply(FileOutcome::Done),
        reply(FileOutcome::Chunk { bytes: Bytes::from(""), of: 0 }),
        reply(FileOutcome::Missing),
        Message::Alive { epoch: 1 },
    ];
    let kinds: Vec<u8> = messages.iter().map(|message| message.kind()).collect();
    assert_eq!(kinds, (16..29).collect::<Vec<u8>>());
}

#[test]
fn temporary_names_do_not_begin_like_an_outputs() {
    let name = |file| format!("{}", FileName { job: JobId(1), file });
    assert_eq!(name(File::Output(7)), "job-1/mr-out-7");
    assert_eq!(name(File::of(TaskId::map(3), 7)), "job-1/mr-3-7");
    assert_eq!(name(File::Temporary { task: TaskId::map(3), attempt: 2, part: 7 }), "job-1/tmp-map-3-2-7");
    let last = File::Output(u32::MAX);
    assert!(File::FIRST_TEMPORARY > last, "temporary files come last, so that removing them is one range");
}

#[test]
fn every_note_has_a_story_that_reaches_it() {
    let stories = [
        include_str!("coordinator.rs"),
        include_str!("lost.rs"),
        include_str!("replica.rs"),
        include_str!("store.rs"),
        include_str!("worker.rs"),
    ];
    for note in Note::ALL {
        let name = format!("Note::{note:?}");
        assert!(stories.iter().any(|stories| stories.contains(&name)), "no story asserts {name}");
    }
}
