//! Which part of the product may use which: those of its own tier and of lower ones. ARCHITECTURE.md states the tiers,
//! and this test reads them there.

use super::sources::{api, none, root};

const OPENING: &str = "- A lower part importing a higher one, lowest first:";

/// The tiers as ARCHITECTURE.md lists them, the lowest first.
struct Tiers(Vec<Vec<String>>);

impl Tiers {
    fn read() -> Self {
        let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
        let rest = text
            .split_once(OPENING)
            .expect("ARCHITECTURE.md lists the tiers")
            .1;
        let list: Vec<&str> = rest
            .lines()
            .skip(1)
            .take_while(|line| line.starts_with("  "))
            .collect();
        let tiers = list.join(" ");
        let words = |tier: &str| tier.split('`').nth(1).unwrap_or_default().to_owned();
        let tiers = tiers.split(" < ").map(words);
        Self(
            tiers
                .map(|tier| tier.split(' ').map(str::to_owned).collect())
                .collect(),
        )
    }

    fn of(&self, part: &str) -> Option<usize> {
        self.0
            .iter()
            .position(|parts| parts.iter().any(|one| one == part))
    }
}

#[test]
fn architecture_md_names_every_part_once() {
    let mut named: Vec<String> = Tiers::read().0.concat();
    named.sort();
    let mut parts: Vec<String> = api()
        .iter()
        .map(|source| source.capability().unwrap().to_owned())
        .collect();
    parts.sort();
    parts.dedup();
    assert_eq!(
        named, parts,
        "the tiers in ARCHITECTURE.md are the parts of api/src"
    );
}

/// The parts named by `crate::part` and `crate::{part, …}` on this line.
fn parts_named(line: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        text[..end.unwrap_or(text.len())].to_owned()
    };
    let mut parts = Vec::new();
    for rest in line.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && depth == 0 && c.is_ascii_lowercase() => {
                            parts.push(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
            None => parts.push(word(rest)),
        }
    }
    parts
}

#[test]
fn lower_parts_never_know_higher_ones() {
    // It asks the object store whether it answers.
    let joints = ["ops/routes.rs"];
    assert!(
        joints
            .iter()
            .all(|joint| root().join("api/src").join(joint).exists())
    );
    let tiers = Tiers::read();
    let mut found = Vec::new();
    for source in api() {
        let own = source.capability().unwrap().to_owned();
        let own_tier = tiers.of(&own);
        if own_tier.is_none() {
            found.push(format!(
                "{}: say in ARCHITECTURE.md where `{own}` stands",
                source.path
            ));
        }
        if joints.iter().any(|joint| source.path.ends_with(joint)) {
            continue;
        }
        for (number, line) in source.lines() {
            for part in parts_named(line) {
                let higher = tiers
                    .of(&part)
                    .zip(own_tier)
                    .is_some_and(|(part, own)| part > own);
                if higher {
                    found.push(format!("{}:{number}: `{own}` knows `{part}`", source.path));
                }
            }
        }
    }
    none(&found, "lower never knows higher");
}

/// Whether the line has the module `store` as a whole word.
fn names_a_store(line: &str) -> bool {
    line.split("::store").skip(1).any(|rest| {
        let next = rest.chars().next();
        !next.is_some_and(|next| next.is_alphanumeric() || next == '_')
    })
}

#[test]
fn nobody_reaches_into_another_store() {
    let mut found = Vec::new();
    // What puts the product together opens each store once.
    for source in api().iter().filter(|source| source.path != "api/src/server.rs") {
        let own = format!("crate::{}::", source.capability().unwrap());
        for (number, line) in source.lines().filter(|(_, line)| names_a_store(line)) {
            if line.contains("crate::") && !line.contains(&own) {
                found.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    none(&found, "a capability's store is its own; call its service");
}
