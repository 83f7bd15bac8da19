//! Faults a roster can have, one line each; and what a right line becomes.

use entity::kinds::UnitLevel;

use super::*;
use crate::city::units::Unit;

const COMMITTEES: &str = "[[committee]]\ncode = \"C01\"\nname = \"代表工作委员会\"\naliases = [\"代工委\"]\n\
                          levels = [\"county\"]\n";
const HEADINGS: &str = "姓名,手机号,角色,层级,选举单位,区县,单位,负责人,委员会,编号";

fn units() -> Units {
    Units::new(vec![Unit {
        id: UnitId::generate(),
        code: "X01".to_owned(),
        name: "甲县城市管理局".to_owned(),
        alias: Some("甲县城管局".to_owned()),
        level: UnitLevel::CountyBureau,
        county: Some("990001".to_owned()),
        township: None,
        parent: None,
    }])
}

fn check(lines: &str) -> Result<Vec<RosterEntry>, Vec<Fault>> {
    let counties = [Division {
        code: "990001".to_owned(),
        name: "甲县".to_owned(),
        parent: None,
    }];
    let text = format!("{HEADINGS}\n{lines}\n");
    let table = tables::read(text.as_bytes(), &DELEGATES, tables::Choice::Only).unwrap();
    let committees = Committees::parse(COMMITTEES).unwrap();
    let names = KnownNames {
        units: &units(),
        counties: &counties,
        committees: &committees,
    };
    Ok(people(&table, names)?.wanted)
}

#[test]
fn each_fault_names_line_column_and_reason() {
    for (lines, column, reason) in [
        (",13800000001,代表,市", "姓名", "空"),
        ("张三,,代表,市", "手机号", "空"),
        ("张三,1380000000,代表,市", "手机号", "11 位"),
        ("张三,13800000001,保安,市", "角色", "代表、坐席"),
        ("张三,13800000001,代表,", "层级", "全国、省、市、县、乡"),
        ("张三,13800000001,代表,村", "层级", "全国、省、市、县、乡"),
        // A county's delegate without a county.
        ("张三,13800000001,代表,县,一选区", "区县", "必须填"),
        ("张三,13800000001,代表,县,一选区,乙县", "区县", "乙县"),
        ("张三,13800000001,承办人员,,,,", "承办单位", "必须填"),
        ("张三,13800000001,承办人员,,,,乙局", "承办单位", "乙局"),
        ("张三,13800000001,承办人员,,,,X01,也许", "负责人", "是"),
        ("张三,13800000001,人大常委会,省", "层级", "市"),
        ("张三,13800000001,人大常委会,县", "区县", "必须填"),
        (
            "张三,13800000001,人大常委会,县,,甲县,,,随便写的委员会",
            "委员会",
            "没有",
        ),
        (
            "名名名名名名名名名名名名名名名名名名名名名名名名名名名名名名名,13800000001,代表,市",
            "姓名",
            "超过",
        ),
    ] {
        let faults = check(lines).unwrap_err();
        assert_eq!(faults.len(), 1, "{lines}: {faults:?}");
        let fault = &faults[0];
        assert_eq!(
            (fault.line, fault.column.clone()),
            (2, Some(column.to_owned())),
            "{lines}"
        );
        assert!(fault.detail.contains(reason), "{lines}: {fault}");
    }
}

#[test]
fn one_line_tells_all_its_faults_and_so_do_all_lines() {
    let faults = check(",1,保安,市\n李四,13800000002,代表,市\n,2,代表,村").unwrap_err();
    let places: Vec<_> = faults
        .iter()
        .map(|fault| (fault.line, fault.column.as_deref().unwrap()))
        .collect();
    assert_eq!(
        places,
        [
            (2, "姓名"),
            (2, "手机号"),
            (2, "角色"),
            (4, "姓名"),
            (4, "手机号"),
            (4, "层级")
        ]
    );
}

#[test]
fn nobody_stands_in_the_file_twice() {
    let faults = check("张三,13800000001,代表,市\n李四,138 0000 0001,代表,市").unwrap_err();
    assert!(faults[0].to_string().contains("第 2 行"), "{faults:?}");
    let faults = check("张三,13800000001,代表,市,一团\n张三,13800000002,代表,市,一团").unwrap_err();
    assert_eq!((faults[0].line, faults[0].column.as_deref()), (3, Some("姓名")));
    // Told apart by the office's number.
    let both = "张三,13800000001,代表,市,一团,,,,,7\n张三,13800000002,代表,市,一团,,,,,8";
    assert_eq!(check(both).unwrap().len(), 2);
}

#[test]
fn a_right_line_becomes_a_person() {
    let people = check(
        "李　明,+86 138 0000 0001,,市人大代表,一团,990001,某公司\n王五,13800000002,handler,,,,甲县城管局,是\n\
         赵六,13800000003,人大常委会,县,,甲县,,,代工委",
    )
    .unwrap();
    let [delegate, handler, supervisor] = people.as_slice() else {
        panic!("{people:?}");
    };
    assert_eq!((delegate.name.as_str(), delegate.role), ("李明", Role::Delegate));
    assert_eq!(delegate.level, Some(PersonLevel::City));
    // A delegate's workplace is no unit.
    assert_eq!((delegate.unit, delegate.area.as_deref()), (None, Some("990001")));
    assert!(handler.unit.is_some() && handler.unit_head);
    assert_eq!(handler.area.as_deref(), Some("990001"), "the unit's county");
    // An alias becomes the name of the city's list.
    assert_eq!(supervisor.committee.as_deref(), Some("代表工作委员会"));
}

#[test]
fn the_key_outlives_the_phone_number() {
    let key = |line: &str| check(line).unwrap()[0].roster_key.clone();
    let before = key("张三,13800000001,代表,市,一团");
    assert_eq!(before, key("张三,13900000001,代表,市,一团"));
    assert_ne!(before, key("张三,13800000001,代表,市,二团"));
    assert_eq!(before.len(), 64);
}
