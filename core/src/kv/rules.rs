//! The rules of the key/value service that can be switched off.

pub use crate::rules::Rule as Named;

crate::rules::rules! {
    DuplicateDetection "duplicate-detection" Safety "§8"
        "Each replica, as it applies a command, skips one whose number its client has already used.";
    SessionsOnEveryReplica "sessions-on-every-replica" Safety "§8"
        "Every replica notes in its session table what it applies, and not only the one that has a client waiting.";
    AnswerInSession "answer-in-session" Safety "§8"
        "The session table has the answer as well as the number: a retry is told what came of its first execution.";
    RetryKeepsNumber "retry-keeps-number" Safety "§8"
        "A clerk repeats a request under the number that it first had.";
    ReadsThroughTheLog "reads-through-the-log" Safety "§8"
        "A read is a command like any other: no server answers it from its own store alone.";
    AnswerAfterApply "answer-after-apply" Safety "§5.3"
        "A leader answers a client only when it has committed and applied the client's command.";
    AnswerOnlyOwnOperation "answer-only-own-operation" Safety "§8"
        "A waiting client is answered by its own command at the index and term it was given, or sent elsewhere.";
    SessionsInSnapshot "sessions-in-snapshot" Safety "§8"
        "A snapshot holds the session table too, so a retry is recognised after the log that had it first is gone.";
    RestoreBeforeDelivery "restore-before-delivery" Safety "§7"
        "A restarted server restores its state from the snapshot before it executes the commands that follow it.";
    NewSessionAfterCrash "new-session-after-crash" Liveness "§8"
        "A clerk that comes back begins a new session, so that nothing it asks for is taken for what it asked before.";
    RetryUntilAnswered "retry-until-answered" Liveness "§8"
        "A clerk that hears nothing asks the next server, for as long as it takes.";
    ReleaseWaiters "release-waiters" Cost "§8"
        "A server that can no longer answer those who wait for it sends them elsewhere, instead of saying nothing.";
    AskLastLeader "ask-last-leader" Cost "§8"
        "A clerk asks first the server that answered it last.";
    PauseBetweenRounds "pause-between-rounds" Cost "§8"
        "A clerk that has asked every server in vain pauses before it asks them again.";
    SnapshotNearLimit "snapshot-near-limit" Cost "§7"
        "A server whose Raft state nears the limit takes a snapshot, so that its log does not grow for ever.";
}
