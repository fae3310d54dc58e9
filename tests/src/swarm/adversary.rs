//! Whoever does things to the cluster: strikes it, mends it, gives it load and jobs.

use super::dice::Dice;
use super::kind::Kind;
use super::moment::{self, Moment};
use super::plan::{Plan, purpose};
use super::strike::Strike;
use splitbrain::kv::{Mix, Text};
use splitbrain::lab::Member;
use splitbrain::lab::act::Act;
use splitbrain::lab::member::View;
use splitbrain::mapreduce::Seat;
use splitbrain::node::NodeId;
use splitbrain::sim::{Cause, Status, World};
use splitbrain::time::{Span, Time};
use std::collections::BTreeMap;

/// How often a fault that needs a write under way looks for one, and how long it waits in between.
const LOOKS: (u32, Span) = (400, Span(700));

/// The adversary of one run, and its host: it also submits the jobs and begins the loads.
#[derive(Clone, Debug)]
pub struct Adversary {
    dice: Dice,
    agenda: BTreeMap<(Time, u64), Planned>,
    tickets: u64,
    /// The moment that the next fault waits for, and until when.
    waits: Option<(Moment, Time)>,
    jobs: u32,
    submits: bool,
    calm: bool,
}

#[derive(Clone, Debug)]
enum Planned {
    /// Something that an earlier fault began, or that clients do.
    Do(Act, Option<Kind>),
    /// The pause between two faults is over.
    Loaded,
    /// A fault.
    Strike(Kind, Option<NodeId>, u32),
    /// Faults stop.
    Calm,
}

impl Adversary {
    /// Before the run begins.
    pub fn new(plan: &Plan) -> Adversary {
        let mut adversary = Adversary {
            dice: Dice::new(plan.seed, purpose::ADVERSARY),
            agenda: BTreeMap::new(),
            tickets: 0,
            waits: None,
            jobs: 0,
            submits: false,
            calm: plan.kinds.is_empty(),
        };
        adversary.reload(plan, Time::ZERO);
        if let Some(at) = plan.calm_from {
            adversary.at(at, Planned::Calm);
        }
        adversary
    }

    /// Whether faults have stopped for good.
    pub fn is_calm(&self) -> bool {
        self.calm
    }

    /// When it next wants to do something.
    pub fn due(&self) -> Time {
        let planned = self.agenda.first_key_value().map_or(Time(u64::MAX), |(&(at, _), _)| at);
        self.waits.map_or(planned, |(_, until)| planned.min(until))
    }

    /// Looks at the step just taken.
    pub fn see(&mut self, plan: &Plan, world: &World<Member>) {
        let step = world.last_step();
        if let Cause::Start { node, .. } = step.cause {
            self.begin_load(plan, world, node);
        }
        let about = step.node().and_then(|node| world.view(node));
        if let Some(View::Coordinator(view)) = about
            && matches!(view.seat, Seat::Alone | Seat::InCharge)
            && !view.is_running()
            && !self.submits
        {
            self.submits = true;
            let job = plan.job(self.jobs);
            self.jobs += 1;
            let after = world.now() + self.dice.within(Span::millis(1), Span::millis(300));
            self.at(after, Planned::Do(Act::Submit { job }, None));
        }
        if let Some((awaited, _)) = self.waits
            && let Some((moment, actor)) = moment::after(step)
            && moment == awaited
        {
            self.strike_soon(plan, world.now(), Some(actor));
        }
    }

    /// The next thing it does at this moment, and of what kind of fault it is a part; none for now.
    pub fn next(&mut self, plan: &Plan, world: &World<Member>) -> Option<(Act, Option<Kind>)> {
        let now = world.now();
        if self.waits.is_some_and(|(_, until)| until <= now) {
            self.strike_soon(plan, now, None);
        }
        while let Some(entry) = self.agenda.first_entry().filter(|entry| entry.key().0 <= now) {
            match entry.remove() {
                Planned::Do(act, kind) => {
                    if let Act::Submit { .. } = act {
                        self.submits = false;
                    }
                    return Some((act, kind));
                }
                Planned::Loaded => self.aim(plan, now),
                Planned::Strike(kind, actor, looks) => self.strike(plan, world, kind, actor, looks),
                Planned::Calm => self.calm_down(plan, world),
            }
        }
        None
    }

    fn at(&mut self, at: Time, planned: Planned) {
        self.tickets += 1;
        self.agenda.insert((at, self.tickets), planned);
    }

    /// The next fault is due after a pause.
    fn reload(&mut self, plan: &Plan, now: Time) {
        if !self.calm {
            let pause = self.dice.within(Span(plan.gap.0 / 5), Span(plan.gap.0 * 9 / 5));
            self.at(now + pause, Planned::Loaded);
        }
    }

    /// A fault is due: at once, or at the next moment of a certain kind.
    fn aim(&mut self, plan: &Plan, now: Time) {
        if self.dice.happens(plan.keen)
            && let Some(moment) = self.dice.weighted(plan.moments)
        {
            // Some moments never come; one that was not worth waiting for is struck at any time.
            let patience = plan.spans.long.0;
            self.waits = Some((moment, now + patience));
        } else {
            self.strike_soon(plan, now, None);
        }
    }

    /// A fault of a drawn kind, while what has just happened still matters.
    fn strike_soon(&mut self, plan: &Plan, now: Time, actor: Option<NodeId>) {
        self.waits = None;
        let Some(kind) = self.dice.weighted(&plan.kinds) else { return };
        let (latency, disk) = (plan.config.latency.1, plan.config.disk_latency.1);
        let longest = match self.dice.below(4) {
            0 => Span::ZERO,
            1 => disk,
            2 => latency + disk,
            _ => latency + latency + latency + disk,
        };
        let delay = self.dice.within(Span::ZERO, longest);
        self.at(now + delay, Planned::Strike(kind, actor, 0));
        self.reload(plan, now + delay);
    }

    fn strike(&mut self, plan: &Plan, world: &World<Member>, kind: Kind, actor: Option<NodeId>, looks: u32) {
        let acts = Strike { plan, world, dice: &mut self.dice, actor }.acts(kind);
        if acts.is_empty() && matches!(kind, Kind::LostWrites | Kind::TornPut) && looks < LOOKS.0 {
            self.at(world.now() + LOOKS.1, Planned::Strike(kind, actor, looks + 1));
        }
        for (after, act) in acts {
            self.at(world.now() + after, Planned::Do(act, Some(kind)));
        }
    }

    fn begin_load(&mut self, plan: &Plan, world: &World<Member>, node: NodeId) {
        let place = plan.config.roster().clients().position(|client| client == node);
        if let Some(&(every, mix)) = place.and_then(|place| plan.loads.get(place)) {
            let after = world.now() + self.dice.within(Span::ZERO, Span::millis(20));
            let Mix { keys, hot, writes, cas, deletes } = mix;
            let load = Act::Load { client: node, every, keys, hot, writes, cas, deletes };
            self.at(after, Planned::Do(load, None));
        }
    }

    /// Faults stop: what is down restarts, what is broken is mended.
    fn calm_down(&mut self, plan: &Plan, world: &World<Member>) {
        self.calm = true;
        self.waits = None;
        self.agenda.retain(|_, planned| matches!(planned, Planned::Do(_, None)));
        let config = &plan.config;
        let mut acts = vec![
            Act::Heal,
            Act::Quality {
                from: None,
                to: None,
                latency: Some(config.latency),
                loss: Some(0),
                duplication: Some(0),
                reordering: Some(0),
            },
        ];
        for node in world.ids() {
            match world.status(node) {
                Status::Down => acts.push(Act::Restart { node }),
                Status::Paused => acts.push(Act::Resume { node }),
                Status::Up => {}
            }
            acts.push(Act::Unstall { node });
            acts.push(Act::Disk { node, latency: config.disk_latency });
            acts.push(Act::Slow { node, by: Span::ZERO });
            acts.push(Act::Drift { node, ppm: 0 });
        }
        acts.extend(config.roster().workers().map(|node| Act::Speed { node, percent: 100 }));
        let clients: Vec<NodeId> = config.roster().clients().collect();
        // Whoever is asked for something in the calm must be answered, a client without a load too.
        if let Some(client) = self.dice.pick(&clients) {
            acts.push(Act::Put { client, key: Text::from("calm"), value: Text::from("again") });
        }
        for act in acts {
            self.at(world.now(), Planned::Do(act, None));
        }
    }
}
