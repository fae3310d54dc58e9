//! A run as the page handles it: what [`crate::Playground`] does, without JavaScript.

#[cfg(feature = "jobs")]
use crate::engine::engine;
use crate::error::Mistake;
use crate::job::JobInput;
use crate::moment::{Moment, Progress};
use splitbrain::lab::tell::tell;
use splitbrain::lab::{Act, Config, Watch};
use splitbrain::mapreduce::{Bytes, Hash, JobError, permit};
use splitbrain::time::{Span, Time};
use splitbrain::timeline::{Script, Target, Timeline};
use splitbrain::tree::Tree;

/// No run goes on for longer than a day, as no script does.
const LONGEST: Time = Time(24 * 3_600 * 1_000_000);

/// If nothing at all happens for this long there is no next step.
const PATIENCE: Span = Span::secs(3_600);

/// No user code is run where no jobs are.
#[cfg(not(feature = "jobs"))]
fn engine() -> splitbrain::mapreduce::Engine {
    splitbrain::mapreduce::Engine::default()
}

/// A run, and the few words that a timeline does not keep.
pub struct Run {
    timeline: Timeline<Watch>,
    /// What each branch after the first began with.
    labels: Vec<String>,
    /// Texts that the page can find again by their contents: a script names them by hash alone.
    bundled: Tree<Hash, ()>,
    trip: Option<Trip>,
}

/// A way that may take several calls.
struct Trip {
    to: Target,
    /// Time and step where it began, for a person who wants to know how much of it is left.
    from: (Time, u64),
}

impl Run {
    /// A new run.
    pub fn open(mut config: Config) -> Result<Run, Mistake> {
        config.engine = engine();
        Ok(Run::of(Timeline::open(config)?, Tree::new()))
    }

    /// A recorded run, standing at its beginning. `texts` are those that the script may name by hash alone.
    pub fn from_script(json: &str, texts: Vec<String>) -> Result<Run, Mistake> {
        let mut script = Script::<Watch>::from_json(json).map_err(|error| Mistake(error.0))?;
        script.config.engine = engine();
        let texts: Vec<Bytes> = texts.iter().map(|text| Bytes::from(text.as_str())).collect();
        let mut bundled = Tree::new();
        for recorded in &mut script.acts {
            if let Act::Submit { job } = &mut recorded.act {
                *job = job.resolved(|_, hash| {
                    bundled.insert(hash, ());
                    texts.iter().find(|text| text.hash() == hash).cloned()
                });
                if let Err(JobError::MissingText(name)) = job.check(&script.config.engine) {
                    return Err(Mistake(format!(
                        "this run names the text of `{name}` without holding it, and it is not among the texts that are here: add it"
                    )));
                }
            }
        }
        Ok(Run::of(Timeline::from_script(script)?, bundled))
    }

    /// A run as another build of this engine left it, with all its branches, standing at the beginning of the first.
    #[cfg(feature = "jobs")]
    pub fn resume(scripts: &[String], branches: Vec<crate::moment::Branch>) -> Result<Run, Mistake> {
        let mut tracks = Vec::new();
        let mut config = Config::default();
        for (json, branch) in scripts.iter().zip(&branches) {
            let script = Script::<Watch>::from_json(json).map_err(|error| Mistake(error.0))?;
            config = script.config;
            tracks.push((branch.about(), script.acts));
        }
        config.engine = engine();
        let mut run = Run::of(Timeline::resume(config, tracks)?, Tree::new());
        run.labels = branches.into_iter().skip(1).map(|branch| branch.label).collect();
        Ok(run)
    }

    fn of(timeline: Timeline<Watch>, bundled: Tree<Hash, ()>) -> Run {
        Run { timeline, labels: Vec::new(), bundled, trip: None }
    }

    /// The run itself.
    pub fn timeline(&self) -> &Timeline<Watch> {
        &self.timeline
    }

    /// This moment.
    pub fn now(&self) -> Moment {
        self.timeline.now().into()
    }

    /// Takes one step. If nothing is ever going to happen, nothing does.
    pub fn step(&mut self) -> Moment {
        let (now, end) = (self.timeline.now(), self.timeline.end());
        let next = self.timeline.world().clone().step_until(now.at + PATIENCE).map(|step| step.at);
        let limit = next.unwrap_or(now.at).max(end.at);
        // An act that can no longer be done takes its turn without a step.
        while self.timeline.step(limit) && self.timeline.now().step == now.step {}
        self.now()
    }

    /// Goes back by exactly one step.
    pub fn step_back(&mut self) -> Moment {
        self.timeline.step_back();
        self.now()
    }

    /// Goes forward to a time, which may be now, as far as `keep_going` allows.
    pub fn run_until(&mut self, at: Time, keep_going: impl FnMut() -> bool) -> Result<Progress, Mistake> {
        let at = at.max(self.timeline.now().at);
        self.seek(Target { at, step: None }, keep_going)
    }

    /// Goes to any moment of this branch, as far as `keep_going` allows.
    pub fn seek(&mut self, to: Target, mut keep_going: impl FnMut() -> bool) -> Result<Progress, Mistake> {
        if to.at > LONGEST {
            return Err(Mistake(format!(
                "{} is too late: a run goes on for a day at most, until {LONGEST}",
                to.at
            )));
        }
        let now = self.timeline.now();
        let behind = to.at < now.at || to.step.is_some_and(|step| step < now.step);
        let from = match self.trip.take() {
            Some(trip) if trip.to == to => trip.from,
            _ if behind => (Time::ZERO, 0),
            _ => (now.at, now.step),
        };
        let done = self.timeline.seek(to, &mut keep_going);
        let thousandths = if done { 1_000 } else { self.thousandths(from, to) };
        self.trip = (!done).then_some(Trip { to, from });
        Ok(Progress { done, moment: self.now(), thousandths })
    }

    /// How much of the way is behind us: in steps if the target names one, else in time.
    fn thousandths(&self, from: (Time, u64), to: Target) -> u32 {
        let now = self.timeline.now();
        let (gone, all) = match to.step {
            Some(step) if step > from.1 => (now.step.saturating_sub(from.1), step - from.1),
            _ => (now.at.since(from.0).0, to.at.since(from.0).0),
        };
        (gone.saturating_mul(1_000) / all.max(1)).min(1_000) as u32
    }

    /// Does something at this moment. In the past that starts a branch.
    pub fn act(&mut self, act: Act) -> Result<Moment, Mistake> {
        self.timeline.act(act)?;
        self.trip = None;
        let branch = self.timeline.now().branch as usize;
        if branch > self.labels.len() {
            let told =
                self.timeline.trace().next_back().map(|step| tell(step, self.timeline.subject().roster()));
            let what = told.map_or(String::new(), |told| told.text);
            self.labels.push(format!("{} ({})", what.trim_end_matches('.'), self.timeline.now().at));
        }
        Ok(self.now())
    }

    /// Submits a job.
    pub fn submit(&mut self, input: &JobInput) -> Result<Moment, Mistake> {
        if permit().is_none() {
            return Err(Mistake::from("this build of the engine runs no jobs: load the other one"));
        }
        let job = input.job();
        let moment = self.act(Act::Submit { job })?;
        self.bundled.extend(input.bundled().map(|hash| (hash, ())));
        Ok(moment)
    }

    /// What a branch began with.
    pub fn label(&self, branch: u32) -> &str {
        match (branch as usize).checked_sub(1) {
            None => "The run as it began",
            Some(place) => self.labels.get(place).map_or("", String::as_str),
        }
    }

    /// Stands at the beginning of another branch.
    pub fn switch(&mut self, branch: u64) -> Result<(), Mistake> {
        self.trip = None;
        let known = self.timeline.branches().count();
        match u32::try_from(branch) {
            Ok(branch) => Ok(self.timeline.switch(branch)?),
            Err(_) => {
                Err(Mistake(format!("there is no branch {branch}: this run has {known}, numbered from 0")))
            }
        }
    }

    /// The current branch as versioned JSON, saved at this moment.
    pub fn script(&self) -> Result<String, Mistake> {
        self.written(self.timeline.script())
    }

    /// Every branch as versioned JSON, saved at its end.
    pub fn scripts(&self) -> Result<Vec<String>, Mistake> {
        self.timeline.scripts().map(|script| self.written(script)).collect()
    }

    fn written(&self, mut script: Script<Watch>) -> Result<String, Mistake> {
        for recorded in &mut script.acts {
            if let Act::Submit { job } = &mut recorded.act {
                *job = job.without_texts(|input| !self.bundled.contains_key(&input.hash));
            }
        }
        script.to_json().map_err(|error| Mistake(error.0))
    }
}
