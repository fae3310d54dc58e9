//! Running a scenario: line by line, on a timeline like any other run.

use super::fact::{self, Fact, Scene};
use super::{Beat, Deed, NodeDeed, Scenario, Who, Word};
use crate::lab::act::Act;
use crate::lab::tell::{Kind, tell};
use crate::lab::watch::Watch;
use crate::mapreduce::{Input, Job};
use crate::node::NodeId;
use crate::time::Time;
use crate::timeline::{Target, Timeline};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A scenario that ran to its end.
pub struct Telling {
    /// What was said and what happened, as text.
    pub text: String,
    /// The run, at its end: it can be walked like any other.
    pub timeline: Timeline<Watch>,
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

/// In a partition: everybody who is not named.
const OTHERS: &str = "others";

struct Runner {
    timeline: Timeline<Watch>,
    names: BTreeMap<String, NodeId>,
    texts: Vec<Input>,
    told: Vec<Kind>,
    text: String,
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
        text: format!("{} ({})\n", scenario.title, scenario.paper),
        told_to: 0,
        saying: false,
    };
    for line in &scenario.lines {
        runner.beat(&line.beat).map_err(|why| Failure { line: line.number, why })?;
        let verdicts = runner.timeline.subject().verdicts();
        let rules_off = crate::lab::config::AllRules::of(runner.timeline.world()).off().next().is_some();
        if let Some(violation) = verdicts.violations().first().filter(|_| !rules_off) {
            return Err(Failure { line: line.number, why: format!("{violation}") });
        }
    }
    Ok(Telling { text: runner.text, timeline: runner.timeline })
}

impl Runner {
    fn beat(&mut self, beat: &Beat) -> Result<(), String> {
        if let Beat::Say(words) = beat {
            // Lines that follow each other are one paragraph.
            let begins = if self.saying { "" } else { "\n" };
            self.text.push_str(&format!("{begins}{words}\n"));
            self.saying = true;
            return Ok(());
        }
        self.saying = false;
        match beat {
            Beat::Say(_) => Ok(()),
            Beat::Tell(kinds) => {
                self.told.clone_from(kinds);
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
            Beat::Do(deed) => {
                let act = self.act(deed)?;
                self.timeline.act(act)?;
                self.tell_new();
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
        look(Scene { world: self.timeline.world(), watch: self.timeline.subject(), resolve: &resolve })
    }

    fn node(&self, word: &Word) -> Result<NodeId, String> {
        let named = self.names.get(&word.0).copied();
        named.or_else(|| self.timeline.subject().roster().named(&word.0)).ok_or_else(|| {
            format!("nobody is called {}: use S1, C1, W1 and so on, or give the name before", word.0)
        })
    }

    fn act(&mut self, deed: &Deed) -> Result<Act, String> {
        let nodes = |words: &Vec<Word>| {
            let named = words.iter().filter(|word| word.0 != OTHERS);
            named.map(|word| self.node(word)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match deed {
            Deed::Node(word, deed) => node_act(self.node(word)?, deed.clone()),
            Deed::Partition(groups) => {
                let named = groups.iter().map(nodes).collect::<Result<_, _>>()?;
                Act::Partition { groups: self.with_others(named) }
            }
            Deed::Link(from, to, state) => {
                Act::Link { from: self.node(from)?, to: self.node(to)?, state: *state }
            }
            Deed::Submit(app, reduces) => {
                let inputs = core::mem::take(&mut self.texts);
                Act::Submit { job: Job::new(*app, *reduces, inputs) }
            }
            Deed::Plain(act) => act.clone(),
        })
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
            if self.told.contains(&told.kind) {
                self.text.push_str(&format!("  {:>9}  {}\n", format!("{}", step.at), told.text));
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
        NodeDeed::Fire(timer) => Act::Fire { node, timer },
        NodeDeed::Get(key) => Act::Get { client: node, key: key.as_str().into() },
        NodeDeed::Put(key, value) => {
            Act::Put { client: node, key: key.as_str().into(), value: value.as_str().into() }
        }
        NodeDeed::Append(key, value) => {
            Act::Append { client: node, key: key.as_str().into(), value: value.as_str().into() }
        }
        NodeDeed::Load(every, keys) => Act::Load { client: node, every, keys, writes: 500 },
        NodeDeed::Quiet => Act::Quiet { client: node },
    }
}

/// The moment at which a telling ends, as a target for a seek.
impl Telling {
    /// Where the run stands.
    pub fn end(&self) -> Target {
        let now = self.timeline.now();
        Target { at: now.at.max(Time::ZERO), step: Some(now.step) }
    }
}
