//! The words a roster uses for roles, levels and yes or no.

use entity::kinds::{PersonLevel, Role};

/// An empty cell is a delegate: the rosters of the congress have no such column.
pub fn role(text: &str) -> Option<Role> {
    Some(match bare(text).as_str() {
        "" | "代表" | "人大代表" | "delegate" => Role::Delegate,
        "坐席" | "座席" | "坐席员" | "座席员" | "话务员" | "接线员" | "12345坐席" | "operator" => {
            Role::Operator
        }
        "承办" | "承办人" | "承办人员" | "承办单位" | "承办单位人员" | "经办人" | "办理人员" | "handler" => {
            Role::Handler
        }
        "监督"
        | "督办"
        | "监督人员"
        | "督办人员"
        | "人大"
        | "人大常委会"
        | "人大常委会人员"
        | "人大常委会工作人员"
        | "人大工作人员"
        | "supervisor" => Role::Supervisor,
        "管理员" | "系统管理员" | "平台管理员" | "admin" | "administrator" => Role::Admin,
        _ => return None,
    })
}

pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Delegate => "代表",
        Role::Operator => "坐席",
        Role::Handler => "承办人员",
        Role::Supervisor | Role::Admin => role.label(),
    }
}

/// Width and case folded, without blanks and invisible characters.
fn bare(text: &str) -> String {
    let folded = tables::text::folded(text);
    folded
        .chars()
        .filter(|c| !c.is_whitespace() && !tables::text::is_format(*c))
        .collect()
}

/// Whether a cell says that there is nothing to say: `—`, `/`, `无`.
pub fn is_nothing(text: &str) -> bool {
    let text = bare(text);
    matches!(text.as_str(), "无" | "空" | "暂无" | "n/a" | "na" | "不适用")
        || text
            .chars()
            .all(|c| matches!(c, '-' | '—' | '–' | '―' | '/' | '\\' | '.' | '…' | '~'))
}

pub fn level(text: &str) -> Option<PersonLevel> {
    let text = bare(text).replace(['(', ')', '、'], "");
    let short = text
        .trim_end_matches("代表")
        .trim_end_matches("人大")
        .trim_end_matches('级');
    Some(match short {
        "全国" | "国家" | "national" => PersonLevel::National,
        "省" | "provincial" => PersonLevel::Provincial,
        "市" | "city" => PersonLevel::City,
        "县" | "区" | "县区" | "区县" | "县市区" | "county" => PersonLevel::County,
        "乡" | "镇" | "乡镇" | "镇乡" | "township" => PersonLevel::Township,
        _ => return None,
    })
}

pub fn yes(text: &str) -> Option<bool> {
    Some(match bare(text).as_str() {
        "是" | "√" | "✓" | "✔" | "☑" | "y" | "yes" | "true" | "1" | "在册" | "在任" | "在职" | "现任"
        | "在岗" => true,
        "" | "否" | "不" | "不是" | "×" | "✗" | "✘" | "x" | "n" | "no" | "false" | "0" | "不在册"
        | "离任" | "已离任" | "离职" | "已离职" | "离岗" | "调离" | "已调离" | "退休" | "已退休" | "终止"
        | "已终止" => false,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_levels_are_known_by_all_their_names() {
        for (texts, wanted) in [
            (["全国", "全国人大代表", "national"], PersonLevel::National),
            (["省", "省级", "省人大代表"], PersonLevel::Provincial),
            (["市", "市级", "City"], PersonLevel::City),
            (["县", "区级", "县（区）"], PersonLevel::County),
            (["县（市、区）", "县 区", "县(区)级"], PersonLevel::County),
            (["乡", "乡镇", "镇级"], PersonLevel::Township),
        ] {
            for text in texts {
                assert_eq!(level(text), Some(wanted), "{text}");
            }
        }
        assert_eq!(role("座席"), Some(Role::Operator));
        assert_eq!(role("人大 常委会"), Some(Role::Supervisor));
        for text in ["—", "--", "/", "无", " N/A "] {
            assert!(is_nothing(text), "{text}");
        }
        for text in ["否", "一团", "0", "市"] {
            assert!(!is_nothing(text), "{text}");
        }
        assert_eq!(
            (yes("在 任"), yes("已调离"), yes("—")),
            (Some(true), Some(false), None)
        );
        assert_eq!(level("村"), None);
        assert_eq!(role("保安"), None);
        assert_eq!(yes("也许"), None);
    }
}
