//! People with a phone in the sandbox: the roster's, and one on no roster.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// A fictional person with a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SandboxPerson {
    pub name: String,
    /// `none` for a person on no roster.
    pub role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The unit's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The county's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    pub openid: String,
    pub phone: String,
    /// `false` for a person on no roster.
    pub on_roster: bool,
}

/// The header of the city pack's `demo/people.csv`, by what it is called there.
const NAME: [&str; 2] = ["姓名", "name"];
const PHONE: [&str; 2] = ["手机号", "phone"];
const ROLE: [&str; 2] = ["角色", "role"];
const LEVEL: [&str; 2] = ["层级", "level"];
const AREA: [&str; 2] = ["区县", "area"];
const UNIT: [&str; 2] = ["单位", "unit"];
const OPENID: [&str; 2] = ["微信", "openid"];
const ON_ROSTER: [&str; 2] = ["在册", "on_roster"];

/// Reads the pack's people; a line without phone number is an error that names it.
pub fn read(csv_text: &str) -> anyhow::Result<Vec<SandboxPerson>> {
    let mut reader = csv::Reader::from_reader(csv_text.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers()?.clone();
    let column = |names: [&str; 2]| headers.iter().position(|h| names.contains(&h.trim()));
    let columns = [NAME, PHONE, ROLE, LEVEL, AREA, UNIT, OPENID, ON_ROSTER].map(column);
    let mut people = Vec::new();
    for (index, row) in reader.records().enumerate() {
        let row = row?;
        let [name, phone, role, level, area, unit, openid, on_roster] =
            columns.map(|at| at.and_then(|at| row.get(at)).map(str::trim).unwrap_or_default());
        anyhow::ensure!(
            !phone.is_empty(),
            "demo/people.csv, line {}: no phone number",
            index + 2
        );
        let on_roster = on_roster != "no";
        let of_roster = |text: &str| some(text).filter(|_| on_roster);
        people.push(SandboxPerson {
            name: name.to_owned(),
            role: of_roster(role).unwrap_or_else(|| "none".to_owned()),
            level: of_roster(level),
            unit: of_roster(unit),
            area: of_roster(area),
            openid: some(openid).unwrap_or_else(|| openid_of(phone)),
            phone: phone.to_owned(),
            on_roster,
        });
    }
    Ok(people)
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns the openid of a phone number, equal in every sandbox: 28 characters, like WeChat's.
#[must_use]
pub fn openid_of(phone: &str) -> String {
    let digest = hex::encode(Sha256::digest(format!("sandbox openid of {phone}")));
    format!("oSB{}", digest.chars().take(25).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_read_and_have_lasting_openids() {
        let text = "姓名,手机号,角色,层级,选举单位,区县,单位,在册\n\
                    甲,19900000001,delegate,city,某代表团,某区,,yes\n乙,19900000002,delegate,county,,某区,,no\n";
        let people = read(text).unwrap();
        assert_eq!(people.len(), 2);
        assert_eq!(people[0].openid, openid_of("19900000001"));
        assert_eq!((people[0].openid.len(), people[0].unit.as_deref()), (28, None));
        assert!(people[0].on_roster && !people[1].on_roster);
        assert_eq!(
            (people[1].role.as_str(), people[1].level.as_deref()),
            ("none", None)
        );
    }

    #[test]
    fn a_line_without_phone_is_named() {
        let error = read("name,phone,role\nA,1,delegate\nB,,delegate\n").unwrap_err();
        assert!(error.to_string().contains("line 3"), "{error}");
    }
}
