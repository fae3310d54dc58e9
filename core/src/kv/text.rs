//! Keys and values: shared text that knows the hash of its contents.

use alloc::rc::Rc;
use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text. Cloning it shares it; a fingerprint takes its length and hash, so no step ever reads a long value again.
///
/// The hash is a polynomial in the bytes, modulo 2^64 and with an odd base. It depends on the contents alone, however
/// they came together; any one changed byte changes it; and the hash of two texts in a row follows from theirs.
#[derive(Clone)]
pub struct Text {
    text: Rc<str>,
    hash: u64,
}

const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

impl Text {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.text.len() as u64
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The hash of its contents.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// This text followed by another. Both are copied: it costs the length of the result, while its hash costs
    /// nothing to speak of.
    #[must_use]
    pub fn followed_by(&self, tail: &Text) -> Text {
        let mut text = String::with_capacity(self.text.len() + tail.text.len());
        text.push_str(&self.text);
        text.push_str(&tail.text);
        let hash = self.hash.wrapping_mul(power(tail.len())).wrapping_add(tail.hash);
        Text { text: text.into(), hash }
    }
}

/// `BASE` to the power of `n`.
const fn power(mut n: u64) -> u64 {
    let (mut power, mut square) = (1u64, BASE);
    while n > 0 {
        if n & 1 == 1 {
            power = power.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        n >>= 1;
    }
    power
}

/// Each byte counts as one more than its value, so that a NUL is not nothing. Eight bytes are taken at a time: their
/// products do not wait for each other.
fn polynomial(bytes: &[u8]) -> u64 {
    const POWERS: [u64; 9] = {
        let mut powers = [1; 9];
        let mut n = 1;
        while n < 9 {
            powers[n] = power(n as u64);
            n += 1;
        }
        powers
    };
    let mut hash = 0u64;
    let (chunks, rest) = bytes.as_chunks::<8>();
    for chunk in chunks {
        hash = hash.wrapping_mul(POWERS[8]);
        for (place, byte) in chunk.iter().enumerate() {
            hash = hash.wrapping_add((u64::from(*byte) + 1).wrapping_mul(POWERS[7 - place]));
        }
    }
    for byte in rest {
        hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(*byte) + 1);
    }
    hash
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text { text: text.into(), hash: polynomial(text.as_bytes()) }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text::from(text.as_str())
    }
}

impl Default for Text {
    fn default() -> Self {
        Text::from("")
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && (Rc::ptr_eq(&self.text, &other.text) || self.text == other.text)
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        if Rc::ptr_eq(&self.text, &other.text) { Ordering::Equal } else { self.text.cmp(&other.text) }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.text, f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.text)
        } else {
            (self.len(), self.hash).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Text::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::fingerprint;

    #[test]
    fn the_hash_depends_on_the_contents_however_they_came_together() {
        let whole = "a text that is longer than two times eight bytes, é";
        for (at, _) in whole.char_indices() {
            let (head, tail) = (Text::from(&whole[..at]), Text::from(&whole[at..]));
            let joined = head.followed_by(&tail);
            assert_eq!((joined.as_str(), joined.hash()), (whole, Text::from(whole).hash()), "cut at {at}");
        }
    }

    #[test]
    fn any_one_changed_byte_changes_the_hash() {
        let text = "0123456789abcdef0123";
        for place in 0..text.len() {
            for byte in 0..128u8 {
                let mut other = text.as_bytes().to_vec();
                other[place] = byte;
                let other = Text::from(core::str::from_utf8(&other).unwrap());
                assert_eq!(other.hash() == Text::from(text).hash(), other.as_str() == text);
            }
        }
    }

    #[test]
    fn nothing_and_nuls_of_any_number_differ() {
        let texts = ["", "\0", "\0\0", "\0\0\0\0\0\0\0\0"].map(Text::from);
        for (a, one) in texts.iter().enumerate() {
            for (b, other) in texts.iter().enumerate() {
                assert_eq!(one == other, a == b);
                assert_eq!(fingerprint(one) == fingerprint(other), a == b);
            }
        }
    }

    #[test]
    fn people_read_the_text_and_a_fingerprint_its_hash() {
        let text = Text::from("say \"x\"");
        let json = crate::json::write(&text).unwrap();
        assert_eq!(json, r#""say \"x\"""#);
        assert_eq!(crate::json::read::<Text>(&json).unwrap(), text);
        assert_eq!(fingerprint(&text), fingerprint(&(7u64, text.hash())));
        assert_eq!(alloc::format!("{text} {text:?}"), "say \"x\" \"say \\\"x\\\"\"");
    }
}
