//! Queries on `saved_view`.

use entity::ids::PersonId;
use entity::saved_view;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, PaginatorTrait as _, QueryFilter,
    QueryOrder,
};

/// In the order of their making.
pub async fn of_person(
    connection: &impl ConnectionTrait,
    person: PersonId,
) -> Result<Vec<saved_view::Model>, DbErr> {
    saved_view::Entity::find()
        .filter(saved_view::Column::PersonId.eq(person))
        .order_by_asc(saved_view::Column::CreatedAt)
        .order_by_asc(saved_view::Column::Name)
        .all(connection)
        .await
}

pub async fn count(connection: &impl ConnectionTrait, person: PersonId) -> Result<u64, DbErr> {
    saved_view::Entity::find()
        .filter(saved_view::Column::PersonId.eq(person))
        .count(connection)
        .await
}

/// A view of the same name is replaced.
pub async fn save(connection: &impl ConnectionTrait, row: saved_view::Model) -> Result<(), DbErr> {
    let names = [saved_view::Column::PersonId, saved_view::Column::Name];
    saved_view::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns(names)
                .update_column(saved_view::Column::Query)
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub async fn remove(connection: &impl ConnectionTrait, person: PersonId, name: &str) -> Result<(), DbErr> {
    saved_view::Entity::delete_by_id((person, name.to_owned()))
        .exec(connection)
        .await?;
    Ok(())
}
