//! Frames over TCP: a length of four bytes, little end first, and as many bytes.
//!
//! A connection goes one way between peers: each opens one to each other, and says only in the first frame who it is.
//! Messages are not kept for whom they cannot reach. A network may lose what it likes, and Raft sends again what matters.

use crate::client::Client;
use crate::wire::Hello;
use crate::{Failure, SERVERS};
use splitbrain::node::NodeId;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What comes in from outside.
pub(crate) enum Event {
    /// A frame from a peer, or from somebody who says so.
    Peer(NodeId, Vec<u8>),
    /// A frame from a client, and where its answer goes. Without an answer the connection is closed.
    Client(Vec<u8>, Sender<Vec<u8>>),
}

/// No frame is longer, in bytes.
const LONGEST: u32 = 16 << 20;

pub(crate) fn write_frame(stream: &mut TcpStream, body: &[u8]) -> io::Result<()> {
    let len = u32::try_from(body.len()).ok().filter(|&len| len <= LONGEST).ok_or(ErrorKind::InvalidInput)?;
    stream.write_all(&[&len.to_le_bytes(), body].concat())
}

/// The room for a frame grows with what arrives of it: whoever announces much has to send it.
pub(crate) fn read_frame(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut len = [0; 4];
    stream.read_exact(&mut len)?;
    let len = u32::from_le_bytes(len);
    if len > LONGEST {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut body = Vec::new();
    stream.take(u64::from(len)).read_to_end(&mut body)?;
    if body.len() < len as usize { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(body) }
}

/// Accepts connections from now on; returns the address, with the port that the system chose if there was none.
pub(crate) fn listen(address: SocketAddr, events: Sender<Event>) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind(address).map_err(|why| format!("cannot listen on {address}: {why}"))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let events = events.clone();
            // Whatever goes wrong with a connection ends it, and nothing else.
            thread::spawn(move || receive(stream, &events).ok());
        }
    });
    Ok(address)
}

fn receive(mut stream: TcpStream, events: &Sender<Event>) -> Result<(), Failure> {
    stream.set_nodelay(true)?;
    match Hello::decode(&read_frame(&mut stream)?)? {
        Hello::Peer(from) => loop {
            events.send(Event::Peer(from, read_frame(&mut stream)?))?;
        },
        Hello::Client => loop {
            let (answer, answered) = channel();
            events.send(Event::Client(read_frame(&mut stream)?, answer))?;
            write_frame(&mut stream, &answered.recv()?)?;
        },
    }
}

/// Where the servers are; it may change while they run.
pub(crate) type Addresses = Arc<Mutex<Vec<SocketAddr>>>;

/// The way to the others: a queue and a thread for each.
pub(crate) struct Peers {
    addresses: Addresses,
    queues: Vec<SyncSender<Vec<u8>>>,
}

/// How many messages wait for one peer at most.
const QUEUE: usize = 256;

/// How long a connection may take to come about, or to take a frame.
pub(crate) const PATIENCE: Duration = Duration::from_millis(200);

impl Peers {
    pub(crate) fn new(own: NodeId, addresses: Vec<SocketAddr>) -> Peers {
        let addresses = Arc::new(Mutex::new(addresses));
        let queue = |peer: u16| {
            let (queue, frames) = sync_channel(QUEUE);
            let addresses = addresses.clone();
            thread::spawn(move || send_all(own, NodeId(peer), &addresses, &frames));
            queue
        };
        Peers { queues: (0..SERVERS).map(queue).collect(), addresses }
    }

    pub(crate) fn addresses(&self) -> Addresses {
        self.addresses.clone()
    }

    pub(crate) fn send(&self, to: NodeId, frame: Vec<u8>) {
        if let Some(queue) = self.queues.get(to.index()) {
            // A full queue loses it.
            queue.try_send(frame).ok();
        }
    }
}

fn send_all(own: NodeId, peer: NodeId, addresses: &Addresses, frames: &Receiver<Vec<u8>>) {
    let mut connection: Option<(SocketAddr, TcpStream)> = None;
    for frame in frames {
        let address = addresses.lock().ok().and_then(|known| known.get(peer.index()).copied());
        let Some(address) = address else { continue };
        // It may have come back somewhere else.
        connection = connection.filter(|(known, _)| *known == address);
        if connection.is_none() {
            connection = Client::connect(address, Hello::Peer(own)).ok().map(|stream| (address, stream));
        }
        if let Some((_, stream)) = &mut connection
            && write_frame(stream, &frame).is_err()
        {
            connection = None;
        }
    }
}
