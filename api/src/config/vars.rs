//! Reads variables one by one and collects their faults.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Url;

/// The variables, and the faults found so far, so that all of them are reported at once.
pub(super) struct Vars<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    pub(super) faults: Vec<String>,
}

impl<'a> Vars<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            lookup,
            faults: Vec::new(),
        }
    }

    pub(super) fn fault(&mut self, name: &str, what: &str) {
        self.faults.push(format!("{name}: {what}"));
    }

    pub(super) fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    pub(super) fn text(&self, name: &str, default: &str) -> String {
        self.optional(name).unwrap_or_else(|| default.to_owned())
    }

    pub(super) fn parse<T>(&mut self, name: &str, default: &str, wanted: &str) -> T
    where
        T: std::str::FromStr + FallbackValue,
    {
        self.text(name, default).parse().unwrap_or_else(|_| {
            self.fault(name, &format!("must be {wanted}"));
            T::fallback()
        })
    }

    pub(super) fn required(&mut self, name: &str, why: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.fault(name, &format!("is not set; {why}"));
            String::new()
        })
    }

    pub(super) fn milliseconds(&mut self, name: &str, default: &str) -> Duration {
        let count: usize = self.parse(name, default, "a number of milliseconds, 1 or more");
        Duration::from_millis(count.max(1) as u64)
    }

    /// Parses an address; anything else is a fault.
    pub(super) fn check_url(&mut self, name: &str, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty()
        });
        if url.is_none() {
            self.fault(
                name,
                "must be an http:// or https:// address such as https://zhitong.example.cn",
            );
        }
        url
    }
}

/// A placeholder for a value that could not be read; the fault is already recorded.
pub(super) trait FallbackValue {
    fn fallback() -> Self;
}

impl FallbackValue for SocketAddr {
    fn fallback() -> Self {
        Self::from(([127, 0, 0, 1], 0))
    }
}

impl FallbackValue for usize {
    fn fallback() -> Self {
        1
    }
}

impl FallbackValue for u64 {
    fn fallback() -> Self {
        1
    }
}

impl FallbackValue for bool {
    fn fallback() -> Self {
        true
    }
}
