//! Identification of callers: delegates by number, from the roster or confirmed by an operator; and delegates by name,
//! for unknown numbers.

use crate::city::snapshot::CityHandle;
use std::fmt;

use entity::ids::PersonId;
use entity::kinds::Role;
use entity::person;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::hotline::store;
use crate::people::profile::{self, Profile};
use crate::phone;
use crate::sealing::{Phone, Sealer};

const DIGITS: std::ops::RangeInclusive<usize> = 5..=20;
const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=20;
const MAX_FOUND: u64 = 20;
/// Former holders of a number that are named.
const MAX_FORMER: u64 = 3;

/// A number as the exchange shows it: a mobile one, or any other.
#[derive(Clone, PartialEq, Eq)]
pub enum CallerNumber {
    Mobile(Phone),
    /// The digits of a landline, or of a number abroad.
    Other(String),
}

impl CallerNumber {
    /// Reads a number; `area_code` is the city's, for its own landlines. `None`: this is no number.
    #[must_use]
    pub fn parse(text: &str, area_code: Option<&str>) -> Option<Self> {
        match phone::parse(text, area_code)? {
            phone::Number::Mobile(_) => Phone::parse(text).map(Self::Mobile),
            phone::Number::Other(digits) => DIGITS.contains(&digits.len()).then_some(Self::Other(digits)),
        }
    }

    /// Reads a number by the city's own area code, or refuses it as `malformed`.
    pub fn read(app: &App, field: &str, text: &str) -> Result<Self> {
        let city = app.state::<CityHandle>().load();
        Self::parse(text, city.meta.area_code.as_deref()).ok_or_else(|| {
            Error::invalid_field(
                field,
                "malformed",
                "号码无法识别，请填写手机号，或带区号的座机号。",
            )
        })
    }

    #[must_use]
    pub fn hash(&self, sealer: &Sealer) -> String {
        match self {
            Self::Mobile(phone) => sealer.phone_hash(phone),
            Self::Other(digits) => sealer.hash("landline", digits),
        }
    }

    /// `138****5678`, `****9876`
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Mobile(phone) => phone.masked(),
            Self::Other(digits) => {
                let tail = digits.len().saturating_sub(4).max(digits.len().div_ceil(2));
                format!("****{}", digits.get(tail..).unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for CallerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// How a delegate was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    Roster,
    Confirmed,
    Name,
}

pub struct CallerMatch {
    pub profile: Profile,
    pub by: FoundBy,
}

/// The delegates that the number leads to: the one on the roster first.
pub async fn delegates_by_number(app: &App, number: &CallerNumber) -> Result<Vec<(person::Model, FoundBy)>> {
    let on_roster = match number {
        CallerNumber::Mobile(phone) => profile::with_phone(app, phone).await?,
        CallerNumber::Other(_) => None,
    };
    let on_roster = on_roster.filter(|person| person.role == Role::Delegate);
    let confirmed = store::delegates_at(&app.db, &number.hash(app.state::<Sealer>())).await?;
    let known = on_roster.as_ref().map(|person| person.id);
    let ids: Vec<PersonId> = confirmed.into_iter().filter(|id| Some(*id) != known).collect();
    let mut confirmed = profile::delegates(app, ids.clone()).await?;
    confirmed.sort_by_key(|person| ids.iter().position(|id| *id == person.id));
    let on_roster = on_roster.map(|person| (person, FoundBy::Roster));
    let confirmed = confirmed.into_iter().map(|person| (person, FoundBy::Confirmed));
    Ok(on_roster.into_iter().chain(confirmed).collect())
}

/// For the operator whose telephone rings, or who asks for a name. Nobody found is an empty list.
pub async fn find(
    app: &App,
    caller: &Caller,
    phone: Option<&str>,
    name: Option<&str>,
) -> Result<Vec<CallerMatch>> {
    caller.require(Role::Operator)?;
    let found = match (phone, name) {
        (Some(text), None) => delegates_by_number(app, &CallerNumber::read(app, "phone", text)?).await?,
        (None, Some(text)) => {
            let part: String = tables::text::tidy_name(text);
            let part: String = part.chars().filter(|c| !matches!(c, '%' | '_' | '\0')).collect();
            if !NAME_CHARS.contains(&part.chars().count()) {
                return Err(Error::invalid_field(
                    "name",
                    "length",
                    "请填写 1 到 20 个字的姓名。",
                ));
            }
            let named = profile::delegates_named(app, &part, MAX_FOUND).await?;
            named.into_iter().map(|person| (person, FoundBy::Name)).collect()
        }
        _ => {
            return Err(Error::invalid_field(
                "phone",
                "required",
                "请提供 phone 或 name 其中一项。",
            ));
        }
    };
    let shown = |(person, by)| {
        Ok(CallerMatch {
            profile: profile::of(app, person)?,
            by,
        })
    };
    found.into_iter().map(shown).collect()
}

/// The names of delegates who left the roster with this number, for an operator: the caller may be its new owner.
pub async fn former_delegates(app: &App, caller: &Caller, phone: &str) -> Result<Vec<String>> {
    caller.require(Role::Operator)?;
    match CallerNumber::read(app, "phone", phone)? {
        CallerNumber::Mobile(phone) => profile::former_delegates_with_phone(app, &phone, MAX_FORMER).await,
        CallerNumber::Other(_) => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_however_it_is_written_and_never_printed_whole() {
        for (text, shown) in [
            ("138 1234 5678", "138****5678"),
            ("0379-63938888", "****8888"),
            ("(0379) 6393 8888", "****8888"),
            ("12345", "****45"),
        ] {
            let number = CallerNumber::parse(text, None).unwrap();
            assert_eq!(format!("{number:?}"), shown, "{text}");
        }
        for text in ["", "1234", "匿名", "123456789012345678901"] {
            assert_eq!(CallerNumber::parse(text, None), None, "{text}");
        }
    }
}
