//! Compares the templates in `wording.toml` with those of the WeChat account, and stores the differences.

use chrono::{DateTime, Utc};
use entity::template_check;
use serde_json::json;

use crate::app::App;
use crate::db;
use crate::error::{Error, ErrorKind, Result};
use crate::notices::MessageCatalog;
use crate::notices::fields::FieldKind;
use crate::notices::store;
use crate::notices::template::Template as Ours;
use crate::wechat::WeChat;
use crate::wechat::calls::message::Template as Theirs;

/// Minimum time before an administrator may repeat the comparison if WeChat did not respond.
const RETRY_SECS: u64 = 60;

/// A difference that makes pushes fail. It causes a warning; the inbox works without it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("template {key}: the account has no template with its id")]
    Missing { key: &'static str },
    #[error("template {key}: the account calls it 「{theirs}」 and not 「{ours}」")]
    Title {
        key: &'static str,
        ours: String,
        theirs: String,
    },
    #[error("template {key}: WeChat has no field {field}")]
    UnknownField { key: &'static str, field: String },
    #[error("template {key}: the field {field} is {theirs} at WeChat")]
    OtherType {
        key: &'static str,
        field: String,
        theirs: String,
    },
    #[error("template {key}: the card shows 「{theirs}」 before field {field}, and we fill in 「{ours}」")]
    Label {
        key: &'static str,
        field: String,
        ours: String,
        theirs: String,
    },
    #[error("template {key}: 「{value}」 is none of the values of field {field}: {listed}")]
    NotListed {
        key: &'static str,
        field: String,
        value: String,
        listed: String,
    },
    #[error("template {key}: WeChat's field {field} is not filled")]
    Unfilled { key: &'static str, field: String },
    #[error("template {key}: one-time and long-term are mixed up")]
    Kind { key: &'static str },
}

impl Problem {
    /// Describes the difference for an administrator.
    #[must_use]
    pub fn in_chinese(&self) -> String {
        match self {
            Self::Missing { .. } => "公众平台账号里没有这个编号的模板，这类消息发不出去。".to_owned(),
            Self::UnknownField { field, .. } => format!("微信的模板里没有字段 {field}，发送会被拒绝。"),
            Self::OtherType { field, theirs, .. } => {
                format!("字段 {field} 在微信的模板里是 {theirs}：类型和长度限制不同，发送会被拒绝。")
            }
            Self::Title { ours, theirs, .. } => {
                format!("微信的模板标题是“{theirs}”，这里写的是“{ours}”，请核对是不是同一个模板。")
            }
            Self::Label {
                field, ours, theirs, ..
            } => format!("字段 {field} 在卡片上显示为“{theirs}”，这里填的是“{ours}”的内容。"),
            Self::NotListed {
                field, value, listed, ..
            } => format!("字段 {field} 只能填 {listed}，“{value}”会被拒绝。"),
            Self::Unfilled { field, .. } => format!("微信的模板还有字段 {field} 没有填，发送会被拒绝。"),
            Self::Kind { .. } => "一次性与长期订阅弄反了。".to_owned(),
        }
    }
}

/// Compares the templates with WeChat and stores the result. Fails if WeChat does not respond.
pub async fn check_and_keep(app: &App, now: DateTime<Utc>) -> Result<Vec<Problem>> {
    let theirs = app.state::<WeChat>().templates().await.map_err(|error| {
        tracing::warn!(error = %error, "template comparison failed");
        let kind = ErrorKind::Unavailable {
            retry_after_secs: RETRY_SECS,
        };
        Error::refused(
            kind,
            "wechat_unavailable",
            "微信没有回答，请稍后再试。上次检查的结果不变。",
        )
    })?;
    let mut found = Vec::new();
    let mut rows = Vec::new();
    for ours in app.state::<MessageCatalog>().templates() {
        let problems = compare(ours, &theirs);
        let told: Vec<String> = problems.iter().map(Problem::in_chinese).collect();
        rows.push(template_check::Model {
            template_key: ours.key.as_str().to_owned(),
            checked_at: now,
            known: theirs.iter().any(|theirs| theirs.id == ours.id),
            problems: json!(told),
        });
        found.extend(problems);
    }
    let txn = db::write(&app.db).await?;
    store::keep_template_checks(&txn, rows).await?;
    txn.commit().await?;
    Ok(found)
}

/// Logs a warning for every difference. Call it when the server is up, because the stand-in is part of it.
pub async fn warn_of_differences(app: &App) {
    match check_and_keep(app, app.clock.now()).await {
        Ok(problems) => {
            for problem in problems {
                tracing::warn!(problem = %problem, "template mismatch");
            }
        }
        // Said already.
        Err(Error::Refused(_)) => {}
        Err(error) => tracing::error!(error = %error, "template check failed"),
    }
}

/// Compares one template with those of the account.
#[must_use]
pub fn compare(ours: &Ours, theirs: &[Theirs]) -> Vec<Problem> {
    let key = ours.key.as_str();
    let Some(theirs) = theirs.iter().find(|theirs| theirs.id == ours.id) else {
        return vec![Problem::Missing { key }];
    };
    let mut problems = Vec::new();
    if ours.long_term != theirs.is_long_term() {
        problems.push(Problem::Kind { key });
    }
    if ours.title != theirs.title {
        let (ours, theirs) = (ours.title.clone(), theirs.title.clone());
        problems.push(Problem::Title { key, ours, theirs });
    }
    let shown = theirs.fields();
    let unfilled = shown
        .iter()
        .filter(|(field, _)| !ours.fields.contains_key(*field));
    let mut unfilled: Vec<&str> = unfilled.map(|(field, _)| *field).collect();
    for (field, about) in &ours.fields {
        let Some((_, label)) = shown.iter().find(|(known, _)| known == field) else {
            problems.push(unknown(key, field, &mut unfilled));
            continue;
        };
        if *label != about.label {
            problems.push(Problem::Label {
                key,
                field: field.clone(),
                ours: about.label.clone(),
                theirs: (*label).to_owned(),
            });
        }
        let listed = theirs.enums.iter().find(|listed| listed.key == *field);
        let listed = listed.map_or(&[][..], |listed| &listed.values);
        for value in about.chosen().into_iter().flatten() {
            if !listed.iter().any(|known| known == value) {
                problems.push(Problem::NotListed {
                    key,
                    field: field.clone(),
                    value: value.to_owned(),
                    listed: listed.join("、"),
                });
            }
        }
    }
    for field in unfilled {
        let field = field.to_owned();
        problems.push(Problem::Unfilled { key, field });
    }
    problems
}

/// Returns the fault of a field that WeChat does not have. WeChat numbers the fields of a template: the same number
/// with other letters is another type.
fn unknown(key: &'static str, field: &str, unfilled: &mut Vec<&str>) -> Problem {
    let number = FieldKind::number_of(field);
    let field = field.to_owned();
    match unfilled
        .iter()
        .position(|theirs| FieldKind::number_of(theirs) == number)
    {
        Some(at) => {
            let theirs = unfilled.remove(at).to_owned();
            Problem::OtherType { key, field, theirs }
        }
        None => Problem::UnknownField { key, field },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notices::wording::Wording;
    use crate::wechat::calls::message::EnumField;

    const BUILT_IN: &str = include_str!("../../city/luoyang/wording.toml");

    fn theirs(ours: &Ours) -> Theirs {
        let content = ours
            .fields
            .iter()
            .map(|(key, field)| format!("{}:{{{{{key}.DATA}}}}\n", field.label));
        Theirs {
            id: ours.id.clone(),
            title: ours.title.clone(),
            content: content.collect(),
            kind: if ours.long_term { 3 } else { 2 },
            enums: Vec::new(),
        }
    }

    fn told(wording: &Wording, account: &[Theirs]) -> Vec<String> {
        let found = wording.templates().flat_map(|ours| compare(ours, account));
        found.map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn every_difference_from_the_account_is_named() {
        let wording = Wording::parse(BUILT_IN, chrono_tz::Asia::Shanghai).unwrap();
        let mut account: Vec<_> = wording.templates().map(theirs).collect();
        assert!(told(&wording, &account).is_empty());
        account[0].kind = 3;
        account[0].title.push('二');
        account[1].content.push_str("备注:{{thing9.DATA}}");
        account[2].content = account[2].content.replace("{{thing2", "{{thing8");
        account[3].content = account[3].content.replace("{{phrase3", "{{thing3");
        account[3].content = account[3].content.replace("到期时间", "提醒时间");
        account.remove(4);
        assert_eq!(
            told(&wording, &account),
            [
                "template progress: one-time and long-term are mixed up",
                "template progress: the account calls it 「办理进度通知二」 and not 「办理进度通知」",
                "template answer: WeChat's field thing9 is not filled",
                "template task: WeChat has no field thing2",
                "template task: WeChat's field thing8 is not filled",
                "template deadline: the card shows 「提醒时间」 before field date4, and we fill in 「到期时间」",
                "template deadline: the field phrase3 is thing3 at WeChat",
                "template attention: the account has no template with its id",
            ]
        );
    }

    #[test]
    fn a_value_that_the_account_s_template_does_not_list_is_named() {
        let enum4 = "fields.enum4]\nchoices = { \"已办结\" = \"已完成\" }\notherwise = \"处理中\"";
        let text = BUILT_IN.replacen("fields.phrase4]", enum4, 1);
        let wording = Wording::parse(&text, chrono_tz::Asia::Shanghai).unwrap();
        let mut account: Vec<_> = wording.templates().map(theirs).collect();
        let listed = |values: &[&str]| {
            vec![EnumField {
                key: "enum4".to_owned(),
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            }]
        };
        account[0].enums = listed(&["处理中", "已完成", "已取消"]);
        assert!(told(&wording, &account).is_empty());
        account[0].enums = listed(&["处理中", "已结束"]);
        assert_eq!(
            told(&wording, &account),
            ["template progress: 「已完成」 is none of the values of field enum4: 处理中、已结束"]
        );
    }

    #[test]
    fn a_field_of_another_type_is_one_difference_not_two() {
        let wording = Wording::parse(BUILT_IN, chrono_tz::Asia::Shanghai).unwrap();
        let ours = wording.templates().next().unwrap();
        let field = ours.fields.keys().find(|key| key.starts_with("thing")).unwrap();
        let other = field.replace("thing", "name");
        let mut account = theirs(ours);
        account.content = account.content.replace(field.as_str(), &other);
        let key = ours.key.as_str();
        let (field, theirs) = (field.clone(), other);
        assert_eq!(
            compare(ours, &[account]),
            [Problem::OtherType { key, field, theirs }]
        );
    }
}
