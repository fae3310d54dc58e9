//! Time that can be walked in both directions.
//!
//! A run *is* its configuration, its seed and its list of acts: everything else is derived by running it. A timeline
//! keeps checkpoints of world and checks, seeks by replaying from the nearest one, and verifies as it replays that
//! the same thing happens again. Acting in the past starts a branch; no branch is lost.

mod checkpoint;
mod branch;
mod script;

pub use branch::{Branch, Moment};
pub use script::{FORMAT, Place, Recorded, Script, ScriptError};

use crate::node::Node;
use crate::sim::{Action, Step, World};
use crate::time::Time;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use checkpoint::Checkpoints;
use core::fmt;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How many steps the trace keeps; older ones are derived again by replay.
const WINDOW: usize = 4_096;

/// How many steps before the moment sought are replayed too, so that the trace does not begin at that moment.
const LEAD: u64 = 512;

/// How many steps are taken between two looks at the budget.
const STRIDE: u32 = 32;

/// What a timeline runs: a kind of cluster, what can be done to it, and who watches it.
pub trait Subject: Clone {
    /// Its nodes.
    type Node: Node;
    /// All that a run needs to begin, the seed included.
    type Config: Clone + Serialize + DeserializeOwned;
    /// What a person does to it.
    type Act: Clone + Serialize + DeserializeOwned;
    /// What a timeline remembers of a step for ever, such as an election.
    type Mark: Clone;

    /// The cluster at time zero with nobody having looked yet.
    fn open(config: &Self::Config) -> Result<(Self, World<Self::Node>), String>;
    /// Looks at the step just taken; what it sees may be worth a mark.
    fn observe(&mut self, world: &World<Self::Node>, marks: &mut Vec<Self::Mark>);
    /// What an act is made of, or why it cannot be done.
    fn translate(
        &self,
        act: &Self::Act,
        world: &World<Self::Node>,
    ) -> Result<Vec<Action<Self::Node>>, String>;
    /// Whether the steps so far are the same on every target. Those of a run that is not give no fingerprint.
    fn is_portable(&self) -> bool {
        true
    }
}

/// A run with all its branches, standing at one moment of one of them.
#[derive(Clone)]
pub struct Timeline<S: Subject> {
    config: S::Config,
    branches: Vec<Track<S>>,
    current: usize,
    live: Live<S>,
    trace: VecDeque<Rc<Step<S::Node>>>,
    /// Fingerprints of the steps that were in the trace when time was turned back: the replay must give them again.
    expected: VecDeque<(u64, u64)>,
    mismatch: Option<Mismatch>,
    saved: Option<Saved>,
}

/// A branch with what it is replayed from.
#[derive(Clone)]
struct Track<S: Subject> {
    about: Branch,
    acts: Vec<Recorded<S::Act>>,
    checkpoints: Checkpoints<Live<S>>,
    /// Each with the step it was made in.
    marks: Vec<(u64, S::Mark)>,
    /// The furthest step that was taken here: before its end if another timeline went there.
    seen: u64,
}

/// The cluster at one moment, with those who watch it.
#[derive(Clone)]
struct Live<S: Subject> {
    world: World<S::Node>,
    subject: S,
    /// How many acts of the branch have been done.
    done: usize,
}

/// The moment a script was saved at, and what the run's fingerprint was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Its time.
    pub at: Time,
    /// The number of its last step.
    pub step: u64,
    /// The fingerprint up to there; none if the script does not say.
    pub fingerprint: Option<u64>,
}

/// A replay that did not give the same steps again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The first step known to differ, or after which the run differs.
    pub step: u64,
    /// Its time.
    pub at: Time,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "this replay differs from the recorded run by step {} ({}): the engine has changed since it was saved",
            self.step, self.at
        )
    }
}

/// Where a seek is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The time to stand at.
    pub at: Time,
    /// The last step to take, where several happen at that time; none for all of them.
    pub step: Option<u64>,
}

impl<S: Subject> Timeline<S> {
    /// A new run, standing at its beginning.
    pub fn open(config: S::Config) -> Result<Self, String> {
        Self::with_acts(config, Vec::new(), None)
    }

    /// A recorded run, standing at its beginning: seek to [`Timeline::saved`] to stand where it was saved.
    pub fn from_script(script: Script<S>) -> Result<Self, String> {
        let saved = Saved { at: script.saved.at, step: script.saved.step, fingerprint: script.fingerprint };
        Self::with_acts(script.config, script.acts, Some(saved))
    }

    /// A run with all its branches as another timeline left them, standing at the beginning of the first: the acts of each, and
    /// what is known of it. Seek to the end of each to see it again.
    pub fn resume(config: S::Config, branches: Vec<(Branch, Vec<Recorded<S::Act>>)>) -> Result<Self, String> {
        let mut timeline = Self::open(config)?;
        let genesis = timeline.live.clone();
        let track = |(about, acts)| {
            let checkpoints = Checkpoints::new(genesis.clone());
            Track { about, acts, checkpoints, marks: Vec::new(), seen: 0 }
        };
        let tracks: Vec<_> = branches.into_iter().map(track).collect();
        if !tracks.is_empty() {
            timeline.branches = tracks;
        }
        Ok(timeline)
    }

    fn with_acts(
        config: S::Config,
        acts: Vec<Recorded<S::Act>>,
        saved: Option<Saved>,
    ) -> Result<Self, String> {
        let (subject, world) = S::open(&config)?;
        let live = Live { world, subject, done: 0 };
        let root = Track {
            about: Branch::root(),
            acts,
            checkpoints: Checkpoints::new(live.clone()),
            marks: Vec::new(),
            seen: 0,
        };
        Ok(Timeline {
            config,
            branches: alloc::vec![root],
            current: 0,
            live,
            trace: VecDeque::new(),
            expected: VecDeque::new(),
            mismatch: None,
            saved,
        })
    }

    /// The configuration of this run.
    pub fn config(&self) -> &S::Config {
        &self.config
    }

    /// The world at this moment.
    pub fn world(&self) -> &World<S::Node> {
        &self.live.world
    }

    /// Those who watch it, at this moment.
    pub fn subject(&self) -> &S {
        &self.live.subject
    }

    /// This moment.
    pub fn now(&self) -> Moment {
        Moment { at: self.live.world.now(), step: self.live.world.steps(), branch: self.current as u32 }
    }

    /// The furthest moment that this branch has reached.
    pub fn end(&self) -> Moment {
        self.branches[self.current].about.end
    }

    /// All branches, oldest first.
    pub fn branches(&self) -> impl Iterator<Item = &Branch> {
        self.branches.iter().map(|track| &track.about)
    }

    /// The marks of this branch, oldest first, up to its furthest moment.
    pub fn marks(&self) -> impl ExactSizeIterator<Item = &S::Mark> {
        self.branches[self.current].marks.iter().map(|(_, mark)| mark)
    }

    /// Where the script that this run was opened from was saved.
    pub fn saved(&self) -> Option<Saved> {
        self.saved
    }

    /// The first place at which a replay was seen to differ.
    pub fn mismatch(&self) -> Option<Mismatch> {
        self.mismatch
    }

    /// The most recent steps, oldest first, ending at this moment.
    pub fn trace(&self) -> impl DoubleEndedIterator<Item = &Step<S::Node>> + ExactSizeIterator {
        self.trace.iter().map(|step| &**step)
    }

    /// Takes the next step that happens by `limit`; false if there is none, and it is `limit` now.
    pub fn step(&mut self, limit: Time) -> bool {
        let before = self.live.world.steps();
        let mut new_marks = Vec::new();
        let acts = &self.branches[self.current].acts;
        let trace = &mut self.trace;
        let stepped = self.live.advance(acts, limit, &mut new_marks, |step| {
            if trace.len() == WINDOW {
                trace.pop_front();
            }
            trace.push_back(step.clone());
        });
        self.verify();
        let track = &mut self.branches[self.current];
        let now =
            Moment { at: self.live.world.now(), step: self.live.world.steps(), branch: self.current as u32 };
        if before >= track.seen {
            track.seen = now.step;
            track.marks.extend(new_marks.into_iter().map(|mark| (now.step, mark)));
            track.about.end = track.about.end.max_of(now);
            track.checkpoints.keep(now.step, || self.live.clone());
        }
        track.checkpoints.remember(now.step, || self.live.clone());
        stepped
    }

    /// Goes towards a moment of this branch while `keep_going` allows; true once there. Call it again until then.
    pub fn seek(&mut self, target: Target, keep_going: &mut dyn FnMut() -> bool) -> bool {
        self.approach(target);
        let mut until_look = STRIDE;
        loop {
            if target
                .step
                .is_some_and(|step| self.live.next_step_end(&self.branches[self.current].acts) > step)
            {
                self.stand_at(target.at);
                return true;
            }
            if !self.step(target.at) {
                return true;
            }
            until_look -= 1;
            if until_look == 0 {
                until_look = STRIDE;
                if !keep_going() {
                    return false;
                }
            }
        }
    }

    /// Lets time pass until `at`, but not beyond what happens next: that must not happen late.
    fn stand_at(&mut self, at: Time) {
        let track = &mut self.branches[self.current];
        let next_act = track.acts.get(self.live.done).map(|next| next.at);
        let next_step = self.live.world.clone().step_until(at).map(|step| step.at);
        let at = [next_act, next_step].into_iter().flatten().fold(at, Time::min);
        self.live.world.wait_until(at);
        let now =
            Moment { at: self.live.world.now(), step: self.live.world.steps(), branch: self.current as u32 };
        track.about.end = track.about.end.max_of(now);
    }

    /// Exactly one step back; at the beginning, nothing happens.
    pub fn step_back(&mut self) {
        let Some(step) = self.live.world.steps().checked_sub(1) else { return };
        let at = self.step_at(step).map_or(Time::ZERO, |step| step.at);
        self.seek(Target { at, step: Some(step) }, &mut || true);
    }

    /// The step of that number in this branch, up to its furthest moment; derived again if it is not in the trace.
    pub fn step_at(&self, number: u64) -> Option<Rc<Step<S::Node>>> {
        if let Some(first) = self.trace.front()
            && let Some(place) = number.checked_sub(first.number)
            && let Some(step) = self.trace.get(place as usize)
        {
            return Some(step.clone());
        }
        let track = &self.branches[self.current];
        if number == 0 || number > track.about.end.step {
            return None;
        }
        let mut live = track.checkpoints.before(number - 1).clone();
        let (mut found, mut unused) = (None, Vec::new());
        while found.is_none() {
            let stepped = live.advance(&track.acts, track.about.end.at, &mut unused, |step| {
                if step.number == number {
                    found = Some(step.clone());
                }
            });
            unused.clear();
            if !stepped {
                break;
            }
        }
        found
    }

    /// Does something at this moment. If this is the past, that starts a branch, which becomes the current one.
    pub fn act(&mut self, act: S::Act) -> Result<(), String> {
        for action in self.live.subject.translate(&act, &self.live.world)? {
            self.live.world.allows(&action).map_err(|error| alloc::format!("{error}"))?;
        }
        let now = self.now();
        let track = &self.branches[self.current];
        if now.step < track.about.end.step || self.live.done < track.acts.len() {
            self.fork(now);
        }
        let track = &mut self.branches[self.current];
        track.acts.push(Recorded { at: now.at, after: now.step, act });
        track.about.end = now;
        self.expected.clear();
        self.step(now.at);
        Ok(())
    }

    fn fork(&mut self, now: Moment) {
        let parent = &self.branches[self.current];
        let branch = self.branches.len() as u32;
        let kept = parent.marks.partition_point(|&(step, _)| step <= now.step);
        let track = Track {
            about: Branch {
                parent: Some(self.current as u32),
                forked_at: Some(now),
                end: Moment { branch, ..now },
            },
            acts: parent.acts[..self.live.done].to_vec(),
            checkpoints: parent.checkpoints.up_to(now.step),
            marks: parent.marks[..kept].to_vec(),
            seen: now.step,
        };
        self.branches.push(track);
        self.current = branch as usize;
    }

    /// Stands at the beginning of another branch. Seek from there.
    pub fn switch(&mut self, branch: u32) -> Result<(), String> {
        let known = self.branches.len();
        let place = branch as usize;
        if place >= known {
            return Err(alloc::format!("there is no branch {branch}: this run has {known}, numbered from 0"));
        }
        self.current = place;
        self.expected.clear();
        self.trace.clear();
        self.live = self.branches[place].checkpoints.before(0).clone();
        Ok(())
    }

    /// The current branch as a script, saved at this moment.
    pub fn script(&self) -> Script<S> {
        let fingerprint = self.live.subject.is_portable().then(|| self.live.world.fingerprint());
        Script { fingerprint, ..self.script_of(self.current, self.now()) }
    }

    /// Every branch as a script, saved at its end and without a fingerprint.
    pub fn scripts(&self) -> impl Iterator<Item = Script<S>> {
        (0..self.branches.len()).map(|branch| self.script_of(branch, self.branches[branch].about.end))
    }

    fn script_of(&self, branch: usize, at: Moment) -> Script<S> {
        Script {
            engine: String::from(env!("CARGO_PKG_VERSION")),
            config: self.config.clone(),
            acts: self.branches[branch].acts.clone(),
            saved: script::Place { at: at.at, step: at.step },
            fingerprint: None,
        }
    }

    /// Starts from a checkpoint if the target is behind, or if one is nearer to it than this moment.
    fn approach(&mut self, target: Target) {
        let now = self.now();
        let behind = target.at < now.at || target.step.is_some_and(|step| step < now.step);
        let checkpoints = &self.branches[self.current].checkpoints;
        let wanted = |live: &Live<S>| {
            live.world.now() <= target.at && target.step.is_none_or(|step| live.world.steps() <= step)
        };
        let nearest = checkpoints.last(wanted).world.steps();
        let from = checkpoints.before(nearest.saturating_sub(LEAD));
        if behind || from.world.steps() > now.step {
            let from = from.clone();
            self.expect_again();
            self.live = from;
            self.trace.clear();
        }
    }

    fn expect_again(&mut self) {
        let fingerprints = |step: &Rc<Step<S::Node>>| (step.number, crate::fingerprint::fingerprint(&**step));
        self.expected = self.trace.iter().map(fingerprints).collect();
    }

    /// Compares what was replayed with what is known of it.
    fn verify(&mut self) {
        let (at, number) = (self.live.world.now(), self.live.world.steps());
        while self.expected.front().is_some_and(|&(step, _)| step < number) {
            self.expected.pop_front();
        }
        let known = self.expected.pop_front_if(|&mut (step, _)| step == number);
        let same_step = known.is_none_or(|(_, known)| {
            self.trace.back().is_none_or(|step| crate::fingerprint::fingerprint(step) == known)
        });
        let checkpoint = self.branches[self.current].checkpoints.at(number);
        let same_run =
            checkpoint.is_none_or(|known| known.world.fingerprint() == self.live.world.fingerprint());
        let saved = self.saved.filter(|saved| saved.step == number && self.current == 0);
        let same_end = saved
            .and_then(|saved| saved.fingerprint)
            .is_none_or(|fingerprint| fingerprint == self.live.world.fingerprint());
        if !(same_step && same_run && same_end) && self.mismatch.is_none() {
            self.mismatch = Some(Mismatch { step: number, at });
        }
    }
}

impl<S: Subject> Live<S> {
    /// The next thing that happens by `limit`: an act if it is its turn, else a step of the world.
    fn advance(
        &mut self,
        acts: &[Recorded<S::Act>],
        limit: Time,
        marks: &mut Vec<S::Mark>,
        mut seen: impl FnMut(&Rc<Step<S::Node>>),
    ) -> bool {
        let next = acts.get(self.done);
        // An act has its turn after the step it followed when it was recorded: that is how a tie in time is kept.
        if next.is_none_or(|next| next.after > self.world.steps()) {
            let until = next.map_or(limit, |next| next.at.min(limit));
            if self.world.step_until(until).is_some() {
                seen(self.world.last_step());
                self.subject.observe(&self.world, marks);
                return true;
            }
        }
        let Some(recorded) = next.filter(|next| next.at <= limit) else {
            self.world.wait_until(limit);
            return false;
        };
        self.done += 1;
        self.world.wait_until(recorded.at);
        // An act that cannot be done (a foreign script may hold one) does nothing.
        for action in self.subject.translate(&recorded.act, &self.world).unwrap_or_default() {
            if self.world.act(action).is_ok() {
                seen(self.world.last_step());
                self.subject.observe(&self.world, marks);
            }
        }
        true
    }

    /// The number of the last step that the next thing to happen would take, as far as that is known beforehand.
    fn next_step_end(&self, acts: &[Recorded<S::Act>]) -> u64 {
        let steps = self.world.steps();
        let act = acts.get(self.done).filter(|next| next.after <= steps);
        let taken = act.map_or(1, |next| {
            self.subject.translate(&next.act, &self.world).map_or(0, |actions| actions.len() as u64)
        });
        steps + taken
    }
}
