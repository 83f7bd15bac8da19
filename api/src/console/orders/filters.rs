//! The filters of the order list and their display.

use entity::kinds::{Channel, Light, Role, Status};

use crate::city::snapshot::City;
use crate::console::forms::Choice;
use crate::console::labels::{self, Markup, light_badge};
use crate::console::url_query::UrlQuery;

pub const PATH: &str = "/console/orders";
/// Query parameters of the page; the names are those of the API's list.
pub const NAMES: [&str; 14] = [
    "area",
    "category",
    "channel",
    "difficult",
    "from",
    "light",
    "q",
    "scope",
    "sort",
    "stage",
    "status",
    "to",
    "tracked",
    "unit",
];

/// A value that one click adds or removes.
#[derive(Clone, Debug)]
pub struct Chip {
    pub href: String,
    pub label: Markup,
    pub on: bool,
}

#[derive(Clone, Debug)]
pub struct ChipGroup {
    pub label: &'static str,
    pub chips: Vec<Chip>,
}

fn chip(wanted: &UrlQuery, name: &'static str, value: &str, label: Markup) -> Chip {
    Chip {
        href: wanted.toggled(name, value).to(PATH),
        label,
        on: wanted.has(name, value),
    }
}

fn plain(text: &str) -> Markup {
    Markup(text.to_owned())
}

/// The chips of a role.
#[must_use]
pub fn chips(wanted: &UrlQuery, role: Role) -> Vec<ChipGroup> {
    let statuses = Status::ALL.iter().filter(|status| **status != Status::Submitted);
    let mut groups = vec![
        ChipGroup {
            label: "灯",
            chips: [Light::Red, Light::Yellow, Light::Green]
                .into_iter()
                .map(|light| {
                    chip(
                        wanted,
                        "light",
                        light.as_str(),
                        light_badge(light, labels::light(light)),
                    )
                })
                .collect(),
        },
        ChipGroup {
            label: "环节",
            chips: statuses
                .map(|status| chip(wanted, "status", status.as_str(), plain(labels::status(*status))))
                .collect(),
        },
        ChipGroup {
            label: "渠道",
            chips: Channel::ALL
                .iter()
                .map(|channel| {
                    chip(
                        wanted,
                        "channel",
                        channel.as_str(),
                        plain(labels::channel(*channel)),
                    )
                })
                .collect(),
        },
    ];
    if role != Role::Delegate {
        groups.push(ChipGroup {
            label: "标记",
            chips: vec![
                chip(wanted, "difficult", "true", plain("疑难")),
                chip(wanted, "tracked", "true", plain("重点跟踪")),
            ],
        });
    }
    groups
}

/// Newest first, or the nearest deadline first.
#[must_use]
pub fn sorts(wanted: &UrlQuery) -> Vec<Chip> {
    let by_due = wanted.get("sort") == "due";
    [("", "最新", !by_due), ("due", "期限最近", by_due)]
        .into_iter()
        .map(|(value, label, on)| Chip {
            href: wanted.with("sort", value).to(PATH),
            label: plain(label),
            on,
        })
        .collect()
}

/// The counties that a person may choose from.
#[must_use]
pub fn areas(city: &City, wanted: &UrlQuery) -> Vec<Choice> {
    let counties = city.counties.divisions().iter();
    let counties = counties.map(|division| (division.code.as_str(), division.name.as_str()));
    choices("全部区县", counties, wanted.get("area"))
}

/// The first level of categories.
#[must_use]
pub fn categories(city: &City, wanted: &UrlQuery) -> Vec<Choice> {
    let groups = city.categories.groups();
    let groups = groups.map(|group| (group.code.as_str(), group.name.as_str()));
    choices("全部类别", groups, wanted.get("category"))
}

fn choices<'a>(all: &str, values: impl Iterator<Item = (&'a str, &'a str)>, chosen: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", all)];
    choices.extend(values.map(|(value, label)| Choice::new(value, label)));
    // A value from elsewhere (a leaf category, several counties) stays chosen.
    if !chosen.is_empty() && choices.iter().all(|choice| choice.value != chosen) {
        choices.push(Choice::new(chosen, chosen));
    }
    for choice in &mut choices {
        choice.selected = choice.value == chosen;
    }
    choices
}
