//! Counties that read a photo of another county's order, because a report with it was sent to them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The photos of reports that were sent before. An id is a blob of 16 bytes in SQLite.
const SENT_BEFORE: &str = "INSERT INTO photo_reader (photo_id, area_code) \
    SELECT DISTINCT photo.id, sent.name FROM insight_report_recipient AS sent \
    JOIN insight_report AS report ON report.id = sent.report_id \
    JOIN json_tree(report.body) AS node ON node.key = 'photo' \
    JOIN photo ON photo.id = unhex(replace(node.value, '-', '')) WHERE sent.kind = 'county'";
const SENT_BEFORE_POSTGRES: &str = "INSERT INTO photo_reader (photo_id, area_code) \
    SELECT DISTINCT photo.id, sent.name FROM insight_report_recipient AS sent \
    JOIN insight_report AS report ON report.id = sent.report_id \
    CROSS JOIN LATERAL jsonb_path_query(report.body::jsonb, '$.sections[*].blocks[*].photos[*].photo') AS node \
    JOIN photo ON photo.id::text = node #>> '{}' WHERE sent.kind = 'county'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut photo = ForeignKey::create()
            .from("photo_reader", "photo_id")
            .to("photo", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .to_owned();
        let table = Table::create()
            .table("photo_reader")
            .col(uuid("photo_id"))
            .col(string_len("area_code", 16))
            .primary_key(Index::create().col("photo_id").col("area_code"))
            .foreign_key(&mut photo)
            .to_owned();
        manager.create_table(table).await?;
        let sent_before = match manager.get_database_backend() {
            DbBackend::Postgres => SENT_BEFORE_POSTGRES,
            _ => SENT_BEFORE,
        };
        crate::indexes(manager, &[sent_before]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["photo_reader"]).await
    }
}
