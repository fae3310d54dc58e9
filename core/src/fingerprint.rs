//! One number for the whole contents of a value, the same on every target and with every compiler.
//!
//! It is taken through `serde`, whose data model (fields in order, variants by position) is specified, unlike that of
//! `core::hash`. Types that share structure give their own content hash here instead of their contents: they ask
//! `is_human_readable`, which this serialiser answers with no.

use core::fmt::{self, Display};
use serde::Serialize;
use serde::ser;

/// The fingerprint of one value.
pub fn fingerprint<T: Serialize + ?Sized>(value: &T) -> u64 {
    let mut fingerprint = Fingerprint::default();
    fingerprint.absorb(value);
    fingerprint.value()
}

/// A running fingerprint. Changing any one word it absorbed changes it: each round is a bijection of its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Absorbs all that the value serialises.
    pub fn absorb<T: Serialize + ?Sized>(&mut self, value: &T) {
        let Ok(()) = value.serialize(&mut *self);
    }

    /// The value so far, well mixed.
    pub fn value(self) -> u64 {
        let z = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let z = (z ^ (z >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        z ^ (z >> 32)
    }

    /// Absorbs one word.
    pub fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(26) ^ word)
            .wrapping_add(0x2545_f491_4f6c_dd1d)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    /// Absorbs bytes and their number.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.word(u64::from_le_bytes([
                chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
            ]));
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.word(u64::from_le_bytes(last));
        }
    }
}

/// What no value of ours runs into, so that the result of each field is nothing at all, and nothing looks at it.
#[derive(Debug)]
pub enum Unserialisable {}

impl Display for Unserialisable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Unserialisable {}

impl ser::Error for Unserialisable {
    fn custom<T: Display>(why: T) -> Self {
        panic!("every value of ours can be serialised: {why}")
    }
}

type Done = Result<(), Unserialisable>;

macro_rules! words {
    ($($method:ident $type:ty),* $(,)?) => {
        $(fn $method(self, v: $type) -> Done {
            self.word(v as u64);
            Ok(())
        })*
    };
}

impl ser::Serializer for &mut Fingerprint {
    type Ok = ();
    type Error = Unserialisable;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    words!(
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_char char,
    );

    fn serialize_f32(self, v: f32) -> Done {
        self.serialize_u32(v.to_bits())
    }
    fn serialize_f64(self, v: f64) -> Done {
        self.serialize_u64(v.to_bits())
    }
    fn serialize_str(self, v: &str) -> Done {
        self.serialize_bytes(v.as_bytes())
    }
    fn serialize_bytes(self, v: &[u8]) -> Done {
        self.bytes(v);
        Ok(())
    }
    fn serialize_none(self) -> Done {
        self.serialize_u64(0)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        self.word(1);
        value.serialize(self)
    }
    fn serialize_unit(self) -> Done {
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Done {
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Done {
        self.serialize_u32(index)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Done {
        self.word(u64::from(index));
        value.serialize(self)
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Self, Unserialisable> {
        self.word(len.map_or(u64::MAX, |len| len as u64));
        Ok(self)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Unserialisable> {
        Ok(self)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unserialisable> {
        Ok(self)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unserialisable> {
        self.word(u64::from(index));
        Ok(self)
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Self, Unserialisable> {
        self.serialize_seq(len)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unserialisable> {
        Ok(self)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unserialisable> {
        self.word(u64::from(index));
        Ok(self)
    }
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Done {
        self.serialize_str(&alloc::format!("{value}"))
    }
    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! parts {
    ($($part:ident $method:ident),* $(,)?) => {
        $(impl ser::$part for &mut Fingerprint {
            type Ok = ();
            type Error = Unserialisable;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                value.serialize(&mut **self)
            }
            fn end(self) -> Done {
                Ok(())
            }
        })*
    };
    (named $($part:ident),* $(,)?) => {
        $(impl ser::$part for &mut Fingerprint {
            type Ok = ();
            type Error = Unserialisable;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Done {
                value.serialize(&mut **self)
            }
            fn end(self) -> Done {
                Ok(())
            }
        })*
    };
}

parts!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
);
parts!(named SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for &mut Fingerprint {
    type Ok = ();
    type Error = Unserialisable;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        key.serialize(&mut **self)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(&mut **self)
    }
    fn end(self) -> Done {
        Ok(())
    }
}
