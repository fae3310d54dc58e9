//! The same `Raft`, unmodified, on a real machine: three operating-system processes, a real clock, files and sockets.
//!
//! The core does no IO. All that a server needs done for it is in its [`Effect`](splitbrain::node::Effect)s, and the
//! simulator is only one of those who can do that. Here is another, in the order in which it is best read:
//!
//! * `host`: takes what happens, lets `Raft` handle it, and carries out the effects;
//! * `disk`: saves the persistent state so that a crash leaves the old one or the new one;
//! * `sockets` and `wire`: frames between processes, and what is in them;
//! * `codec`: numbers and texts as bytes, and back again if they are sound;
//! * `store`: the replicated state machine, a map from keys to values;
//! * `client` and `story`: who uses it, and who kills it.
//!
//! ```text
//! cargo run --release -p splitbrain --example three-processes
//! ```
//!
//! starts three servers as children of itself, writes through them, kills them with `kill -9` one by one and all at
//! once, brings them back, and checks that nothing that was acknowledged is lost. By hand, each in a terminal of its own:
//!
//! ```text
//! three-processes --node 0 --peers 127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003 --dir a
//! three-processes --node 1 --peers 127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003 --dir b
//! three-processes --node 2 --peers 127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003 --dir c
//! three-processes --peers 127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003 --put whale=white
//! ```
//!
//! What it leaves out: a service also tells a repeated command from a new one (`splitbrain::kv` does, by sessions), reads
//! through the leader, and lets nobody but its peers speak to it.

mod host;
mod disk;
mod sockets;
mod wire;
mod codec;
mod store;
mod client;
mod story;

use client::Client;
use splitbrain::node::NodeId;
use std::error::Error;
use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, process, thread};

/// How many servers there are.
pub(crate) const SERVERS: u16 = 3;

/// Whatever ends a program; it knows how to be told.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    match Args::read(env::args().skip(1)).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("three-processes: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), Failure> {
    match args {
        Args { node: Some(node), peers, dir: Some(dir), put: None } => serve(node, &peers, dir),
        Args { node: None, peers, dir: None, put: Some((key, value)) } if !peers.is_empty() => {
            let index = Client::new(peers).put(&key, &value)?;
            println!("committed at index {index}");
            Ok(())
        }
        Args { node: None, peers, dir: None, put: None } if peers.is_empty() => story::tell(),
        _ => {
            Err("give nothing, or --node N --dir DIR [--peers A,B,C], or --peers A,B,C --put KEY=VALUE"
                .into())
        }
    }
}

/// One server. With `--peers` it listens at its own place among them. Without, it takes any port, says which on its
/// standard output, and whoever started it writes `peers A B C` to its standard input; when that ends, so does it.
fn serve(node: NodeId, peers: &[SocketAddr], dir: PathBuf) -> Result<(), Failure> {
    let own = peers.get(node.index()).copied();
    let (events, inbox) = std::sync::mpsc::channel();
    let address = sockets::listen(own.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0))), events)?;
    let peers = sockets::Peers::new(node, peers.to_vec());
    if own.is_none() {
        println!("listening on {address}");
        io::stdout().flush()?;
        let known = peers.addresses();
        thread::spawn(move || {
            for line in io::stdin().lock().lines().map_while(Result::ok) {
                let told = line.strip_prefix("peers ").map(|list| list.split(' ').map(str::parse).collect());
                if let (Some(Ok(told)), Ok(mut known)) = (told, known.lock()) {
                    *known = told;
                }
            }
            process::exit(0);
        });
    }
    host::Host::start(node, dir, peers)?.run(&inbox)
}

#[derive(Default)]
struct Args {
    node: Option<NodeId>,
    peers: Vec<SocketAddr>,
    dir: Option<PathBuf>,
    put: Option<(String, String)>,
}

impl Args {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Args, Failure> {
        let mut args = Args::default();
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--node" => args.node = Some(NodeId(value.parse::<u16>()?)).filter(|node| node.0 < SERVERS),
                "--peers" => args.peers = value.split(',').map(str::parse).collect::<Result<_, _>>()?,
                "--dir" => args.dir = Some(PathBuf::from(value)),
                "--put" => {
                    let (key, value) = value.split_once('=').ok_or("--put needs KEY=VALUE")?;
                    args.put = Some((key.into(), value.into()));
                }
                _ => return Err(format!("there is no {word}").into()),
            }
        }
        if !args.peers.is_empty() && args.peers.len() != usize::from(SERVERS) {
            return Err(format!("there are {SERVERS} servers: give as many addresses").into());
        }
        Ok(args)
    }
}
