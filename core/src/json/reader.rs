//! A value handed to serde, piece by piece.

use super::Value;
use super::error::{Error, quoted};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// Reads one value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a Value<'a>);

impl Reader<'_> {
    #[cold]
    fn is_not<V>(self, expected: &dyn Expected) -> Result<V, Error> {
        let is: String = match self.0 {
            Value::Null => "null".into(),
            Value::Bool(is) => format!("`{is}`"),
            Value::Number((is, _)) => format!("`{is}`"),
            Value::String(is) => quoted(is),
            Value::Array(_) => "a list".into(),
            Value::Object(_) => "an object".into(),
        };
        Err(Error::mismatch(&is, expected))
    }

    /// An integer, whatever its width: what does not fit is told to the visitor, which knows.
    fn whole(self) -> Option<Whole> {
        let Value::Number((digits, _)) = self.0 else { return None };
        digits.parse().map(Whole::Unsigned).or_else(|_| digits.parse().map(Whole::Signed)).ok()
    }
}

enum Whole {
    Unsigned(u64),
    Signed(i64),
}

/// Each type asks for one shape; any other is an error. (To offer it what there is, as a self-describing format may,
/// would bring the code for every shape into the page for every type.)
macro_rules! whole_numbers {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.whole() {
                Some(Whole::Unsigned(number)) => visitor.visit_u64(number),
                Some(Whole::Signed(number)) => visitor.visit_i64(number),
                None => self.is_not(&visitor),
            }
        })+
    };
}

macro_rules! strings {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let Value::String(text) = self.0 else { return self.is_not(&visitor) };
            visitor.visit_str(text)
        })+
    };
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    whole_numbers! { deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_i32 deserialize_i64 }
    strings! { deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.is_not(&visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Value::Bool(flag) = self.0 else { return self.is_not(&visitor) };
        visitor.visit_bool(*flag)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if matches!(self.0, Value::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Value::Array(items) = self.0 else { return self.is_not(&visitor) };
        visitor.visit_seq(Items { items, place: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) if items.len() == len => visitor.visit_seq(Items { items, place: 0 }),
            _ => self.is_not(&visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Value::Object(fields) = self.0 else { return self.is_not(&visitor) };
        visitor.visit_map(Fields { fields, place: 0 })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant { name, holds: None }),
            Value::Object(fields) if fields.len() == 1 => {
                visitor.visit_enum(Variant { name: &fields[0].0, holds: Some(Reader(&fields[0].1)) })
            }
            _ => self.is_not(&visitor),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple_struct
    }
}

/// The items of a list, from a place on.
struct Items<'a> {
    items: &'a [Value<'a>],
    place: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.items.get(self.place) else { return Ok(None) };
        self.place += 1;
        seed.deserialize(Reader(item)).map(Some).map_err(|error| error.in_item(self.place - 1))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.place)
    }
}

/// The fields of an object, from a place on.
struct Fields<'a> {
    fields: &'a [(Cow<'a, str>, Value<'a>)],
    place: usize,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, _)) = self.fields.get(self.place) else { return Ok(None) };
        let name: StrDeserializer<'_, Error> = (&**name).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let (name, value) = &self.fields[self.place];
        self.place += 1;
        seed.deserialize(Reader(value)).map_err(|error| error.in_field(name))
    }
}

/// A variant of an enum: its name, and what it holds if that was written.
struct Variant<'a> {
    name: &'a str,
    holds: Option<Reader<'a>>,
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Error> {
        let name: StrDeserializer<'_, Error> = self.name.into_deserializer();
        seed.deserialize(name).map(|variant| (variant, self))
    }
}

impl Variant<'_> {
    #[cold]
    fn complaint(&self) -> Error {
        Error::new(match self.holds {
            Some(_) => format!("`{}` holds nothing", self.name),
            None => format!("`{}` must hold something: write {{\"{}\": …}}", self.name, self.name),
        })
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        if self.holds.is_some() { Err(self.complaint()) } else { Ok(()) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let Some(holds) = self.holds else { return Err(self.complaint()) };
        seed.deserialize(holds).map_err(|error| error.in_field(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let Some(holds) = self.holds else { return Err(self.complaint()) };
        holds.deserialize_tuple(len, visitor).map_err(|error| error.in_field(self.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Some(holds) = self.holds else { return Err(self.complaint()) };
        holds.deserialize_map(visitor).map_err(|error| error.in_field(self.name))
    }
}
