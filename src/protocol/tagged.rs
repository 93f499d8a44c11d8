//! Enums whose variants are named by one field of their object, as `"type"` names a frame.
//!
//! What serde derives for such an enum keeps all other fields in memory until it has met the name, by code that is there
//! once more for all that can be in them. Here the name is read first, and then the variant from the same text: 53 KB
//! less of WASM.

use serde::de::{DeserializeSeed, EnumAccess, Error, IntoDeserializer, VariantAccess, Visitor, value::StrDeserializer};
use serde::{Deserializer, forward_to_deserialize_any};

/// Writes as serde does with `tag`. `Variants` is the same enum once more, for a name that is read already.
macro_rules! tagged {
    ($tag:literal $(#[$attribute:meta])* pub enum $name:ident { $($variants:tt)* }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(tag = $tag, rename_all = "snake_case")]
        pub enum $name { $($variants)* }

        const _: () = {
            type Tagged = $name;

            #[derive(serde::Deserialize)]
            #[serde(remote = "Tagged", rename_all = "snake_case")]
            enum Variants { $($variants)* }

            #[derive(serde::Deserialize)]
            struct Tag<'a> {
                #[serde(rename = $tag, borrow)]
                tag: std::borrow::Cow<'a, str>,
            }

            impl $name {
                /// The same as `serde_json::from_str`, and quicker, since here the end of the text is known.
                pub fn read(text: &str) -> serde_json::Result<Self> {
                    let Tag { tag } = serde_json::from_str(text)?;
                    Variants::deserialize($crate::protocol::tagged::Variant { tag: &tag, text })
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = <&serde_json::value::RawValue>::deserialize(deserializer)?;
                    Self::read(text.get()).map_err(serde::de::Error::custom)
                }
            }
        };
    };
}
pub(crate) use tagged;

/// A variant whose name is known already.
pub struct Variant<'a, 'de> {
    pub tag: &'a str,
    /// The whole object, as JSON.
    pub text: &'de str,
}

impl<'de> Deserializer<'de> for Variant<'_, 'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = serde_json::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Self::Error> {
        let tag: StrDeserializer<'_, Self::Error> = self.tag.into_deserializer();
        Ok((seed.deserialize(tag)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = serde_json::Error;

    fn unit_variant(self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Self::Error> {
        seed.deserialize(&mut serde_json::Deserializer::from_str(self.text))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("a list has no place for a name"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        serde_json::Deserializer::from_str(self.text).deserialize_struct("", fields, visitor)
    }
}
