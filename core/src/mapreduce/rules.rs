//! The rules of MapReduce that can be switched off, each with a consequence that somebody notices.

pub use crate::rules::Rule as Named;

crate::rules::rules! {
    ReduceAfterAllMaps "reduce-after-all-maps" Safety "MapReduce §3.1"
        "No reduce task is handed out before every map task is completed.";
    ReissueAfterTimeout "reissue-after-timeout" Liveness "MapReduce §3.3, lab 1"
        "A task that has been in progress for ten seconds is given to another worker.";
    FirstCompletionWins "first-completion-wins" Safety "MapReduce §3.3"
        "A task counts as completed once, however many attempts at it are reported and however often.";
    ReportsMatched "reports-matched" Safety "MapReduce §3.3"
        "A report counts for the task, phase and job that it names and for no other.";
    AtomicRename "atomic-rename" Safety "MapReduce §3.3"
        "An attempt writes private files and gives them their final names all at once when they are complete.";
    ReportAfterRename "report-after-rename" Safety "MapReduce §3.3"
        "A worker reports a task completed only when it knows that the renaming is done.";
    PartitionByHash "partition-by-hash" Safety "MapReduce §2, §3.1"
        "Every map sends a key to the same reduce task: the one that the key's hash names.";
    SortByKey "sort-by-key" Safety "MapReduce §3.1"
        "A reduce task sorts its pairs, so that all values of a key go into one call.";
    AskAgain "ask-again" Liveness "lab 1"
        "A worker that is told there is nothing to do right now asks again later.";
    CountersOnce "counters-once" Safety "MapReduce §4.9"
        "What a task has counted is added up once, whichever of its attempts is reported and however often.";
    RerunLostMaps "rerun-lost-maps" Liveness "MapReduce §3.3"
        "A completed map whose output is lost with its worker's disk runs again.";
    SkipBadRecords "skip-bad-records" Liveness "MapReduce §4.6"
        "A record in which the program has failed more than once is left out of the next attempt.";
    BackupTasks "backup-tasks" Cost "MapReduce §3.6"
        "When no task is left to hand out, an idle worker makes another attempt at one that takes long.";
    KeptBeforeCounted "kept-before-counted" Safety "MapReduce §3.3"
        "Where coordinators share their state, a task counts as completed, and its worker is told so, only when that is kept.";
}
