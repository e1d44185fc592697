//! Reads a parsed TOML document with serde, keeping where everything stands in the text.
//!
//! The `toml` crate's own deserializer says what is wrong in one sentence of its own; this one keeps the mistake apart
//! from its place, so that both can be explained in the file's terms.

use std::ops::Range;

use serde::{
    de::{self, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor, value::StrDeserializer},
    forward_to_deserialize_any,
};
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};

use super::{mistake::Mistake, moment::MOMENT, tables};

/// A value of the document, and the field that it is the value of.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    content: &'a DeValue<'a>,
    span: (usize, usize),
    field: &'a str,
}

impl<'a> Value<'a> {
    pub(super) fn new(content: &'a DeValue<'a>, span: Range<usize>, field: &'a str) -> Self {
        Self { content, span: (span.start, span.end), field }
    }

    fn span(&self) -> Range<usize> {
        self.span.0..self.span.1
    }

    fn wrong_type(&self, wanted: &str) -> Mistake {
        let found = match self.content {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with decimals",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        Mistake::new(format!("`{}` is {found}", self.field), format!("it must be {wanted}")).at(self.span())
    }

    /// What a number in this field counts.
    fn number_wanted(&self) -> &'static str {
        if self.field.ends_with("_minor") {
            "an amount in minor units, such as 4995 for 49.95"
        } else if self.field.ends_with("_ms") {
            "a number of milliseconds, such as 90000 for a minute and a half"
        } else {
            "a whole number"
        }
    }

    fn number(&self, max: u64) -> Result<u64, Mistake> {
        let DeValue::Integer(integer) = self.content else { return Err(self.wrong_type(self.number_wanted())) };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        number.filter(|number| *number <= max).ok_or_else(|| {
            let right = format!("it must be {}, from 0 to {max}", self.number_wanted());
            Mistake::new(format!("`{}` is {integer}", self.field), right).at(self.span())
        })
    }
}

impl<'de> de::Deserializer<'de> for Value<'de> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.content {
            DeValue::String(_) => self.deserialize_str(visitor),
            DeValue::Integer(_) => self.deserialize_u64(visitor),
            DeValue::Boolean(_) => self.deserialize_bool(visitor),
            DeValue::Array(_) => self.deserialize_seq(visitor),
            DeValue::Table(_) => self.deserialize_map(visitor),
            DeValue::Float(_) | DeValue::Datetime(_) => Err(self.wrong_type("something else")),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.content {
            DeValue::Boolean(value) => visitor.visit_bool(*value),
            _ => Err(self.wrong_type("true or false, without quotes")),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_u64(self.number(u32::MAX.into())?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_u64(self.number(dropcast_proto::json::INTEGER_MAX)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.content {
            DeValue::String(text) => visitor.visit_str(text),
            _ => Err(self.wrong_type("a text in quotes")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_some(self)
    }

    /// A TOML time is handed over as text to whoever wants a moment, and to nobody else.
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Mistake> {
        match self.content {
            DeValue::Datetime(time) if name == MOMENT => {
                let text = time.to_string();
                let text: StrDeserializer<'_, Mistake> = text.as_str().into_deserializer();
                visitor.visit_newtype_struct(text)
            }
            DeValue::String(_) => visitor.visit_newtype_struct(self),
            _ => Err(self.wrong_type("a time such as 2026-05-01T18:30:00Z")),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.content {
            DeValue::Array(values) => visitor.visit_seq(List { values, next: 0, field: self.field }),
            _ => Err(self.wrong_type(&format!("a list of tables, each under a header {}", tables::header(self.field)))),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.content {
            DeValue::Table(table) => visitor.visit_map(Fields::of(table)).map_err(|mistake| mistake.at(self.span())),
            _ => Err(self.wrong_type("a text for each language, such as { en = \"Scarf\", nl = \"Sjaal\" }")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        let DeValue::Table(table) = self.content else {
            return Err(self.wrong_type(tables::table(name).map_or("a table", |table| table.wanted)));
        };
        visitor.visit_map(Fields::of(table)).map_err(|mistake| mistake.at(self.span()).in_table(tables::table(name)))
    }

    /// One of some words.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        let words: Vec<_> = variants.iter().map(|word| format!("{word:?}")).collect();
        let wanted = format!("one of {}", words.join(", "));
        match self.content {
            DeValue::String(word) if variants.contains(&word.as_ref()) => {
                let word: StrDeserializer<'_, Mistake> = word.as_ref().into_deserializer();
                visitor.visit_enum(word)
            }
            DeValue::String(word) => {
                let problem = format!("`{}` is {word:?}", self.field);
                Err(Mistake::new(problem, format!("it must be {wanted}")).at(self.span()))
            }
            _ => Err(self.wrong_type(&wanted)),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

struct List<'a> {
    values: &'a DeArray<'a>,
    next: usize,
    field: &'a str,
}

impl<'de> SeqAccess<'de> for List<'de> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        let Some(value) = self.values.get(self.next) else { return Ok(None) };
        self.next += 1;
        let element = Value::new(value.get_ref(), value.span(), self.field);
        seed.deserialize(element).map(Some).map_err(|mistake| mistake.at(value.span()))
    }
}

type Field<'a> = (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>);

struct Fields<'a> {
    rest: std::vec::IntoIter<Field<'a>>,
    current: Option<Field<'a>>,
}

impl<'a> Fields<'a> {
    /// In the order of the text, so that its first mistake is the one reported.
    fn of(table: &'a DeTable<'a>) -> Self {
        let mut fields: Vec<_> = table.iter().collect();
        fields.sort_by_key(|(key, _)| key.span().start);
        Self { rest: fields.into_iter(), current: None }
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistake> {
        self.current = self.rest.next();
        let Some((key, _)) = self.current else { return Ok(None) };
        let name: StrDeserializer<'_, Mistake> = key.get_ref().as_ref().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|mistake| mistake.at(key.span()))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let (key, value) =
            self.current.take().ok_or_else(|| <Mistake as de::Error>::custom("a value was read before its key"))?;
        seed.deserialize(Value::new(value.get_ref(), value.span(), key.get_ref()))
            .map_err(|mistake| mistake.at(value.span()))
    }
}
