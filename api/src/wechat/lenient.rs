//! WeChat writes numbers as strings and strings as numbers, and a list of one as the one. These readers
//! take either.

use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Integer(i64),
    Float(f64),
    Text(String),
    Nothing(()),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

/// Reads a number, or a string with a number; 0 for null and for an empty string.
pub fn integer<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    match Scalar::deserialize(from)? {
        Scalar::Integer(number) => Ok(number),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "codes and times are far below 2^53"
        )]
        Scalar::Float(number) => Ok(number as i64),
        Scalar::Text(text) if text.trim().is_empty() => Ok(0),
        Scalar::Text(text) => text.trim().parse().map_err(serde::de::Error::custom),
        Scalar::Nothing(()) => Ok(0),
    }
}

/// A string, or a number written out; empty for null.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Scalar::deserialize(from)? {
        Scalar::Integer(number) => number.to_string(),
        Scalar::Float(number) => number.to_string(),
        Scalar::Text(text) => text,
        Scalar::Nothing(()) => String::new(),
    })
}

/// Like [`text`], with none for an absent, null or empty one.
pub fn optional_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(text(from)?).filter(|text| !text.is_empty()))
}

/// A list, or its only member.
pub fn one_or_many<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(match Option::<OneOrMany<T>>::deserialize(from)? {
        Some(OneOrMany::Many(many)) => many,
        Some(OneOrMany::One(one)) => vec![one],
        None => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Sample {
        #[serde(default, deserialize_with = "integer")]
        number: i64,
        #[serde(default, deserialize_with = "text")]
        words: String,
        #[serde(default, deserialize_with = "one_or_many")]
        list: Vec<String>,
    }

    fn read(json: &str) -> (i64, String, Vec<String>) {
        let sample: Sample = serde_json::from_str(json).unwrap();
        (sample.number, sample.words, sample.list)
    }

    #[test]
    fn numbers_and_strings_are_taken_for_each_other() {
        let same = (4_625_712_877_545_553_920, "86".to_owned(), vec!["a".to_owned()]);
        assert_eq!(
            read(r#"{"number":4625712877545553920,"words":"86","list":["a"]}"#),
            same
        );
        assert_eq!(
            read(r#"{"number":"4625712877545553920","words":86,"list":"a"}"#),
            same
        );
    }

    #[test]
    fn what_is_absent_is_nothing() {
        assert_eq!(read("{}"), (0, String::new(), vec![]));
        assert_eq!(
            read(r#"{"number":null,"words":null,"list":null}"#),
            (0, String::new(), vec![])
        );
    }
}
