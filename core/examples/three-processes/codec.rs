//! Numbers, texts and logs as bytes, and back.
//!
//! What comes back may have come from anybody, or from a disk that lies: a decoder takes nothing on trust, never reads
//! beyond the end, and reserves no room that the bytes at hand do not fill.

use crate::store::Put;
use splitbrain::node::NodeId;
use splitbrain::raft::{Entry, Index, Log, Term};
use std::fmt;

/// These bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed bytes")
    }
}

impl std::error::Error for Malformed {}

/// No log is longer: an index beyond this is not believed, so that there is always a next one.
const LONGEST: Index = 1 << 62;

/// Puts one thing after the other, little end first.
#[derive(Default)]
pub(crate) struct Encoder(Vec<u8>);

impl Encoder {
    pub(crate) fn byte(mut self, byte: u8) -> Self {
        self.0.push(byte);
        self
    }

    pub(crate) fn flag(self, flag: bool) -> Self {
        self.byte(u8::from(flag))
    }

    pub(crate) fn number(mut self, number: u64) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    pub(crate) fn node(self, node: Option<NodeId>) -> Self {
        self.number(node.map_or(0, |node| u64::from(node.0) + 1))
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self = self.number(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    /// The entries after `after`, with what must be known of the place where they begin.
    pub(crate) fn log(mut self, log: &Log<Put>, after: Index) -> Self {
        let (term, chain) = (log.term_at(after).unwrap_or_default(), log.chain_at(after).unwrap_or_default());
        let links = log.range(after, log.last_index());
        self = self.number(after).number(term.0).number(chain).number(links.len() as u64);
        for link in links {
            self = self.number(link.entry.term.0).put(&link.entry.command);
        }
        self
    }

    pub(crate) fn put(self, Put { key, value }: &Put) -> Self {
        self.bytes(key.as_bytes()).bytes(value.as_bytes())
    }

    pub(crate) fn done(self) -> Vec<u8> {
        self.0
    }
}

/// Takes one thing after the other.
pub(crate) struct Decoder<'a>(pub(crate) &'a [u8]);

impl<'a> Decoder<'a> {
    fn take(&mut self, len: u64) -> Result<&'a [u8], Malformed> {
        let len = usize::try_from(len).map_err(|_| Malformed)?;
        let (taken, rest) = self.0.split_at_checked(len).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        self.take(1).map(|byte| byte[0])
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Malformed> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed),
        }
    }

    pub(crate) fn number(&mut self) -> Result<u64, Malformed> {
        self.take(8)?.try_into().map(u64::from_le_bytes).map_err(|_| Malformed)
    }

    pub(crate) fn index(&mut self) -> Result<Index, Malformed> {
        self.number().ok().filter(|&index| index <= LONGEST).ok_or(Malformed)
    }

    pub(crate) fn term(&mut self) -> Result<Term, Malformed> {
        self.number().map(Term)
    }

    pub(crate) fn node(&mut self) -> Result<Option<NodeId>, Malformed> {
        match self.number()? {
            0 => Ok(None),
            one_more => match u16::try_from(one_more - 1) {
                Ok(node) if node < crate::SERVERS => Ok(Some(NodeId(node))),
                _ => Err(Malformed),
            },
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let len = self.number()?;
        self.take(len)
    }

    fn text(&mut self) -> Result<String, Malformed> {
        std::str::from_utf8(self.bytes()?).map(str::to_owned).map_err(|_| Malformed)
    }

    pub(crate) fn put(&mut self) -> Result<Put, Malformed> {
        Ok(Put { key: self.text()?, value: self.text()? })
    }

    /// Entries as [`Encoder::log`] puts them: terms never fall along a log, and no entry is from the future.
    pub(crate) fn log(&mut self, now: Term) -> Result<Log<Put>, Malformed> {
        let mut log = Log::starting_after(self.index()?, self.term()?, self.number()?);
        for _ in 0..self.number()? {
            let entry = Entry { term: self.term()?, command: self.put()? };
            if entry.term < log.last_term() || entry.term > now {
                return Err(Malformed);
            }
            log.push(entry);
        }
        Ok(log)
    }

    /// That was all of it.
    pub(crate) fn end(self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}
