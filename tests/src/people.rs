//! The people the sandbox knows, and how a test says whom it wants.

use serde::Deserialize;

/// Where the stand-in for WeChat's own servers answers, after the product's address.
pub(crate) const STAND_IN_PATH: &str = "/sandbox/wechat";

/// A person of `GET /sandbox/people`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Person {
    pub name: String,
    pub role: String,
    pub level: Option<String>,
    pub unit: Option<String>,
    pub area: Option<String>,
    pub openid: String,
    pub phone: String,
}

/// A description of a person: every part that is given must fit.
#[derive(Clone, Copy, Debug, Default)]
pub struct PersonQuery<'a> {
    name: Option<&'a str>,
    role: Option<&'a str>,
    level: Option<&'a str>,
    unit: Option<&'a str>,
    not_unit: Option<&'a str>,
    area: Option<&'a str>,
    not_area: Option<&'a str>,
    /// Takes the nth of all who fit, counted from 0.
    pub nth: usize,
}

const DELEGATE_LEVELS: [&str; 5] = ["national", "provincial", "city", "county", "township"];

impl<'a> PersonQuery<'a> {
    #[must_use]
    pub fn named(name: &'a str) -> Self {
        Self {
            name: Some(name),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn role(role: &'a str) -> Self {
        Self {
            role: Some(role),
            ..Self::default()
        }
    }

    /// A delegate of this county, or of this level; `""` takes anyone.
    #[must_use]
    pub fn delegate(area_or_level: &'a str) -> Self {
        let delegate = Self::role("delegate");
        match area_or_level {
            "" => delegate,
            level if DELEGATE_LEVELS.contains(&level) => delegate.level(level),
            area => delegate.area(area),
        }
    }

    #[must_use]
    pub fn level(mut self, level: &'a str) -> Self {
        self.level = Some(level);
        self
    }

    #[must_use]
    pub fn unit(mut self, unit: &'a str) -> Self {
        self.unit = Some(unit);
        self
    }

    #[must_use]
    pub fn not_unit(mut self, unit: &'a str) -> Self {
        self.not_unit = Some(unit);
        self
    }

    #[must_use]
    pub fn area(mut self, area: &'a str) -> Self {
        self.area = Some(area);
        self
    }

    #[must_use]
    pub fn not_area(mut self, area: &'a str) -> Self {
        self.not_area = Some(area);
        self
    }

    #[must_use]
    pub fn nth(mut self, nth: usize) -> Self {
        self.nth = nth;
        self
    }

    #[must_use]
    pub fn fits(&self, person: &Person) -> bool {
        let is = |wanted: Option<&str>, found: Option<&str>| wanted.is_none() || wanted == found;
        let is_not = |unwanted: Option<&str>, found: Option<&str>| unwanted.is_none() || unwanted != found;
        is(self.name, Some(&person.name))
            && is(self.role, Some(&person.role))
            && is(self.level, person.level.as_deref())
            && is(self.unit, person.unit.as_deref())
            && is(self.area, person.area.as_deref())
            && is_not(self.not_unit, person.unit.as_deref())
            && is_not(self.not_area, person.area.as_deref())
    }
}

pub(crate) async fn load(http: &reqwest::Client, base: &str) -> Vec<Person> {
    let answer = http.get(format!("{base}/sandbox/people")).send().await;
    let answer = answer.expect("the sandbox answers");
    let status = answer.status();
    assert!(status.is_success(), "GET /sandbox/people: {status}");
    answer.json().await.expect("people as the contract has them")
}
