//! Quiet hours (city pack, 21:30 to 07:30): the inbox has a notice at once, the phone in the morning.

use chrono::TimeDelta;
use serde_json::json;
use tests::orders::Report;
use tests::places;

use super::{allow, deliveries, fault, inbox, last, notify};
use entity::kinds::DeliveryStatus;

/// Of the report that `emergencies.rs` uses too.
const GAS: &str = "家里闻到臭鸡蛋味，很浓";

tests::on_both_databases! {
    async fn at_night_the_inbox_has_it_and_the_phone_in_the_morning(app: TestApp) {
        let delegate = app.delegate("").await;
        allow(&delegate, 3).await;
        app.advance_to("2025-09-08T21:29:00+08:00").await;
        notify(&app, &delegate, "一").await;
        app.run_jobs().await;
        assert_eq!(delegate.wechat_messages().await.len(), 1, "before 21:30");
        app.advance_to("2025-09-08T21:30:00+08:00").await;
        notify(&app, &delegate, "二").await;
        app.run_jobs().await;
        assert_eq!(inbox(&delegate).await.len(), 2);
        app.advance_to("2025-09-09T07:29:00+08:00").await;
        assert_eq!(delegate.wechat_messages().await.len(), 1);
        assert_eq!(last(&app).await.status, DeliveryStatus::Waiting);
        app.advance_to("2025-09-09T07:30:00+08:00").await;
        assert_eq!(delegate.wechat_messages().await.len(), 2);
        assert_eq!(last(&app).await.status, DeliveryStatus::Sent);
    }

    /// A push that failed in the evening is not tried again at night.
    async fn what_waits_since_the_evening_is_not_pushed_at_night(app: TestApp) {
        let delegate = app.delegate("").await;
        allow(&delegate, 1).await;
        app.advance_to("2025-09-08T21:29:59+08:00").await;
        fault(&delegate, json!({ "http_status": 503 })).await;
        notify(&app, &delegate, "一").await;
        app.run_jobs().await;
        app.advance_to("2025-09-09T06:00:00+08:00").await;
        assert_eq!(delegate.wechat_messages().await.len(), 0);
        app.advance_to("2025-09-09T07:31:00+08:00").await;
        app.advance(TimeDelta::minutes(30)).await;
        assert!(deliveries(&app).await.iter().all(|row| row.status != DeliveryStatus::Waiting));
    }

    /// An alarm breaks the quiet hours because the policy of this city says so.
    async fn an_emergency_is_pushed_at_night(app: TestApp) {
        let (delegate, operator) = (app.delegate("涧西区").await, app.operator().await);
        let openid = operator.person().openid.clone();
        operator.sandbox("subscriptions", json!({ "openid": openid, "template": "attention", "count": 5 })).await;
        app.advance_to("2025-09-09T02:00:00+08:00").await;
        let before = operator.wechat_messages().await.len();
        delegate.submit(&Report::at(places::JIANXI).category("大气异味").saying(GAS)).await;
        app.run_jobs().await;
        assert_eq!(operator.wechat_messages().await.len(), before + 1);
    }
}
