//! Why a server or a clerk did nothing, or did less than one might expect.

use crate::raft;
use serde::Serialize;

/// Declares the notes: `Variant "sentence";` for each, besides those of the Raft inside a server.
macro_rules! notes {
    ($($note:ident $why:literal;)+) => {
        /// The reason for a decision that leaves no other trace.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Note {
            /// What the server's Raft has to say.
            Raft(raft::Note),
            $(#[doc = $why] $note,)+
        }

        impl Note {
            /// Every note but Raft's own, in reading order.
            pub const ALL: &'static [Note] = &[$(Note::$note),+];

            /// The reason as a sentence for people.
            pub fn why(self) -> &'static str {
                match self {
                    Note::Raft(note) => note.why(),
                    $(Note::$note => $why),+
                }
            }
        }
    };
}

notes! {
    AnsweredBefore "Answered from the session table: this command has been executed already (§8).";
    AlreadyWaiting "Nothing to do: the command is in the log, and its client will be answered when it is applied.";
    RequestOutlived "Ignored: the client has gone on to a later command, so it has its answer (§8).";
    SkippedDuplicate "Skipped: this command has been executed already, under the same number (§8).";
    TurnedAwayAtIndex "The client is sent elsewhere: another command was applied where its own had been put.";
    TurnedAwayFromTerm "The client is sent elsewhere: this server no longer leads the term in which it took the command.";
    TurnedAwayBySnapshot "The client is sent elsewhere: its command's place in the log went into a snapshot unseen.";
    SnapshotUnreadable "The state stays as it is: these bytes are not a snapshot of it.";
    NotForServer "Ignored: a server asks nobody, so this cannot be an answer to it.";
    ReplyOfOtherLife "Ignored: the answer is meant for another life of this clerk.";
    ReplyOutlived "Ignored: the operation has returned already.";
    RedirectOutlived "Ignored: this clerk is no longer waiting for that server.";
    ReplyFromStranger "Ignored: the answer comes from a node that is not one of the servers.";
    NotForClerk "Ignored: a clerk executes nothing and has no Raft.";
    NobodyToAsk "Nothing can be asked: this clerk knows no servers.";
    TimerOutOfPlace "Ignored: nothing waits for this timer.";
}
