//! An empty table with the headings that an import reads, and one line that explains each.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::imports::ImportKind;

/// Heading, mandatory or not, and what to fill in.
type Column = (&'static str, bool, &'static str);

const ROSTER: &[Column] = &[
    ("姓名", true, "人员姓名"),
    ("手机号", true, "11 位手机号，按文本填写"),
    (
        "角色",
        false,
        "代表、坐席、承办人员、人大常委会、系统管理员；名册中空着的是代表",
    ),
    ("层级", false, "代表：全国、省、市、县、乡；人大常委会：市、县"),
    ("选举单位", false, "代表的选区或代表团"),
    ("区县", false, "县级、乡级必填，按名称"),
    ("承办单位", false, "承办人员必填，按名称、简称或代码"),
    ("负责人", false, "是或否"),
    ("委员会", false, "人大常委会人员所在的委员会，按委员会名单填写"),
    ("编号", false, "本单位的人员编号，同名时用来区分"),
    ("在册", false, "否：离开名册"),
];
const DEPARTMENTS: &[Column] = &[
    ("代码", true, "单位代码，不重复"),
    ("名称", true, "单位全称"),
    ("简称", false, "常用简称"),
    (
        "类型",
        true,
        "市级部门、区县部门、区县政府、功能区管委会、乡镇街道、企业",
    ),
    ("区县", false, "区县名称或代码"),
    ("乡镇街道", false, "乡镇街道名称或代码"),
    ("上级单位", false, "上级单位名称或代码"),
];
const DUTY: &[Column] = &[
    ("类别", true, "问题类别代码，* 表示所有类别"),
    ("范围", true, "全市，或 county:代码、township:代码、zone:名称"),
    ("主办单位", true, "单位代码，或 government、office、bureau:后缀"),
    ("协办单位", false, "多个以空格分开"),
    ("优先级", false, "整数，大的优先"),
];
const SITES: &[Column] = &[
    ("点位代码", false, "已有点位填代码；新点位空着"),
    ("点位名称", true, "2 到 60 个字"),
    (
        "点位类型",
        true,
        "联络站、公交站、学校门口、隧道、工地、小区、市场、办事大厅、其他",
    ),
    ("经度", true, "十进制度数"),
    ("纬度", true, "十进制度数"),
    ("坐标系", false, "wgs84、gcj02 或 bd09；空着按 wgs84"),
    ("问题类别", false, "预设的问题类别"),
    ("责任单位", false, "预设的承办单位"),
    ("地址", false, "门牌或方位"),
    ("代表", false, "驻站代表的姓名或手机号，多个以空格分开"),
];

/// An XLSX with a sheet to fill in and a second sheet that explains its columns.
pub fn xlsx(kind: ImportKind) -> Result<Vec<u8>, XlsxError> {
    let columns = match kind {
        ImportKind::Delegates | ImportKind::Staff => ROSTER,
        ImportKind::Departments => DEPARTMENTS,
        ImportKind::Duty => DUTY,
        ImportKind::Sites => SITES,
        ImportKind::Orders => return orders(),
    };
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    // Text, so that phone numbers and codes keep their digits.
    let text = Format::new().set_num_format("@");
    let sheet = book.add_worksheet().set_name(kind.label())?;
    let help: Vec<_> = columns.iter().enumerate().collect();
    for (at, (heading, mandatory, _)) in &help {
        let column = u16::try_from(*at).unwrap_or(u16::MAX);
        let mark = if *mandatory { "*" } else { "" };
        sheet.set_column_width(column, 16)?;
        sheet.set_column_format(column, &text)?;
        sheet.write_with_format(0, column, format!("{mark}{heading}"), &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let notes = book.add_worksheet().set_name("填表说明")?;
    notes.set_column_width(1, 70)?;
    for (at, (heading, mandatory, says)) in help {
        let row = u32::try_from(at).unwrap_or(u32::MAX);
        let says = if *mandatory {
            format!("必填。{says}")
        } else {
            (*says).to_owned()
        };
        notes.write(row, 0, *heading)?;
        notes.write(row, 1, says)?;
    }
    book.save_to_buffer()
}

/// The headings of past orders, as their reader names them.
fn orders() -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let text = Format::new().set_num_format("@");
    let sheet = book.add_worksheet().set_name(ImportKind::Orders.label())?;
    for (column, field) in (0_u16..).zip(tables::kinds::orders::ORDERS.fields) {
        let mark = if field.required { "*" } else { "" };
        sheet.set_column_width(column, 16)?;
        sheet.set_column_format(column, &text)?;
        sheet.write(0, column, format!("{mark}{}", field.name()))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tables::kinds::{departments, duty, roster, sites};
    use tables::{Choice, Fault};

    fn codes<T>(read: Result<T, Vec<Fault>>) -> Vec<&'static str> {
        read.map(|_| ())
            .unwrap_err()
            .iter()
            .map(|fault| fault.code)
            .collect()
    }

    /// The reader understands every heading: nothing is wrong but that there are no rows.
    #[test]
    fn a_template_is_read_by_its_own_import() {
        let only = Choice::Only;
        let of = |kind| xlsx(kind).unwrap();
        assert_eq!(
            codes(tables::read(&of(ImportKind::Delegates), &roster::DELEGATES, only)),
            ["no_rows"]
        );
        assert_eq!(
            codes(tables::read(&of(ImportKind::Staff), &roster::STAFF, only)),
            ["no_rows"]
        );
        let departments = tables::read(&of(ImportKind::Departments), &departments::DEPARTMENTS, only);
        assert_eq!(codes(departments), ["no_rows"]);
        assert_eq!(
            codes(tables::read(&of(ImportKind::Duty), &duty::DUTY, only)),
            ["no_rows"]
        );
        assert_eq!(
            codes(tables::read(&of(ImportKind::Sites), &sites::SITES, only)),
            ["no_rows"]
        );
    }
}
