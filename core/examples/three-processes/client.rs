//! Who uses the servers: one request at a time, again and again until it is answered.

use crate::Failure;
use crate::sockets::{PATIENCE, read_frame, write_frame};
use crate::store::Put;
use crate::wire::{Answer, Ask, Hello, Status};
use splitbrain::raft::Index;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// How long a client tries before it gives up.
const PERSISTENCE: Duration = Duration::from_secs(15);

/// How long it waits for one answer. A new leader is elected in less.
const ANSWER: Duration = Duration::from_millis(1_000);

pub(crate) struct Client {
    pub(crate) servers: Vec<SocketAddr>,
    /// The server that answered last.
    leader: usize,
    connection: Option<TcpStream>,
}

impl Client {
    pub(crate) fn new(servers: Vec<SocketAddr>) -> Client {
        Client { servers, leader: 0, connection: None }
    }

    /// A connection that says who has opened it.
    pub(crate) fn connect(address: SocketAddr, hello: Hello) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_read_timeout(Some(ANSWER))?;
        write_frame(&mut stream, &hello.encode())?;
        Ok(stream)
    }

    /// Has a value replicated, and returns the index at which it is committed.
    pub(crate) fn put(&mut self, key: &str, value: &str) -> Result<Index, Failure> {
        let ask = Ask::Put(Put { key: key.into(), value: value.into() });
        let began = Instant::now();
        while began.elapsed() < PERSISTENCE {
            let next = (self.leader + 1) % self.servers.len();
            let next = match self.ask(self.leader, &ask) {
                Ok(Answer::Done(index)) => return Ok(index),
                Ok(Answer::Elsewhere(Some(leader))) if leader.index() != self.leader => leader.index(),
                Ok(_) | Err(_) => next,
            };
            (self.leader, self.connection) = (next, None);
            thread::sleep(Duration::from_millis(20));
        }
        Err(format!("nobody has taken {key} for {} s", PERSISTENCE.as_secs()).into())
    }

    fn ask(&mut self, server: usize, ask: &Ask) -> Result<Answer, Failure> {
        let stream = match &mut self.connection {
            Some(stream) => stream,
            none => none.insert(Client::connect(self.servers[server], Hello::Client)?),
        };
        write_frame(stream, &ask.encode())?;
        Ok(Answer::decode(&read_frame(stream)?)?)
    }

    /// How one server is, on a connection of its own.
    pub(crate) fn status(&self, server: usize) -> Result<Status, Failure> {
        let mut other = Client::new(self.servers.clone());
        match other.ask(server, &Ask::Status)? {
            Answer::Status(status) => Ok(status),
            answer => Err(format!("asked how it is, a server said {answer:?}").into()),
        }
    }
}
