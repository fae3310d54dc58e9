//! Why a server did nothing: the reasons for decisions that leave no other trace.

use serde::Serialize;

/// Declares the notes: `Variant "sentence";` for each.
macro_rules! notes {
    ($($note:ident $why:literal;)+) => {
        /// Why a message, a timer or a call was refused or ignored.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Note {
            $(#[doc = $why] $note,)+
        }

        impl Note {
            /// Every note, in reading order.
            pub const ALL: &'static [Note] = &[$(Note::$note),+];

            /// The reason as a sentence for people.
            pub fn why(self) -> &'static str {
                match self { $(Note::$note => $why),+ }
            }
        }
    };
}

notes! {
    VoteRefusedStaleTerm "No vote: the candidate's term is over (§5.1).";
    VoteRefusedAlreadyVoted "No vote: it went to another candidate in this term (§5.2).";
    VoteRefusedLogBehind "No vote: the candidate's log is less up to date (§5.4.1).";
    VoteReplyOfOtherTerm "Ignored: the vote belongs to an earlier election (§5.1).";
    VoteReplyAfterElection "Ignored: the election of this term is already decided here (§5.2).";
    VoteReplyFromStranger "Ignored: the vote comes from a server that was not asked.";
    NoTermLeft "No election: there is no term after the last one that a number can hold.";
    EntriesRefusedStaleTerm "Refused: the leader that sent this has been replaced (§5.1).";
    EntriesRefusedTooShort "Refused: the log ends before the entry that should come just before these (§5.3).";
    EntriesRefusedConflict "Refused: the entry just before these has another term here (§5.3).";
    EntriesAlreadyHeld "Nothing to do: the log already holds these entries (§5.3).";
    EntriesFromSecondLeader "Ignored: two leaders in one term cannot be (§5.2).";
    AppendReplyOfOtherTerm "Ignored: the reply belongs to an earlier term (§5.1).";
    AppendReplyAfterLeading "Ignored: this server no longer leads the term in which it asked (§5.1).";
    AppendReplyFromStranger "Ignored: the reply comes from a server that was not sent anything.";
    MatchBeyondLog "Ignored: the follower claims entries that this leader does not have.";
    RefusalSettled "Ignored: the refused request has been overtaken; another is on its way (§5.3).";
    SnapshotOutdated "Ignored: a snapshot at least as recent is here already (§7).";
    SnapshotOfUnapplied "Ignored: a snapshot can only replace what has been applied (§7).";
    SnapshotRefusedStaleTerm "Refused: the leader that sent this snapshot has been replaced (§5.1).";
    SnapshotAlreadyHeld "Nothing to do: all that this snapshot replaces is known here to be committed (§7).";
    SnapshotBeyondCounting "Ignored: no log can be as long as this snapshot says.";
    ChunkOutOfPlace "Not taken: the chunk does not begin where what has arrived of the snapshot ends (§7).";
    SnapshotReplyOfOtherTerm "Ignored: the reply to a snapshot belongs to an earlier term (§5.1).";
    SnapshotReplyAfterLeading "Ignored: this server no longer leads the term in which it sent the snapshot (§5.1).";
    SnapshotReplyFromStranger "Ignored: the reply comes from a server that was not sent a snapshot.";
    SnapshotReplySettled "Ignored: the answered chunk has been overtaken; another is on its way (§7).";
    ProposalWithoutLeading "Refused: only the leader takes commands (§5.1).";
    ProposalWhileHandingOver "Refused: this leader is making way for another (dissertation §3.10).";
    ReadWithoutLeading "Refused: only the leader knows what is committed (§8).";
    VoteRefusedLeaderHeard "No vote, and no news: this server hears a leader that counts on it (§6).";
    StandsNotYet "No election yet: this server hears a leader that counts on it (dissertation §6.4.1).";
    PreVoteRefusedStaleTerm "It would not vote: the asking server's term is over (§5.1).";
    PreVoteRefusedLeaderHeard "It would not vote: it hears a leader (dissertation §9.6).";
    PreVoteRefusedLogBehind "It would not vote: the asking server's log is less up to date (§5.4.1).";
    PreVoteReplyOutlived "Ignored: this server no longer asks whether it would be elected.";
    NoQuorum "Steps down: no majority has answered for an election time-out (dissertation §6.2).";
    TransferWithoutLeading "Refused: only the leader can hand over leadership (dissertation §3.10).";
    TransferToNobody "Ignored: leadership can be handed to another server of the cluster only.";
    TransferAbandoned "Goes on leading: the other has not taken over in time (dissertation §3.10).";
    TimeoutNowOutlived "Ignored: the leader that asked this server to stand has been replaced.";
    TimerOutOfPlace "Ignored: this timer means nothing in the present role.";
    MembershipIsFixed "Ignored: who takes part cannot be changed from outside (§6).";
}
