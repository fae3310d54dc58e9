//! A worker's loop and its attempts.

use super::ground::{COORDINATOR, STORE};
use super::*;
use crate::mapreduce::job::ihash;
use crate::time::Span;

const SPLIT: FileName = FileName { job: JobId(1), file: File::Split(0) };

pub(super) fn assignment(task: TaskId) -> Assignment {
    let input = (task.phase == Phase::Map).then(|| "p0".into());
    Assignment {
        job: JobId(1),
        recipe: super::job(Program::WordCount, 2).recipe().clone(),
        task,
        attempt: 3,
        maps: 1,
        reduces: 2,
        input,
        sources: [].into(),
        skip: [].into(),
        backup: false,
        permit: permit().unwrap(),
    }
}

fn store_with_split(text: &str) -> Bench<Store> {
    let disk = [(Chunk { file: SPLIT, index: 0 }, Bytes::from(text))].into();
    Bench::<Store>::boot(&config(), &disk)
}

fn worker() -> Bench<Worker> {
    Bench::<Worker>::boot(&config(), &Files::<Worker>::new())
}

impl Bench<Worker> {
    /// Answers the question it asked last.
    pub(super) fn told(&mut self, answer: Answer) {
        match self.said().pop() {
            Some(Message::Ask { call }) => self.hear(COORDINATOR, Message::Answer { call, answer }),
            other => panic!("it did not ask but said {other:?}"),
        }
    }

    fn given(&mut self, task: TaskId) {
        self.told(Answer::Run(assignment(task)));
    }

    fn doing(&self) -> Doing {
        self.node.view().doing
    }
}

#[test]
fn a_worker_that_is_told_to_wait_asks_again_and_so_does_one_without_a_job() {
    for (answer, doing) in [(Answer::Wait, Doing::Waiting), (Answer::NoJob, Doing::Resting)] {
        let mut worker = worker();
        worker.told(answer);
        assert_eq!(worker.doing(), doing);
        let within = config().poll;
        assert!(worker.effects.contains(&Effect::SetTimer { which: Timer::Poll, within }));
        worker.ring(Timer::Poll);
        assert!(matches!(worker.said()[..], [Message::Ask { call }] if call.number == 2));
    }
}

#[test]
fn one_that_has_no_job_may_not_know_that_another_is_in_charge() {
    let other = NodeId(90);
    let config = Config { coordinators: [COORDINATOR, other].into(), ..config() };
    for (answer, next) in [(Answer::Wait, COORDINATOR), (Answer::NoJob, other)] {
        let mut worker = Bench::<Worker>::boot(&config, &Files::<Worker>::new());
        worker.told(answer);
        worker.ring(Timer::Poll);
        assert!(worker.effects.iter().any(|effect| matches!(effect, Effect::Send { to, .. } if *to == next)));
    }
}

#[test]
fn an_unanswered_question_is_asked_again_with_the_same_number() {
    let mut worker = worker();
    let asked = worker.said();
    worker.ring(Timer::Retry);
    assert!(worker.is_silent(), "it has not had its time yet");
    worker.ring(Timer::Retry);
    assert_eq!(worker.said(), asked);
}

#[test]
fn a_map_writes_private_files_renames_them_all_at_once_and_then_reports() {
    let (mut worker, mut store) = (worker(), store_with_split("the whale the sea"));
    worker.given(TaskId::map(0));
    let read = served(&mut worker, &mut store);
    assert_eq!(read, [FileRequest::Read { file: SPLIT, chunk: 0 }]);
    assert_eq!(worker.doing(), Doing::Working { bytes: 17, records: 1 });

    worker.ring(Timer::Work);
    let written = served(&mut worker, &mut store);
    let (rename, before) = written.split_last().expect("it writes");
    for request in before {
        let is_private = |file: &FileName| matches!(file.file, File::Temporary { attempt: 3, .. });
        match request {
            FileRequest::Create { files, truncate: false } => assert!(files.iter().all(is_private)),
            FileRequest::Append { file, .. } => assert!(is_private(file)),
            other => panic!("before the renaming it only writes private files, not {other:?}"),
        }
    }
    assert!(matches!(rename, FileRequest::Rename { moves } if moves.len() == 2));
    let finals: Vec<String> = (0..2)
        .map(|part| FileName { job: JobId(1), file: File::of(TaskId::map(0), part) })
        .map(|name| store.node.view().text(name).expect("it is there"))
        .collect();
    let lines: Vec<&str> = finals.iter().flat_map(|text| text.lines()).collect();
    assert_eq!(lines.len(), 4);
    for (part, text) in (0..).zip(&finals) {
        assert!(text.lines().all(|line| {
            let word = line.split('"').nth(3).expect("a JSON object");
            ihash(word) % 2 == part
        }));
    }
    assert!(
        matches!(worker.said()[..], [Message::Report { task, attempt: 3, .. }] if task == TaskId::map(0))
    );
    assert_eq!(worker.doing(), Doing::Reporting);
}

#[test]
fn a_map_takes_time_for_every_byte_and_record_and_more_where_the_worker_is_slow() {
    let config = Config {
        work_base: Span::millis(5),
        work_per_kib: Span::millis(1024),
        work_per_thousand: Span::millis(3_000),
        speed: 50,
        ..config()
    };
    let mut worker = Bench::<Worker>::boot(&config, &Files::<Worker>::new());
    let mut store = store_with_split("sixteen letters.");
    worker.given(TaskId::map(0));
    served(&mut worker, &mut store);
    // 5 for the task, 16 for its bytes, 3 for its one record; and all of that twice.
    let within = (Span::millis(48), Span::millis(48));
    assert!(worker.effects.contains(&Effect::SetTimer { which: Timer::Work, within }));
}

#[test]
fn a_worker_reports_only_when_the_renaming_is_acknowledged() {
    let (mut worker, mut store) = (worker(), store_with_split("whale"));
    worker.given(TaskId::map(0));
    served(&mut worker, &mut store);
    worker.ring(Timer::Work);
    let mut said = worker.said();
    // Everything is answered but the renaming.
    while let Some(message) = said.pop() {
        if matches!(message, Message::File { request: FileRequest::Rename { .. }, .. }) {
            break;
        }
        store.hear(COORDINATOR, message);
        worker.hear(STORE, store.said().remove(0));
        said.extend(worker.said());
    }
    assert_eq!(worker.doing(), Doing::Renaming);
    assert!(!worker.said().iter().any(|message| matches!(message, Message::Report { .. })));
    worker.ring(Timer::Retry);
    worker.ring(Timer::Retry);
    let again = worker.said();
    assert!(matches!(again[..], [Message::File { request: FileRequest::Rename { .. }, .. }]), "{again:?}");
}

#[test]
fn a_reduce_reads_its_column_sorts_it_and_writes_a_line_for_every_key() {
    let mut store = store_with_split("the whale the sea");
    let mut worker = worker();
    worker.given(TaskId::map(0));
    for _ in 0..3 {
        served(&mut worker, &mut store);
        if worker.doing() == (Doing::Working { bytes: 17, records: 1 }) {
            worker.ring(Timer::Work);
        }
    }
    let Some(Message::Report { call, .. }) = worker.said().pop() else { panic!("the map is reported") };
    worker.hear(COORDINATOR, Message::Reported { call });
    assert_eq!(worker.node.view().done, 1);
    let mut output = String::new();
    for reduce in 0..2 {
        worker.given(TaskId::reduce(reduce));
        served(&mut worker, &mut store);
        worker.ring(Timer::Work);
        served(&mut worker, &mut store);
        let Some(Message::Report { call, .. }) = worker.said().pop() else {
            panic!("the reduce is reported")
        };
        worker.hear(COORDINATOR, Message::Reported { call });
        let name = FileName { job: JobId(1), file: File::Output(reduce) };
        output += &store.node.view().text(name).expect("an empty partition gives an empty file");
    }
    let mut lines: Vec<&str> = output.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["sea 1", "the 2", "whale 1"]);
}

#[test]
fn an_attempt_whose_split_is_gone_is_given_up() {
    let (mut worker, mut store) = (worker(), Bench::<Store>::boot(&config(), &Files::<Store>::new()));
    worker.given(TaskId::map(0));
    served(&mut worker, &mut store);
    assert!(worker.noted(Note::GivenUp));
    assert_eq!(worker.doing(), Doing::Waiting);
}

#[test]
fn an_attempt_that_is_given_up_asks_nothing_more() {
    let (mut worker, mut store) = (worker(), store_with_split(TEXT[3]));
    worker.given(TaskId::map(0));
    served(&mut worker, &mut store);
    worker.ring(Timer::Work);
    store.hear(COORDINATOR, worker.said().remove(0));
    worker.hear(STORE, store.said().remove(0));
    let mut appends = worker.said();
    assert_eq!(appends.len(), 2, "one for each partition");
    let Message::File { call, .. } = appends.remove(0) else { panic!("an append") };
    worker.hear(STORE, Message::FileReply { call, outcome: FileOutcome::Missing });
    assert!(worker.noted(Note::GivenUp));
    worker.ring(Timer::Retry);
    worker.ring(Timer::Retry);
    assert!(worker.is_silent());
}

#[test]
fn a_reduce_takes_a_missing_file_as_empty_and_a_torn_one_as_far_as_it_goes() {
    let torn = "{\"Key\":\"sea\",\"Value\":\"1\"}\n{\"Key\":\"wh";
    let name = FileName { job: JobId(1), file: File::Intermediate { map: 0, reduce: 0 } };
    let output = FileName { job: JobId(1), file: File::Output(0) };
    for (disk, note, text) in [
        (Files::<Store>::new(), Note::IntermediateMissing, ""),
        ([(Chunk { file: name, index: 0 }, Bytes::from(torn))].into(), Note::IntermediateTorn, "sea 1\n"),
    ] {
        let (mut worker, mut store) = (worker(), Bench::<Store>::boot(&config(), &disk));
        worker.given(TaskId::reduce(0));
        served(&mut worker, &mut store);
        let noted_early = worker.noted(note);
        worker.ring(Timer::Work);
        assert!(noted_early || worker.noted(note));
        served(&mut worker, &mut store);
        assert_eq!(store.node.view().text(output).as_deref(), Some(text));
    }
}

#[test]
fn a_worker_that_crashed_takes_no_answer_meant_for_its_former_self() {
    let before = worker();
    let Some(Message::Ask { call }) = before.said().pop() else { panic!("it asks") };
    let disk = [(WorkerFile::Incarnation, WorkerContent::Incarnation(1))].into();
    let mut after = Bench::<Worker>::boot(&config(), &disk);
    after.hear(COORDINATOR, Message::Answer { call, answer: Answer::Run(assignment(TaskId::map(0))) });
    assert!(after.noted(Note::AnswerStale));
    assert_eq!((after.doing(), after.node.view().incarnation), (Doing::Asking, 2));
}

#[test]
fn a_worker_whose_disk_was_emptied_is_none_of_its_former_selves() {
    let disk = [(WorkerFile::Incarnation, WorkerContent::Incarnation(70))].into();
    let before = Bench::<Worker>::boot(&config(), &disk).node.view().incarnation;
    let mut after = Bench {
        node: Worker::boot(&config(), &Files::<Worker>::new()),
        at: Time::ZERO + Span::secs(1),
        effects: Vec::new(),
    };
    after.feed(Input::Start);
    let Some(Message::Ask { call }) = after.said().pop() else { panic!("it asks") };
    assert!(call.incarnation > before, "a coordinator that knows the former one would not answer");
}

#[test]
fn an_assignment_that_makes_no_sense_is_not_taken() {
    let sensible = assignment(TaskId::map(0));
    for wrong in [
        Assignment { reduces: 0, ..sensible.clone() },
        Assignment { reduces: u32::MAX, ..sensible.clone() },
        Assignment { maps: u32::MAX, ..assignment(TaskId::reduce(0)) },
        Assignment { input: None, ..sensible.clone() },
        Assignment { task: TaskId::reduce(2), ..sensible },
    ] {
        let mut worker = worker();
        worker.told(Answer::Run(wrong));
        assert!(worker.noted(Note::NotForMe));
        assert_eq!(worker.doing(), Doing::Asking);
    }
}
