//! The fingerprint covers everything a step holds.
//!
//! [`Vary`] gives all the values that differ from one in a single field. It is written with patterns that name every
//! field and every variant, so that a new one does not compile until it is varied here as well.

use super::puppet::{Data, Seen, Word};
use super::*;
use crate::fingerprint::fingerprint;
use crate::node::FileOp;
use crate::sim::{Change, FlightAction, Missed};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;

/// Gives values that differ in one place.
trait Vary: Clone {
    /// One sample of each shape this type has.
    fn samples() -> Vec<Self>;
    /// All values that differ from this one in one field, at any depth.
    fn variations(&self) -> Vec<Self>;
}

macro_rules! vary_numbers {
    ($($number:ty)*) => {
        $(impl Vary for $number {
            fn samples() -> Vec<Self> {
                vec![5]
            }
            fn variations(&self) -> Vec<Self> {
                vec![self ^ 1, self ^ (1 << (<$number>::BITS - 1))]
            }
        })*
    };
}
vary_numbers!(u8 u16 u32 u64 i32);

impl Vary for bool {
    fn samples() -> Vec<bool> {
        vec![false]
    }
    fn variations(&self) -> Vec<bool> {
        vec![!self]
    }
}

impl Vary for String {
    fn samples() -> Vec<String> {
        vec!["hello".to_string()]
    }
    fn variations(&self) -> Vec<String> {
        vec![format!("{self}\0"), self[1..].to_string(), self.to_uppercase()]
    }
}

impl<T: Vary> Vary for Option<T> {
    fn samples() -> Vec<Self> {
        T::samples().into_iter().map(Some).collect()
    }
    fn variations(&self) -> Vec<Self> {
        self.iter().flat_map(T::variations).map(Some).chain([None]).collect()
    }
}

/// A list differs in one of its items, in their order, or in their number.
impl<T: Vary + PartialEq> Vary for Vec<T> {
    fn samples() -> Vec<Self> {
        vec![T::samples()]
    }
    fn variations(&self) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for place in 0..self.len() {
            for item in self[place].variations() {
                let mut list = self.clone();
                list[place] = item;
                all.push(list);
            }
            let mut list = self.clone();
            list.remove(place);
            all.push(list);
            for other in place + 1..self.len() {
                let mut list = self.clone();
                list.swap(place, other);
                all.push(list);
            }
        }
        all
    }
}

impl<A: Vary, B: Vary> Vary for (A, B) {
    fn samples() -> Vec<Self> {
        A::samples().into_iter().zip(B::samples()).collect()
    }
    fn variations(&self) -> Vec<Self> {
        let first = self.0.variations().into_iter().map(|a| (a, self.1.clone()));
        first.chain(self.1.variations().into_iter().map(|b| (self.0.clone(), b))).collect()
    }
}

/// The first sample of a type.
fn sample<T: Vary>() -> T {
    T::samples().remove(0)
}

macro_rules! vary_struct {
    ($name:ty { $($field:ident),* $(,)? }) => {
        impl Vary for $name {
            fn samples() -> Vec<Self> {
                vec![Self { $($field: sample()),* }]
            }
            fn variations(&self) -> Vec<Self> {
                let Self { $($field),* } = self;
                let mut all = Vec::new();
                $(for varied in $field.variations() {
                    let mut other = self.clone();
                    other.$field = varied;
                    all.push(other);
                })*
                all
            }
        }
    };
}

macro_rules! vary_tuple_structs {
    ($($name:ident)*) => {
        $(impl Vary for $name {
            fn samples() -> Vec<Self> {
                vec![$name(sample())]
            }
            fn variations(&self) -> Vec<Self> {
                self.0.variations().into_iter().map($name).collect()
            }
        })*
    };
}
vary_tuple_structs!(Time Span NodeId FlightId);

/// An enum differs in a field of its variant, or is another variant.
macro_rules! vary_enum {
    ($name:ty:
        $($unit:ident,)*
        $(($tuple:ident $($part:ident)*),)*
        $({$record:ident $($field:ident)*},)*
    ) => {
        impl Vary for $name {
            fn samples() -> Vec<Self> {
                vec![
                    $(Self::$unit,)*
                    $(Self::$tuple($({ let $part = sample(); $part }),*),)*
                    $(Self::$record { $($field: sample()),* },)*
                ]
            }
            fn variations(&self) -> Vec<Self> {
                let mut all: Vec<Self> = Self::samples();
                all.retain(|other| core::mem::discriminant(other) != core::mem::discriminant(self));
                match self {
                    $(Self::$unit => {})*
                    $(Self::$tuple($($part),*) => all.extend(vary_enum!(@parts Self::$tuple; $($part)*)),)*
                    $(Self::$record { $($field),* } => {
                        $(for varied in $field.variations() {
                            let mut other = self.clone();
                            if let Self::$record { $field, .. } = &mut other {
                                *$field = varied;
                            }
                            all.push(other);
                        })*
                    })*
                }
                all
            }
        }
    };
    (@parts $make:path; $a:ident) => {
        $a.variations().into_iter().map($make)
    };
    (@parts $make:path; $a:ident $b:ident) => {
        ($a.clone(), $b.clone()).variations().into_iter().map(|(a, b)| $make(a, b))
    };
    (@parts $make:path; $a:ident $b:ident $c:ident) => {
        (($a.clone(), $b.clone()), $c.clone()).variations().into_iter().map(|((a, b), c)| $make(a, b, c))
    };
}

vary_struct!(Step<Puppet> { number, at, cause, effects, deeds, change });
vary_struct!(Change<Puppet> { node, before, after });
vary_struct!(Quality { latency, loss, duplication, reordering, long_delay, replies });
vary_struct!(Replies { latency, reordering, long_delay });
vary_struct!(Ratio { of, out_of });
vary_struct!(Config { name, at_start, at_alarm });
vary_struct!(Seen { heard });
vary_struct!(Word { kind, text, orders });
vary_enum! { Cause<Puppet>:
    (Action action),
    {Start node incarnation asked_in},
    {Arrival flight from to body sent_in},
    {Missed flight from to body sent_in why},
    {Alarm node timer set_in},
    {Durable node write issued_in},
    {Configured node asked_in},
}
vary_enum! { Action<Puppet>:
    Heal,
    (Crash node),
    (Restart node),
    (Pause node),
    (Resume node),
    (Slow node by),
    (Drift node ppm),
    (Fire node timer),
    (Postpone node timer by),
    (Quality link quality),
    (Partition groups),
    (Isolate node),
    (Flight flight action),
    (DiskLatency node latency),
    (Stall node),
    (Unstall node),
    (Wipe node),
    (Call node request),
    (Reseed seed),
    (Configure node config),
    {Gate from to gate},
}
vary_enum! { Gate: Open, Cut, Hold, }
vary_enum! { FlightAction: Drop, Duplicate, Corrupt, Deliver, Hold, Release, (Delay by), }
vary_enum! { Missed: Cut, Down, Corrupt, }
vary_enum! { Fate: Lost, Cut, Held, (Arrives at), (Copy at), }
vary_enum! { Deed<Puppet>:
    {Departed flight from to body fate},
    {Handed node output},
    {LostWrites node torn},
}
vary_enum! { Effect<Puppet>:
    (Write batch),
    (Output output),
    (CancelTimer timer),
    (Note note),
    {Send to body},
    {SetTimer which within},
}
vary_enum! { FileOp<u8, Data>: (Put file content), (Rename from to), (Remove file), }
vary_enum! { Data: (Value value), (Bytes bytes), }

/// What the puppet is told to do stands for anything a protocol says: one order is enough here.
impl Vary for Order {
    fn samples() -> Vec<Order> {
        vec![Order::Output(1)]
    }
    fn variations(&self) -> Vec<Order> {
        vec![Order::Output(2), Order::Note(1)]
    }
}

/// A step for every cause and every action, each with one of every effect and deed.
fn steps() -> Vec<Step<Puppet>> {
    let actions = Action::samples().into_iter().map(Cause::Action);
    let causes = Cause::samples().into_iter().chain(actions);
    causes.map(|cause| Step { cause, ..sample() }).collect()
}

#[test]
fn changing_any_one_field_of_a_step_changes_its_fingerprint() {
    let mut seen: BTreeMap<u64, Step<Puppet>> = BTreeMap::new();
    let mut varied = 0;
    for step in steps() {
        for other in step.variations().into_iter().chain([step]) {
            varied += 1;
            if let Some(same) = seen.insert(fingerprint(&other), other.clone()) {
                assert_eq!(same, other, "two different steps have one fingerprint");
            }
        }
    }
    assert!(seen.len() > 2_000, "{varied} variations of which {} differ", seen.len());
}

#[test]
fn a_worlds_fingerprint_depends_on_every_step_and_on_their_order() {
    let after = |numbers: &[u32]| {
        let mut world = world(1, steady());
        for &number in numbers {
            order(&mut world, N0, [Order::Output(number)]);
        }
        world.fingerprint()
    };
    let all = [after(&[]), after(&[1]), after(&[2]), after(&[1, 2]), after(&[2, 1]), after(&[1, 1])];
    for (place, one) in all.iter().enumerate() {
        assert!(!all[place + 1..].contains(one));
    }
}

/// Pinned: a compiler or a target that gives another number here would not replay another's runs.
#[test]
fn fingerprints_are_the_same_everywhere_and_for_ever() {
    let mut all = crate::fingerprint::Fingerprint::default();
    steps().iter().for_each(|step| all.absorb(step));
    let pinned =
        [fingerprint("Splitbrain"), fingerprint(&(-1i8, 'x', true, Some(7u64), None::<u8>)), all.value()];
    assert_eq!(pinned, [552_699_047_429_982_342, 7_891_974_475_447_924_471, 9_699_772_745_130_209_410]);
}
