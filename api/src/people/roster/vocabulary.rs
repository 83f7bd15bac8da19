//! The words a roster uses for roles, levels and yes or no.

use entity::kinds::{PersonLevel, Role};

/// An empty cell is a delegate: the rosters of the congress have no such column.
pub fn role(text: &str) -> Option<Role> {
    Some(match tables::text::folded(text).as_str() {
        "" | "代表" | "人大代表" | "delegate" => Role::Delegate,
        "坐席" | "话务员" | "12345坐席" | "operator" => Role::Operator,
        "承办" | "承办人" | "承办人员" | "承办单位" | "经办人" | "handler" => Role::Handler,
        "监督" | "督办" | "监督人员" | "人大常委会" | "人大工作人员" | "supervisor" => {
            Role::Supervisor
        }
        "管理员" | "系统管理员" | "admin" => Role::Admin,
        _ => return None,
    })
}

pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Delegate => "代表",
        Role::Operator => "坐席",
        Role::Handler => "承办人员",
        Role::Supervisor => "人大常委会",
        Role::Admin => "管理员",
    }
}

pub fn level(text: &str) -> Option<PersonLevel> {
    let text = text.to_lowercase();
    let short = text
        .trim_end_matches("代表")
        .trim_end_matches("人大")
        .trim_end_matches('级');
    Some(match short {
        "全国" | "国家" | "national" => PersonLevel::National,
        "省" | "provincial" => PersonLevel::Provincial,
        "市" | "city" => PersonLevel::City,
        "县" | "区" | "县区" | "区县" | "县（区）" | "县(区)" | "county" => PersonLevel::County,
        "乡" | "镇" | "乡镇" | "乡（镇）" | "乡(镇)" | "township" => PersonLevel::Township,
        _ => return None,
    })
}

pub fn yes(text: &str) -> Option<bool> {
    Some(match tables::text::folded(text).as_str() {
        "是" | "√" | "✓" | "✔" | "y" | "yes" | "true" | "1" | "在册" | "在任" | "在职" => true,
        "" | "否" | "不" | "×" | "✗" | "x" | "n" | "no" | "false" | "0" | "不在册" | "离任" | "已离任"
        | "离职" | "已离职" => false,
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
            (["乡", "乡镇", "镇级"], PersonLevel::Township),
        ] {
            for text in texts {
                assert_eq!(level(text), Some(wanted), "{text}");
            }
        }
        assert_eq!(level("村"), None);
        assert_eq!(role("保安"), None);
        assert_eq!(yes("也许"), None);
    }
}
