//! `/console/admin/policy`: the city's rules as they are in force, and where they come from. They are changed in the city
//! pack, so that every change has a reviewable source.

use std::str::FromStr as _;

use actix_web::{HttpResponse, get};
use askama::Template;
use entity::kinds::Role;

use crate::city::snapshot::CityHandle;
use crate::console::admin::policy_words;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;

const FILE: &str = "policy.toml";

/// A rule with its value.
struct Rule {
    name: String,
    value: String,
    /// Section and key in the file.
    key: String,
    /// The comment beside it in the file.
    note: String,
}

struct Group {
    title: String,
    rules: Vec<Rule>,
}

#[derive(Template)]
#[template(path = "admin_policy.html")]
struct PolicyPage {
    frame: PageContext,
    source: String,
    groups: Vec<Group>,
}

#[get("/admin/policy")]
pub async fn show(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let city = visitor.app.state::<CityHandle>().load();
    let text = city.files.get(FILE).unwrap_or_default();
    let pack = &visitor.app.config.city_pack;
    page(&PolicyPage {
        frame: visitor.frame(Section::Policy, "办理规则"),
        source: format!("城市资料包 {pack} 的 {FILE}"),
        groups: groups(text),
    })
}

/// The file's sections in its own order; what cannot be read is left out.
fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut section = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            name.clone_into(&mut section);
            groups.push(Group {
                title: policy_words::section(name).to_owned(),
                rules: Vec::new(),
            });
            continue;
        }
        let Some((key, rest)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let (value, note) = rest.split_once(" #").unwrap_or((rest, ""));
        if let Some(group) = groups.last_mut() {
            let key = key.trim();
            let (name, unit) = policy_words::rule(&section, key);
            group.rules.push(Rule {
                name: name.to_owned(),
                value: shown(value.trim(), unit),
                key: format!("{section}.{key}"),
                note: note.trim().to_owned(),
            });
        }
    }
    groups
}

/// A value of the file as people read it.
fn shown(value: &str, unit: &str) -> String {
    let text = match toml::Value::from_str(value) {
        Ok(toml::Value::Boolean(true)) => "是".to_owned(),
        Ok(toml::Value::Boolean(false)) => "否".to_owned(),
        Ok(toml::Value::String(text)) => text,
        Ok(toml::Value::Array(items)) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect();
            items.join("、")
        }
        Ok(other) => other.to_string(),
        Err(_) => value.to_owned(),
    };
    if unit.is_empty() {
        text
    } else {
        format!("{text} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_built_in_pack_has_words() {
        let text = include_str!("../../../../city/luoyang/policy.toml");
        let groups = groups(text);
        assert!(groups.len() >= 8, "{}", groups.len());
        for rule in groups.iter().flat_map(|group| &group.rules) {
            let own = rule.key.rsplit('.').next().unwrap();
            assert_ne!(rule.name, own, "{} has no words", rule.key);
        }
        let hours = groups.iter().flat_map(|group| &group.rules);
        let hours = hours
            .into_iter()
            .find(|rule| rule.key == "clocks.response_hours")
            .unwrap();
        assert_eq!(
            (hours.name.as_str(), hours.value.as_str()),
            ("签收期限", "24 小时")
        );
    }
}
