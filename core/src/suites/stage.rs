//! The stage on which every test plays: a world, all that is done to it, and everybody who looks on.
//!
//! The course's tester is a program with threads that sleeps in real time. This one is a program too, but when it
//! sleeps the world takes its steps up to that moment, and clients that run beside it are asked whenever they want to
//! be. Whatever it does is an [`Act`] that is written down, so that a test is a run like any other and the page opens
//! it. What a test can do and ask beyond that is its lab's: see [`Lab`].

use super::counts::Counts;
use super::history::Operation;
use super::report::{Failure, Figures};
use super::{LIMIT, Options};
use crate::chance::Chance;
use crate::kv::ServerView;
use crate::lab::act::Course;
use crate::lab::member::{Content, File, View};
use crate::lab::{Act, Config, Mark, Member, Watch};
use crate::node::{Message as _, NodeId};
use crate::raft;
use crate::raft::view::Role;
use crate::sim::{FlightAction, Status, World};
use crate::time::{Span, Time};
use crate::timeline::{Place, Recorded, Script, Subject};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What a part of a test yields, unless the test has failed.
pub(super) type Try<T> = Result<T, Failure>;

/// What the tester of one lab keeps beside the world: what it has seen, and the clients that run beside the test.
pub(super) trait Lab: Sized {
    /// Looks at the step just taken. The error says what is wrong with it.
    fn see(&mut self, world: &World<Member>) -> Result<(), String>;

    /// What is to be done at once on account of what was seen.
    fn due(&mut self) -> Vec<Act> {
        Vec::new()
    }

    /// When the next of the clients wants to be asked; none if none is left, or if all wait for the world.
    fn next_client(&self) -> Option<Time>;

    /// The client that is next does its work.
    fn ask_client(stage: &mut Stage<Self>) -> Try<()>;

    /// Whether every client has come to its end.
    fn clients_have_ended(&self) -> bool;

    /// How many commands were committed, operations returned or tasks completed: see [`Figures::commits`].
    fn commits(&self) -> u64;

    /// The bytes to print, of those that were counted.
    fn bytes(&self, counted: Option<u64>) -> Option<u64> {
        counted
    }

    /// Judges the test as a whole, at its end. The error says what is wrong.
    fn judge(&self) -> Result<(), String> {
        Ok(())
    }

    /// Every operation of clients.
    fn history(self) -> Vec<Operation> {
        Vec::new()
    }
}

/// A test under way.
pub(super) struct Stage<L> {
    config: Config,
    world: World<Member>,
    watch: Watch,
    marks: Vec<Mark>,
    acts: Vec<Recorded<Act>>,
    chance: Chance,
    draws: u64,
    /// Whether clients are to come to an end.
    pub(super) clients_stop: bool,
    pub(super) counts: Counts,
    /// The moment to show, with the fingerprint of the run up to it.
    interest: Option<(Place, u64)>,
    /// What had been counted when the test's own part began.
    before: Figures,
    course_only: bool,
    pub(super) lab: L,
}

impl<L: Lab> Stage<L> {
    /// A world that begins like this, with all chance drawn from the seed, and rules that are off.
    pub(super) fn open(
        config: Config,
        place: u64,
        seed: u64,
        options: &Options,
        lab: L,
    ) -> Result<Stage<L>, String> {
        let chance = Chance::new(seed).key(place);
        let config = Config {
            // JSON holds 53 bits exactly.
            seed: chance.draw() >> 11,
            latency: (Span::ZERO, Span::millis(2)),
            disk_latency: (Span::ZERO, Span::ZERO),
            heartbeat: super::HEARTBEAT,
            election_timeout: super::ELECTION_TIMEOUT,
            // The labs' Raft is the paper's, and sends a snapshot in one message.
            snapshot_chunk: None,
            pre_vote: false,
            check_quorum: false,
            without: options.without.clone(),
            ..config
        };
        let (watch, world) = Watch::open(&config)?;
        Ok(Stage {
            counts: Counts::new(config.roster().len()),
            config,
            world,
            watch,
            marks: Vec::new(),
            acts: Vec::new(),
            chance: chance.key(1),
            draws: 0,
            clients_stop: false,
            interest: None,
            before: Figures::default(),
            course_only: options.course_only,
            lab,
        })
    }

    /// How the world began.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Every check's view of the run so far.
    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The world, to look at.
    pub(super) fn world(&self) -> &World<Member> {
        &self.world
    }

    /// Now.
    pub(super) fn now(&self) -> Time {
        self.world.now()
    }

    /// How many steps were taken.
    pub(super) fn steps(&self) -> u64 {
        self.world.steps()
    }

    /// How many servers there are.
    pub(super) fn servers(&self) -> usize {
        usize::from(self.config.servers)
    }

    /// An even draw below `n`.
    pub(super) fn draw(&mut self, n: u32) -> u32 {
        self.next_chance().below(n)
    }

    /// Dice that nobody has thrown.
    pub(super) fn next_chance(&mut self) -> Chance {
        self.draws += 1;
        self.chance.key(self.draws)
    }

    /// Whether something with this probability in a thousand happens.
    pub(super) fn happens(&mut self, per_mille: u32) -> bool {
        self.draw(1_000) < per_mille
    }

    /// The test has failed.
    pub(super) fn fail<T>(&self, why: impl FnOnce() -> String) -> Try<T> {
        self.fail_perhaps_unlucky(false, why)
    }

    /// The test has failed, in a way in which a correct Raft may if `unlucky`.
    pub(super) fn fail_perhaps_unlucky<T>(&self, unlucky: bool, why: impl FnOnce() -> String) -> Try<T> {
        Err(Failure { why: why(), at: self.world.now(), step: self.world.steps(), unlucky })
    }

    /// Fails unless it is so.
    pub(super) fn expect(&self, holds: bool, why: impl FnOnce() -> String) -> Try<()> {
        if holds { Ok(()) } else { self.fail(why) }
    }

    /// This is the moment to show to whoever opens the test; the last one counts.
    pub(super) fn interesting(&mut self) {
        self.interest = Some(self.place());
    }

    fn place(&self) -> (Place, u64) {
        (Place { at: self.world.now(), step: self.world.steps() }, self.world.fingerprint())
    }

    /// The run as it can be opened, at its moment of interest, or where it is now if it failed or has none; and every
    /// operation of clients.
    pub(super) fn into_run(self, failed: bool) -> (Script<Watch>, Vec<Operation>) {
        let (saved, fingerprint) = self.interest.filter(|_| !failed).unwrap_or_else(|| self.place());
        let script = Script {
            engine: env!("CARGO_PKG_VERSION").into(),
            config: self.config,
            acts: self.acts,
            saved,
            fingerprint: Some(fingerprint),
        };
        (script, self.lab.history())
    }

    /// What was done so far led up to the test, and does not count among its figures.
    pub(super) fn begins_here(&mut self) {
        self.before = self.counted();
    }

    /// What the tester prints.
    pub(super) fn figures(&self) -> Figures {
        self.counted().since(&self.before)
    }

    fn counted(&self) -> Figures {
        let counted = self.counts.figures();
        Figures {
            took: self.world.now().since(Time::ZERO),
            commits: self.lab.commits(),
            bytes: self.lab.bytes(counted.bytes),
            ..counted
        }
    }
}

/// Time, and what happens in it.
impl<L: Lab> Stage<L> {
    /// Lets time pass, and clients do their work.
    pub(super) fn sleep(&mut self, span: Span) -> Try<()> {
        self.wait_until(self.now() + span, |_| false).map(drop)
    }

    /// Lets time pass, and clients do their work, until something is so, but no longer than up to a moment. Returns
    /// whether it is so.
    pub(super) fn wait_until(&mut self, latest: Time, is_so: impl Fn(&Self) -> bool) -> Try<bool> {
        loop {
            if is_so(self) {
                return Ok(true);
            }
            let client = self.lab.next_client().filter(|&due| due <= latest);
            if self.step_until(client.unwrap_or(latest))? {
                continue;
            }
            if client.is_none() {
                return Ok(false);
            }
            L::ask_client(self)?;
        }
    }

    /// Waits until every client has come to its end.
    pub(super) fn join_clients(&mut self) -> Try<()> {
        let ended = self.wait_until(Time::ZERO + LIMIT, |stage| stage.lab.clients_have_ended())?;
        self.expect(ended, || "a client was not done after 120 s".into())
    }

    /// What happens by now happens.
    pub(super) fn settle(&mut self) -> Try<()> {
        while self.step_until(self.now())? {}
        Ok(())
    }

    /// The world takes a step, unless there is none by then.
    fn step_until(&mut self, latest: Time) -> Try<bool> {
        if self.world.step_until(latest).is_none() {
            return Ok(false);
        }
        self.look()?;
        self.do_what_is_due()?;
        Ok(true)
    }

    /// Looks at the step just taken: every check, and what the course's tester counts.
    fn look(&mut self) -> Try<()> {
        self.watch.observe(&self.world, &mut self.marks);
        self.marks.clear();
        if let Some(violation) = self.watch.verdicts().violations().first()
            && !self.course_only
        {
            return Err(Failure::found(violation));
        }
        self.counts.see(self.world.last_step());
        self.lab.see(&self.world).or_else(|why| self.fail(|| why))
    }

    fn do_what_is_due(&mut self) -> Try<()> {
        self.lab.due().into_iter().try_for_each(|act| self.act(act))
    }

    /// Does something to the world, and writes it down.
    pub(super) fn act(&mut self, act: Act) -> Try<()> {
        let actions = match self.watch.translate(&act, &self.world) {
            Ok(actions) => actions,
            Err(why) => return self.fail(|| why),
        };
        self.acts.push(Recorded { at: self.world.now(), after: self.world.steps(), act });
        for action in actions {
            if let Err(why) = self.world.act(action).map(drop) {
                return self.fail(|| format!("{why}"));
            }
            self.look()?;
        }
        self.do_what_is_due()
    }
}

/// What any test does to the network and to servers, and sees of them.
impl<L: Lab> Stage<L> {
    /// The network works in this way from now on.
    pub(super) fn network(&mut self, mode: Course) -> Try<()> {
        self.act(Act::Network { mode })
    }

    /// Whether a server runs.
    pub(super) fn is_up(&self, server: usize) -> bool {
        self.world.status(id(server)) == Status::Up
    }

    /// Ends a server. What it wrote is durable: the course's persister takes no time. What was on its way to it, and its
    /// answers on their way to others, are lost.
    pub(super) fn end(&mut self, server: usize) -> Try<()> {
        let node = id(server);
        let dies = self
            .world
            .flights()
            .filter(|flight| !flight.lost)
            .filter(|flight| flight.to == node || flight.from == node && flight.body.is_reply());
        let mut dies: Vec<_> = dies.map(|flight| flight.id).collect();
        dies.sort_unstable();
        for flight in dies {
            self.act(Act::Flight { flight, fate: FlightAction::Drop })?;
        }
        if self.is_up(server) {
            self.act(Act::Crash { node })?;
        }
        Ok(())
    }

    /// A running server's view.
    pub(super) fn view(&self, server: usize) -> Option<&ServerView> {
        match self.world.view(id(server)) {
            Some(View::Server(view)) => Some(view),
            _ => None,
        }
    }

    /// Whether a server runs and leads.
    pub(super) fn leads(&self, server: usize) -> bool {
        self.view(server).is_some_and(|view| matches!(view.raft.role, Role::Leader { .. }))
    }

    /// The most that any server has of its log on its disk, in bytes.
    pub(super) fn log_size(&self) -> u64 {
        let files = (0..self.servers()).filter_map(|server| self.world.durable(id(server)));
        let states = files.filter_map(|files| match files.get(&File::Raft(raft::File::State)) {
            Some(Content::Raft(state)) => Some(state.log.bytes()),
            _ => None,
        });
        states.max().unwrap_or_default()
    }
}

/// The node of a server.
pub(super) fn id(server: usize) -> NodeId {
    NodeId(server as u16)
}
