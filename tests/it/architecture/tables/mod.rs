//! Each table has one owning capability (`owners`); others go through its functions, or are named in `guests` with the
//! reason.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{api, none, root};

mod guests;
mod owners;

use guests::GUESTS;
use owners::OWNERS;

/// The tables with an entity.
fn tables() -> BTreeSet<String> {
    let library = std::fs::read_to_string(root().join("entity/src/lib.rs")).unwrap();
    let modules = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let is_table = |module: &&str| {
        let path = root().join(format!("entity/src/{module}.rs"));
        std::fs::read_to_string(path).is_ok_and(|text| text.contains("table_name"))
    };
    modules.filter(is_table).map(str::to_owned).collect()
}

/// The modules whose rows a line queries or writes: `order::Entity`, `order::Column`. A row by value (`order::Model`)
/// may be handed to anybody.
fn queried(line: &str) -> impl Iterator<Item = &str> {
    ["Entity", "Column", "Relation", "ActiveModel"]
        .into_iter()
        .flat_map(move |item| {
            let path = format!("::{item}");
            let at: Vec<usize> = line.match_indices(&path).map(|(at, _)| at).collect();
            at.into_iter().map(move |at| {
                let before = &line[..at];
                let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                start.map_or(before, |start| &before[start + 1..])
            })
        })
}

#[test]
fn every_table_has_one_owner() {
    let mut owner: BTreeMap<&str, &str> = BTreeMap::new();
    for (capability, tables) in OWNERS {
        for table in tables {
            let other = owner.insert(table, capability);
            assert_eq!(other, None, "{table} has two owners");
        }
    }
    let owned: BTreeSet<String> = owner.keys().map(|table| (*table).to_owned()).collect();
    assert_eq!(owned, tables(), "OWNERS names every table of entity/ once");
}

#[test]
fn a_capability_queries_its_own_tables() {
    let owner_of = |table: &str| {
        let owner = OWNERS.iter().find(|(_, tables)| tables.contains(&table));
        owner.map(|(capability, _)| *capability)
    };
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    let mut found = Vec::new();
    for source in api() {
        let capability = source.capability().unwrap();
        for (number, line) in source.lines() {
            for table in queried(line) {
                let Some(owner) = owner_of(table).filter(|owner| *owner != capability) else {
                    continue;
                };
                let invited = GUESTS
                    .iter()
                    .any(|guest| guest.capability == capability && guest.tables.contains(&table));
                if !invited {
                    found.push(format!(
                        "{}:{number}: `{table}` belongs to `{owner}`",
                        source.path
                    ));
                }
                used.insert((capability.to_owned(), table.to_owned()));
            }
        }
    }
    none(
        &found,
        "call the owner's function, or say in GUESTS why that is not possible",
    );
    let invited = GUESTS.iter().flat_map(|guest| {
        let tables = guest.tables.iter();
        tables.map(|table| (guest.capability.to_owned(), (*table).to_owned()))
    });
    let unused: Vec<String> = invited
        .filter(|pair| !used.contains(pair))
        .map(|(capability, table)| format!("`{capability}` no longer queries `{table}`"))
        .collect();
    none(&unused, "GUESTS is out of date");
    assert!(
        GUESTS.iter().all(|guest| guest.why.len() > 20),
        "a guest has a reason"
    );
}

#[test]
fn queries_are_found_by_the_paths_that_they_name() {
    let found: Vec<&str> =
        queried("order::Entity::find().filter(a::urge::Column::Id.eq(unit::Model))").collect();
    assert_eq!(found, ["order", "urge"]);
}
