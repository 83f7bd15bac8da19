//! The console's words: lights as drawn, times as people say them, what was done. Labels of enums stand beside the enums.

use askama::filters::HtmlSafe;
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use entity::kinds::Light;

/// HTML of our own making: shown as it is. Never made from what people wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markup(pub String);

impl std::fmt::Display for Markup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

/// A light with its shape: disc, triangle, square.
#[must_use]
pub fn light_badge(of: Light, text: &str) -> Markup {
    let shape = match of {
        Light::Green => r#"<circle cx="8" cy="8" r="6.5"/>"#,
        Light::Yellow => r#"<path d="M8 1.2 15.4 14.5H.6z"/>"#,
        Light::Red => r#"<path d="M1.5 1.5h13v13h-13z"/>"#,
    };
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    Markup(format!(
        r#"<span class="light-badge {of}"><svg viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">{shape}</svg>{text}</span>"#
    ))
}

/// Returns the label of a photo flag. A flag marks a contradiction, not a fault of a person.
#[must_use]
pub fn photo_flag(flag: &str) -> Option<&'static str> {
    match flag {
        "taken_far_away" => Some("拍摄地点与工单位置相距较远"),
        "taken_long_ago" => Some("拍摄时间与反映时间相差较大"),
        "time_contradicted" => Some("照片自带的拍摄时间与填报的不一致"),
        "place_contradicted" => Some("照片自带的拍摄地点与填报的不一致"),
        "file_time_impossible" => Some("照片自带的拍摄时间不可能（早于 2000 年或在将来）"),
        "claimed_time_impossible" => Some("填报的拍摄时间不可能（早于 2000 年或在将来）"),
        _ => None,
    }
}

/// Returns the Chinese name of WeChat's content label. Returns `None` if nothing was found.
#[must_use]
pub fn content_label(label: Option<i64>) -> Option<&'static str> {
    Some(match label? {
        100 => return None,
        10_001 => "广告",
        20_001 => "时政",
        20_002 => "色情",
        20_003 => "辱骂",
        20_006 => "违法犯罪",
        20_008 => "欺诈",
        20_012 => "低俗",
        20_013 => "版权",
        _ => "其他",
    })
}

/// Returns the message for `?done=`. Returns `None` for names that are not in this list.
#[must_use]
pub fn done(name: &str) -> Option<&'static str> {
    done_by_staff(name).or_else(|| done_to_order(name))
}

/// Messages about work that is not an action on one order.
fn done_by_staff(name: &str) -> Option<&'static str> {
    Some(match name {
        "gone" => "这件事项已由他人处理。",
        "released" => "已放开，其他坐席可以处理。",
        "reviewed" => "已审核。",
        "all_read" => "已全部标为已读。",
        "duty_changed" => "派单目录已修改，立即生效。",
        "person_saved" => "已保存。",
        "client_revoked" => "已停用。",
        "webhook_tested" => "测试消息已排队，稍后刷新查看结果。",
        "webhook_resent" => "已重新排队。",
        "webhook_deleted" => "推送地址已删除。",
        "unit_linked" => "单位已对接。",
        "unit_unlinked" => "已取消对接。",
        "call_filed" => "来电已登记。",
        "signed_out_everywhere" => "已退出所有设备。",
        "session_ended" => "已退出该设备。",
        "person_signed_out" => "已退出此人的所有设备。",
        "person_unbound" => "已解除微信绑定。",
        "person_retired" => "此人已离开名册。",
        "templates_checked" => "已与微信比对。",
        "site_created" => "点位已建立，可以打印它的码。",
        "site_changed" => "点位已保存。",
        "history_check_asked" => "核验已开始，在后台进行。",
        "boundaries_loaded" => "检查通过，已存为待启用的版本。",
        "boundaries_known" => "这份文件以前已经载入过，就是这个版本。",
        "boundaries_activated" => "已启用。",
        "topic_renamed" => "已改名。",
        "topic_dismissed" => "已记住，不再提示。",
        "report_asked" => "报告正在生成，完成后会出现在列表里。",
        "report_edited" => "已保存为新的一稿。",
        "report_issued" => "已签发，可以发送。",
        "report_sent" => "已发送。",
        "campaign_opened" => "专项监督已开展。",
        "orders_gathered" => "工单已加入。",
        "campaign_closed" => "专项监督已结项。",
        "campaign_changed" => "已保存。",
        "stage_reached" => "阶段已记录。",
        "activity_held" => "活动已记录。",
        "opinion_issued" => "已编号，送主送单位。",
        "opinion_replied" => "答复已提交。",
        "opinion_decided" => "审阅意见已送达。",
        "measure_set" => "已列入整改台账。",
        "measure_done" => "已报告，等待核验。",
        "measure_decided" => "核验结论已记录。",
        "county_tasks_set" => "已交办县区。",
        "vote_recorded" => "测评结果已记录。",
        "watch_list_created" => "名单已建立。",
        "watch_entry_added" => "已列入名单。",
        "inspection_recorded" => "复查已记录。",
        "watch_entry_removed" => "已移出名单。",
        "batch_done" => "所选工单已处理。",
        "export_asked" => "文件正在生成，完成后在这里下载。",
        "view_saved" => "视图已保存。",
        "view_removed" => "视图已删除。",
        _ => return None,
    })
}

/// Messages about an action on an order or a resident's message.
fn done_to_order(name: &str) -> Option<&'static str> {
    Some(match name {
        "accept" => "已签收。",
        "reply" => "答复已提交。",
        "return" => "已退单，交坐席重新分派。",
        "extensions" => "延期申请已提交。",
        "decide_extension" => "延期申请已处理。",
        "sub_assignments" => "已下派。",
        "dispatch" => "已派单。",
        "cancel" => "工单已撤销。",
        "verdict" => "评价已提交，谢谢您。",
        "follow_ups" => "回访已记录。",
        "reopen" => "工单已重新办理。",
        "merge" => "已并入另一件工单。",
        "unmerge" => "已恢复单独办理。",
        "urges" => "已催办。",
        "tracking" => "已列入重点跟踪。",
        "untrack" => "已结束重点跟踪。",
        "supervision_orders" => "督办单已发出。",
        "answer_supervision_order" => "督办单已答复。",
        "endorse" => "已附议。",
        "message_adopted" => "已采纳，工单已生成。",
        "message_answered" => "已答复，审核后留言人能看到。",
        "message_handed_over" => "已转交，对方会收到通知。",
        "notes" => "备注已记录。",
        "cover_photo" => "照片已遮挡，原图作为证据保留。",
        _ => return None,
    })
}

/// `今天 14:05`, `昨天 09:30`, `11月22日 14:05`, `2025年1月17日 09:30`; a time to come likewise.
#[must_use]
pub fn when(time: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (local, today) = (time.with_timezone(&zone), now.with_timezone(&zone).date_naive());
    format!("{} {}", day(local.date_naive(), today), local.format("%H:%M"))
}

/// A due time: the first instant of a day is the end of the day before, as the law says it.
#[must_use]
pub fn due(time: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (local, today) = (time.with_timezone(&zone), now.with_timezone(&zone).date_naive());
    let midnight = local.num_seconds_from_midnight() == 0;
    match local.date_naive().pred_opt().filter(|_| midnight) {
        Some(last_day) => format!("{} 24:00", day(last_day, today)),
        None => format!("{} {}", day(local.date_naive(), today), local.format("%H:%M")),
    }
}

/// `今天`, `明天`, `11月22日`, `2025年1月17日`.
#[must_use]
pub fn day(date: NaiveDate, today: NaiveDate) -> String {
    match (date - today).num_days() {
        0 => "今天".to_owned(),
        1 => "明天".to_owned(),
        -1 => "昨天".to_owned(),
        _ if date.year() == today.year() => date.format("%-m月%-d日").to_string(),
        _ => date.format("%Y年%-m月%-d日").to_string(),
    }
}

/// `2 天 4 小时`, `3 小时 20 分`, `不到 1 分钟`.
#[must_use]
pub fn span(length: TimeDelta) -> String {
    let minutes = length.num_minutes().abs();
    match (minutes / 1440, minutes % 1440 / 60, minutes % 60) {
        (0, 0, 0) => "不到 1 分钟".to_owned(),
        (0, 0, minutes) => format!("{minutes} 分钟"),
        (0, hours, 0) => format!("{hours} 小时"),
        (0, hours, minutes) => format!("{hours} 小时 {minutes} 分"),
        (days, 0, _) => format!("{days} 天"),
        (days, hours, _) => format!("{days} 天 {hours} 小时"),
    }
}

/// `剩 3 小时 20 分`, `超 2 天 4 小时`.
#[must_use]
pub fn left(due: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let prefix = if due > now { "剩" } else { "超" };
    format!("{prefix} {}", span(due - now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Shanghai;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        let now = at("2025-11-24T10:00:00+08:00");
        for (time, said) in [
            ("2025-11-24T00:05:00+08:00", "今天 00:05"),
            // Still the day before in Greenwich.
            ("2025-11-23T07:30:00+08:00", "昨天 07:30"),
            ("2025-11-25T08:00:00+08:00", "明天 08:00"),
            ("2025-01-17T09:30:00+08:00", "1月17日 09:30"),
            ("2024-12-31T23:59:00+08:00", "2024年12月31日 23:59"),
        ] {
            assert_eq!(when(at(time), now, Shanghai), said, "{time}");
        }
    }

    #[test]
    fn a_deadline_at_midnight_is_the_end_of_the_day_before() {
        let now = at("2025-11-24T10:00:00+08:00");
        assert_eq!(
            due(at("2025-11-27T00:00:00+08:00"), now, Shanghai),
            "11月26日 24:00"
        );
        assert_eq!(due(at("2025-11-25T00:00:00+08:00"), now, Shanghai), "今天 24:00");
        assert_eq!(due(at("2025-11-24T15:20:00+08:00"), now, Shanghai), "今天 15:20");
    }

    #[test]
    fn what_is_left_is_told_in_two_units_at_most() {
        let now = at("2025-11-24T10:00:00+08:00");
        for (due, said) in [
            ("2025-11-24T10:00:30+08:00", "剩 不到 1 分钟"),
            ("2025-11-24T10:45:00+08:00", "剩 45 分钟"),
            ("2025-11-24T13:20:00+08:00", "剩 3 小时 20 分"),
            ("2025-11-26T14:59:00+08:00", "剩 2 天 4 小时"),
            ("2025-11-23T09:00:00+08:00", "超 1 天 1 小时"),
        ] {
            assert_eq!(left(at(due), now), said, "{due}");
        }
    }

    #[test]
    fn a_light_has_a_shape_and_its_text_is_no_markup() {
        let red = light_badge(Light::Red, "<b>").0;
        assert!(
            red.contains("light-badge red") && red.contains("<path") && red.contains("&lt;b>"),
            "{red}"
        );
        assert!(light_badge(Light::Green, "").0.contains("<circle"));
    }
}
