//! Pure: rows become people, or faults that name line, column and reason.

use std::collections::HashMap;

use entity::ids::UnitId;
use entity::kinds::{PersonLevel, Role};
use sha2::{Digest as _, Sha256};

use crate::city::committees::Committees;
use crate::city::units::Units;
use crate::people::roster::vocabulary;
use crate::sealing::Phone;
use places::lookup::Division;
use tables::kinds::roster::{Column, DELEGATES};
use tables::{Fault, Row, Table, text};

const MAX_NAME_CHARS: usize = 30;
const MAX_TEXT_CHARS: usize = 100;

/// A line that is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterEntry {
    pub line: usize,
    /// Identifies the person when their phone number changes.
    pub roster_key: String,
    /// True if the office's own number of the person is part of the key.
    pub numbered: bool,
    pub name: String,
    pub phone: Phone,
    pub role: Role,
    pub level: Option<PersonLevel>,
    pub unit: Option<UnitId>,
    pub unit_head: bool,
    pub area: Option<String>,
    pub electoral_unit: Option<String>,
    pub committee: Option<String>,
}

/// The names that a roster may refer to.
#[derive(Clone, Copy)]
pub struct KnownNames<'a> {
    pub units: &'a Units,
    pub counties: &'a [Division],
    /// Without any, a committee's name is taken as it is.
    pub committees: &'a Committees,
}

/// The content of a file: the people on the roster and those marked as not on it.
#[derive(Debug, Default)]
pub struct Entries {
    pub wanted: Vec<RosterEntry>,
    pub off: Vec<OffRoster>,
}

/// A row that says the person is not on the roster.
#[derive(Debug)]
pub struct OffRoster {
    pub name: String,
    pub phone: Option<Phone>,
}

/// All rows, or all faults. The line that a person first came in is named when they come again.
pub fn people(table: &Table<Column>, names: KnownNames<'_>) -> Result<Entries, Vec<Fault>> {
    let mut entries = Entries::default();
    let mut faults = Vec::new();
    for row in &table.rows {
        let mut line = RowParser {
            row,
            names,
            faults: &mut faults,
        };
        if line.is_on_roster() {
            entries.wanted.extend(line.person());
        } else {
            entries.off.push(OffRoster {
                name: text::tidy_name(row.text(Column::Name)),
                phone: Phone::parse(row.text(Column::Phone)),
            });
        }
    }
    find_duplicates(&entries.wanted, &mut faults);
    if faults.is_empty() {
        Ok(entries)
    } else {
        faults.sort_by_key(|fault| fault.line);
        Err(faults)
    }
}

/// The name of a column in faults.
pub fn heading(column: Column) -> &'static str {
    DELEGATES.field_name(column)
}

fn find_duplicates(wanted: &[RosterEntry], faults: &mut Vec<Fault>) {
    let mut phones = HashMap::new();
    let mut keys = HashMap::new();
    for person in wanted {
        if let Some(first) = phones.insert(&person.phone, person.line) {
            let detail = format!("与第 {first} 行的手机号相同。");
            let fault = Fault::line(person.line, "duplicate_phone", detail);
            faults.push(fault.column(heading(Column::Phone)));
        } else if let Some(first) = keys.insert(&person.roster_key, person.line) {
            let detail = format!("与第 {first} 行同名且同一单位或选区；如是两个人，请加「编号」列区分。");
            let fault = Fault::line(person.line, "duplicate_person", detail);
            faults.push(fault.column(heading(Column::Name)));
        }
    }
}

struct RowParser<'a> {
    row: &'a Row<Column>,
    names: KnownNames<'a>,
    faults: &'a mut Vec<Fault>,
}

impl<'a> RowParser<'a> {
    fn text(&self, column: Column) -> &'a str {
        self.row.text(column)
    }

    fn fault<T>(&mut self, column: Column, code: &'static str, detail: impl Into<String>) -> Option<T> {
        self.faults.push(self.row.fault(heading(column), code, detail));
        None
    }

    /// Returns `true` also if the column is missing or the cell is empty.
    fn is_on_roster(&mut self) -> bool {
        let text = self.text(Column::OnRoster);
        if text.is_empty() {
            return true;
        }
        vocabulary::yes(text).unwrap_or_else(|| {
            self.fault::<()>(Column::OnRoster, "yes_or_no", "请填「是」或「否」。");
            true
        })
    }

    /// Reads every cell before failing, so that all faults of a line are reported at once.
    fn person(mut self) -> Option<RosterEntry> {
        let name = self.name();
        let phone = self.phone();
        let role = match vocabulary::role(self.text(Column::Role)) {
            Some(role) => Some(role),
            None => self.fault(
                Column::Role,
                "unknown_role",
                "请填：代表、坐席、承办人员、人大常委会、系统管理员之一。",
            ),
        };
        let head = self.text(Column::UnitHead);
        let unit_head = match vocabulary::yes(if vocabulary::is_nothing(head) { "" } else { head }) {
            Some(head) => Some(head),
            None => self.fault(Column::UnitHead, "yes_or_no", "请填「是」或「否」。"),
        };
        let electoral_unit = self.free_text(Column::ElectoralUnit);
        let role = role?;
        let committee = self.committee(role);
        let unit = self.unit(role);
        let level = self.level(role);
        let area = self.area(role, level.flatten());
        let (name, phone, unit_head) = (name?, phone?, unit_head?);
        let (electoral_unit, committee) = (electoral_unit?, committee?);
        let (unit, level, mut area) = (unit?, level?, area?);
        let unit = unit.and_then(|id| self.names.units.get(id));
        if role == Role::Handler {
            area = unit.and_then(|unit| unit.county.clone());
        }
        let mut wanted = RosterEntry {
            line: self.row.line,
            roster_key: String::new(),
            numbered: !self.text(Column::Number).is_empty(),
            name,
            phone,
            role,
            level,
            unit: unit.map(|unit| unit.id),
            unit_head: unit_head && role == Role::Handler,
            area,
            electoral_unit: electoral_unit.filter(|_| role == Role::Delegate),
            committee,
        };
        let place = unit.map(|unit| unit.code.as_str());
        wanted.roster_key = roster_key(self.text(Column::Number), &wanted, place);
        Some(wanted)
    }

    /// The full name of a committee of the city's list; only members of the standing committee have one.
    fn committee(&mut self, role: Role) -> Option<Option<String>> {
        let text = self
            .free_text(Column::Committee)?
            .filter(|_| role == Role::Supervisor);
        let Some(text) = text else {
            return Some(None);
        };
        let committees = self.names.committees;
        if committees.all().is_empty() {
            return Some(Some(text));
        }
        match committees.find(&text) {
            Some(committee) => Some(Some(committee.name.clone())),
            None => self.fault(
                Column::Committee,
                "unknown_committee",
                format!("没有「{text}」这个委员会，请按委员会名单填写。"),
            ),
        }
    }

    fn name(&mut self) -> Option<String> {
        let name = text::tidy_name(self.text(Column::Name));
        match name.chars().count() {
            0 => self.fault(Column::Name, "empty", "不能为空。"),
            1..=MAX_NAME_CHARS => Some(name),
            _ => self.fault(Column::Name, "too_long", format!("超过 {MAX_NAME_CHARS} 个字。")),
        }
    }

    fn phone(&mut self) -> Option<Phone> {
        let text = self.text(Column::Phone);
        match Phone::parse(text) {
            Some(phone) => Some(phone),
            None if text.is_empty() => self.fault(Column::Phone, "empty", "不能为空。"),
            None => self.fault(Column::Phone, "malformed", "不是 11 位手机号。"),
        }
    }

    fn free_text(&mut self, column: Column) -> Option<Option<String>> {
        let text = self.text(column);
        if text.chars().count() > MAX_TEXT_CHARS {
            return self.fault(column, "too_long", format!("超过 {MAX_TEXT_CHARS} 个字。"));
        }
        Some((!vocabulary::is_nothing(text)).then(|| text.to_owned()))
    }

    /// Reads the unit of a handler. A delegate's unit is their workplace and is ignored.
    fn unit(&mut self, role: Role) -> Option<Option<UnitId>> {
        if role != Role::Handler {
            return Some(None);
        }
        let text = self.text(Column::Unit);
        if text.is_empty() {
            return self.fault(Column::Unit, "empty", "承办人员必须填单位。");
        }
        match self.names.units.resolve(text) {
            Some(unit) => Some(Some(unit.id)),
            None => self.fault(
                Column::Unit,
                "unknown_unit",
                format!("没有名称、简称或代码为「{text}」的承办单位。"),
            ),
        }
    }

    fn level(&mut self, role: Role) -> Option<Option<PersonLevel>> {
        let text = self.text(Column::Level);
        match (role, vocabulary::level(text)) {
            (Role::Operator | Role::Handler | Role::Admin, _) => Some(None),
            (Role::Delegate, Some(level)) => Some(Some(level)),
            (Role::Supervisor, Some(level @ (PersonLevel::City | PersonLevel::County))) => Some(Some(level)),
            (Role::Supervisor, _) => self.fault(
                Column::Level,
                "unknown_level",
                "人大常委会人员请填「市」或「县」。",
            ),
            (Role::Delegate, None) => self.fault(
                Column::Level,
                "unknown_level",
                "代表请填：全国、省、市、县、乡之一。",
            ),
        }
    }

    /// County and township people must say which county.
    fn area(&mut self, role: Role, level: Option<PersonLevel>) -> Option<Option<String>> {
        let text = self.text(Column::Area);
        let local = matches!(level, Some(PersonLevel::County | PersonLevel::Township));
        match role {
            Role::Operator | Role::Handler | Role::Admin => Some(None),
            Role::Supervisor if level == Some(PersonLevel::City) => Some(None),
            _ if vocabulary::is_nothing(text) && local => {
                self.fault(Column::Area, "empty", "县级、乡级必须填区县。")
            }
            _ if vocabulary::is_nothing(text) => Some(None),
            _ => match county(self.names.counties, text) {
                Some(county) => Some(Some(county.code.clone())),
                None => self.fault(
                    Column::Area,
                    "unknown_area",
                    format!("没有名称或代码为「{text}」的区县。"),
                ),
            },
        }
    }
}

/// The county that a cell means: by code, by name, by its name behind the city's, or without its last syllable where
/// that is clear.
fn county<'a>(counties: &'a [Division], text: &str) -> Option<&'a Division> {
    let key = text::name_key(text);
    let short = |name: &str| name.strip_suffix(['区', '县', '市']).map(str::to_owned);
    let only = |found: &mut dyn Iterator<Item = &'a Division>| {
        let first = found.next();
        first.filter(|_| found.next().is_none())
    };
    let exact = counties
        .iter()
        .find(|d| d.code == text || text::name_key(&d.name) == key);
    exact
        .or_else(|| {
            only(
                &mut counties
                    .iter()
                    .filter(|d| key.ends_with(&text::name_key(&d.name))),
            )
        })
        .or_else(|| {
            only(&mut counties.iter().filter(|d| {
                short(&d.name).is_some_and(|name| name.chars().count() > 1 && text::name_key(&name) == key)
            }))
        })
}

/// Hash of the office's own number of a person; without one, of all that identifies a person beside the phone number.
fn roster_key(number: &str, person: &RosterEntry, unit_code: Option<&str>) -> String {
    let role = person.role.as_str();
    let parts = if number.is_empty() {
        let level = person.level.map_or("", PersonLevel::as_str);
        let area = person.area.as_deref().unwrap_or("");
        let body = person
            .electoral_unit
            .as_deref()
            .or(person.committee.as_deref())
            .or(unit_code)
            .unwrap_or("");
        format!(
            "person\0{role}\0{level}\0{area}\0{body}\0{}",
            text::name_key(&person.name)
        )
    } else {
        format!("number\0{role}\0{number}")
    };
    hex::encode(Sha256::digest(parts))
}

#[cfg(test)]
mod tests;
