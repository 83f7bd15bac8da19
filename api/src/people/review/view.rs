//! Pure: a fictional delegate with fictional orders. Nothing of it is read from the database.

use serde::Serialize;
use utoipa::ToSchema;

/// The home of a delegate who does not exist.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewView {
    /// Says that nothing of it is real.
    pub note: &'static str,
    pub name: &'static str,
    pub role: &'static str,
    pub orders: Vec<ReviewOrder>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewOrder {
    pub number: &'static str,
    pub status: &'static str,
    pub description: &'static str,
    pub place: &'static str,
    pub unit: &'static str,
    pub due: &'static str,
    pub answer: Option<&'static str>,
}

const fn order(number: &'static str, status: &'static str, description: &'static str) -> ReviewOrder {
    ReviewOrder {
        number,
        status,
        description,
        place: "示例区 · 示例路与示范街交叉口",
        unit: "示例区城市管理局",
        due: "期限 3月7日 24:00",
        answer: None,
    }
}

/// The fiction.
#[must_use]
pub fn fiction() -> ReviewView {
    ReviewView {
        note: "供微信审核使用的虚构内容，人、单位和地点都不是真实的，提交的内容不会受理。",
        name: "示例代表",
        role: "人大代表（虚构）",
        orders: vec![
            order("示例工单一", "待签收", "人行道上的地砖松动，下雨天一踩就溅水。"),
            order("示例工单二", "办理中", "小区门口的路灯不亮，晚上看不清台阶。"),
            ReviewOrder {
                due: "",
                answer: Some("井盖已更换，周边路面已修补，请代表现场查看。"),
                ..order(
                    "示例工单三",
                    "已办结",
                    "路口人行道上的井盖破损，老人和孩子经过时容易绊倒。",
                )
            },
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fiction_says_that_it_is_one() {
        let view = fiction();
        assert!(view.note.contains("虚构") && view.role.contains("虚构"));
        for order in &view.orders {
            assert!(order.number.contains("示例"), "no number of a real order");
            assert!(order.place.contains("示例") && order.unit.contains("示例"));
        }
    }
}
