//! The schema's history: one file per change, with up and down.
//!
//! Imports no other crate of the workspace, so that a migration keeps its meaning. Columns are portable; partial
//! indexes use the SQL that SQLite and PostgreSQL share.

#![warn(missing_docs)]

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::prelude::{MigratorTrait, SchemaManager};

mod m20261123_000001_people;
mod m20261123_000002_city;
mod m20261123_000003_sites;
mod m20261123_000004_orders;
mod m20261123_000005_follow_up;
mod m20261123_000006_supervision;
mod m20261123_000007_photos;
mod m20261123_000008_notices;
mod m20261123_000009_work;
mod m20261124_000010_content;
mod m20261124_000020_hotline_desk;
mod m20261124_000021_endorsement_by_merge;
mod m20261124_000030_campaign_told;
mod m20261124_000040_overview;
mod m20261124_000050_saved_view;
mod m20261124_000060_suggest_model;
mod m20261124_000061_register;
mod m20261124_000062_export;
mod m20261124_000065_topics;
mod m20261124_000066_administration;
mod m20261124_000070_outcome_indexes;
mod m20261124_000071_kind_rules;
mod m20261124_000075_reports;
mod m20261124_000076_order_content;
mod m20261124_000077_merged_orders;
mod m20261125_000001_due_ties;
mod m20261125_000002_deliveries_due;
mod m20261129_000001_write_probe;
mod m20261129_000010_photo_claims;
mod m20261129_000030_emergency;
mod m20261129_000040_order_search;
mod m20261129_000050_matters;
mod m20261129_000051_opinions;
mod m20261129_000052_watch_lists;
mod m20261129_000070_order_import;
mod m20261129_000071_webhooks;
mod m20261129_000110_call_days;
mod m20261129_000120_report_drafts;
mod m20261129_000135_upkeep;
mod m20261129_000140_message_hand_over;
mod m20261129_000141_second_channel;
mod m20261129_000142_place_history;
mod m20261129_000150_audit_tree;
mod m20261129_000160_order_position;
mod m20261129_000170_topic_alert;
mod m20261130_000155_official_account;
mod m20261130_000160_video;
mod m20261130_000175_calendar_feed;
mod m20261130_000180_photo_reader;
mod m20261130_000190_list_indexes;
mod m20261201_000210_linked_units;
mod m20261201_000220_last_write;
mod m20261201_000240_vote_participants;
mod m20261201_000250_checkpoint_mail;
mod m20261202_000260_request_ids;
mod m20261203_000270_order_letters;
mod m20261204_000280_area_status;
mod m20261204_000290_linked_unit_state;

/// Runs the migrations in their order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_people::Migration),
            Box::new(m20261123_000002_city::Migration),
            Box::new(m20261123_000003_sites::Migration),
            Box::new(m20261123_000004_orders::Migration),
            Box::new(m20261123_000005_follow_up::Migration),
            Box::new(m20261123_000006_supervision::Migration),
            Box::new(m20261123_000007_photos::Migration),
            Box::new(m20261123_000008_notices::Migration),
            Box::new(m20261123_000009_work::Migration),
            Box::new(m20261124_000010_content::Migration),
            Box::new(m20261124_000020_hotline_desk::Migration),
            Box::new(m20261124_000021_endorsement_by_merge::Migration),
            Box::new(m20261124_000030_campaign_told::Migration),
            Box::new(m20261124_000040_overview::Migration),
            Box::new(m20261124_000050_saved_view::Migration),
            Box::new(m20261124_000060_suggest_model::Migration),
            Box::new(m20261124_000061_register::Migration),
            Box::new(m20261124_000062_export::Migration),
            Box::new(m20261124_000065_topics::Migration),
            Box::new(m20261124_000066_administration::Migration),
            Box::new(m20261124_000070_outcome_indexes::Migration),
            Box::new(m20261124_000071_kind_rules::Migration),
            Box::new(m20261124_000075_reports::Migration),
            Box::new(m20261124_000076_order_content::Migration),
            Box::new(m20261124_000077_merged_orders::Migration),
            Box::new(m20261125_000001_due_ties::Migration),
            Box::new(m20261125_000002_deliveries_due::Migration),
            Box::new(m20261129_000001_write_probe::Migration),
            Box::new(m20261129_000010_photo_claims::Migration),
            Box::new(m20261129_000030_emergency::Migration),
            Box::new(m20261129_000040_order_search::Migration),
            Box::new(m20261129_000050_matters::Migration),
            Box::new(m20261129_000051_opinions::Migration),
            Box::new(m20261129_000052_watch_lists::Migration),
            Box::new(m20261129_000070_order_import::Migration),
            Box::new(m20261129_000071_webhooks::Migration),
            Box::new(m20261129_000110_call_days::Migration),
            Box::new(m20261129_000120_report_drafts::Migration),
            Box::new(m20261129_000135_upkeep::Migration),
            Box::new(m20261129_000140_message_hand_over::Migration),
            Box::new(m20261129_000141_second_channel::Migration),
            Box::new(m20261129_000142_place_history::Migration),
            Box::new(m20261129_000150_audit_tree::Migration),
            Box::new(m20261129_000160_order_position::Migration),
            Box::new(m20261129_000170_topic_alert::Migration),
            Box::new(m20261130_000155_official_account::Migration),
            Box::new(m20261130_000160_video::Migration),
            Box::new(m20261130_000175_calendar_feed::Migration),
            Box::new(m20261130_000180_photo_reader::Migration),
            Box::new(m20261130_000190_list_indexes::Migration),
            Box::new(m20261201_000210_linked_units::Migration),
            Box::new(m20261201_000220_last_write::Migration),
            Box::new(m20261201_000240_vote_participants::Migration),
            Box::new(m20261201_000250_checkpoint_mail::Migration),
            Box::new(m20261202_000260_request_ids::Migration),
            Box::new(m20261203_000270_order_letters::Migration),
            Box::new(m20261204_000280_area_status::Migration),
            Box::new(m20261204_000290_linked_unit_state::Migration),
        ]
    }
}

async fn indexes(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).to_owned()).await?;
    }
    Ok(())
}
