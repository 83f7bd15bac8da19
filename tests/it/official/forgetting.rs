//! Followers are personal data: they go with the person, and some time after they left.

use chrono::TimeDelta;
use entity::ids::PersonId;
use entity::{official_follower, person, person_union};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{Db, TestApp};
use zhitong::retention::{Mode, erase, purge};

use super::{TOKEN, event, follow, push, start};

async fn kept(app: &TestApp) -> (u64, u64) {
    let db = &app.app().db;
    (
        official_follower::Entity::find().count(db).await.unwrap(),
        person_union::Entity::find().count(db).await.unwrap(),
    )
}

async fn erased_with_the_person(db: Db) {
    let app = start(db).await;
    let delegate = app.delegate("涧西区").await;
    follow(&app, &delegate).await;
    let other = app.delegate("洛龙区").await;
    follow(&app, &other).await;
    let me = delegate.get("/me").await.ok();
    let id: PersonId = me["id"].as_str().unwrap().parse().unwrap();
    person::Entity::update_many()
        .col_expr(person::Column::Active, Expr::value(false))
        .filter(person::Column::Id.eq(id))
        .exec(&app.app().db)
        .await
        .unwrap();
    assert_eq!(kept(&app).await, (2, 2));
    erase::person(app.app(), id, Mode::DryRun).await.unwrap();
    assert_eq!(kept(&app).await, (2, 2), "a dry run does nothing");
    erase::person(app.app(), id, Mode::Real).await.unwrap();
    assert_eq!(kept(&app).await, (1, 1), "the other delegate stays");
    app.finish().await;
}

async fn purged_after_leaving(db: Db) {
    let app = start(db).await;
    let ago = |days: i64| app.now() - TimeDelta::days(days);
    for (openid, left) in [
        ("of_STAYS", None),
        ("of_LATELY", Some(179)),
        ("of_LONG_AGO", Some(181)),
    ] {
        push(&app, TOKEN, event(openid, "subscribe", ago(400))).await;
        if let Some(days) = left {
            push(&app, TOKEN, event(openid, "unsubscribe", ago(days))).await;
        }
    }
    app.run_jobs().await;
    purge::purge(app.app(), Mode::DryRun, |_| {}).await.unwrap();
    assert_eq!(kept(&app).await.0, 3, "a dry run does nothing");
    purge::purge(app.app(), Mode::Real, |_| {}).await.unwrap();
    assert_eq!(kept(&app).await.0, 2, "the one who left long ago is gone");
    app.finish().await;
}

tests::journeys! {
    a_follower_is_erased_with_the_person => erased_with_the_person;
    a_follower_who_left_is_purged => purged_after_leaving;
}
