//! Why somebody did something that leaves no other trace.

use serde::Serialize;

/// A reason. The step's cause and effects say who, what and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Note {
    /// The coordinator refuses a job because another one is running.
    JobRunning,
    /// The coordinator refuses a job that cannot be run.
    JobUnfit,
    /// The coordinator crashed while a job was running, and the job died with it.
    JobDied,
    /// A question was answered before: the answer is given again.
    AskRepeated,
    /// A question is older than one that was already answered: it is ignored.
    AskStale,
    /// This coordinator is in charge from now on.
    TookOver,
    /// Another coordinator is in charge.
    Deposed,
    /// Ignored: another coordinator is in charge.
    NotInCharge,
    /// The program failed in an attempt: the task will be tried again.
    AttemptFailed,
    /// A record in which the program has failed more than once will be left out.
    RecordSkipped,
    /// A task failed too often, and the job with it.
    JobFailed,
    /// A completed map's output is lost: it will run again.
    OutputLost,
    /// No task is left to hand out: another attempt is made at one that takes long.
    BackedUp,
    /// A task was in progress for too long: it will be given to another worker.
    Overdue,
    /// A report for a task that is already completed is ignored: the first completion wins.
    ReportLate,
    /// A report for another job is ignored.
    ReportOfOtherJob,
    /// A report for the other phase, or for a task or an attempt that does not exist, is ignored.
    ReportUnmatched,
    /// An answer to a question that is no longer open is ignored.
    AnswerStale,
    /// The worker gives an attempt up because its split, or what it had written, is gone.
    GivenUp,
    /// The worker that has a map's output does not answer, or no longer has it.
    SourceSilent,
    /// A file that a reduce reads is not there: it is taken as empty.
    IntermediateMissing,
    /// A file that a reduce reads ends in the middle of a pair, or is not JSON: it is read as far as it goes.
    IntermediateTorn,
    /// The request was done before: it is acknowledged again and changes nothing.
    DoneBefore,
    /// There is no such file, or it lacks the chunks before this one.
    NoSuchFile,
    /// A message that makes no sense to this kind of node is ignored.
    NotForMe,
}

impl Note {
    /// Every note.
    pub const ALL: [Note; 25] = [
        Note::JobRunning,
        Note::JobUnfit,
        Note::JobDied,
        Note::AskRepeated,
        Note::AskStale,
        Note::TookOver,
        Note::Deposed,
        Note::NotInCharge,
        Note::AttemptFailed,
        Note::RecordSkipped,
        Note::JobFailed,
        Note::OutputLost,
        Note::BackedUp,
        Note::SourceSilent,
        Note::Overdue,
        Note::ReportLate,
        Note::ReportOfOtherJob,
        Note::ReportUnmatched,
        Note::AnswerStale,
        Note::GivenUp,
        Note::IntermediateMissing,
        Note::IntermediateTorn,
        Note::DoneBefore,
        Note::NoSuchFile,
        Note::NotForMe,
    ];
}
