//! Changes of the history are detected.

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::on_both_databases;
use tests::orders::number;
use zhitong::orders::history::verify::{LinkError, verify};

use crate::orders::on_a_desk;

on_both_databases! {
    async fn history_shows_tampering(app: TestApp) {
        let (_, order, handler) = on_a_desk(&app).await;
        handler.act(&order, "accept", json!({})).await.assert_ok();
        let db = &app.app().db;
        let whole = verify(db, |_| {}).await.unwrap();
        assert_eq!((whole.events, whole.orders, whole.broken), (3, 1, None));
        db.execute_unprepared("UPDATE order_event SET note = 'x' WHERE seq = 2").await.unwrap();
        let broken = verify(db, |_| {}).await.unwrap().broken.unwrap();
        assert_eq!((broken.order.as_str(), broken.seq, broken.fault), (number(&order), 2, LinkError::Changed));
        db.execute_unprepared("DELETE FROM order_event WHERE seq = 2").await.unwrap();
        assert_eq!(verify(db, |_| {}).await.unwrap().broken.unwrap().fault, LinkError::Missing);
        db.execute_unprepared("DELETE FROM order_event WHERE seq = 3").await.unwrap();
        assert_eq!(verify(db, |_| {}).await.unwrap().broken.unwrap().fault, LinkError::EndsElsewhere);
        app.run_jobs().await;
    }
}
