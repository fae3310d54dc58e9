//! MapReduce's steps in words.

use super::{Kind, Names, Sentence};
use crate::lab::member::{self, Member, View};
use crate::mapreduce::Note;
use crate::mapreduce::Timer;
use crate::mapreduce::message::{Answer, Ending, FileOutcome, FileRequest, Message};
use crate::mapreduce::view::{CoordinatorView, Stage};
use crate::node::{Effect, NodeId};
use crate::sim::Step;
use alloc::format;
use alloc::string::String;

/// A message as a noun phrase.
pub(super) fn name(message: &Message) -> String {
    match message {
        Message::Ask { .. } => "A request for a task".into(),
        Message::Answer { answer: Answer::Run(run), .. } => format!("The assignment of {}", run.task),
        Message::Answer { .. } => "An answer without a task".into(),
        Message::Report { task, ending: Ending::Completed(_), .. } => format!("The report of {task}"),
        Message::Report { task, .. } => format!("News that {task} failed"),
        Message::Alive { .. } => "A sign of life".into(),
        Message::Reported { .. } => "A receipt from the coordinator".into(),
        Message::File { request, .. } => match request {
            FileRequest::Create { files, .. } => format!("A request to create {} files", files.len()),
            FileRequest::Append { file, .. } => format!("A piece of {file}"),
            FileRequest::Read { file, .. } => format!("A request to read {file}"),
            FileRequest::Rename { moves } => format!("A request to rename {} files", moves.len()),
            FileRequest::RemoveTemporary { .. } => "A request to clear up".into(),
        },
        Message::FileReply { outcome, .. } => match outcome {
            FileOutcome::Done => "A receipt from the store".into(),
            FileOutcome::Chunk { .. } => "A piece of a file".into(),
            FileOutcome::Missing => "News of a missing file".into(),
        },
    }
}

/// What a note says to people.
pub(super) fn why(note: Note) -> &'static str {
    match note {
        Note::JobRunning => "Refused: another job is running.",
        Note::JobUnfit => "Refused: this job cannot be run.",
        Note::JobDied => "The coordinator crashed, and the job died with it (§3.3).",
        Note::TookOver => "This coordinator is in charge now (§3.3).",
        Note::Deposed => "Another coordinator is in charge: this one stands by.",
        Note::NotInCharge => "Ignored: another coordinator is in charge.",
        Note::AttemptFailed => "The program failed: the task will be tried again.",
        Note::RecordSkipped => {
            "The program has failed twice in this record: the next attempt leaves it out (§4.6)."
        }
        Note::JobFailed => "The task has failed too often: the job fails.",
        Note::OutputLost => "The map's output is lost with its worker: the map runs again (§3.3).",
        Note::BackedUp => {
            "No task is left to hand out: another attempt is made at one that takes long (§3.6)."
        }
        Note::SourceSilent => {
            "The worker that has a map's output does not answer: the coordinator is told (§3.3)."
        }
        Note::AskRepeated => "This question was answered before: the answer is given again.",
        Note::AskStale => "Ignored: the question is older than one that was answered.",
        Note::Overdue => "The task was in progress for too long: another worker will get it (§3.3).",
        Note::ReportLate => "Ignored: the task was completed before, and the first completion wins (§3.3).",
        Note::ReportOfOtherJob => "Ignored: the report is about another job.",
        Note::ReportUnmatched => "Ignored: the report matches no attempt that was made.",
        Note::AnswerStale => "Ignored: the question is no longer open.",
        Note::GivenUp => "The attempt is given up: what it had written is gone.",
        Note::IntermediateMissing => "A file to be reduced is not there: it is taken as empty.",
        Note::IntermediateTorn => "A file to be reduced is torn: it is read as far as it goes.",
        Note::DoneBefore => "This was done before: it is acknowledged again.",
        Note::NoSuchFile => "There is no such file, or not that much of it.",
        Note::NotForMe => "Ignored: this was meant for another kind of node.",
    }
}

pub(super) fn alarm(step: &Step<Member>, names: Names, node: NodeId, timer: Timer) -> Sentence {
    let name = names.of(node);
    match timer {
        Timer::Overdue if notes(step, Note::Overdue) => {
            let text = format!("{name} has waited too long for a task: another worker will get it.");
            Sentence::new(Kind::Mapreduce, "MapReduce §3.3", text)
        }
        Timer::Overdue => Sentence::plain(Kind::Quiet, format!("{name} looked for overdue tasks.")),
        Timer::Work => {
            let text = match (worker_doing(step), step.change.is_some()) {
                (Some(task), true) => format!("{name} has computed {task} and writes it down."),
                _ => format!("{name} has computed its task."),
            };
            Sentence::new(Kind::Mapreduce, "MapReduce §3.1", text)
        }
        Timer::Alive => Sentence::plain(Kind::Quiet, format!("{name} says that it is in charge.")),
        Timer::TakeOver => {
            let text = format!("{name} has heard nothing from the coordinator in charge: it takes over.");
            Sentence::new(Kind::Mapreduce, "MapReduce §3.3", text)
        }
        Timer::Poll => Sentence::plain(Kind::Quiet, format!("{name} asks for a task again.")),
        Timer::Retry => Sentence::plain(Kind::Quiet, format!("{name} had no answer and asks again.")),
    }
}

pub(super) fn arrival(
    step: &Step<Member>,
    names: Names,
    from: NodeId,
    to: NodeId,
    message: &Message,
) -> Sentence {
    let (from, to) = (names.of(from), names.of(to));
    match message {
        Message::Ask { .. } => asked(step, &from, &to),
        Message::Answer { answer: Answer::Run(run), .. } if step.change.is_some() => {
            let text = format!("{to} begins {}, attempt {}.", run.task, run.attempt);
            Sentence::new(Kind::Mapreduce, "MapReduce §3.1", text)
        }
        Message::Answer { .. } => Sentence::plain(Kind::Quiet, format!("{to} has nothing to do for now.")),
        Message::Report { task, attempt, ending: Ending::Failed(failure), .. } => {
            let rest = if notes(step, Note::JobFailed) { " The job fails." } else { "" };
            let text = format!("{from} could not compute {task}, attempt {attempt}: {failure}.{rest}");
            Sentence::new(Kind::Mapreduce, "MapReduce §4.6", text)
        }
        Message::Report { task, ending: Ending::Unread { map, .. }, .. } => {
            let rest = if notes(step, Note::OutputLost) { " It runs again." } else { "" };
            let text = format!("{from} could not read what map {map} has left for {task}.{rest}");
            Sentence::new(Kind::Mapreduce, "MapReduce §3.3", text)
        }
        Message::Alive { .. } if notes(step, Note::NotInCharge) => {
            let text =
                format!("{to} refuses the job that waited with it, as {from} is in charge: submit it again.");
            Sentence::new(Kind::Mapreduce, "MapReduce §3.3", text)
        }
        Message::Alive { .. } => {
            Sentence::plain(Kind::Quiet, format!("{to} knows that {from} is in charge."))
        }
        Message::Report { task, attempt, .. } => {
            if notes(step, Note::ReportLate) {
                let text = format!("{from} reported {task}, attempt {attempt}, which was complete already.");
                return Sentence::new(Kind::Mapreduce, "MapReduce §3.3", text);
            }
            if notes(step, Note::NotInCharge) {
                let text = format!("{to} is not in charge: it does not answer {from}'s report of {task}.");
                return Sentence::plain(Kind::Quiet, text);
            }
            if notes(step, Note::ReportOfOtherJob) || notes(step, Note::ReportUnmatched) {
                let text = format!("{to} ignores {from}'s report of {task}, attempt {attempt}.");
                return Sentence::new(Kind::Mapreduce, "MapReduce §3.3", text);
            }
            if coordinator(step).is_none() {
                let text =
                    format!("{to} has it written down that {from} completed {task}, before it counts.");
                return Sentence::new(Kind::Mapreduce, "MapReduce §3.3", text);
            }
            let stage = coordinator(step).and_then(|(before, after)| {
                let stage = |view: &CoordinatorView| view.job.as_ref().map(|job| job.stage);
                stage(after).filter(|_| stage(before) != stage(after))
            });
            let rest = match stage {
                Some(Stage::Reduce) => " That was the last map: reduces can begin.",
                Some(Stage::Done) => " That was the last one: the job is done.",
                _ => "",
            };
            let text = format!("{to} counts {task} as completed by {from}.{rest}");
            Sentence::new(Kind::Mapreduce, "MapReduce §3.2", text)
        }
        Message::Reported { .. } => {
            Sentence::plain(Kind::Quiet, format!("{to} knows that its report arrived."))
        }
        Message::File { request, .. } => filed(&from, &to, request),
        Message::FileReply { .. } => Sentence::plain(Kind::Quiet, format!("{to} heard from {from}.")),
    }
}

fn asked(step: &Step<Member>, from: &str, to: &str) -> Sentence {
    let run = step.effects.iter().find_map(|effect| match effect {
        Effect::Send {
            body: member::Message::MapReduce(Message::Answer { answer: Answer::Run(run), .. }),
            ..
        } => Some(run),
        _ => None,
    });
    match run {
        Some(run) if run.backup => {
            let text = format!("{to} gave {} to {from} as a backup, attempt {}.", run.task, run.attempt);
            Sentence::new(Kind::Mapreduce, "MapReduce §3.6", text)
        }
        Some(run) if run.attempt > 1 => {
            let text = format!("{to} gave {} to {from}, attempt {}.", run.task, run.attempt);
            Sentence::new(Kind::Mapreduce, "MapReduce §3.3", text)
        }
        Some(run) => {
            Sentence::new(Kind::Mapreduce, "MapReduce §3.1", format!("{to} gave {} to {from}.", run.task))
        }
        None => Sentence::plain(Kind::Quiet, format!("{to} has no task for {from} now.")),
    }
}

fn filed(from: &str, to: &str, request: &FileRequest) -> Sentence {
    match request {
        FileRequest::Rename { moves } => {
            let text = match moves.first() {
                Some(first) if moves.len() == 1 => {
                    format!("{to} gave {from}'s file its final name, {}.", first.to)
                }
                _ => format!("{to} gave {from}'s {} files their final names, all at once.", moves.len()),
            };
            Sentence::new(Kind::Mapreduce, "MapReduce §3.3", text)
        }
        FileRequest::Create { files, .. } => {
            Sentence::plain(Kind::Quiet, format!("{to} creates {} files for {from}.", files.len()))
        }
        FileRequest::Append { file, .. } => {
            Sentence::plain(Kind::Quiet, format!("{to} takes a piece of {file} from {from}."))
        }
        FileRequest::Read { file, .. } => {
            Sentence::plain(Kind::Quiet, format!("{to} reads {file} to {from}."))
        }
        FileRequest::RemoveTemporary { .. } => {
            Sentence::plain(Kind::Quiet, format!("{to} clears up what abandoned attempts left."))
        }
    }
}

fn notes(step: &Step<Member>, wanted: Note) -> bool {
    step.notes().any(|note| *note == member::Note::MapReduce(wanted))
}

fn worker_doing(step: &Step<Member>) -> Option<String> {
    match step.change.as_ref()?.before.as_ref()? {
        View::Worker(view) => view.attempt.as_ref().map(|run| format!("{}", run.task)),
        _ => None,
    }
}

fn coordinator(step: &Step<Member>) -> Option<(&CoordinatorView, &CoordinatorView)> {
    match (step.change.as_ref()?.before.as_ref()?, step.change.as_ref()?.after.as_ref()?) {
        (View::Coordinator(before), View::Coordinator(after)) => Some((before, after)),
        _ => None,
    }
}
