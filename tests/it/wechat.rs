//! The sandbox's own controls: faults that are told from each other, the clock, the people.

use serde_json::{Value, json};
use tests::sandbox_api::SandboxApi;
use zhitong::wechat::CallError;
use zhitong::wechat::WeChat;

tests::on_both_databases! {
    async fn each_fault_is_told_from_the_others(app: TestApp) {
        let (hand, wechat) = (SandboxApi(&app), app.app().state::<WeChat>());
        let fault = async |fault: Value| {
            hand.fault(fault).await;
            wechat.templates().await.err()
        };
        wechat.templates().await.unwrap();
        assert_eq!(fault(json!({ "endpoint": "gettemplate", "errcode": -1 })).await, Some(CallError::Busy));
        let html = fault(json!({ "endpoint": "gettemplate", "http_status": 502 })).await;
        assert_eq!(html, Some(CallError::Unreadable { status: 502 }));
        let page = fault(json!({ "endpoint": "gettemplate", "http_status": 200 })).await;
        assert_eq!(page, Some(CallError::Unreadable { status: 200 }));
        assert_eq!(fault(json!({ "endpoint": "gettemplate", "content_type": "text/plain" })).await, None);
        let cut = fault(json!({ "endpoint": "gettemplate", "drop": true })).await;
        assert_eq!(cut, Some(CallError::TimedOut));
        let answer = hand.0.http().post(format!("{}/sandbox/faults", app.base()));
        let answer = answer.json(&json!({ "endpoint": "nothing", "drop": true })).send().await.unwrap();
        assert_eq!(answer.status(), 422);
    }

    async fn the_clock_moves_forward_only(app: TestApp) {
        let url = format!("{}/sandbox/clock", app.base());
        for (body, status) in [
            (json!({ "advance_seconds": 3600 }), 200),
            (json!({ "set": "2025-09-08T12:00:00+08:00" }), 200),
            (json!({ "set": "2025-09-08T11:00:00+08:00" }), 422),
            (json!({ "advance_seconds": -1 }), 422),
            (json!({}), 422),
        ] {
            let answer = app.http().post(&url).json(&body).send().await.unwrap();
            assert_eq!(answer.status(), status, "{body}");
        }
        let shown: Value = app.http().get(&url).send().await.unwrap().json().await.unwrap();
        let shown: chrono::DateTime<chrono::Utc> = shown["now"].as_str().unwrap().parse().unwrap();
        let noon: chrono::DateTime<chrono::Utc> = "2025-09-08T04:00:00Z".parse().unwrap();
        assert!(shown >= noon && shown < noon + chrono::TimeDelta::minutes(5), "{shown}");
    }

    async fn the_sandbox_has_people_of_every_role_and_one_on_no_roster(app: TestApp) {
        let people = app.people().await;
        for role in ["delegate", "operator", "handler", "supervisor", "admin", "none"] {
            assert!(people.iter().any(|person| person.role == role), "{role}");
        }
        for level in ["national", "provincial", "city", "county", "township"] {
            let fits = |person: &&tests::Person| person.role == "delegate" && person.level.as_deref() == Some(level);
            assert!(people.iter().any(|person| fits(&person)), "{level}");
        }
    }
}
