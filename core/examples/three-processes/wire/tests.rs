use super::*;
use splitbrain::chance::Chance;
use splitbrain::raft::{Entry, Log};

fn put(key: &str) -> Put {
    Put { key: key.into(), value: "white".into() }
}

/// One of each kind, with each outcome.
fn messages() -> Vec<Message<Put>> {
    let (term, round) = (Term(7), 3);
    let mut entries = Log::starting_after(4, Term(2), 77);
    for (term, key) in [(2, "whale"), (7, "")] {
        entries.push(Entry { term: Term(term), command: put(key) });
    }
    let heartbeat = Log::starting_after(4, Term(2), 77);
    let append = |entries| Message::AppendEntries {
        term,
        prev_log_index: 4,
        prev_log_term: Term(2),
        entries,
        leader_commit: 5,
        round,
    };
    let reply = |outcome| Message::AppendReply { term, prev_log_index: 4, outcome, round };
    let snapshot_reply =
        |outcome| Message::SnapshotReply { term, last_included_index: 4, offset: 100, outcome, round };
    vec![
        Message::RequestVote { term, last_log_index: 6, last_log_term: Term(7), transfer: true },
        Message::VoteReply { term, granted: true },
        append(entries),
        append(heartbeat),
        reply(Appended::Match(6)),
        reply(Appended::TooShort { last_index: 2 }),
        reply(Appended::Conflict { term: Term(1), first_index: 2 }),
        reply(Appended::Stale),
        Message::InstallSnapshot {
            term,
            last_included_index: 4,
            last_included_term: Term(2),
            last_included_chain: 77,
            offset: 100,
            data: Bytes::from("the map"),
            done: true,
            round,
        },
        snapshot_reply(Received::Installed),
        snapshot_reply(Received::Upto(107)),
        snapshot_reply(Received::Stale),
        Message::RequestPreVote { term, last_log_index: 6, last_log_term: Term(7) },
        Message::PreVoteReply { term, asked_in: Term(6), granted: true },
        Message::TimeoutNow { term },
    ]
}

#[test]
fn a_message_arrives_as_it_was_sent_and_a_part_of_it_not_at_all() {
    for message in messages() {
        let bytes = encode(&message);
        assert_eq!(decode(&bytes).as_ref(), Ok(&message));
        for len in 0..bytes.len() {
            assert_eq!(decode(&bytes[..len]), Err(Malformed), "{len} bytes of {message:?}");
        }
        assert_eq!(decode(&[&bytes[..], &[0]].concat()), Err(Malformed), "one byte more than {message:?}");
    }
}

#[test]
fn only_the_entries_after_the_previous_one_travel() {
    let mut log = Log::new();
    for term in 1..=9 {
        log.push(Entry { term: Term(term), command: put("whale") });
    }
    let sent = Message::AppendEntries {
        term: Term(9),
        prev_log_index: 7,
        prev_log_term: Term(7),
        entries: log.clone(),
        leader_commit: 0,
        round: 0,
    };
    let Ok(Message::AppendEntries { entries, .. }) = decode(&encode(&sent)) else { panic!("it is sound") };
    assert_eq!((entries.base_index(), entries.last_index()), (7, 9));
    assert_eq!(entries.chain(), log.chain());
}

#[test]
fn entries_from_the_future_or_out_of_order_are_refused() {
    let log = |terms: &[u64]| {
        let mut log = Log::starting_after(4, Term(2), 0);
        terms.iter().for_each(|&term| _ = log.push(Entry { term: Term(term), command: put("whale") }));
        Encoder::default().byte(2).number(5).log(&log, 4).number(0).number(0).done()
    };
    assert!(decode(&log(&[2, 3, 5])).is_ok());
    for terms in [&[6][..], &[1], &[3, 2]] {
        assert_eq!(decode(&log(terms)), Err(Malformed), "{terms:?}");
    }
    let beyond = Encoder::default().byte(0).number(5).number(u64::MAX).number(2).flag(false).done();
    assert_eq!(decode(&beyond), Err(Malformed));
}

#[test]
fn what_clients_and_servers_say_arrives_as_it_was_said() {
    let mut store = Store::default();
    store.apply(put("whale"));
    let status = Status { leads: true, term: Term(3), applied: 9, chain: 77, base: 4, installed: 1, store };
    let answers = [
        Answer::Done(9),
        Answer::Elsewhere(Some(NodeId(2))),
        Answer::Elsewhere(None),
        Answer::Lost,
        Answer::Status(status),
    ];
    for answer in answers {
        assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
    }
    for ask in [Ask::Put(put("whale")), Ask::Status] {
        assert_eq!(Ask::decode(&ask.encode()), Ok(ask));
    }
    for hello in [Hello::Client, Hello::Peer(NodeId(2))] {
        assert_eq!(Hello::decode(&hello.encode()), Ok(hello));
    }
    assert_eq!(Hello::decode(&Hello::Peer(NodeId(3)).encode()), Err(Malformed), "there is no fourth");
}

/// Sound messages with some of their bytes changed, and nothing but noise. What is still a message goes to a server, which
/// must bear it.
#[test]
fn no_bytes_make_a_decoder_or_a_server_panic() {
    use splitbrain::node::{Files, Input, Node};
    use splitbrain::raft::{Config, Raft};
    use splitbrain::time::Time;
    let sound = messages().iter().map(encode).collect::<Vec<_>>();
    let config = Config::new(NodeId(0), (0..3).map(NodeId).collect());
    for round in 0..200 {
        let mut server = Raft::boot(&config, &Files::<Raft<Put>>::new());
        for n in 0..100 {
            let chance = Chance::new(round).key(n);
            let mut bytes = sound[chance.key(0).below(sound.len() as u32) as usize].clone();
            for change in 0..u64::from(chance.key(1).below(4)) {
                let place = chance.key(2).key(change).below(bytes.len() as u32) as usize;
                bytes[place] = [0, 1, 0xff, chance.key(3).key(change).draw() as u8][(change % 4) as usize];
            }
            let (_, _, _) = (Ask::decode(&bytes), Answer::decode(&bytes), Hello::decode(&bytes));
            if let Ok(body) = decode(&bytes) {
                let from = NodeId(1 + (n % 2) as u16);
                server.handle(Time(n), Input::Message { from, body }, &mut Vec::new());
            }
        }
    }
}
