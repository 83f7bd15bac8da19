//! The state of the system for administrators: what is well, what is not, and what to do about it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::{Role, UpkeepKind};

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::jobs::{Lane, monitor};
use crate::notices::second_channel::report;
use crate::notices::template_health::{self, DAYS, Health};
use crate::objects::client::ObjectStore;
use crate::official::{OfficialAccount, faults};
use crate::ops::disk_space::DiskSpace;
use crate::orders::clocks::reaching;
pub use crate::upkeep::check::{Check, State};
use crate::upkeep::{machine, runs, take_backup};

/// A store that has not answered by then is down.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);
/// Work that has been due for so long is late.
const LATE: TimeDelta = TimeDelta::minutes(1);
const STANDING: TimeDelta = TimeDelta::minutes(15);
/// Nightly work whose last run is older has been missed.
const MISSED: TimeDelta = TimeDelta::hours(36);
/// Jobs that were given up within these days are counted.
const FAILED_DAYS: i64 = 7;

#[derive(Clone, Debug)]
pub struct Group {
    pub title: &'static str,
    pub checks: Vec<Check>,
}

/// Looks at everything, for an administrator.
pub async fn read(app: &App, caller: &Caller, now: DateTime<Utc>) -> Result<Vec<Group>> {
    caller.require(Role::Admin)?;
    let templates = template_health::of_templates(app, caller, now).await?;
    let mut jobs = Vec::with_capacity(Lane::ALL.len() + 1);
    for lane in Lane::ALL {
        jobs.push(lane_check(app, lane).await?);
    }
    jobs.push(failed_jobs(app, now).await?);
    let mut messages = vec![
        machine::wechat(app.config.wechat.mode),
        pushes(&templates),
        template_match(&templates),
    ];
    if app.state::<OfficialAccount>().is_configured() {
        messages.push(official(app, now).await?);
    }
    Ok(vec![
        Group {
            title: "数据和存储",
            checks: vec![database(app, now).await, store(app).await, disk(app)],
        },
        Group {
            title: "后台任务",
            checks: jobs,
        },
        Group {
            title: "微信消息",
            checks: messages,
        },
        Group {
            title: "定时维护",
            checks: vec![
                backup(app, now).await?,
                retention(app, now).await?,
                holiday_notice(app, now).await?,
            ],
        },
        Group {
            title: "文书和照片",
            checks: vec![
                machine::fonts().await,
                machine::heic(app.config.heif_convert.as_deref()),
            ],
        },
    ])
}

async fn database(app: &App, now: DateTime<Utc>) -> Check {
    let check = machine::database(&app.db).await;
    if app.db.accepts_writes(now).await {
        check
    } else {
        check.but(
            State::Trouble,
            "不能写入。检查数据库服务、磁盘空间和 DATABASE_URL，处理后自动恢复。",
        )
    }
}

async fn store(app: &App) -> Check {
    let ready = tokio::time::timeout(STORE_TIMEOUT, app.state::<ObjectStore>().ready()).await;
    let check = machine::store(&app.config.s3);
    if ready.is_ok_and(|ready| ready.is_ok()) {
        check
    } else {
        check.but(
            State::Trouble,
            "没有应答。检查存储服务和 S3_ENDPOINT 等配置；其间不能上传和查看照片。",
        )
    }
}

fn disk(app: &App) -> Check {
    machine::disk(app.state::<DiskSpace>(), app.config.low_disk_mb)
}

async fn lane_check(app: &App, lane: Lane) -> Result<Check> {
    let lag = monitor::measure(app, lane).await?;
    let waits = if lag < LATE {
        "没有积压".to_owned()
    } else {
        format!("最早的一件已等待 {} 分钟", lag.num_minutes())
    };
    let check = Check::well(lane.label(), waits);
    let advice = "查看服务日志中的 job lane stalled 和 job failed，必要时重启服务。";
    Ok(match lag {
        lag if lag >= STANDING => check.but(State::Trouble, advice),
        lag if lag >= LATE => check.but(State::Attention, "稍后刷新；一直不减少时查看服务日志。"),
        _ => check,
    })
}

async fn failed_jobs(app: &App, now: DateTime<Utc>) -> Result<Check> {
    let failed = monitor::failed_since(app, now - TimeDelta::days(FAILED_DAYS)).await?;
    let check = Check::well("多次失败的任务", format!("近 {FAILED_DAYS} 天 {failed} 件"));
    Ok(match failed {
        0 => check,
        _ => check.but(
            State::Attention,
            "不再自动重试。查看服务日志中的 job failed，找出原因。",
        ),
    })
}

fn pushes(templates: &[Health]) -> Check {
    let sum = |of: fn(&Health) -> i64| templates.iter().map(of).sum::<i64>();
    let (sent, failed) = (sum(|one| one.outcomes.sent), sum(|one| one.outcomes.failed));
    let waiting = sum(|one| one.outcomes.waiting);
    let value = format!("近 {DAYS} 天送达 {sent}，失败 {failed}，等待 {waiting}");
    let check = Check::well("推送", value);
    // Some failures are ordinary: people change their WeChat accounts.
    if failed * 10 > sent + failed && failed > 5 {
        check.but(
            State::Attention,
            "失败较多。在“消息模板”比对模板，并查看微信后台的接口权限和额度。",
        )
    } else {
        check
    }
}

fn template_match(templates: &[Health]) -> Check {
    let checked: Vec<_> = templates.iter().filter_map(|one| one.checked.as_ref()).collect();
    let wrong = checked
        .iter()
        .filter(|one| !one.known || !one.problems.is_empty())
        .count();
    let all = templates.len();
    let value = format!("{all} 个，比对过 {} 个，有出入 {wrong} 个", checked.len());
    let check = Check::well("消息模板", value);
    match (wrong, checked.len() < all) {
        (0, false) => check,
        (0, true) => check.but(State::Attention, "在“消息模板”页点“与微信比对”。"),
        _ => check.but(State::Trouble, "在“消息模板”页查看出入，到微信公众平台改正。"),
    }
}

/// A fault of the configuration is the account's until a later message goes out.
async fn official(app: &App, now: DateTime<Utc>) -> Result<Check> {
    let sends = report::of_official(app, now).await?;
    let value = format!(
        "近 {} 天模板消息已发 {}，未关注 {}",
        report::DAYS,
        sends.sent,
        sends.not_following
    );
    let check = Check::well("服务号", value);
    let code = sends.last_code.and_then(|code| code.parse().ok());
    Ok(match code.and_then(faults::advice) {
        Some(advice) => check.but(State::Trouble, advice),
        None => check,
    })
}

async fn backup(app: &App, now: DateTime<Utc>) -> Result<Check> {
    if !take_backup::is_embedded(app) {
        return Ok(Check::well("备份", "由数据库和存储服务自行备份，见运维手册"));
    }
    if take_backup::folder(app).is_none() {
        return Ok(Check::well("备份", "没有定时备份").but(
            State::Attention,
            "设置 ZHITONG_BACKUP_DIR（最好在另一块磁盘上）并重新启动；也可以随时运行 zhitong backup。",
        ));
    }
    nightly(app, "备份", UpkeepKind::Backup, now).await
}

async fn retention(app: &App, now: DateTime<Utc>) -> Result<Check> {
    nightly(app, "数据清理", UpkeepKind::Retention, now).await
}

async fn holiday_notice(app: &App, now: DateTime<Utc>) -> Result<Check> {
    let city = app.state::<CityHandle>().load();
    let zone = city.zone();
    let Some(year) = city.calendar.missing(local_date(now, zone)) else {
        let last = city.calendar.years().keys().last().copied().unwrap_or_default();
        return Ok(Check::well("放假通知", format!("已导入至 {last} 年")));
    };
    let waiting = reaching::count(app, year, zone).await?;
    let value = format!("{year} 年尚未导入，{waiting} 个期限为暂定");
    Ok(Check::well("放假通知", value).but(
        State::Attention,
        "按法定节假日计算，调休未计。国务院办公厅公布后，在“工作日历”导入放假安排，期限会重新计算。",
    ))
}

async fn nightly(app: &App, name: &str, kind: UpkeepKind, now: DateTime<Utc>) -> Result<Check> {
    let Some(last) = runs::last(&app.db, kind).await? else {
        return Ok(Check::well(name, "还没有运行过，今夜开始"));
    };
    let zone = app.state::<CityHandle>().load().zone();
    let at = last.started_at.with_timezone(&zone).format("%-m月%-d日 %H:%M");
    let check = Check::well(name, format!("{at}：{}", last.detail));
    Ok(match last.finished_at {
        Some(_) if !last.succeeded => check.but(
            State::Trouble,
            "上次失败。按说明处理后，可以手工运行或等今夜再试。",
        ),
        Some(_) if now - last.started_at > MISSED => {
            check.but(State::Attention, "上次运行已超过一天半。检查服务在夜间是否运行。")
        }
        Some(_) => check,
        None if now - last.started_at > TimeDelta::hours(6) => {
            check.but(State::Attention, "上次中断了，没有完成；今夜会再次运行。")
        }
        None => Check::well(name, format!("{at} 开始，正在运行")),
    })
}
