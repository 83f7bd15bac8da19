//! Compares the templates in `wording.toml` with those of the WeChat account, and keeps what was found.

use chrono::{DateTime, Utc};
use entity::template_check;
use serde_json::json;

use crate::app::App;
use crate::db;
use crate::error::{Error, Kind, Result};
use crate::notices::fields::FieldKind;
use crate::notices::store;
use crate::notices::wording::Template as Ours;
use crate::wechat::calls::message::Template as Theirs;

/// How soon an administrator may ask again when WeChat did not answer.
const RETRY_SECS: u64 = 60;

/// Something that will make pushes fail. Worth a warning; the inbox works all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("template {key}: the account has no template with its id")]
    Missing { key: &'static str },
    #[error("template {key}: WeChat has no field {field}")]
    UnknownField { key: &'static str, field: String },
    #[error("template {key}: the field {field} is {theirs} at WeChat")]
    OtherType {
        key: &'static str,
        field: String,
        theirs: String,
    },
    #[error("template {key}: WeChat's field {field} is not filled")]
    Unfilled { key: &'static str, field: String },
    #[error("template {key}: one-time and long-term are mixed up")]
    Kind { key: &'static str },
}

impl Problem {
    /// For an administrator.
    #[must_use]
    pub fn in_chinese(&self) -> String {
        match self {
            Self::Missing { .. } => "公众平台账号里没有这个编号的模板，这类消息发不出去。".to_owned(),
            Self::UnknownField { field, .. } => format!("微信的模板里没有字段 {field}，发送会被拒绝。"),
            Self::OtherType { field, theirs, .. } => {
                format!("字段 {field} 在微信的模板里是 {theirs}：类型和长度限制不同，发送会被拒绝。")
            }
            Self::Unfilled { field, .. } => format!("微信的模板还有字段 {field} 没有填，发送会被拒绝。"),
            Self::Kind { .. } => "一次性与长期订阅弄反了。".to_owned(),
        }
    }
}

/// Asks WeChat and keeps the answer for whoever looks at the templates later; refused when WeChat does not answer.
pub async fn check_and_keep(app: &App, now: DateTime<Utc>) -> Result<Vec<Problem>> {
    let theirs = app.wechat.templates().await.map_err(|error| {
        tracing::warn!(error = %error, "the templates could not be compared with WeChat's");
        let kind = Kind::Unavailable {
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
    for ours in app.wording.templates() {
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

/// Warns of every difference; to be called when the server is up, because the stand-in is part of it.
pub async fn warn_of_differences(app: &App) {
    match check_and_keep(app, app.clock.now()).await {
        Ok(problems) => {
            for problem in problems {
                tracing::warn!(problem = %problem, "templates");
            }
        }
        // Said already.
        Err(Error::Refused(_)) => {}
        Err(error) => tracing::error!(error = %error, "templates"),
    }
}

fn compare(ours: &Ours, theirs: &[Theirs]) -> Vec<Problem> {
    let key = ours.key.as_str();
    let Some(theirs) = theirs.iter().find(|theirs| theirs.id == ours.id) else {
        return vec![Problem::Missing { key }];
    };
    let mut problems = Vec::new();
    let keys = theirs.keys();
    let mut renamed = Vec::new();
    for field in ours.fields.keys().filter(|field| !keys.contains(&field.as_str())) {
        let field = field.clone();
        // WeChat counts the fields of a template; the same number with other letters is another type.
        let same = keys.iter().find(|theirs| {
            FieldKind::number_of(theirs) == FieldKind::number_of(&field)
                && !ours.fields.contains_key(**theirs)
        });
        problems.push(match same {
            Some(theirs) => {
                renamed.push(*theirs);
                let theirs = (*theirs).to_owned();
                Problem::OtherType { key, field, theirs }
            }
            None => Problem::UnknownField { key, field },
        });
    }
    let unfilled = keys
        .iter()
        .filter(|field| !ours.fields.contains_key(**field) && !renamed.contains(field));
    for field in unfilled {
        let field = (*field).to_owned();
        problems.push(Problem::Unfilled { key, field });
    }
    if ours.long_term != theirs.is_long_term() {
        problems.push(Problem::Kind { key });
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notices::wording::Wording;

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

    #[test]
    fn every_difference_from_the_account_is_named() {
        let wording = Wording::parse(BUILT_IN, chrono_tz::Asia::Shanghai).unwrap();
        let compare = |account: &[Theirs]| -> Vec<Problem> {
            wording
                .templates()
                .flat_map(|ours| compare(ours, account))
                .collect()
        };
        let mut account: Vec<_> = wording.templates().map(theirs).collect();
        assert_eq!(compare(&account), []);
        account[0].kind = 3;
        account[1].content.push_str("备注:{{thing9.DATA}}");
        account[2].content = account[2].content.replace("thing2", "thing8");
        account.remove(4);
        let problems = compare(&account);
        assert_eq!(problems.len(), 5, "{problems:?}");
        assert!(problems.contains(&Problem::Kind { key: "progress" }));
        assert!(problems.contains(&Problem::Missing { key: "attention" }));
        assert!(problems.iter().any(|p| p.to_string().contains("thing9")));
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
