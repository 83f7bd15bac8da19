//! Compares the templates in `wording.toml` with those of the WeChat account.

use crate::app::App;
use crate::notices::wording::{Template as Ours, Wording};
use crate::wechat::calls::message::Template as Theirs;
use crate::wechat::{CallError, WeChat};

/// Something that will make pushes fail. Worth a warning; the inbox works all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the templates could not be compared with WeChat's: {0}")]
    NotCompared(String),
    #[error("template {key}: the account has no template with its id")]
    Missing { key: &'static str },
    #[error("template {key}: WeChat has no field {field}")]
    UnknownField { key: &'static str, field: String },
    #[error("template {key}: WeChat's field {field} is not filled")]
    Unfilled { key: &'static str, field: String },
    #[error("template {key}: one-time and long-term are mixed up")]
    Kind { key: &'static str },
}

/// Asks WeChat once. Empty: everything fits.
pub async fn check(wechat: &WeChat, wording: &Wording) -> Vec<Problem> {
    match wechat.templates().await {
        Ok(theirs) => compare(wording, &theirs),
        Err(error) => vec![not_compared(&error)],
    }
}

/// Warns of every difference; to be called when the server is up, because the stand-in is part of it.
pub async fn warn_of_differences(app: &App) {
    for problem in check(&app.wechat, &app.wording).await {
        tracing::warn!(problem = %problem, "templates");
    }
}

fn not_compared(error: &CallError) -> Problem {
    Problem::NotCompared(error.to_string())
}

fn compare(wording: &Wording, theirs: &[Theirs]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for ours in wording.templates() {
        match theirs.iter().find(|theirs| theirs.id == ours.id) {
            Some(theirs) => compare_one(ours, theirs, &mut problems),
            None => problems.push(Problem::Missing {
                key: ours.key.as_str(),
            }),
        }
    }
    problems
}

fn compare_one(ours: &Ours, theirs: &Theirs, problems: &mut Vec<Problem>) {
    let key = ours.key.as_str();
    let keys = theirs.keys();
    for field in ours.fields.keys().filter(|field| !keys.contains(&field.as_str())) {
        let field = field.clone();
        problems.push(Problem::UnknownField { key, field });
    }
    for field in keys.into_iter().filter(|field| !ours.fields.contains_key(*field)) {
        let field = field.to_owned();
        problems.push(Problem::Unfilled { key, field });
    }
    if ours.long_term != theirs.is_long_term() {
        problems.push(Problem::Kind { key });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut account: Vec<_> = wording.templates().map(theirs).collect();
        assert_eq!(compare(&wording, &account), []);
        account[0].kind = 3;
        account[1].content.push_str("备注:{{thing9.DATA}}");
        account[2].content = account[2].content.replace("thing2", "thing8");
        account.remove(4);
        let problems = compare(&wording, &account);
        assert_eq!(problems.len(), 5, "{problems:?}");
        assert!(problems.contains(&Problem::Kind { key: "progress" }));
        assert!(problems.contains(&Problem::Missing { key: "attention" }));
        assert!(problems.iter().any(|p| p.to_string().contains("thing9")));
    }
}
