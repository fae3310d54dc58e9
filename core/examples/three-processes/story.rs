//! What happens to three servers, told while it happens. Every sentence that makes a claim has checked it.

use crate::client::Client;
use crate::sockets::write_frame;
use crate::wire::{Hello, Status};
use crate::{Failure, SERVERS};
use splitbrain::chance::Chance;
use splitbrain::node::NodeId;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

/// However it goes, it is over by then. A server ends with the process that started it.
const DEADLINE: Duration = Duration::from_secs(60);

/// How long the servers may take to elect a leader, or to become equal.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn tell() -> Result<(), Failure> {
    thread::spawn(|| {
        thread::sleep(DEADLINE);
        eprintln!("three-processes: after {} s it is still not over", DEADLINE.as_secs());
        process::exit(1);
    });
    let folder = env::temp_dir().join(format!("splitbrain-three-processes-{}", process::id()));
    let told = Story::begin(&folder).and_then(Story::go_on);
    match &told {
        Ok(()) => fs::remove_dir_all(&folder)?,
        Err(_) => eprintln!("three-processes: what the servers had saved is in {}", folder.display()),
    }
    told
}

struct Story {
    servers: Vec<Server>,
    client: Client,
    /// All that was acknowledged.
    acknowledged: BTreeMap<String, String>,
}

struct Server {
    folder: PathBuf,
    process: Child,
    address: SocketAddr,
    running: bool,
}

/// No process outlives the story.
impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Server {
    fn start(id: u16, folder: PathBuf) -> Result<Server, Failure> {
        let mut process = Command::new(env::current_exe()?)
            .args(["--node", &id.to_string(), "--dir"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let said = process.stdout.take().ok_or("a server has no standard output")?;
        BufReader::new(said).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on ").map(str::parse);
        match address {
            Some(Ok(address)) => Ok(Server { folder, process, address, running: true }),
            _ => {
                process.kill().ok();
                Err(format!("S{} did not start: `{}`", id + 1, line.trim()).into())
            }
        }
    }

    /// `kill -9`: nothing that the process had in mind is saved.
    fn kill(&mut self) -> Result<(), Failure> {
        self.process.kill()?;
        self.process.wait()?;
        self.running = false;
        Ok(())
    }
}

impl Story {
    fn begin(folder: &Path) -> Result<Story, Failure> {
        let servers = (0..SERVERS)
            .map(|id| Server::start(id, folder.join(format!("s{}", id + 1))))
            .collect::<Result<Vec<_>, _>>()?;
        let mut story = Story { servers, client: Client::new(Vec::new()), acknowledged: BTreeMap::new() };
        story.introduce()?;
        println!("Three servers are running, each a process of its own.");
        Ok(story)
    }

    fn go_on(mut self) -> Result<(), Failure> {
        let leader = self.leader()?;
        println!("They have elected S{}.", leader + 1);
        self.put("calm", 200)?;

        self.servers[leader].kill()?;
        println!("S{}, the leader, is killed with kill -9.", leader + 1);
        let began = Instant::now();
        self.put("without-the-first", 1)?;
        println!("The next command was committed {} ms later.", began.elapsed().as_millis());
        self.put("two-of-three", 200)?;
        self.restart(leader)?;
        self.agree()?;
        if self.client.status(leader)?.installed == 0 {
            return Err(
                format!("S{} was not sent a snapshot, though its entries are gone", leader + 1).into()
            );
        }
        println!("What S{} had missed was no longer in any log: it was sent a snapshot.", leader + 1);

        let follower = (self.leader()? + 1) % self.servers.len();
        let (halfway, signal) = mpsc::channel();
        thread::scope(|scope| {
            let victim = &mut self.servers[follower];
            let killer =
                scope.spawn(move || signal.recv().map_err(Failure::from).and_then(|()| victim.kill()));
            put(&mut self.client, &mut self.acknowledged, "before-it-dies", 100)?;
            halfway.send(())?;
            put(&mut self.client, &mut self.acknowledged, "while-it-dies", 100)?;
            killer.join().map_err(|_| "the killer died")?
        })?;
        println!(
            "S{}, a follower, was killed while 200 commands were on their way; all were committed.",
            follower + 1
        );
        self.restart(follower)?;
        self.agree()?;

        self.insult()?;
        println!("Strangers have sent noise, a frame of 4 GB and messages that are none; nobody minded.");
        self.put("after-the-noise", 50)?;

        for server in &mut self.servers {
            server.kill()?;
        }
        println!("All three are killed at once. Nothing is left of them but their files.");
        for id in 0..self.servers.len() {
            self.restart(id)?;
        }
        self.leader()?;
        self.put("after-all", 50)?;
        self.agree()?;
        println!("Nothing that was acknowledged is lost, and all three logs agree.");
        Ok(())
    }

    /// Tells everybody where everybody is.
    fn introduce(&mut self) -> Result<(), Failure> {
        self.client.servers = self.servers.iter().map(|server| server.address).collect();
        let addresses: Vec<String> = self.client.servers.iter().map(SocketAddr::to_string).collect();
        for server in self.servers.iter_mut().filter(|server| server.running) {
            let input = server.process.stdin.as_mut().ok_or("a server has no standard input")?;
            writeln!(input, "peers {}", addresses.join(" "))?;
        }
        Ok(())
    }

    fn restart(&mut self, id: usize) -> Result<(), Failure> {
        let folder = self.servers[id].folder.clone();
        self.servers[id] = Server::start(id as u16, folder)?;
        println!("S{} is started again.", id + 1);
        self.introduce()
    }

    /// The server that leads in the latest term, once there is one.
    fn leader(&self) -> Result<usize, Failure> {
        until("a leader", || {
            let known = self.statuses().into_iter().flatten();
            let leaders = known.filter(|(_, status)| status.leads);
            leaders.max_by_key(|(_, status)| status.term).map(|(id, _)| id)
        })
    }

    fn statuses(&self) -> Vec<Option<(usize, Status)>> {
        let ids = 0..self.servers.len();
        ids.map(|id| self.client.status(id).ok().map(|status| (id, status))).collect()
    }

    fn put(&mut self, about: &str, count: u32) -> Result<(), Failure> {
        let began = Instant::now();
        put(&mut self.client, &mut self.acknowledged, about, count)?;
        if count > 1 {
            println!(
                "{count} commands were committed, one after the other, in {} ms.",
                began.elapsed().as_millis()
            );
        }
        Ok(())
    }

    /// Waits until all have applied the same history, and looks whether everything that was acknowledged is in it.
    fn agree(&self) -> Result<(), Failure> {
        let all = until("three servers that have applied the same", || {
            let known = self.statuses().into_iter().collect::<Option<Vec<_>>>()?;
            let first = (known[0].1.applied, known[0].1.chain);
            known.iter().all(|(_, status)| (status.applied, status.chain) == first).then_some(known)
        })?;
        for (id, status) in &all {
            let lost = self.acknowledged.iter().find(|(key, value)| status.store.0.get(*key) != Some(value));
            if let Some((key, _)) = lost {
                return Err(format!("S{} has lost `{key}`, which was acknowledged", id + 1).into());
            }
            if status.store != all[0].1.store {
                return Err(format!("S{} has another store than S1, after the same commands", id + 1).into());
            }
        }
        let bases: Vec<String> = all.iter().map(|(_, status)| status.base.to_string()).collect();
        println!(
            "All three have applied {} commands, with the same history; their snapshots reach to {}.",
            all[0].1.applied,
            bases.join(", ")
        );
        Ok(())
    }

    /// Whoever knows a port can write to it.
    fn insult(&self) -> Result<(), Failure> {
        for (n, server) in (0..).zip(&self.servers) {
            let noise: Vec<u8> = (0..1_000).map(|place| Chance::new(n).key(place).draw() as u8).collect();
            // It may hang up before it has heard everything.
            TcpStream::connect(server.address)?.write_all(&noise).ok();
            TcpStream::connect(server.address)?.write_all(&u32::MAX.to_le_bytes()).ok();
            let mut impostor = Client::connect(server.address, Hello::Peer(NodeId(0)))?;
            for len in 0..100 {
                // No message begins like this.
                write_frame(&mut impostor, &[&[0xee], &noise[..len]].concat()).ok();
            }
        }
        Ok(())
    }
}

fn put(
    client: &mut Client,
    acknowledged: &mut BTreeMap<String, String>,
    about: &str,
    count: u32,
) -> Result<(), Failure> {
    for n in 1..=count {
        let (key, value) = (format!("{about}-{n}"), format!("{n} of {count}"));
        client.put(&key, &value)?;
        acknowledged.insert(key, value);
    }
    Ok(())
}

/// What is looked for, as soon as it is there.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> Result<T, Failure> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(found) = look() {
            return Ok(found);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err(format!("there was not {what} for {} s", PATIENCE.as_secs()).into())
}
