//! The filters of the order list and their display.

use entity::kinds::{Channel, EventAction, Light, Role, Status};

use crate::city::snapshot::City;
use crate::console::forms::Choice;
use crate::console::labels::{Markup, light_badge};
use crate::console::map::sheet::escaped;
use crate::console::url_query::UrlQuery;

pub const PATH: &str = "/console/orders";
/// Query parameters of the page; the names are those of the API's list.
pub const NAMES: [&str; 21] = [
    "area",
    "category",
    "channel",
    "counted",
    "counted_from",
    "counted_to",
    "difficult",
    "from",
    "light",
    "q",
    "queue",
    "reporter",
    "scope",
    "sort",
    "stage",
    "status",
    "to",
    "township",
    "tracked",
    "unit",
    "within",
];

/// The queues of a unit, in the order in which its people work.
pub const QUEUES: [(&str, &str); 5] = [
    ("to_accept", "待签收"),
    ("in_progress", Status::InProgress.label()),
    ("due_soon", "将到期"),
    ("to_answer", "待答复督办"),
    ("sent_back", "被退回"),
];

/// Numbers of the overview by name.
const COUNTED: [(&str, &str); 13] = [
    ("response", "已判定的签收期限"),
    ("response_met", "按时签收"),
    ("on_time", "已判定的办结期限"),
    ("on_time_met", "按时答复"),
    ("rated", "已评价和未评价办结"),
    ("unrated", "未评价办结"),
    ("satisfied", "评价满意"),
    ("basically_satisfied", "评价基本满意"),
    ("dissatisfied", "评价不满意"),
    ("solved", "评价已解决"),
    ("partly_solved", "评价部分解决"),
    ("unsolved", "评价未解决"),
    ("closed", EventAction::Closed.label()),
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
                .map(|light| chip(wanted, "light", light.as_str(), light_badge(light, light.label())))
                .collect(),
        },
        ChipGroup {
            label: "环节",
            chips: statuses
                .map(|status| chip(wanted, "status", status.as_str(), plain(status.label())))
                .collect(),
        },
        ChipGroup {
            label: "渠道",
            chips: Channel::ALL
                .iter()
                .map(|channel| chip(wanted, "channel", channel.as_str(), plain(channel.label())))
                .collect(),
        },
    ];
    if role == Role::Handler {
        let queues = QUEUES.iter();
        groups.insert(
            0,
            ChipGroup {
                label: "待办",
                chips: queues
                    .map(|(queue, label)| Chip {
                        href: wanted
                            .with("queue", if wanted.has("queue", queue) { "" } else { queue })
                            .to(PATH),
                        label: plain(label),
                        on: wanted.has("queue", queue),
                    })
                    .collect(),
            },
        );
    }
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

/// Chips for filters that other pages link to; a click removes them.
#[must_use]
pub fn narrowed(city: &City, wanted: &UrlQuery) -> Option<ChipGroup> {
    let mut chips = Vec::new();
    let mut add = |without: UrlQuery, label: String| {
        chips.push(Chip {
            href: without.to(PATH),
            label: Markup(escaped(&label)),
            on: true,
        });
    };
    if let Some((_, label)) = COUNTED.iter().find(|(name, _)| *name == wanted.get("counted")) {
        let without = wanted
            .with("counted", "")
            .with("counted_from", "")
            .with("counted_to", "");
        let (from, to) = (wanted.get("counted_from"), wanted.get("counted_to"));
        add(without, format!("{label}（{from} 至 {to}）"));
    }
    if !wanted.get("township").is_empty() {
        let code = wanted.get("township");
        let name = city.township(code).map_or(code, |township| &township.name);
        add(wanted.with("township", ""), name.to_owned());
    }
    if !wanted.get("within").is_empty() {
        add(wanted.with("within", ""), "地图上选定的范围".to_owned());
    }
    if !wanted.get("reporter").is_empty() {
        add(wanted.with("reporter", ""), "这位代表反映的".to_owned());
    }
    (!chips.is_empty()).then_some(ChipGroup {
        label: "只看", chips
    })
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
