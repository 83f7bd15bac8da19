//! What has to change for the roster to be as the file wants it. Pure.

use std::collections::{HashMap, HashSet};

use entity::ids::PersonId;
use entity::kinds::Role;
use entity::person;

use crate::people::roster::Fault;
use crate::people::roster::check::Wanted;
use crate::people::roster::columns::Column;
use crate::people::roster::vocabulary;

/// Somebody in the file, with the keyed hash of his phone number.
#[derive(Debug)]
pub struct Line {
    pub wanted: Wanted,
    pub phone_hash: String,
}

/// The difference.
#[derive(Debug, Default)]
pub struct Plan {
    /// New people, and those who come back.
    pub added: Vec<(PersonId, Line)>,
    pub changed: Vec<(PersonId, Line)>,
    pub unchanged: usize,
    /// In a role the file is about, but not in the file.
    pub left: Vec<PersonId>,
}

/// A person is the one with the same roster key; else the active one of his role with the same phone number
/// (a name corrected, a level changed); else new.
pub fn plan(existing: &[person::Model], lines: Vec<Line>) -> Result<Plan, Vec<Fault>> {
    let by_key: HashMap<_, _> = existing
        .iter()
        .map(|person| (person.roster_key.as_str(), person))
        .collect();
    let active = || existing.iter().filter(|person| person.active);
    let by_phone: HashMap<_, _> = active()
        .map(|person| (person.phone_hash.as_str(), person))
        .collect();
    let roles: HashSet<Role> = lines.iter().map(|line| line.wanted.role).collect();
    let named: HashSet<PersonId> = lines
        .iter()
        .filter_map(|line| by_key.get(line.wanted.roster_key.as_str()))
        .map(|person| person.id)
        .collect();
    let mut plan = Plan::default();
    let mut faults = Vec::new();
    let mut kept = HashSet::new();
    for line in lines {
        let of_phone = by_phone.get(line.phone_hash.as_str()).copied();
        // Somebody whom the file is not about has this number.
        if let Some(other) = of_phone.filter(|person| !roles.contains(&person.role)) {
            faults.push(Fault {
                line: line.wanted.line,
                column: Some(Column::Phone.heading()),
                reason: format!(
                    "这个手机号已属于名册上的另一人（{}）。",
                    vocabulary::role_name(other.role)
                ),
            });
            continue;
        }
        let same_phone =
            of_phone.filter(|person| person.role == line.wanted.role && !named.contains(&person.id));
        let found = by_key
            .get(line.wanted.roster_key.as_str())
            .copied()
            .or(same_phone);
        match found {
            None => plan.added.push((PersonId::generate(), line)),
            Some(person) => {
                kept.insert(person.id);
                match (person.active, same(person, &line)) {
                    (false, _) => plan.added.push((person.id, line)),
                    (true, true) => plan.unchanged += 1,
                    (true, false) => plan.changed.push((person.id, line)),
                }
            }
        }
    }
    let gone = active().filter(|person| roles.contains(&person.role) && !kept.contains(&person.id));
    plan.left = gone.map(|person| person.id).collect();
    if faults.is_empty() { Ok(plan) } else { Err(faults) }
}

fn same(person: &person::Model, line: &Line) -> bool {
    let Line {
        wanted:
            Wanted {
                line: _,
                roster_key,
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
