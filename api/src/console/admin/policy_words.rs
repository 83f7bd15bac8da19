//! Names of the rules of a city pack's `policy.toml`, and the unit in which each counts.

/// A section's name; one without words is shown as it is.
#[must_use]
pub fn section(name: &str) -> &str {
    match name {
        "clocks" => "限时办理",
        "follow_up" => "回访评价",
        "supervision" => "多级督办",
        "city" => "城市",
        "places" => "地点",
        "dispatch" => "派单",
        "retention" => "数据保存",
        "campaigns" => "专项监督",
        "upkeep" => "定时维护",
        other => other,
    }
}

/// A rule's name and unit; one without words is shown by its key.
#[must_use]
pub fn rule<'a>(section: &str, key: &'a str) -> (&'a str, &'static str) {
    match section {
        "clocks" => clocks(key),
        "follow_up" | "supervision" | "campaigns" => after(key),
        _ => other(key),
    }
}

fn clocks(key: &str) -> (&str, &'static str) {
    match key {
        "time_zone" => ("时区", ""),
        "response_hours" => ("签收期限", "小时"),
        "resolution_working_days" => ("办结期限", "个工作日"),
        "supplementary_working_days" => ("补充办理期限", "个工作日"),
        "extension_max_count" => ("每次办理可延期", "次"),
        "extension_working_days" => ("每次延期最多", "个工作日"),
        "max_working_days" => ("自派单起最长", "个工作日"),
        "extension_granted_automatically" => ("符合规则的延期自动同意", ""),
        "return_working_days" => ("退单须在派单后", "个工作日内"),
        "returns_per_unit" => ("同一单位可退单", "次"),
        "response_yellow_hours" => ("签收到期前亮黄灯", "小时"),
        "resolution_yellow_hours" => ("办结到期前亮黄灯", "小时"),
        other => (other, ""),
    }
}

fn after(key: &str) -> (&str, &'static str) {
    match key {
        "reminder_hours" => ("未评价再次提醒", "小时后"),
        "manual_after_working_days" => ("转人工回访", "个工作日后"),
        "manual_tries" => ("人工回访最多", "次"),
        "manual_gap_hours" => ("两次未接通之间至少", "小时"),
        "manual_days" => ("未接通须分布在", "个工作日"),
        "order_longest_working_days" => ("督办单期限最长", "个工作日"),
        "longest_due_days" => ("意见、措施和交办任务的期限最长", "天"),
        "reopen_days" => ("办结后可要求重新办理", "天内"),
        "asked_again_after_hours" => ("补充答复后再次征求评价", "小时后"),
        "urge_min_interval_minutes" => ("两次催办至少间隔", "分钟"),
        "order_due_working_days" => ("督办单默认答复期限", "个工作日"),
        "delegates_to_raise" => ("附议达到即提升督办级别", "位代表"),
        "vote_pass_percent" => ("满意度测评合格线", "%"),
        "remind_before_hours" => ("到期前提醒", "小时"),
        "look_back_days" => ("结项后回头看", "天"),
        "rebound_percent" => ("判为反弹的比例", "%"),
        other => (other, ""),
    }
}

fn other(key: &str) -> (&str, &'static str) {
    match key {
        "emergencies_break_quiet_hours" => ("紧急情况不受免打扰限制", ""),
        "quiet_until" => ("手机免打扰结束", ""),
        "quiet_from" => ("手机免打扰开始", ""),
        "code" => ("行政区划代码", ""),
        "name" => ("名称", ""),
        "number_prefix" => ("工单编号前缀", ""),
        "area_code" => ("电话区号", ""),
        "photo_watermark" => ("拍照水印", ""),
        "near_border_m" => ("临近边界", "米以内提示相邻区县"),
        "nearest_m" => ("边界外就近归入", "米以内"),
        "min_confidence" => ("类别自动采用的最低把握", ""),
        "manual_categories" => ("只由坐席分派的类别", ""),
        "sessions_days" => ("登录记录", "天"),
        "jobs_days" => ("已完成的后台任务", "天"),
        "pushes_days" => ("微信推送的事件", "天"),
        "deliveries_days" => ("消息推送记录", "天"),
        "checked_texts_days" => ("内容检查的文字副本", "天"),
        "residents_days" => ("群众联系方式", "天"),
        "removed_people_days" => ("离开名册的人员资料", "天"),
        "retention_at" => ("数据清理时间", ""),
        "backup_at" => ("备份时间", ""),
        "backups_kept" => ("保留备份", "份"),
        other => (other, ""),
    }
}
