//! Pure: what has to change for the roster to be as the file wants it, and whose row each line is.

use std::collections::{HashMap, HashSet};

use entity::ids::PersonId;
use entity::kinds::Role;
use entity::person;
use tables::Fault;
use tables::kinds::roster::Column;
use tables::text::name_key;

use crate::people::roster::check::{RosterEntry, heading};
use crate::people::roster::vocabulary;

/// A person in the file, with the keyed hash of their phone number.
#[derive(Debug)]
pub struct HashedEntry {
    pub wanted: RosterEntry,
    pub phone_hash: String,
}

/// A row that takes a person off the roster.
#[derive(Debug)]
pub struct Off {
    pub name: String,
    pub phone_hash: Option<String>,
}

/// The content of the file.
#[derive(Debug, Default)]
pub struct File {
    pub lines: Vec<HashedEntry>,
    pub off: Vec<Off>,
    /// People who are not in the file stay.
    pub keep_missing: bool,
}

/// A phone number that passes to another person: the old one leaves the roster.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TakenOver {
    pub line: usize,
    pub from: String,
    pub to: String,
}

/// The difference.
#[derive(Debug, Default)]
pub struct Plan {
    /// New people, and those who come back.
    pub added: Vec<(PersonId, HashedEntry)>,
    pub changed: Vec<(PersonId, HashedEntry)>,
    pub unchanged: usize,
    /// Marked as off, replaced by the next owner of their number, or (unless kept) not in the file.
    pub left: Vec<PersonId>,
    pub taken_over: Vec<TakenOver>,
}

/// The people that we have, by what a line may name them by.
struct Known<'a> {
    by_key: HashMap<&'a str, &'a person::Model>,
    /// `None`: several people answer to it.
    by_identity: HashMap<Identity, Option<&'a person::Model>>,
    /// The active ones.
    by_phone: HashMap<&'a str, &'a person::Model>,
}

impl<'a> Known<'a> {
    fn of(existing: &'a [person::Model]) -> Self {
        let mut by_identity: HashMap<Identity, Option<&person::Model>> = HashMap::new();
        for active in [true, false] {
            let mut found: HashMap<Identity, Option<&person::Model>> = HashMap::new();
            for person in existing.iter().filter(|person| person.active == active) {
                let several = |held: &mut Option<&person::Model>| *held = None;
                found
                    .entry(Identity::of(person))
                    .and_modify(several)
                    .or_insert(Some(person));
            }
            for (identity, person) in found {
                by_identity.entry(identity).or_insert(person);
            }
        }
        let active = existing.iter().filter(|person| person.active);
        Self {
            by_key: existing
                .iter()
                .map(|person| (person.roster_key.as_str(), person))
                .collect(),
            by_identity,
            by_phone: active
                .map(|person| (person.phone_hash.as_str(), person))
                .collect(),
        }
    }

    /// By the roster key, or by name and place as people read them.
    fn named(&self, wanted: &RosterEntry) -> Option<&'a person::Model> {
        let by_key = self.by_key.get(wanted.roster_key.as_str()).copied();
        by_key.or_else(|| {
            let identity = (!wanted.numbered).then(|| Identity::wanted(wanted))?;
            self.by_identity.get(&identity).copied().flatten()
        })
    }
}

/// The fields that identify a person besides the phone number and the office's own number.
#[derive(PartialEq, Eq, Hash)]
struct Identity {
    place: Place,
    name: String,
}

/// Role, level, area, and the electoral unit, committee or unit.
#[derive(PartialEq, Eq, Hash)]
struct Place(&'static str, &'static str, String, String);

impl Identity {
    fn of(person: &person::Model) -> Self {
        let unit = person.unit_id.map(|unit| unit.to_string());
        let body = person
            .electoral_unit
            .clone()
            .or(person.committee.clone())
            .or(unit);
        Self {
            place: Place(
                person.role.as_str(),
                person.level.map_or("", |level| level.as_str()),
                person.area_code.clone().unwrap_or_default(),
                name_key(&body.unwrap_or_default()),
            ),
            name: name_key(&person.name),
        }
    }

    fn wanted(wanted: &RosterEntry) -> Self {
        let unit = wanted.unit.map(|unit| unit.to_string());
        let body = wanted
            .electoral_unit
            .clone()
            .or(wanted.committee.clone())
            .or(unit);
        Self {
            place: Place(
                wanted.role.as_str(),
                wanted.level.map_or("", |level| level.as_str()),
                wanted.area.clone().unwrap_or_default(),
                name_key(&body.unwrap_or_default()),
            ),
            name: name_key(&wanted.name),
        }
    }
}

/// True if the owner of a number is the person whom the line describes: the name is the same, or nothing but the name
/// is different. Another name in another place is another person.
fn is_same_person(person: &person::Model, wanted: &RosterEntry) -> bool {
    let (held, given) = (Identity::of(person), Identity::wanted(wanted));
    held.name == given.name || held.place == given.place
}

/// Compares the file with the people we have.
///
/// A plan can be written without a conflict. If the file gives a phone number to another person, its present holder gets
/// another number in the same file or leaves.
pub fn plan(existing: &[person::Model], file: File) -> Result<Plan, Vec<Fault>> {
    let known = Known::of(existing);
    let roles: HashSet<Role> = file.lines.iter().map(|line| line.wanted.role).collect();
    let named: HashSet<PersonId> = file
        .lines
        .iter()
        .filter_map(|line| known.named(&line.wanted))
        .map(|person| person.id)
        .collect();
    let mut plan = Plan::default();
    let mut faults = Vec::new();
    let mut kept: HashMap<PersonId, usize> = HashMap::new();
    let mut passed: Vec<(&person::Model, usize, String)> = Vec::new();
    for line in file.lines {
        let holder = known.by_phone.get(line.phone_hash.as_str()).copied();
        if let Some(other) = holder.filter(|person| !roles.contains(&person.role)) {
            faults.push(phone_taken(&line.wanted, other.role));
            continue;
        }
        let same_phone = holder.filter(|person| {
            person.role == line.wanted.role
                && !named.contains(&person.id)
                && is_same_person(person, &line.wanted)
        });
        let found = known.named(&line.wanted).or(same_phone);
        if let Some(holder) = holder.filter(|holder| Some(holder.id) != found.map(|found| found.id)) {
            passed.push((holder, line.wanted.line, line.wanted.name.clone()));
        }
        let Some(person) = found else {
            plan.added.push((PersonId::generate(), line));
            continue;
        };
        if let Some(first) = kept.insert(person.id, line.wanted.line) {
            let detail = format!("与第 {first} 行是名册上的同一个人；如是两个人，请加「编号」列区分。");
            let fault = Fault::line(line.wanted.line, "duplicate_person", detail);
            faults.push(fault.column(heading(Column::Name)));
            continue;
        }
        match (person.active, same(person, &line)) {
            (false, _) => plan.added.push((person.id, line)),
            (true, true) => plan.unchanged += 1,
            (true, false) => plan.changed.push((person.id, line)),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    passed.retain(|(holder, ..)| !kept.contains_key(&holder.id));
    let replaced: HashSet<PersonId> = passed.iter().map(|(holder, ..)| holder.id).collect();
    let leaves = |person: &&person::Model| {
        replaced.contains(&person.id)
            || file.off.iter().any(|off| is_marked(person, off))
            || (!file.keep_missing && roles.contains(&person.role))
    };
    let active = existing.iter().filter(|person| person.active);
    let absent = active.filter(|person| !kept.contains_key(&person.id));
    plan.left = absent.filter(leaves).map(|person| person.id).collect();
    let taken_over = passed.into_iter().map(|(holder, line, to)| TakenOver {
        line,
        from: holder.name.clone(),
        to,
    });
    plan.taken_over = taken_over.collect();
    Ok(plan)
}

/// A row that says "not on the roster" means this person.
fn is_marked(person: &person::Model, off: &Off) -> bool {
    off.phone_hash.as_ref() == Some(&person.phone_hash) && name_key(&off.name) == name_key(&person.name)
}

/// The number belongs to somebody in a role that the file says nothing about.
fn phone_taken(wanted: &RosterEntry, role: Role) -> Fault {
    let detail = format!(
        "这个手机号已属于名册上的另一人（{}）。",
        vocabulary::role_name(role)
    );
    Fault::line(wanted.line, "phone_taken", detail).column(heading(Column::Phone))
}

fn same(person: &person::Model, line: &HashedEntry) -> bool {
    let HashedEntry {
        wanted:
            RosterEntry {
                line: _,
                roster_key,
                numbered: _,
                name,
                phone: _,
                role,
                level,
                unit,
                unit_head,
                area,
                electoral_unit,
                committee,
            },
        phone_hash,
    } = line;
    person.roster_key == *roster_key
        && person.name == *name
        && person.role == *role
        && person.level == *level
        && person.unit_id == *unit
        && person.unit_head == *unit_head
        && person.area_code == *area
        && person.electoral_unit == *electoral_unit
        && person.committee == *committee
        && person.phone_hash == *phone_hash
}
