//! Many rows of one table, a few hundred per statement.

use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, ModelTrait};

/// Rows per statement. SQLite takes 32,766 values, and no table has more than 60 columns.
const CHUNK: usize = 500;

/// Inserts rows with every column as given.
///
/// # Errors
/// Those of the database; the caller's transaction then has to be undone.
pub async fn insert_all<E, M>(
    txn: &impl ConnectionTrait,
    rows: impl IntoIterator<Item = M>,
) -> Result<(), DbErr>
where
    E: EntityTrait<Model = M>,
    M: IntoActiveModel<E::ActiveModel> + ModelTrait<Entity = E>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let rows: Vec<E::ActiveModel> = rows
        .into_iter()
        .map(|row| row.into_active_model().reset_all())
        .collect();
    for part in rows.chunks(CHUNK) {
        E::insert_many(part.to_vec()).exec_without_returning(txn).await?;
    }
    Ok(())
}
