//! WeChat is down, cut off, or speaks of the pushes by itself: what waits, waits; nothing is sent twice.

use super::*;

/// WeChat down for a while: the push waits and arrives once, and the API never notices.
async fn wechat_down(db: Db) {
    let app = TestApp::with(db).breakable_wechat().start().await;
    let delegate = app.delegate("").await;
    allow(&delegate, 3).await;
    app.wechat_line().set(tests::fault_proxy::Fault::Refuse);
    notify(&app, &delegate, "一").await;
    app.run_jobs().await;
    // Shorter than the life of an access token: nobody can sign in without WeChat.
    app.advance(TimeDelta::minutes(20)).await;
    assert_eq!(inbox(&delegate).await.len(), 1);
    let row = last(&app).await;
    assert_ne!(row.status, DeliveryStatus::Sent);
    app.wechat_line().set(tests::fault_proxy::Fault::None);
    app.advance(TimeDelta::hours(2)).await;
    let arrived = delegate.wechat_messages().await.len();
    match last(&app).await.status {
        DeliveryStatus::Sent => assert_eq!(arrived, 1),
        // A connection that broke while it was in use: it might have arrived.
        DeliveryStatus::Unknown => assert_eq!(arrived, 0),
        other => panic!("{other}"),
    }
    app.finish().await;
}

/// While WeChat is left alone, what waits for it is not touched: a backlog costs nothing.
async fn backlog_waits(db: Db) {
    let app = TestApp::with(db).breakable_wechat().start().await;
    let delegate = app.delegate("").await;
    allow(&delegate, 99).await;
    app.wechat_line().set(tests::fault_proxy::Fault::Refuse);
    for _ in 0..FAILURES_TO_OPEN {
        notify(&app, &delegate, "一").await;
    }
    app.run_jobs().await;
    notify(&app, &delegate, "二").await;
    let before = deliveries(&app).await;
    assert_eq!(deliver_due(app.app()).await.unwrap(), 0);
    assert_eq!(deliveries(&app).await, before);
    assert_eq!(last(&app).await.attempts, 0);
    app.wechat_line().set(tests::fault_proxy::Fault::None);
    app.advance(TimeDelta::hours(1)).await;
    assert_eq!(last(&app).await.status, DeliveryStatus::Sent);
    // Of those tried before, one may have been on a connection that broke: it might have arrived.
    let ended = [DeliveryStatus::Sent, DeliveryStatus::Unknown];
    assert!(
        deliveries(&app)
            .await
            .iter()
            .all(|row| ended.contains(&row.status))
    );
    app.finish().await;
}

/// With message push configured, WeChat tells of consents and settles what was unknown.
async fn told_by_wechat(db: Db) {
    let app = TestApp::with(db)
        .set("WECHAT_PUSH_TOKEN", "a-push-token-for-tests")
        .start()
        .await;
    let delegate = app.delegate("").await;
    let openid = delegate.person().openid.clone();
    delegate
        .sandbox(
            "subscriptions",
            json!({ "openid": openid, "template": TEMPLATE, "count": 2 }),
        )
        .await;
    app.run_jobs().await;
    assert_eq!(
        remaining(&delegate).await,
        json!(2),
        "the popup event was counted"
    );
    notify(&app, &delegate, "一").await;
    app.run_jobs().await;
    app.advance(TimeDelta::minutes(1)).await;
    assert_eq!(last(&app).await.status, DeliveryStatus::Sent);
    // The person takes it back: nothing is even tried.
    delegate
        .sandbox(
            "subscriptions",
            json!({ "openid": openid, "template": TEMPLATE, "count": 0 }),
        )
        .await;
    app.run_jobs().await;
    notify(&app, &delegate, "二").await;
    let row = last(&app).await;
    assert_eq!((row.status, row.attempts), (DeliveryStatus::NotSubscribed, 0));
    let refused = subscription::Entity::find().filter(subscription::Column::Refused.eq(true));
    assert_eq!(refused.all(&app.app().db).await.unwrap().len(), 1);
    assert_eq!(inbox(&delegate).await.len(), 2);
    app.run_jobs().await;
    app.finish().await;
}

macro_rules! on_each {
    ($($name:ident: $journey:ident;)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $journey(Db::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $journey(Db::Postgres).await;
            }
        }
    )*};
}

on_each! {
    while_wechat_is_left_alone_a_backlog_is_not_touched: backlog_waits;
    while_wechat_is_down_pushes_wait_and_arrive_at_most_once: wechat_down;
    what_wechat_tells_of_consents_is_believed: told_by_wechat;
}
