//! Running a scenario: line by line, on a timeline like any other run.

use super::fact::{self, Fact, Scene};
use super::flights::{Flights, in_flight};
use super::{Beat, Change, Deed, Ends, NodeDeed, Scenario, Who, Word};
use crate::lab::act::Act;
use crate::lab::config::{AllRules, AnyRule};
use crate::lab::member::Note;
use crate::lab::tell::{Kind, tell, why};
use crate::lab::watch::Watch;
use crate::mapreduce::{Input, Job, Spec};
use crate::node::NodeId;
use crate::sim::FlightAction;
use crate::time::Time;
use crate::timeline::{Moment, Target, Timeline};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A scenario that ran to its end.
pub struct Telling {
    /// What was said and what happened, as text.
    pub text: String,
    /// Each paragraph that was said, and when.
    pub said: Vec<(Moment, String)>,
    /// The run, at its end: it can be walked like any other.
    pub timeline: Timeline<Watch>,
    /// Every reason that a node gave, once.
    pub notes: Vec<Note>,
    /// Every rule that was off for a while.
    pub rules_off: Vec<AnyRule>,
}

/// Where a scenario did not go as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The line, from 1.
    pub line: u32,
    /// What was expected, and what was the case.
    pub why: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl core::error::Error for Failure {}

/// In a partition or a link: everybody who is not named.
const OTHERS: &str = "others";

struct Runner {
    timeline: Timeline<Watch>,
    names: BTreeMap<String, NodeId>,
    texts: Vec<Input>,
    told: Vec<Kind>,
    tells_notes: bool,
    /// Every reason given so far, and which of them were given since the words before.
    notes: Vec<Note>,
    noted: Vec<(NodeId, Note)>,
    rules_off: Vec<AnyRule>,
    text: String,
    said: Vec<(Moment, String)>,
    /// The last step that was told or passed over.
    told_to: u64,
    /// Whether the line before was said too.
    saying: bool,
}

pub(super) fn run(scenario: &Scenario) -> Result<Telling, Failure> {
    let timeline = Timeline::open(scenario.config.clone()).map_err(|why| Failure { line: 1, why })?;
    let mut runner = Runner {
        timeline,
        names: BTreeMap::new(),
        texts: Vec::new(),
        told: alloc::vec![Kind::Election, Kind::Fault, Kind::Client],
        tells_notes: false,
        notes: Vec::new(),
        noted: Vec::new(),
        rules_off: Vec::new(),
        text: format!("{} ({})\n", scenario.title, scenario.paper),
        said: Vec::new(),
        told_to: 0,
        saying: false,
    };
    let mut last_line = 1;
    for line in &scenario.lines {
        last_line = line.number;
        let failed = |why| Failure { line: line.number, why };
        runner.beat(&line.beat).map_err(failed)?;
        runner.look_at_rules();
        let verdicts = runner.timeline.subject().verdicts();
        let foreseen = |property| !runner.rules_off.is_empty() || scenario.breaks.contains(&property);
        let unforeseen = verdicts.violations().iter().find(|violation| !foreseen(violation.property));
        if let Some(violation) = unforeseen {
            return Err(failed(format!("{violation}")));
        }
    }
    let verdicts = runner.timeline.subject().verdicts();
    if let Some(kept) = scenario.breaks.iter().find(|&&property| verdicts.of(property).is_none()) {
        let why = format!("`{kept}` should have been broken by the end, and holds");
        return Err(Failure { line: last_line, why });
    }
    let Runner { text, said, timeline, notes, rules_off, .. } = runner;
    Ok(Telling { text, said, timeline, notes, rules_off })
}

impl Runner {
    fn beat(&mut self, beat: &Beat) -> Result<(), String> {
        if let Beat::Say(words) = beat {
            // Lines that follow each other are one paragraph.
            let begins = if self.saying { "" } else { "\n" };
            self.text.push_str(&format!("{begins}{words}\n"));
            match self.said.last_mut().filter(|_| self.saying) {
                Some((_, paragraph)) => {
                    paragraph.push(' ');
                    paragraph.push_str(words);
                }
                None => self.said.push((self.timeline.now(), words.clone())),
            }
            self.saying = true;
            self.noted.clear();
            return Ok(());
        }
        self.saying = false;
        match beat {
            Beat::Say(_) => Ok(()),
            Beat::Tell { kinds, notes } => {
                self.told.clone_from(kinds);
                self.tells_notes = *notes;
                Ok(())
            }
            Beat::Name(name, who) => self.name(name, who),
            Beat::Wait(span) => {
                let until = self.timeline.now().at + *span;
                while self.timeline.step(until) {
                    self.tell_new();
                }
                Ok(())
            }
            Beat::Until(fact, patience) => {
                let until = self.timeline.now().at + *patience;
                loop {
                    if self.is(fact)? {
                        return Ok(());
                    }
                    if !self.timeline.step(until) {
                        let seen = self.scene(|scene| scene.seen());
                        return Err(format!("this was not so within {patience}. {seen}"));
                    }
                    self.tell_new();
                }
            }
            Beat::Expect(fact) => {
                if self.is(fact)? {
                    Ok(())
                } else {
                    Err(format!("this is not so. {}", self.scene(|scene| scene.seen())))
                }
            }
            Beat::Text { name, text } => {
                self.texts.push(Input::new(name, text));
                Ok(())
            }
            Beat::Do(Deed::Flight(flights, action)) => self.handle_flights(flights, *action),
            Beat::Do(deed) => {
                if let Deed::Node(_, NodeDeed::Fire(_) | NodeDeed::Postpone(..)) = deed {
                    // A server that boots at this very moment has yet to set its timers.
                    while self.timeline.step(self.timeline.now().at) {
                        self.tell_new();
                    }
                }
                for act in self.acts(deed)? {
                    self.timeline.act(act)?;
                    self.tell_new();
                }
                Ok(())
            }
        }
    }

    fn name(&mut self, name: &str, who: &Who) -> Result<(), String> {
        let world = self.timeline.world();
        let (node, what) = match who {
            Who::Leader => (fact::leader(world), "leader"),
            Who::Follower => (fact::follower(world), "follower"),
            Who::BusyWorker => (fact::busy_worker(world), "busy worker"),
        };
        let node = node.ok_or_else(|| format!("there is no {what} to be called {name} at this moment"))?;
        self.names.insert(name.into(), node);
        Ok(())
    }

    fn is(&self, fact: &Fact) -> Result<bool, String> {
        self.scene(|scene| scene.is(fact))
    }

    fn scene<T>(&self, look: impl FnOnce(Scene<'_>) -> T) -> T {
        let resolve = |word: &Word| self.node(word);
        let (world, watch) = (self.timeline.world(), self.timeline.subject());
        look(Scene { world, watch, noted: &self.noted, resolve: &resolve })
    }

    fn node(&self, word: &Word) -> Result<NodeId, String> {
        let named = self.names.get(&word.0).copied();
        named.or_else(|| self.timeline.subject().roster().named(&word.0)).ok_or_else(|| {
            format!("nobody is called {}: use S1, C1, W1 and so on, or give the name before", word.0)
        })
    }

    /// The acts that a deed is made of, in order.
    fn acts(&mut self, deed: &Deed) -> Result<Vec<Act>, String> {
        let nodes = |words: &Vec<Word>| {
            let named = words.iter().filter(|word| word.0 != OTHERS);
            named.map(|word| self.node(word)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match deed {
            Deed::Node(words, deed) => {
                let acts = words.iter().map(|word| Ok(node_act(self.node(word)?, deed.clone())));
                return acts.collect();
            }
            Deed::Partition(groups) => {
                let named = groups.iter().map(nodes).collect::<Result<_, _>>()?;
                alloc::vec![Act::Partition { groups: self.with_others(named) }]
            }
            Deed::Link(ends, state) => {
                let links = self.links(ends)?.into_iter();
                links.map(|(from, to)| Act::Link { from, to, state: *state }).collect()
            }
            Deed::Quality(None, change) => alloc::vec![quality(None, *change)],
            Deed::Quality(Some(ends), change) => {
                self.links(ends)?.into_iter().map(|link| quality(Some(link), *change)).collect()
            }
            // These are told in the scenario's words; see `handle_flights`.
            Deed::Flight(..) => Vec::new(),
            Deed::Transfer(from, to) => {
                alloc::vec![Act::Transfer { node: self.node(from)?, to: self.node(to)? }]
            }
            Deed::Submit(spec) => {
                let inputs = core::mem::take(&mut self.texts).into();
                alloc::vec![Act::Submit { job: Job::from(Spec { inputs, ..spec.clone() }) }]
            }
            Deed::Plain(act) => alloc::vec![act.clone()],
        })
    }

    /// The links between these ends, each direction on its own.
    fn links(&self, ends: &Ends) -> Result<Vec<(NodeId, NodeId)>, String> {
        let named = |words: &[Word]| {
            let words = words.iter().filter(|word| word.0 != OTHERS);
            words.map(|word| self.node(word)).collect::<Result<Vec<_>, _>>()
        };
        let groups = self.with_others(alloc::vec![named(&ends.from)?, named(&ends.to)?]);
        let mut links = Vec::new();
        let [from, to] = &groups[..] else { return Ok(links) };
        for &from in from {
            for &to in to.iter().filter(|&&to| to != from) {
                links.push((from, to));
                if ends.both {
                    links.push((to, from));
                }
            }
        }
        Ok(links)
    }

    /// Something happens to messages in flight. A script knows them by number; the student is told which they are.
    fn handle_flights(&mut self, flights: &Flights, fate: FlightAction) -> Result<(), String> {
        let between = self.scene(|scene| scene.between(flights))?;
        let found = flights.find(between, self.timeline.world());
        if found.is_empty() {
            let seen = in_flight(self.timeline.world(), self.timeline.subject().roster());
            return Err(format!(
                "there is no {} in flight for `{flights}`; in flight are: {seen}",
                flights.kind
            ));
        }
        for flight in found {
            self.timeline.act(Act::Flight { flight, fate })?;
            self.told_to = self.timeline.now().step;
        }
        let did = match fate {
            FlightAction::Drop => "You dropped",
            FlightAction::Duplicate => "You copied",
            FlightAction::Corrupt => "You damaged",
            FlightAction::Deliver => "You delivered",
            FlightAction::Hold => "You stopped",
            FlightAction::Release => "You released",
            FlightAction::Delay(_) => "You delayed",
        };
        let at = format!("{}", self.timeline.now().at);
        self.text.push_str(&format!("  {at:>9}  {did} {flights}.\n"));
        Ok(())
    }

    /// An empty group stands for `others`: everybody who is in no other group.
    fn with_others(&self, mut groups: Vec<Vec<NodeId>>) -> Vec<Vec<NodeId>> {
        let others =
            self.timeline.world().ids().filter(|node| !groups.iter().flatten().any(|named| named == node));
        let others: Vec<NodeId> = others.collect();
        if let Some(group) = groups.iter_mut().find(|group| group.is_empty()) {
            *group = others;
        }
        groups
    }

    /// Tells the steps taken since the last look, those of the kinds that matter here.
    fn tell_new(&mut self) {
        let roster = self.timeline.subject().roster();
        let new: Vec<_> = self.timeline.trace().rev().take_while(|step| step.number > self.told_to).collect();
        for step in new.into_iter().rev() {
            let told = tell(step, roster);
            self.told_to = step.number;
            let noted = self.tells_notes && step.notes().next().is_some();
            if self.told.contains(&told.kind) || noted {
                self.text.push_str(&format!("  {:>9}  {}\n", format!("{}", step.at), told.text));
            }
            for &note in step.notes() {
                if noted {
                    self.text.push_str(&format!("             {}\n", why(note)));
                }
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
                self.noted.extend(step.node().map(|node| (node, note)));
            }
        }
    }

    fn look_at_rules(&mut self) {
        for rule in AllRules::of(self.timeline.world()).off() {
            if !self.rules_off.contains(&rule) {
                self.rules_off.push(rule);
            }
        }
    }
}

fn node_act(node: NodeId, deed: NodeDeed) -> Act {
    match deed {
        NodeDeed::Crash => Act::Crash { node },
        NodeDeed::Restart => Act::Restart { node },
        NodeDeed::Pause => Act::Pause { node },
        NodeDeed::Resume => Act::Resume { node },
        NodeDeed::Isolate => Act::Isolate { node },
        NodeDeed::Wipe => Act::Wipe { node },
        NodeDeed::Stall => Act::Stall { node },
        NodeDeed::Unstall => Act::Unstall { node },
        NodeDeed::Slow(by) => Act::Slow { node, by },
        NodeDeed::Speed(percent) => Act::Speed { node, percent },
        NodeDeed::Drift(ppm) => Act::Drift { node, ppm },
        NodeDeed::Disk(latency) => Act::Disk { node, latency },
        NodeDeed::Fire(timer) => Act::Fire { node, timer },
        NodeDeed::Postpone(timer, by) => Act::Postpone { node, timer, by },
        NodeDeed::Start(command) => Act::Start { node, command: command.as_str().into() },
        NodeDeed::Snapshot(index) => Act::Snapshot { node, index },
        NodeDeed::Ask(op) => Act::ask(node, op),
        NodeDeed::Load(every, keys) => {
            Act::Load { client: node, every, keys, writes: 500, hot: 0, cas: 0, deletes: 0 }
        }
        NodeDeed::Quiet => Act::Quiet { client: node },
    }
}

fn quality(link: Option<(NodeId, NodeId)>, change: Change) -> Act {
    let (from, to) = link.unzip();
    let (mut latency, mut loss, mut duplication, mut reordering) = (None, None, None, None);
    match change {
        Change::Latency(range) => latency = Some(range),
        Change::Loss(share) => loss = Some(share),
        Change::Duplication(share) => duplication = Some(share),
        Change::Reordering(share) => reordering = Some(share),
    }
    Act::Quality { from, to, latency, loss, duplication, reordering }
}

/// The moment at which a telling ends, as a target for a seek.
impl Telling {
    /// Where the run stands.
    pub fn end(&self) -> Target {
        let now = self.timeline.now();
        Target { at: now.at.max(Time::ZERO), step: Some(now.step) }
    }
}
