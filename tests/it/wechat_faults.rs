//! Whatever WeChat answers can be made to go wrong, endpoint by endpoint.

use serde_json::{Value, json};
use tests::{Db, TestApp};

/// Every endpoint of the stand-in.
const ENDPOINTS: [&str; 12] = [
    "/sns/jscode2session",
    "/cgi-bin/token",
    "/cgi-bin/stable_token",
    "/wxa/business/getuserphonenumber",
    "/cgi-bin/message/subscribe/send",
    "/wxaapi/newtmpl/gettemplate",
    "/wxa/getwxacodeunlimit",
    "/wxa/generatescheme",
    "/wxa/generate_urllink",
    "/wxa/msg_sec_check",
    "/wxa/media_check_async",
    "/wxa/checksession",
];

async fn call(app: &TestApp, endpoint: &str) -> reqwest::Result<reqwest::Response> {
    let url = format!("{}/sandbox/wechat{endpoint}", app.base());
    app.http().post(url).body("{}").send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_endpoint_can_refuse_break_and_vanish() {
    let app = TestApp::start(Db::Sqlite).await;
    let somebody = app.anonymous();
    for endpoint in ENDPOINTS {
        let fault = async |mut fault: Value| {
            fault["endpoint"] = json!(endpoint);
            fault["times"] = json!(1);
            somebody.sandbox("faults", fault).await;
        };
        fault(json!({ "errcode": 45009 })).await;
        let refused: Value = call(&app, endpoint).await.unwrap().json().await.unwrap();
        assert_eq!(refused["errcode"], 45009, "{endpoint}: {refused}");
        assert!(
            refused["errmsg"].as_str().unwrap().contains(" rid: "),
            "{endpoint}"
        );
        fault(json!({ "http_status": 502 })).await;
        let page = call(&app, endpoint).await.unwrap();
        assert_eq!(page.status(), 502, "{endpoint}");
        assert!(page.text().await.unwrap().starts_with("<html>"), "{endpoint}");
        fault(json!({ "content_type": "text/html" })).await;
        let mislabelled = call(&app, endpoint).await.unwrap();
        assert_eq!(mislabelled.headers()["content-type"], "text/html", "{endpoint}");
        let own: Value = mislabelled.json().await.unwrap();
        assert!(own.is_object(), "{endpoint}: its own answer all the same");
        fault(json!({ "drop": true })).await;
        let lost = match call(&app, endpoint).await {
            Ok(answer) => answer.bytes().await.is_err(),
            Err(_) => true,
        };
        assert!(lost, "{endpoint}: the answer came through");
        fault(json!({ "delay_ms": 120 })).await;
        let started = std::time::Instant::now();
        assert_eq!(call(&app, endpoint).await.unwrap().status(), 200, "{endpoint}");
        assert!(
            started.elapsed() >= std::time::Duration::from_millis(120),
            "{endpoint}"
        );
        // Used up: it answers for itself again.
        let own: Value = call(&app, endpoint).await.unwrap().json().await.unwrap();
        assert_ne!(own["errcode"], 45009, "{endpoint}");
    }
    app.finish().await;
}
