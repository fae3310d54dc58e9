//! Every scenario runs as it says, and tells the same story each time.
//!
//! The facts are asserted in the scenarios themselves; only the narration is golden. After a change that is meant to
//! change it, look at the difference and run with `UPDATE_GOLDEN=1`. `STORY=figure-8` runs only those with that in their
//! names and, with `--nocapture`, shows what they tell.

use splitbrain::kv;
use splitbrain::lab::member::Note;
use splitbrain::lab::scenario::{Scenario, Telling, note_name};
use splitbrain::raft;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The scenarios asked for: all of them, unless `STORY` says which.
fn scenarios() -> Vec<PathBuf> {
    let rooms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/scenarios");
    let wanted = std::env::var("STORY").unwrap_or_default();
    let mut found = Vec::new();
    for room in fs::read_dir(rooms).expect("there are scenarios").flatten() {
        let files = fs::read_dir(room.path()).expect("a room is a folder").flatten().map(|file| file.path());
        found.extend(files.filter(|file| file.extension().is_some_and(|kind| kind == "txt")));
    }
    found.retain(|path| name(path).contains(&wanted));
    found.sort();
    assert!(!wanted.is_empty() || found.len() >= 50, "{} stories found", found.len());
    found
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn run(path: &Path) -> Result<Telling, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let scenario = Scenario::parse(&text).map_err(|error| error.to_string())?;
    scenario.run().map_err(|failure| failure.to_string())
}

#[test]
fn every_scenario_runs_as_it_says_and_tells_the_same_story() {
    let mut failures = String::new();
    for path in scenarios() {
        let name = name(&path);
        let telling = match run(&path) {
            Ok(telling) => telling,
            Err(failure) => {
                failures.push_str(&format!("{name}, {failure}\n"));
                continue;
            }
        };
        if std::env::var_os("STORY").is_some() {
            println!("{}", telling.text);
        }
        let golden = path.with_extension("golden");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &telling.text).expect("a golden file can be written");
        }
        let known = fs::read_to_string(&golden).unwrap_or_default();
        if let Some((line, (was, is))) =
            known.lines().zip(telling.text.lines()).enumerate().find(|(_, (was, is))| was != is)
        {
            failures
                .push_str(&format!("{name}, line {} of its telling:\n  was {was}\n  is  {is}\n", line + 1));
        } else if known.lines().count() != telling.text.lines().count() {
            failures.push_str(&format!("{name}: its telling became longer or shorter\n"));
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn the_stories_of_a_room_are_lessons_in_an_order() {
    let mut rooms: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for path in scenarios() {
        let text = fs::read_to_string(&path).expect("a scenario can be read");
        let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{}, {error}", name(&path)));
        assert!(!scenario.paper.is_empty(), "{} cites no paper", name(&path));
        rooms.entry(name(path.parent().unwrap_or(&path))).or_default().push(scenario.lesson);
    }
    for (room, mut lessons) in rooms {
        lessons.sort_unstable();
        let whole = (1..).zip(&lessons).all(|(place, lesson)| place == *lesson);
        assert!(whole || std::env::var_os("STORY").is_some(), "the lessons of {room} are {lessons:?}");
    }
}

/// What no story can reach, since nobody in these clusters would send it: a message from outside, or one with a number
/// that no run comes to. `raft::tests::notes` sends each by hand.
const UNREACHED: &[raft::Note] = &[
    raft::Note::VoteReplyFromStranger,
    raft::Note::NoTermLeft,
    raft::Note::AppendReplyFromStranger,
    raft::Note::SnapshotBeyondCounting,
    raft::Note::SnapshotReplyFromStranger,
    raft::Note::ReadWithoutLeading,
    raft::Note::TimerOutOfPlace,
    raft::Note::MembershipIsFixed,
];

#[test]
fn every_reason_that_raft_gives_is_given_in_a_story() {
    let mut given = BTreeSet::new();
    for telling in scenarios().iter().filter_map(|path| run(path).ok()) {
        given.extend(telling.notes.iter().filter_map(|note| match note {
            Note::Kv(kv::Note::Raft(note)) => Some(*note),
            _ => None,
        }));
    }
    let all = raft::Note::ALL.iter().copied();
    let wrong = all.filter(|note| given.contains(note) == UNREACHED.contains(note));
    let wrong: Vec<String> = wrong.map(|note| note_name(Note::Kv(kv::Note::Raft(note)))).collect();
    assert!(
        wrong.is_empty() || std::env::var_os("STORY").is_some(),
        "no story gives these reasons, or one does that is thought not to: {}",
        wrong.join(", ")
    );
}

#[test]
fn a_story_is_a_run_that_can_be_walked_and_shared() {
    let text = include_str!("../../core/scenarios/raft/rejoin.txt");
    let Ok(telling) = Scenario::parse(text).expect("it is a scenario").run() else { panic!("it runs") };
    let script = telling.timeline.script();
    let mut again = splitbrain::timeline::Timeline::from_script(script).expect("it opens");
    assert!(again.seek(telling.end(), &mut || true));
    assert_eq!(again.world().fingerprint(), telling.timeline.world().fingerprint());
}

#[test]
fn a_line_that_cannot_be_read_is_named_with_what_would_be_right() {
    let head = "title A\n";
    let cases = [
        ("servers 3\n", "line 1: a scenario needs a title"),
        ("title A\nservers many\n", "line 2: `many` is not a number"),
        ("title A\nservers 999\n", "line 1: a cluster cannot have 999 servers"),
        ("title A\nheal\nservers 3\n", "line 3: `servers 3` belongs to the beginning"),
        ("title A\ntickle S1\n", "line 2: `tickle` is not something that can be done: use crash"),
        ("title A\nexpect S1 sings\n", "line 2: `S1 sings` is not a fact: use `a leader`"),
        ("title A\nuntil a leader within soon\n", "line 2: `soon` is not a length of time: write 300 ms"),
        ("title A\nwait 2 h\n", "is not a length of time"),
        ("title A\nwait 99999999999999999999 s\n", "is not a length of time"),
        ("title A\nwait 7200 s\n", "longer than an hour"),
        ("title A\ncrash\n", "line 2: a node is missing here"),
        ("title A\ncut S1 S2\n", "line 2: a link is given as `S1 -> S2`"),
        ("title A\nhold S1\n", "line 2: `S1` is no message: say which, such as `the vote from S3 to S1`"),
        (
            "title A\nhold the postcard from S1\n",
            "line 2: `postcard` is no kind of message: use message, vote",
        ),
        ("title A\ndelay the vote to S1\n", "line 2: a message is delayed with `delay the vote"),
        ("title A\nlinks stink\n", "line 2: links are changed with `links take 5 ms"),
        ("title A\nlink S1 takes 5 ms\n", "line 2: a link is given as `S1 -> S2`"),
        ("title A\ndrift S1 by 3\n", "line 2: a clock drifts in parts in a million"),
        ("title A\nslow S1 20 ms\n", "line 2: for how long is missing: `slow S1 by 20 ms`"),
        ("title A\npostpone S1 election\n", "line 2: for how long is missing: `postpone S1 election by 2 s`"),
        ("title A\ndisk S1 takes ages\n", "line 2: `ages` is not a length of time"),
        ("title A\nsnapshot S1\n", "line 2: a snapshot is taken with `snapshot S1 at 5`"),
        ("title A\ncas C1 x 1\n", "line 2: a compare-and-set is `cas C1 x 1 2`, or `cas C1 x nothing 1`"),
        ("title A\ntransfer S1\n", "line 2: leadership is handed over with `transfer S1 to S2`"),
        ("title A\nnetwork perfect\n", "line 2: the course's network is reliable, unreliable or reordering"),
        ("title A\npre-vote maybe\n", "line 2: `maybe` is no state of a switch: use on or off"),
        ("title A\nreads minds\n", "line 2: reads go by log, read-index, lease or local"),
        ("title A\nhost motel\n", "line 2: the host of a server is service or tester"),
        ("title A\nwithout manners\n", "line 2: there is no rule `manners`"),
        ("title A\nbreaks hearts\n", "line 2: `hearts` is no property: there are election-safety"),
        ("title A\nexpect S1 noted nothing\n", "line 2: `nothing` is no note"),
        ("title A\nexpect S1 noted no-quorum often\n", "line 2: `often` is not how often: write `once`"),
        ("title A\nexpect hearts is broken\n", "line 2: `hearts` is no property"),
        ("title A\nrule be-nice off\n", "there is no rule `be-nice`"),
        ("title A\nrule fast-backup maybe\n", "switched `on` or `off`"),
        (
            "title A\nsubmit crossword into 3\n",
            "line 2: there is no program `crossword`; there are: word-count",
        ),
        ("title A\nexpect height of S1 is 3\n", "is not a fact"),
        ("title A\nname L the king\n", "a name is given to `the leader`"),
        ("title A\ntell jokes\n", "`jokes` is not a kind of step"),
    ];
    for (text, why) in cases {
        let error = Scenario::parse(text).expect_err("it cannot be read").to_string();
        assert!(error.contains(why), "{text}gives\n{error}\nbut should say\n{why}");
    }
    let runs = [
        ("expect a leader\n", "line 2: this is not so. At 0.000 s: S1 follower term 0"),
        ("until S9 leads\n", "line 2: nobody is called S9"),
        ("crash C7\n", "line 2: nobody is called C7"),
        ("put S1 x 1\n", "line 2: S1 is not a client"),
        ("until S1 leads within 1 ms\n", "line 2: this was not so within 1 ms"),
        ("name L the leader\n", "line 2: there is no leader to be called L"),
        ("restart S1\n", "already running"),
        (
            "drop the vote from S1\n",
            "line 2: there is no vote in flight for `the vote from S1`; in flight are: nothing",
        ),
        ("start S1 a\n", "this cluster has no tester"),
        ("fire S1 quorum\n", "has no timer `quorum` running at this moment; running are: election"),
        ("until S1 voted for S9\n", "line 2: nobody is called S9"),
    ];
    for (line, why) in runs {
        let scenario = Scenario::parse(&format!("{head}{line}")).expect("it can be read");
        let Err(failure) = scenario.run() else { panic!("{line} should fail") };
        assert!(failure.to_string().contains(why), "{line}gives\n{failure}\nbut should say\n{why}");
    }
}
