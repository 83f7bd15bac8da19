//! Addresses with what is wanted of a list in them: a chip is a link to the same list with one value more or less.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::console::forms::FormFields;

/// The part of an address after the question mark; values of one name are separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UrlQuery(BTreeMap<&'static str, String>);

impl UrlQuery {
    /// Of what was sent, only these names.
    #[must_use]
    pub fn of(entries: &FormFields, names: &[&'static str]) -> Self {
        let held = names
            .iter()
            .filter_map(|name| Some((*name, entries.some(name)?.to_owned())));
        Self(held.collect())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.get(name).split(',').any(|held| held == value)
    }

    /// With this value more, or less if it was there.
    #[must_use]
    pub fn toggled(&self, name: &'static str, value: &str) -> Self {
        let mut values: Vec<&str> = self
            .get(name)
            .split(',')
            .filter(|held| !held.is_empty())
            .collect();
        if self.has(name, value) {
            values.retain(|held| *held != value);
        } else {
            values.push(value);
        }
        self.with(name, &values.join(","))
    }

    /// With this value and no other; nothing takes the name out.
    #[must_use]
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut changed = self.clone();
        if value.is_empty() {
            changed.0.remove(name);
        } else {
            changed.0.insert(name, value.to_owned());
        }
        changed
    }

    /// Names and values, for hidden fields.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// `path?name=value&…`
    #[must_use]
    pub fn to(&self, path: &str) -> String {
        let query = self.query();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }

    /// `name=value&…`
    #[must_use]
    pub fn query(&self) -> String {
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        parts.join("&")
    }
}

/// Characters that stay in a value: a list's commas and a time's colons besides the unreserved ones.
const IN_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b',')
    .remove(b':');

/// Percent-encodes a value, except characters that are allowed in it.
#[must_use]
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, IN_VALUE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(pairs: &[(&str, &str)]) -> UrlQuery {
        let pairs = pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        UrlQuery::of(&FormFields::new(pairs.collect()), &["light", "q", "status"])
    }

    #[test]
    fn a_chip_adds_its_value_and_takes_it_away_again() {
        let list = wanted(&[("light", "red"), ("cursor", "x"), ("q", "路 & 灯")]);
        assert_eq!(list.to("/o"), "/o?light=red&q=%E8%B7%AF%20%26%20%E7%81%AF");
        let more = list.toggled("light", "yellow");
        assert_eq!(more.get("light"), "red,yellow");
        assert_eq!(
            more.toggled("light", "red").toggled("light", "yellow"),
            list.with("light", "")
        );
        assert_eq!(wanted(&[]).to("/o"), "/o");
    }
}
