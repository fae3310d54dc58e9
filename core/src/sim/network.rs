//! Links and the messages on them. Each direction of a link is a link of its own.
//!
//! A message's fate is drawn when it is sent, so that its whole flight can be drawn; whether the link is cut is
//! looked at again when it arrives.

use crate::chance::{Chance, Ratio};
use crate::node::{Message, Node, NodeId};
use crate::time::{Span, Time};
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Kinds of messages are counted in this many classes; see [`Message::kind`].
const KINDS: usize = 32;

/// A flight's number, from 1 in the order in which messages left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlightId(pub u64);

/// Whether a link lets messages through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// It does.
    #[default]
    Open,
    /// What is sent, and what arrives, is lost.
    Cut,
    /// What is sent is kept until it is released or the link is opened.
    Hold,
}

/// How well a link works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quality {
    /// The shortest and the longest time on the way.
    pub latency: (Span, Span),
    /// How many messages are lost.
    pub loss: Ratio,
    /// How many messages arrive twice.
    pub duplication: Ratio,
    /// How many messages are overtaken: they take `long_delay` more.
    pub reordering: Ratio,
    /// The extra delay of a message that is overtaken.
    pub long_delay: (Span, Span),
    /// How replies travel, if not as requests do.
    pub replies: Option<Replies>,
}

/// How replies travel where that is not as requests do: the course's network delays requests a little and holds back
/// replies for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replies {
    /// The shortest and the longest time on the way.
    pub latency: (Span, Span),
    /// How many are overtaken.
    pub reordering: Ratio,
    /// The extra delay of a reply that is overtaken. How long it is at most is drawn from this range first, so that
    /// short delays are likelier.
    pub long_delay: (Span, Span),
}

impl Quality {
    /// The shortest and the longest time that this message takes if nothing overtakes it.
    fn latency_of(&self, body: &impl Message) -> (Span, Span) {
        self.replies.filter(|_| body.is_reply()).map_or(self.latency, |replies| replies.latency)
    }
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight<N: Node> {
    /// Its number.
    pub id: FlightId,
    /// Its sender.
    pub from: NodeId,
    /// Its addressee.
    pub to: NodeId,
    /// What it says.
    pub body: N::Message,
    /// When it left.
    pub sent_at: Time,
    /// The step in which it left.
    pub sent_in: u64,
    /// When it arrives, or would arrive if it were not lost; none while it is held.
    pub arrives_at: Option<Time>,
    /// Whether it will be lost on the way.
    pub lost: bool,
    /// Whether its contents were damaged: its checksum will give it away on arrival.
    pub corrupt: bool,
    /// Whether its addressee has already been slow about it.
    pub(super) slowed: bool,
    /// Whether somebody holds this one message, rather than its link.
    pub(super) held_by_hand: bool,
    /// Which of its link's messages this is: what its draws are keyed by.
    pub(super) lot: u64,
    /// Latencies drawn for it after it left.
    pub(super) draws: u32,
    /// The ticket of the agenda's event that is about it.
    pub(super) ticket: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Link {
    gate: Gate,
    quality: Option<Quality>,
}

/// What the network decided about one message.
pub(super) struct Draw {
    /// How long it takes.
    pub(super) latency: Span,
    /// Whether it is lost.
    pub(super) lost: bool,
    /// How long a second copy takes, if there is one.
    pub(super) copy: Option<Span>,
    /// Which of its link's messages this is.
    pub(super) lot: u64,
}

/// The source of all draws about one message.
fn lot_key(chance: Chance, from: NodeId, to: NodeId, lot: u64) -> Chance {
    chance.key(u64::from(from.0) << 16 | u64::from(to.0)).key(lot)
}

/// The lot of a copy of the message with this lot.
pub(super) fn copy_of(lot: u64, copy: u32) -> u64 {
    Chance::new(lot).key(u64::from(copy)).draw()
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Network<N: Node> {
    nodes: usize,
    links: Vec<Link>,
    /// Messages sent so far, for each link and kind.
    sent: Vec<u32>,
    quality: Quality,
    flights: Vec<Option<Flight<N>>>,
    free: Vec<u32>,
    last_id: u64,
}

impl<N: Node> Network<N> {
    pub(super) fn new(nodes: usize, quality: Quality) -> Self {
        Network {
            nodes,
            links: vec![Link::default(); nodes * nodes],
            sent: vec![0; nodes * nodes * KINDS],
            quality,
            flights: Vec::new(),
            free: Vec::new(),
            last_id: 0,
        }
    }

    fn link(&self, from: NodeId, to: NodeId) -> usize {
        from.index() * self.nodes + to.index()
    }

    /// Whether both are nodes of this world.
    fn knows(&self, from: NodeId, to: NodeId) -> bool {
        from.index().max(to.index()) < self.nodes
    }

    pub(super) fn gate(&self, from: NodeId, to: NodeId) -> Gate {
        if self.knows(from, to) { self.links[self.link(from, to)].gate } else { Gate::Cut }
    }

    pub(super) fn set_gate(&mut self, from: NodeId, to: NodeId, gate: Gate) {
        let link = self.link(from, to);
        self.links[link].gate = gate;
    }

    pub(super) fn quality(&self, from: NodeId, to: NodeId) -> Quality {
        let own = if self.knows(from, to) { self.links[self.link(from, to)].quality } else { None };
        own.unwrap_or(self.quality)
    }

    /// Sets the quality of one link, or of every link.
    pub(super) fn set_quality(&mut self, link: Option<(NodeId, NodeId)>, quality: Quality) {
        match link {
            Some((from, to)) => {
                let link = self.link(from, to);
                self.links[link].quality = Some(quality);
            }
            None => {
                self.quality = quality;
                self.links.iter_mut().for_each(|link| link.quality = None);
            }
        }
    }

    /// Draws the fate of the next message of its kind on its link. The count goes on whether or not the link is cut.
    pub(super) fn draw(&mut self, chance: Chance, from: NodeId, to: NodeId, body: &N::Message) -> Draw {
        let link = self.link(from, to);
        let kind = usize::from(body.kind()) % KINDS;
        let sent = &mut self.sent[link * KINDS + kind];
        *sent += 1;
        let lot = (kind as u64) << 32 | u64::from(*sent);
        let key = lot_key(chance, from, to, lot);
        let quality = self.links[link].quality.as_ref().unwrap_or(&self.quality);
        let replies = quality.replies.as_ref().filter(|_| body.is_reply());
        let reordering = replies.map_or(quality.reordering, |replies| replies.reordering);
        let latency = |key: Chance| {
            let late = reordering.of > 0 && key.key(3).happens(reordering);
            let extra = match replies {
                _ if !late => Span::ZERO,
                None => key.key(4).within(quality.long_delay),
                Some(Replies { long_delay: (from, to), .. }) => {
                    key.key(4).within((*from, key.key(7).within((*from, *to))))
                }
            };
            key.within(quality.latency_of(body)) + extra
        };
        Draw {
            latency: latency(key),
            lost: quality.loss.of > 0 && key.key(1).happens(quality.loss),
            copy: (quality.duplication.of > 0 && key.key(2).happens(quality.duplication))
                .then(|| latency(key.key(5))),
            lot,
        }
    }

    /// Draws a fresh latency for a message that goes on or is copied, and the lot for a copy.
    pub(super) fn draw_again(&mut self, chance: Chance, slot: u32) -> Option<(Span, u64)> {
        let flight = self.flights.get_mut(slot as usize)?.as_mut()?;
        flight.draws += 1;
        let (from, to, lot, draws) = (flight.from, flight.to, flight.lot, flight.draws);
        let own = self.links.get(from.index() * self.nodes + to.index()).and_then(|link| link.quality);
        let latency = own.unwrap_or(self.quality).latency_of(&flight.body);
        let key = lot_key(chance, from, to, lot).key(6).key(u64::from(draws));
        Some((key.within(latency), copy_of(lot, draws)))
    }

    pub(super) fn new_id(&mut self) -> FlightId {
        self.last_id += 1;
        FlightId(self.last_id)
    }

    /// Takes a flight in and returns its slot.
    pub(super) fn launch(&mut self, flight: Flight<N>) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                self.flights[slot as usize] = Some(flight);
                slot
            }
            None => {
                self.flights.push(Some(flight));
                self.flights.len() as u32 - 1
            }
        }
    }

    pub(super) fn flight(&mut self, slot: u32) -> Option<&mut Flight<N>> {
        self.flights.get_mut(slot as usize)?.as_mut()
    }

    pub(super) fn land(&mut self, slot: u32) -> Option<Flight<N>> {
        let flight = self.flights.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        Some(flight)
    }

    pub(super) fn slot_of(&self, id: FlightId) -> Option<u32> {
        self.flights().position(|flight| flight.is_some_and(|flight| flight.id == id)).map(|slot| slot as u32)
    }

    /// The slots of all messages that a link holds, oldest first.
    pub(super) fn held(&self, from: NodeId, to: NodeId) -> Vec<u32> {
        self.in_order(&|flight| {
            flight.from == from && flight.to == to && flight.arrives_at.is_none() && !flight.held_by_hand
        })
    }

    /// The slots of some messages, oldest first.
    pub(super) fn in_order(&self, wanted: &dyn Fn(&Flight<N>) -> bool) -> Vec<u32> {
        let slots = (0u32..).zip(&self.flights);
        let mut found: Vec<(FlightId, u32)> = slots
            .filter_map(|(slot, flight)| {
                flight.as_ref().filter(|flight| wanted(flight)).map(|flight| (flight.id, slot))
            })
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, slot)| slot).collect()
    }

    pub(super) fn seen(&self, slot: u32) -> Option<&Flight<N>> {
        self.flights.get(slot as usize)?.as_ref()
    }

    pub(super) fn flights(&self) -> impl Iterator<Item = Option<&Flight<N>>> {
        self.flights.iter().map(Option::as_ref)
    }
}
