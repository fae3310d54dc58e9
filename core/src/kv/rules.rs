//! The rules of the key/value service that can be switched off.

pub use crate::rules::Rule as Named;

crate::rules::rules! {
    DuplicateDetection "duplicate-detection" Safety "§8"
        "Each replica, as it applies a command, skips one whose number its client has already used.";
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
    RetryUntilAnswered "retry-until-answered" Liveness "§8"
        "A clerk that hears nothing asks the next server, with the same number, for as long as it takes.";
}
