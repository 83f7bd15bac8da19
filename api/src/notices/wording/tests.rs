use super::*;
use crate::notices::fields::FieldKind;

const BUILT_IN: &str = include_str!("../../../city/luoyang/wording.toml");

fn built_in() -> Wording {
    Wording::parse(BUILT_IN, chrono_tz::Asia::Shanghai)
        .unwrap_or_else(|faults| panic!("{}", faults.join("\n")))
}

fn faults_of(text: &str) -> String {
    Wording::parse(text, chrono_tz::Asia::Shanghai)
        .expect_err("should be refused")
        .join("\n")
}

fn facts() -> PlaceholderValues {
    let mut facts = PlaceholderValues::from([
        ("number", "T20250908000001".to_owned()),
        ("unit", "城市管理局".to_owned()),
        (
            "summary",
            "路口窨井盖破损，车辆经过有响声，夜间行人看不清容易受伤，请尽快处理".to_owned(),
        ),
        ("category", "市政设施".to_owned()),
    ]);
    built_in().add_wording_values(EventKind::Submitted, &mut facts);
    facts
}

#[test]
fn the_built_in_words_cover_the_whole_table() {
    let wording = built_in();
    for kind in EventKind::ALL {
        for hears in kind.audiences() {
            let text = wording
                .text(*kind, hears.audience.visibility(), &facts())
                .unwrap();
            assert!(!text.title.is_empty() && !text.body.is_empty(), "{kind:?}");
            assert!(!text.body.contains(['{', '}']), "{kind:?}: {}", text.body);
            assert!(text.title.chars().count() <= 64, "{kind:?}");
        }
    }
}

#[test]
fn every_card_fits_whatever_the_facts_are() {
    let wording = built_in();
    let now = "2025-09-08T01:00:00Z".parse().unwrap();
    for facts in [PlaceholderValues::new(), facts()] {
        for key in TemplateKey::ALL {
            let card = wording.card(key, &facts, now).unwrap();
            for (field, value) in &card.fields {
                let kind = FieldKind::of_key(field).unwrap();
                assert_eq!(&kind.fit(value, "2025年9月8日 09:00"), value, "{field}");
            }
            assert!(!card.page.starts_with('/'));
        }
    }
}

#[test]
fn a_time_is_told_as_the_city_reads_it() {
    assert_eq!(
        built_in().date("2025-09-08T01:05:00Z".parse().unwrap()),
        "2025年9月8日 09:05"
    );
}

#[test]
fn a_fault_names_its_key() {
    for (from, to, key) in [
        ("{number}", "{nummer}", "is not a fact"),
        (
            "[events.accepted]",
            "[events.akzepted]",
            "events.accepted: is missing",
        ),
        (
            "[events.accepted]",
            "[events.akzepted]",
            "events.akzepted: there is no such event",
        ),
        (
            "phrase = \"已签收\"",
            "phrase = \"accepted\"",
            "events.accepted.phrase",
        ),
        ("[templates.task", "[templates.job", "templates.task: is missing"),
        (
            "[templates.task.fields.thing",
            "[templates.task.fields.thong",
            "templates.task.fields.thong",
        ),
        (
            "fields.phrase4]",
            "fields.enum4]",
            "an enum field needs `otherwise`",
        ),
        (
            "label = \"事项类别\"",
            "label = \"事项类别\"\notherwise = \"其他\"",
            "only an enum field has",
        ),
        (
            "text = \"{due}\"",
            "text = \"{due}前\"",
            "「前」 is not what a field of this type may hold",
        ),
        (
            "title = \"新工单通知\"",
            "title = \"工单到期提醒\"",
            "is another template's too",
        ),
    ] {
        let faults = faults_of(&BUILT_IN.replace(from, to));
        assert!(faults.contains(key), "{from} → {to}: {faults}");
    }
}

#[test]
fn an_enum_field_holds_one_of_the_account_s_words() {
    let text = BUILT_IN.replacen("fields.phrase4]", "fields.enum4]", 1).replacen(
        "label = \"办理状态\"",
        "label = \"办理状态\"\nchoices = { \"已受理\" = \"处理中\", \"已办结\" = \"已完成\" }\notherwise = \"处理中\"",
        1,
    );
    let wording = Wording::parse(&text, chrono_tz::Asia::Shanghai).unwrap();
    let value = |kind| {
        let mut facts = PlaceholderValues::new();
        wording.add_wording_values(kind, &mut facts);
        let card = wording.card(
            TemplateKey::Progress,
            &facts,
            "2025-09-08T01:00:00Z".parse().unwrap(),
        );
        card.unwrap().fields["enum4"].clone()
    };
    assert_eq!(value(EventKind::Closed), "已完成");
    assert_eq!(value(EventKind::Accepted), "处理中");
    let chosen = wording.template(TemplateKey::Progress).unwrap().fields["enum4"].chosen();
    assert_eq!(chosen, Some(["处理中", "已完成"].into()));
}

/// As pages, exports and papers tell it.
#[test]
fn a_deadline_at_midnight_is_24_00_of_the_day_that_ends() {
    let wording = built_in();
    for (due, told) in [
        ("2025-09-11T16:00:00Z", "2025年9月11日 24:00"),
        ("2025-12-31T16:00:00Z", "2025年12月31日 24:00"),
        ("2025-09-09T01:00:00Z", "2025年9月9日 09:00"),
    ] {
        assert_eq!(wording.deadline(due.parse().unwrap()), told);
    }
}

#[test]
fn units_are_never_told_who_reported() {
    // The name is a fact only for those who may know; no text for units asks for it at all.
    let wording = built_in();
    for (kind, words) in &wording.events {
        if let Some((title, body)) = words.texts.get(&Visibility::Internal) {
            assert!(
                !title.uses_placeholder("reporter") && !body.uses_placeholder("reporter"),
                "{kind:?}"
            );
        }
    }
    for template in wording.templates() {
        assert!(!template.uses_placeholder("reporter"));
    }
}
