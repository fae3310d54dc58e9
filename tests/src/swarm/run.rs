//! One run: a plan carried out, with everybody watching.

use super::adversary::Adversary;
use super::calm::{Calm, Standing};
use super::effect::{Counts, Effects};
use super::kind::Kind;
use super::plan::Plan;
use super::tally::{Costs, Counter, Tally};
use splitbrain::check::{Property, Verdicts, Violation};
use splitbrain::lab::act::Act;
use splitbrain::lab::{Member, Watch};
use splitbrain::sim::World;
use splitbrain::time::Time;
use splitbrain::timeline::{Recorded, Script, Subject, Timeline};

/// A run at some moment.
#[derive(Clone, Debug)]
pub struct Run {
    plan: Plan,
    world: World<Member>,
    watch: Watch,
    adversary: Adversary,
    effects: Effects,
    counter: Counter,
    calm: Option<Calm>,
    standing: Option<Standing>,
    overdue: Verdicts,
    acts: Vec<Recorded<Act>>,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// How many steps were taken.
    pub steps: u64,
    /// How long it was.
    pub at: Time,
    /// The fingerprint of all steps.
    pub fingerprint: u64,
    /// What the cluster did.
    pub tally: Tally,
    /// What it cost at worst.
    pub costs: Costs,
    /// Which faults changed an outcome.
    pub faults: Counts,
    /// How long it took to a leader once faults had stopped, in hundredths of the longest election time-out.
    pub led_after: Option<u64>,
    /// What was broken, oldest first.
    pub violations: Vec<Violation>,
}

impl Run {
    /// The run that a plan begins.
    ///
    /// # Panics
    /// If the plan's cluster is none: a plan that was drawn never is.
    pub fn new(plan: Plan) -> Run {
        let (watch, world) = match Watch::open(&plan.config) {
            Ok(opened) => opened,
            Err(why) => panic!("seed {} draws a cluster that cannot be: {why}", plan.seed),
        };
        Run {
            adversary: Adversary::new(&plan),
            effects: Effects::new(&plan),
            counter: Counter::new(&plan.config),
            calm: None,
            standing: Standing::new(&plan),
            overdue: Verdicts::new(),
            acts: Vec::new(),
            plan,
            world,
            watch,
        }
    }

    /// Runs until the plan's end.
    pub fn to_the_end(self) -> Outcome {
        self.until(|_| false)
    }

    /// Runs until the plan's end, or until a property is broken that counts.
    pub fn until(mut self, counts: impl Fn(Property) -> bool) -> Outcome {
        while self.advance() {
            if !(self.watch.verdicts().all_hold() && self.overdue.all_hold())
                && self.violations().any(|violation| counts(violation.property))
            {
                break;
            }
        }
        self.outcome()
    }

    /// Runs until the plan's end and writes down what was done, so that it can be replayed and opened in the page.
    ///
    /// # Errors
    /// If the plan's cluster is none.
    pub fn script(mut self) -> Result<Script<Watch>, String> {
        while self.advance() {}
        let mut script = Timeline::<Watch>::open(self.plan.config.clone())?.script();
        script.acts = std::mem::take(&mut self.acts);
        (script.saved.at, script.saved.step) = (self.world.now(), self.world.steps());
        script.fingerprint = Some(self.world.fingerprint());
        Ok(script)
    }

    fn violations(&self) -> impl Iterator<Item = &Violation> {
        let found = self.watch.verdicts().violations().iter().chain(self.overdue.violations());
        found.map(|violation| &**violation)
    }

    fn outcome(self) -> Outcome {
        let mut violations: Vec<Violation> = self.violations().cloned().collect();
        violations.sort_by_key(|violation| violation.moment);
        Outcome {
            seed: self.plan.seed,
            steps: self.world.steps(),
            at: self.world.now(),
            fingerprint: self.world.fingerprint(),
            tally: self.counter.tally(),
            costs: self.counter.costs(),
            faults: self.effects.counts().clone(),
            led_after: self.calm.as_ref().and_then(|calm| calm.led_after(&self.plan)),
            violations,
        }
    }

    /// The next step of the world, or the next thing that the adversary does; false at the end.
    fn advance(&mut self) -> bool {
        let until = self.adversary.due().min(self.plan.end);
        if self.world.step_until(until).is_some() {
            self.look();
            return true;
        }
        let acted = match self.adversary.next(&self.plan, &self.world) {
            Some((act, kind)) => {
                self.act(act, kind);
                true
            }
            None => self.world.now() < self.plan.end,
        };
        let mended = self.adversary.is_calm() && self.adversary.due() > self.world.now();
        if mended && self.calm.is_none() && self.plan.calm_from.is_some() {
            self.calm = Some(Calm::new(&self.plan, &self.world));
        }
        if !acted && let Some(calm) = &mut self.calm {
            calm.judge(&self.world, &mut self.overdue);
        }
        acted
    }

    /// Does something, if it can be done now.
    fn act(&mut self, act: Act, kind: Option<Kind>) {
        let Ok(actions) = self.watch.translate(&act, &self.world) else { return };
        if actions.iter().any(|action| self.world.allows(action).is_err()) {
            return;
        }
        if let Some(kind) = kind {
            self.effects.before(&act, kind, &self.world);
        }
        self.acts.push(Recorded { at: self.world.now(), after: self.world.steps(), act });
        for action in actions {
            if self.world.act(action).is_ok() {
                self.look();
            }
        }
    }

    fn look(&mut self) {
        let (plan, world) = (&self.plan, &self.world);
        let mut marks = Vec::new();
        self.watch.observe(world, &mut marks);
        self.effects.see(world);
        self.counter.see(world.last_step());
        self.adversary.see(plan, world);
        if let Some(standing) = &mut self.standing {
            standing.see(world, self.calm.is_some().then_some(&mut self.overdue));
        }
        if let Some(calm) = &mut self.calm {
            calm.see(world, &mut self.overdue);
        }
    }
}
