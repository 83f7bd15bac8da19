//! `/console/admin/audit`: reading all of history for a link that does not hold, and what administrators did.

use actix_web::web::{Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde_json::Value;

use crate::audit_log;
use crate::audit_tree::keys::TreeKeys;
use crate::audit_tree::{checkpoints, mail, sequencer};
use crate::city::snapshot::CityHandle;
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::encoded;
use crate::http::paging::Paging;
use crate::orders::history::verification::{self, BrokenChain, VerificationView};
use crate::orders::history::verify;
use crate::people::audit_records::{self, AuditRecord};
use crate::people::clients::scopes::ClientScope;
use crate::webhooks::event_type::EventType;

const PATH: &str = "/console/admin/audit";
/// Acts on a page.
const PAGE: u64 = 50;

struct CheckLine {
    asked: String,
    finished: String,
    running: bool,
    /// Of a hundred.
    percent: i64,
    read: String,
    broken: Option<String>,
}

struct ActLine {
    seq: i64,
    at: String,
    who: String,
    what: &'static str,
    subject: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "admin_audit.html")]
struct AuditPage {
    frame: PageContext,
    checks: Vec<CheckLine>,
    running: bool,
    acts: Vec<ActLine>,
    more: Option<String>,
    tree: TreeLines,
}

/// The record's Merkle tree.
struct TreeLines {
    /// The last checkpoint, as documents have it at their foot.
    foot: Option<String>,
    /// Outcome of the last mail with a checkpoint.
    mail: Option<String>,
    waiting: u64,
    refused: u64,
    /// The public key.
    key: String,
}

async fn tree_lines(visitor: &ConsoleUser) -> Result<TreeLines, PageError> {
    let lag = sequencer::lag(&visitor.app.db).await?;
    Ok(TreeLines {
        foot: checkpoints::foot(&visitor.app, visitor.now).await?,
        mail: mail::status_line(&visitor.app).await?,
        waiting: lag.waiting,
        refused: lag.refused,
        key: visitor.app.state::<TreeKeys>().public().to_string(),
    })
}

#[get("/admin/audit")]
pub async fn show(visitor: ConsoleUser, paging: Query<Paging>) -> Result<HttpResponse, PageError> {
    let checks = verification::list(&visitor.app, &visitor.caller, visitor.now).await?;
    let paging = Paging {
        limit: Some(PAGE),
        cursor: paging.into_inner().cursor,
    };
    let found = audit_records::list(&visitor.app, &visitor.caller, &paging).await?;
    let checks: Vec<CheckLine> = checks
        .into_iter()
        .map(|check| check_line(&visitor, check))
        .collect();
    page(&AuditPage {
        frame: visitor.frame(Section::Audit, "审计"),
        running: checks.iter().any(|check| check.running),
        checks,
        more: found
            .next_cursor
            .map(|cursor| format!("{PATH}?cursor={}", encoded(&cursor))),
        acts: found
            .items
            .into_iter()
            .map(|act| act_line(&visitor, act))
            .collect(),
        tree: tree_lines(&visitor).await?,
    })
}

fn check_line(visitor: &ConsoleUser, check: VerificationView) -> CheckLine {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let when = |at| labels::when(at, visitor.now, zone);
    CheckLine {
        asked: when(check.asked_at),
        finished: check.finished_at.map(when).unwrap_or_default(),
        running: check.finished_at.is_none() && !check.given_up,
        percent: (check.events * 100 / check.total.max(1)).clamp(0, 100),
        read: format!(
            "{} 件工单的 {} 条记录，{} 条管理记录",
            check.orders, check.events, check.acts
        ),
        broken: check.broken.map(told),
    }
}

/// Which link, and what is wrong with it.
fn told(broken: BrokenChain) -> String {
    match broken {
        BrokenChain::Order(verify::BrokenLink { order, seq, fault }) => {
            let wrong = match fault {
                verify::LinkError::Missing => "缺失",
                verify::LinkError::Unlinked => "与前一条接不上",
                verify::LinkError::Changed => "被改动过",
                verify::LinkError::EndsElsewhere => "是最后一条，但工单的状态与它不符",
            };
            format!("工单 {order} 的第 {seq} 条记录{wrong}")
        }
        BrokenChain::Act(audit_log::service::Broken { seq, fault }) => {
            let wrong = match fault {
                audit_log::service::LinkError::Missing => "之前有缺失",
                audit_log::service::LinkError::Unlinked => "与前一条接不上",
                audit_log::service::LinkError::Changed => "被改动过",
            };
            format!("第 {seq} 条管理记录{wrong}")
        }
    }
}

fn act_line(visitor: &ConsoleUser, act: AuditRecord) -> ActLine {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    ActLine {
        seq: act.seq,
        at: labels::when(act.at, visitor.now, zone),
        who: act.who.unwrap_or_else(|| "服务器命令行".to_owned()),
        what: act.kind.label(),
        detail: detail(&act.detail),
        subject: act.subject,
    }
}

/// Returns the details of an entry in display order.
fn detail(detail: &Value) -> String {
    const COUNTS: [(&str, &str); 5] = [
        ("added", "新增"),
        ("changed", "变更"),
        ("left", "去掉"),
        ("areas", "区划"),
        ("sessions", "登录"),
    ];
    let counts = COUNTS.iter().filter_map(|(name, label)| {
        let count = detail.get(name)?.as_i64()?;
        Some(format!("{label} {count}"))
    });
    let text = |name: &str| detail.get(name).and_then(Value::as_str);
    let is = |name: &str, value: bool| detail.get(name).and_then(Value::as_bool) == Some(value);
    let code = text("code").map(str::to_owned);
    let platform_code = text("platform_code").map(|code| format!("平台编码 {code}"));
    let parts: Vec<String> = code
        .into_iter()
        .chain(platform_code)
        .chain(is("active", false).then(|| "停用".to_owned()))
        .chain(granted(detail))
        .chain(is("include_personal_data", true).then(|| "含个人信息".to_owned()))
        .chain(counts)
        .collect();
    parts.join("，")
}

/// Returns the rights of a client, or the events that an endpoint receives.
fn granted(detail: &Value) -> Option<String> {
    let names = |name: &str| {
        let listed = detail.get(name).and_then(Value::as_array);
        listed.into_iter().flatten().filter_map(Value::as_str)
    };
    let scopes = names("scopes")
        .filter_map(ClientScope::parse)
        .map(ClientScope::label);
    let events = names("events").map(|name| EventType::parse(name).map_or("全部事件", EventType::label));
    let labels: Vec<&str> = scopes.chain(events).collect();
    (!labels.is_empty()).then(|| labels.join("、"))
}

#[post("/admin/audit/verify")]
pub async fn verify_all(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    verification::request(&visitor.app, &visitor.caller, visitor.now).await?;
    visitor.app.jobs.wake.notify_one();
    Ok(see_other(&format!("{PATH}?done=history_check_asked")))
}
