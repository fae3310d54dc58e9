//! Shared bytes that know their own hash: what chunks of files, message bodies and snapshots are made of.

use crate::fingerprint::Fingerprint;
use alloc::borrow::Cow;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use core::fmt::{self, Debug};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes, cheap to clone and to compare: by length and hash.
///
/// A fingerprint takes that length and hash; a person is given the text.
#[derive(Clone)]
pub struct Bytes {
    bytes: Rc<[u8]>,
    hash: Hash,
}

/// The hash of some contents. People and scripts write it as sixteen hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash(pub u64);

impl Bytes {
    /// Shares a copy of these bytes.
    pub fn new(bytes: &[u8]) -> Bytes {
        let mut hash = Fingerprint::default();
        hash.bytes(bytes);
        Bytes { bytes: Rc::from(bytes), hash: Hash(hash.value()) }
    }

    /// The bytes themselves.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Their hash, computed once.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The bytes as text; what is not UTF-8 becomes replacement characters.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    /// Piece number `index` when cut into pieces of `size` bytes; none beyond the end.
    pub fn piece(&self, index: u32, size: u32) -> Option<Bytes> {
        if index == 0 && !self.is_empty() && self.len() <= u64::from(size) {
            return Some(self.clone());
        }
        let size = size.max(1) as usize;
        self.bytes.chunks(size).nth(index as usize).map(Bytes::new)
    }

    /// The bytes from `from` up to, but without, `upto`; what lies beyond the end is not there.
    #[must_use]
    pub fn slice(&self, from: u64, upto: u64) -> Bytes {
        if from == 0 && upto >= self.len() {
            return self.clone();
        }
        let place = |at: u64| usize::try_from(at.min(self.len())).unwrap_or(self.bytes.len());
        Bytes::new(self.bytes.get(place(from)..place(upto)).unwrap_or(&[]))
    }

    /// How many pieces of `size` bytes it takes to hold them.
    pub fn pieces(&self, size: u32) -> u32 {
        u32::try_from(self.len().div_ceil(u64::from(size.max(1)))).unwrap_or(u32::MAX)
    }
}

impl Default for Bytes {
    fn default() -> Bytes {
        Bytes::new(&[])
    }
}

impl From<&str> for Bytes {
    fn from(text: &str) -> Bytes {
        Bytes::new(text.as_bytes())
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Bytes) -> bool {
        self.hash == other.hash && self.len() == other.len()
    }
}

impl Eq for Bytes {}

impl Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes #{}", self.len(), self.hash)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.text())
        } else {
            (self.len(), self.hash).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        String::deserialize(deserializer).map(|text| Bytes::from(text.as_str()))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_u64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(deserializer)?;
        let sixteen_digits = text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        match u64::from_str_radix(&text, 16) {
            Ok(hash) if sixteen_digits => Ok(Hash(hash)),
            _ => Err(D::Error::custom(format!("`{text}` is not a hash: sixteen hexadecimal digits are"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn bytes_are_cut_into_pieces_that_make_them_up_again() {
        let bytes = Bytes::from("Call me Ishmael.");
        assert_eq!(bytes.pieces(5), 4);
        let pieces: Vec<u8> =
            (0..4).flat_map(|index| bytes.piece(index, 5).unwrap().as_slice().to_vec()).collect();
        assert_eq!(Bytes::new(&pieces), bytes);
        assert!(bytes.piece(4, 5).is_none());
        assert_eq!(Bytes::from("").pieces(5), 0);
    }

    #[test]
    fn a_slice_is_what_lies_between_two_places_and_nothing_beyond_the_end() {
        let bytes = Bytes::from("Call me Ishmael.");
        let slices =
            [(0, 4, "Call"), (5, 7, "me"), (8, 99, "Ishmael."), (0, 99, "Call me Ishmael."), (99, 5, "")];
        for (from, upto, slice) in slices {
            assert_eq!(bytes.slice(from, upto), Bytes::from(slice));
        }
        assert!(bytes.slice(u64::MAX, 0).is_empty());
    }

    #[test]
    fn a_hash_travels_as_sixteen_digits_and_nothing_else_is_one() {
        let hash = Bytes::from("whale").hash();
        let text = crate::json::write(&hash).unwrap();
        assert_eq!((text.len(), crate::json::read::<Hash>(&text).unwrap()), (18, hash));
        for wrong in [r#""12""#, r#""+123456789abcdef""#, r#""zzzzzzzzzzzzzzzz""#, "7"] {
            assert!(crate::json::read::<Hash>(wrong).is_err(), "{wrong}");
        }
    }
}
