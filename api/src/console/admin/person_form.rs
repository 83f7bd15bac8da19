//! The fields of one person of the roster, as a form.

use entity::kinds::{PersonLevel, Role};

use crate::city::snapshot::City;
use crate::console::campaigns::committees;
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::people::profile::Profile;
use crate::people::roster::single::PersonFields;
use crate::people::roster::vocabulary::role_name;

const LEVELS: [(PersonLevel, &str); 5] = [
    (PersonLevel::National, "全国"),
    (PersonLevel::Provincial, "省"),
    (PersonLevel::City, "市"),
    (PersonLevel::County, "县"),
    (PersonLevel::Township, "乡"),
];

/// Adds the fields. Without `phone_required` an empty number means the present one.
#[must_use]
pub fn with_fields(city: &City, form: Form, entries: &FormFields, phone_required: bool) -> Form {
    let line = |name, label| {
        Field::new(name, label, Kind::Line)
            .at_most(100)
            .value(entries.text(name))
    };
    let role = |role: Role| Choice::new(role_name(role), role.label());
    let mut levels = vec![Choice::new("", "无")];
    levels.extend(LEVELS.map(|(level, name)| Choice::new(name, level.label())));
    let phone = line("phone", "手机号");
    let phone = if phone_required {
        phone.required()
    } else {
        phone.hint("不填则不变。")
    };
    let committee = entries.text("committee");
    let mut committees = committees(city, "无", committee);
    if !committees.iter().any(|choice| choice.value == committee) {
        // Of an earlier list: shown as it is, and refused until another one is chosen.
        committees.push(Choice::new(committee, committee));
    }
    form.submit("保存")
        .field(line("name", "姓名").required())
        .field(phone)
        .field(
            Field::new(
                "role",
                "身份",
                Kind::Pick(Role::ALL.iter().map(|each| role(*each)).collect()),
            )
            .required()
            .value(entries.some("role").unwrap_or(role_name(Role::Delegate))),
        )
        .field(Field::new("level", "层级", Kind::Pick(levels)).value(entries.text("level")))
        .field(line("electoral_unit", "选举单位"))
        .field(line("area", "区县"))
        .field(
            Field::new("unit", "承办单位", Kind::Unit)
                .at_most(100)
                .value(entries.text("unit")),
        )
        .field(Field::new("unit_head", "单位负责人", Kind::Tick).value(entries.text("unit_head")))
        .field(Field::new("committee", "委员会", Kind::Pick(committees)).value(committee))
        .field(line("number", "编号"))
}

/// The fields of the form.
#[must_use]
pub fn fields(entries: &FormFields) -> PersonFields {
    let text = |name: &str| entries.text(name).to_owned();
    PersonFields {
        name: text("name"),
        phone: text("phone"),
        role: text("role"),
        level: text("level"),
        electoral_unit: text("electoral_unit"),
        area: text("area"),
        unit: text("unit"),
        unit_head: entries.ticked("unit_head"),
        committee: text("committee"),
        number: text("number"),
    }
}

/// The entries of a person as they are now; the number is not shown.
#[must_use]
pub fn entries_of(profile: &Profile) -> FormFields {
    let level = profile
        .level
        .and_then(|level| LEVELS.iter().find(|(each, _)| *each == level));
    let pairs = [
        ("name", profile.name.clone()),
        ("role", role_name(profile.role).to_owned()),
        (
            "level",
            level.map(|(_, name)| (*name).to_owned()).unwrap_or_default(),
        ),
        (
            "electoral_unit",
            profile.electoral_unit.clone().unwrap_or_default(),
        ),
        (
            "area",
            profile
                .area
                .as_ref()
                .map(|(_, name)| name.clone())
                .unwrap_or_default(),
        ),
        (
            "unit",
            profile
                .unit
                .as_ref()
                .map(|(_, name, _)| name.clone())
                .unwrap_or_default(),
        ),
        (
            "unit_head",
            if profile.unit_head {
                "yes".to_owned()
            } else {
                String::new()
            },
        ),
        ("committee", profile.committee.clone().unwrap_or_default()),
    ];
    FormFields::new(pairs.map(|(name, text)| (name.to_owned(), text)).to_vec())
}

/// All faults of the row.
#[must_use]
pub fn trouble(faults: &[tables::Fault]) -> String {
    let told = |fault: &tables::Fault| match &fault.column {
        Some(column) => format!("{column}：{}", fault.detail),
        None => fault.detail.clone(),
    };
    faults.iter().map(told).collect::<Vec<_>>().join(" ")
}
