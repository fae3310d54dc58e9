//! The log by itself: what is found in it, what two logs share, and what a snapshot leaves.

use super::*;

fn log(terms: &[u64]) -> Log<u64> {
    let mut log = Log::new();
    for (place, &term) in terms.iter().enumerate() {
        log.push(Entry { term: Term(term), command: place as u64 });
    }
    log
}

#[test]
fn every_index_is_found_and_none_beyond() {
    for len in [0, 1, 2, 7, 64, 1000] {
        let log = log(&alloc::vec![1; len]);
        assert_eq!(log.last_index(), len as u64);
        for index in 1..=len as u64 {
            assert_eq!(log.entry(index).map(|entry| entry.command), Some(index - 1));
        }
        assert!(log.entry(0).is_none() && log.entry(len as u64 + 1).is_none());
        assert_eq!(log.term_at(0), Some(Term(0)));
    }
}

#[test]
fn any_entry_is_a_few_hops_away() {
    let log = log(&alloc::vec![1; 100_000]);
    let mut hops = 0;
    let mut link = log.last.as_ref();
    while let Some(this) = link.filter(|link| link.index > 1) {
        link = this.jump.as_ref().or(this.before.as_ref());
        hops += 1;
    }
    assert!(hops < 60, "{hops} hops");
}

#[test]
fn logs_with_one_different_term_or_command_differ_from_there_on() {
    let (a, b) = (log(&[1, 1, 2, 3]), log(&[1, 1, 3, 3]));
    assert_eq!(a.chain_at(2), b.chain_at(2));
    assert_ne!(a.chain_at(3), b.chain_at(3));
    assert_ne!(a, b);
    let mut c = a.prefix(3);
    c.push(Entry { term: Term(3), command: 99 });
    assert_ne!(a.chain_at(4), c.chain_at(4));
}

#[test]
fn the_border_of_a_term_is_found_from_any_place_in_the_log() {
    let terms = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    let log = log(&terms);
    for upto in 0..=12 {
        for term in 0..=7 {
            let held = || terms.iter().zip(1..).take(upto as usize);
            let before = held().filter(|&(&held, _)| held < term).map(|(_, index)| index).max();
            assert_eq!(log.last_before_term(Term(term), upto), before.unwrap_or(0), "{term} up to {upto}");
            let of = held().filter(|&(&held, _)| held == term).map(|(_, index)| index).max();
            if term > 0 {
                assert_eq!(log.last_of_term(Term(term), upto), of, "{term} up to {upto}");
            }
        }
    }
}

#[test]
fn truncating_leaves_other_copies_alone() {
    let long = log(&[1, 1, 2, 2]);
    let mut short = long.clone();
    short.truncate(2);
    assert_eq!((short.last_index(), short.last_term(), long.last_index()), (2, Term(1), 4));
    assert!(long.extends(&short) && !short.extends(&long));
    assert_eq!(short, log(&[1, 1]));
}

#[test]
fn extending_shares_links_where_the_logs_agree_and_copies_where_they_do_not() {
    let leader = log(&[1, 1, 2, 2]);
    let mut follower = leader.prefix(2);
    follower.extend(&leader);
    assert!(follower == leader && Rc::ptr_eq(follower.last.as_ref().unwrap(), leader.last.as_ref().unwrap()));
    let mut other = log(&[1, 3]);
    other.extend(&leader);
    assert_eq!(other.range(0, 9).iter().map(|link| link.entry.term.0).collect::<Vec<_>>(), [1, 3, 2, 2]);
}

#[test]
fn what_a_snapshot_has_replaced_is_gone_but_for_the_last_term_and_hash_and_the_rest_stays() {
    let whole = log(&[1, 1, 2, 2, 3, 3, 3]);
    for upto in 1..=7 {
        let mut log = whole.clone();
        log.compact(upto);
        assert_eq!((log.base_index(), log.last_index(), log.last_term()), (upto, 7, Term(3)));
        assert_eq!(
            (Some(log.base_term()), Some(log.base_chain())),
            (whole.term_at(upto), whole.chain_at(upto))
        );
        assert_eq!(log.chain(), whole.chain(), "the chain covers the whole history");
        for index in 0..=9 {
            let held = index > upto;
            assert_eq!(log.entry(index), whole.entry(index).filter(|_| held), "{index} of {upto}");
            assert_eq!(log.term_at(index), whole.term_at(index).filter(|_| index >= upto));
            assert_eq!(log.chain_at(index), whole.chain_at(index).filter(|_| index >= upto));
        }
        assert_eq!(log.range(0, 9).len() as u64, 7 - upto);
        assert_eq!(log.bytes(), (7 - upto) * 16);
        log.compact(upto - 1);
        log.compact(9);
        assert_eq!(log.base_index(), upto, "it only moves forward, and not beyond the end");
        log.truncate(0);
        assert_eq!(log, Log::starting_after(upto, log.base_term(), log.base_chain()));
    }
}

#[test]
fn a_log_after_a_snapshot_goes_on_as_if_it_had_never_lost_anything() {
    let whole = log(&[1, 1, 2, 2, 3]);
    let mut rest = Log::starting_after(3, Term(2), whole.chain_at(3).unwrap());
    assert_eq!((rest.last_index(), rest.last_term(), rest.bytes()), (3, Term(2), 0));
    for index in 4..=5 {
        rest.push(whole.entry(index).unwrap().clone());
    }
    let mut compacted = whole.clone();
    compacted.compact(3);
    assert_eq!(rest, compacted);
    assert_eq!((rest.last_before_term(Term(3), 5), rest.last_before_term(Term(2), 5)), (4, 3));
    assert_eq!((rest.last_of_term(Term(2), 5), rest.last_of_term(Term(1), 5)), (Some(4), None));
    let mut behind = Log::starting_after(3, Term(2), whole.chain_at(3).unwrap());
    behind.extend(&whole);
    assert_eq!((behind.base_index(), behind.chain()), (3, whole.chain()));
    let mut longer = whole.prefix(4);
    longer.extend(&rest);
    assert_eq!((longer.base_index(), longer.chain()), (0, whole.chain()), "it keeps the entries it has");
}

#[test]
fn a_log_that_is_compacted_again_and_again_does_not_keep_what_it_has_dropped_alive() {
    let command = Rc::new(());
    #[derive(Clone, Debug)]
    struct Counted(Rc<()>);
    impl PartialEq for Counted {
        fn eq(&self, _: &Counted) -> bool {
            true
        }
    }
    impl Eq for Counted {}
    impl Serialize for Counted {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_unit()
        }
    }
    impl<'de> Deserialize<'de> for Counted {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Counted, D::Error> {
            Err(serde::de::Error::custom("never read"))
        }
    }
    impl Command for Counted {
        fn size(&self) -> u64 {
            Rc::strong_count(&self.0) as u64
        }
    }
    let mut log = Log::new();
    for round in 0..1_000 {
        log.push(Entry { term: Term(1), command: Counted(command.clone()) });
        log.compact(log.last_index().saturating_sub(10));
        assert!(Rc::strong_count(&command) <= 22, "round {round}: {}", Rc::strong_count(&command));
    }
    assert_eq!(log.range(0, u64::MAX).len(), 10);
}

#[test]
fn a_million_entries_are_dropped_within_a_small_stack() {
    let long = log(&alloc::vec![1; 1_000_000]);
    let held = long.prefix(500_000);
    drop(long);
    assert_eq!(held.entry(1).map(|entry| entry.command), Some(0));
}

#[test]
fn a_command_takes_eight_bytes_as_a_number_and_four_more_than_its_text() {
    assert_eq!((7u64.size(), alloc::string::String::from("abc").size()), (8, 7));
}

#[test]
fn links_are_let_go_once_they_are_as_many_as_those_that_are_left() {
    let (mut early, mut half) = (log(&[1; 10]), log(&[1; 10]));
    early.compact(4);
    half.compact(5);
    assert_eq!(
        (early.root, early.base.index),
        (0, 4),
        "it would cost more to link six anew than four were dropped"
    );
    assert_eq!((half.root, half.base.index), (5, 5));
}

#[test]
fn a_log_is_shown_by_its_ends_and_its_last_entries() {
    let shown = alloc::format!("{:?}", log(&[1, 2]));
    assert_eq!(shown, "log from 0 to 2[(1, 0), (2, 1)]");
}
