//! A value written as serde hands it over.

use alloc::string::String;
use core::fmt::{self, Display, Write};
use serde::ser::{self, Serialize, Serializer};

/// Writes one value after the other, with commas between those that stand in one list or object.
#[derive(Default)]
pub(super) struct Writer {
    text: String,
    /// Whether nothing stands yet in the innermost list or object.
    is_fresh: bool,
    /// Whether something cannot be written.
    is_refused: bool,
}

impl Writer {
    /// The text, unless something in it is not JSON.
    pub(super) fn into_text(self) -> Option<String> {
        (!self.is_refused).then_some(self.text)
    }

    fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.is_fresh = true;
    }

    fn close(&mut self, bracket: char) {
        self.text.push(bracket);
        self.is_fresh = false;
    }

    /// What comes between two values of one list or object.
    fn next(&mut self) {
        if !self.is_fresh {
            self.text.push(',');
        }
        self.is_fresh = false;
    }

    /// The name of a field.
    fn name(&mut self, name: &str) {
        self.next();
        self.quote(name);
        self.text.push(':');
    }

    /// What holds a variant's contents: an object with its name.
    fn variant(&mut self, name: &str, bracket: &str) {
        self.text.push('{');
        self.quote(name);
        self.text.push(':');
        self.text.push_str(bracket);
        self.is_fresh = true;
    }

    fn quote(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        while let Some(place) = rest.find(|c| c < ' ' || c == '"' || c == '\\') {
            let (plain, tail) = rest.split_at(place);
            self.text.push_str(plain);
            let mut tail = tail.chars();
            match tail.next() {
                Some('\x08') => self.text.push_str("\\b"),
                Some('\t') => self.text.push_str("\\t"),
                Some('\n') => self.text.push_str("\\n"),
                Some('\x0c') => self.text.push_str("\\f"),
                Some('\r') => self.text.push_str("\\r"),
                Some(escaped @ ('"' | '\\')) => self.text.extend(['\\', escaped]),
                Some(control) => self.show(format_args!("\\u{:04x}", u32::from(control))),
                None => {}
            }
            rest = tail.as_str();
        }
        self.text.push_str(rest);
        self.text.push('"');
    }

    fn show(&mut self, shown: impl Display) {
        // A string takes whatever is written to it.
        let _ = write!(self.text, "{shown}");
    }
}

/// What no value of ours runs into: the result of each of a thousand fields is then nothing at all, and nothing looks at it.
/// What JSON does not have leaves a mark in the writer instead.
#[derive(Debug)]
pub(super) enum Never {}

impl Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: Display>(why: T) -> Never {
        panic!("every value of ours can be written: {why}")
    }
}

type Done = Result<(), Never>;

/// A list or an object that is being written, and what closes it.
pub(super) struct Compound<'a> {
    writer: &'a mut Writer,
    closing: &'static str,
}

impl<'a> Compound<'a> {
    fn new(writer: &'a mut Writer, opening: char, closing: &'static str) -> Self {
        writer.open(opening);
        Compound { writer, closing }
    }

    fn of_variant(writer: &'a mut Writer, name: &str, opening: &str, closing: &'static str) -> Self {
        writer.variant(name, opening);
        Compound { writer, closing }
    }

    fn end(self) {
        self.closing.chars().for_each(|bracket| self.writer.close(bracket));
    }
}

macro_rules! shown {
    ($($method:ident $type:ty),* $(,)?) => {
        $(fn $method(self, value: $type) -> Done {
            self.show(value);
            Ok(())
        })*
    };
}

/// Nothing of ours is one of these.
macro_rules! refused {
    ($($method:ident $type:ty),* $(,)?) => {
        $(fn $method(self, _: $type) -> Done {
            self.is_refused = true;
            Ok(())
        })*
    };
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    shown!(
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64,
    );

    refused!(serialize_f32 f32, serialize_f64 f64, serialize_bytes &[u8]);

    fn serialize_char(self, value: char) -> Done {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Done {
        self.quote(value);
        Ok(())
    }

    fn serialize_none(self) -> Done {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        self.text.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        self.variant(variant, "");
        value.serialize(&mut *self)?;
        self.close('}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>, Never> {
        Ok(Compound::new(self, '[', "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Compound<'a>, Never> {
        Ok(Compound::new(self, '[', "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, Never> {
        Ok(Compound::new(self, '[', "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Never> {
        Ok(Compound::of_variant(self, variant, "[", "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>, Never> {
        Ok(Compound::new(self, '{', "}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, Never> {
        Ok(Compound::new(self, '{', "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Never> {
        Ok(Compound::of_variant(self, variant, "{", "}}"))
    }
}

macro_rules! items {
    ($($kind:ident $method:ident),*) => {
        $(impl ser::$kind for Compound<'_> {
            type Ok = ();
            type Error = Never;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                self.writer.next();
                value.serialize(&mut *self.writer)
            }

            fn end(self) -> Done {
                Compound::end(self);
                Ok(())
            }
        })*
    };
}

macro_rules! fields {
    ($($kind:ident),*) => {
        $(impl ser::$kind for Compound<'_> {
            type Ok = ();
            type Error = Never;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Done {
                self.writer.name(name);
                value.serialize(&mut *self.writer)
            }

            fn end(self) -> Done {
                Compound::end(self);
                Ok(())
            }
        })*
    };
}

items!(
    SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);
fields!(SerializeStruct, SerializeStructVariant);

/// Only a text can be a key: of two keys that look alike as text but are not, one would be lost.
impl ser::SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        self.writer.next();
        let begin = self.writer.text.len();
        key.serialize(&mut *self.writer)?;
        if !self.writer.text[begin..].starts_with('"') {
            self.writer.is_refused = true;
        }
        self.writer.text.push(':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Done {
        Compound::end(self);
        Ok(())
    }
}
