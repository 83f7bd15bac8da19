//! Erasure on request: what is kept about one person and is not the city's record of its orders.
//!
//! The person's row stays without name, number or WeChat identity, so that orders and their history, whose chain of
//! hashes names the row and not the person, stay whole.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, PhotoId};
use entity::kinds::{ContentSubject, SiteMessageStatus};
use entity::{
    caller_number, content_check, content_picture, delivery, idempotency_key, login_request, notice,
    official_follower, order, order_export, order_photo, person, person_union, photo, queue_claim,
    refresh_token, saved_view, second_delivery, session, site_delegate, site_message, subscription,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, PaginatorTrait as _, QueryFilter, QuerySelect,
    QueryTrait as _,
};

use super::{Mode, PurgedRows};
use crate::app::App;
use crate::db::{self, WriteTransaction};
use crate::error::{Error, ErrorKind, Refusal, Result};
use crate::jobs::queue::{self, NewJob};
use crate::photos::cleanup;
use crate::sealing::Phone;
use crate::sealing::Sealer;
use crate::sites::receipt::Receipt;

/// The name of an erased person in lists.
const ERASED_NAME: &str = "（已注销）";
const ERASED: &str = "erased:";
const MESSAGE_ERASED: &str = "（已按本人要求删除）";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    StillOnRoster,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        "still_on_roster"
    }

    fn detail(&self) -> String {
        "此人仍在名册上，请先从名册中移除。".to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Conflict
    }
}

/// Of whom there still is something to erase.
pub(super) fn not_erased() -> Condition {
    Condition::all().add(person::Column::PhoneHash.starts_with(ERASED).not())
}

/// Returns the people who had this number and have left the roster.
pub async fn people_with(app: &App, phone: &Phone) -> Result<Vec<PersonId>> {
    let rows = person::Entity::find()
        .filter(person::Column::PhoneHash.eq(app.state::<Sealer>().phone_hash(phone)))
        .filter(person::Column::Active.eq(false))
        .all(&app.db)
        .await?;
    Ok(rows.into_iter().map(|person| person.id).collect())
}

/// Erases somebody who has left the roster; says how many rows of each kind. Twice is once.
pub async fn person(app: &App, id: PersonId, mode: Mode) -> Result<Vec<PurgedRows>> {
    let txn = db::write(&app.db).await?;
    let found = person::Entity::find_by_id(id).lock_exclusive().one(&txn).await?;
    let found = found.ok_or_else(Error::not_found)?;
    if found.active {
        return Err(Refused::StillOnRoster.into());
    }
    let mut erasing = Erasure {
        txn: &txn,
        mode,
        lines: Vec::new(),
    };
    erasing.sign_ins(id).await?;
    erasing.erase_notices(id).await?;
    erasing.erase_other_tables(id).await?;
    let lines = erasing.lines;
    if mode == Mode::Real {
        anonymise(app, &txn, id, app.clock.now()).await?;
        txn.commit().await?;
    }
    Ok(lines)
}

async fn anonymise(app: &App, txn: &WriteTransaction, id: PersonId, now: DateTime<Utc>) -> Result<()> {
    use person::Column as C;
    let no_number = app.state::<Sealer>().seal(b"").map_err(anyhow::Error::from)?;
    let instead = format!("{ERASED}{id}");
    person::Entity::update_many()
        .col_expr(C::Name, Expr::value(ERASED_NAME))
        .col_expr(C::PhoneSealed, Expr::value(no_number))
        .col_expr(C::PhoneHash, Expr::value(&instead))
        .col_expr(C::RosterKey, Expr::value(&instead))
        .col_expr(C::OpenidSealed, Expr::value(None::<Vec<u8>>))
        .col_expr(C::OpenidHash, Expr::value(None::<String>))
        .col_expr(C::BoundAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(C::ElectoralUnit, Expr::value(None::<String>))
        .col_expr(C::UpdatedAt, Expr::value(now))
        .filter(C::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Rows of one person, removed or counted.
struct Erasure<'a> {
    txn: &'a WriteTransaction,
    mode: Mode,
    lines: Vec<PurgedRows>,
}

impl Erasure<'_> {
    async fn sign_ins(&mut self, id: PersonId) -> Result<()> {
        let sessions = session::Entity::find()
            .select_only()
            .column(session::Column::Id)
            .filter(session::Column::PersonId.eq(id))
            .into_query();
        self.remove::<refresh_token::Entity>(
            "refresh tokens",
            refresh_token::Column::SessionId.in_subquery(sessions),
        )
        .await?;
        self.remove::<session::Entity>("sign-ins", session::Column::PersonId.eq(id))
            .await?;
        self.remove::<login_request::Entity>("console sign-ins", login_request::Column::ApprovedBy.eq(id))
            .await
    }

    async fn erase_notices(&mut self, id: PersonId) -> Result<()> {
        self.remove::<subscription::Entity>("consents", subscription::Column::PersonId.eq(id))
            .await?;
        self.remove::<delivery::Entity>("pushes to his phone", delivery::Column::PersonId.eq(id))
            .await?;
        let unions = person_union::Entity::find()
            .select_only()
            .column(person_union::Column::UnionidHash)
            .filter(person_union::Column::PersonId.eq(id))
            .into_query();
        self.remove::<official_follower::Entity>(
            "followers of the official account",
            official_follower::Column::UnionidHash.in_subquery(unions),
        )
        .await?;
        self.remove::<person_union::Entity>("unionids", person_union::Column::PersonId.eq(id))
            .await?;
        self.remove::<second_delivery::Entity>(
            "messages on second channels",
            second_delivery::Column::PersonId.eq(id),
        )
        .await?;
        self.remove::<notice::Entity>("lines of his inbox", notice::Column::PersonId.eq(id))
            .await
    }

    async fn erase_other_tables(&mut self, id: PersonId) -> Result<()> {
        self.remove::<idempotency_key::Entity>(
            "answers kept for repeats",
            idempotency_key::Column::PersonId.eq(id),
        )
        .await?;
        self.remove::<caller_number::Entity>("further numbers", caller_number::Column::PersonId.eq(id))
            .await?;
        self.remove::<site_delegate::Entity>("sites in his care", site_delegate::Column::PersonId.eq(id))
            .await?;
        self.remove::<saved_view::Entity>("saved views", saved_view::Column::PersonId.eq(id))
            .await?;
        // Their objects go with the job that removes every export after its day.
        self.remove::<order_export::Entity>("exported lists", order_export::Column::PersonId.eq(id))
            .await?;
        self.remove::<queue_claim::Entity>("claims", queue_claim::Column::PersonId.eq(id))
            .await?;
        let of_orders = order::Entity::find()
            .select_only()
            .column(order::Column::Id)
            .filter(order::Column::ReporterId.eq(id))
            .into_query();
        let of_answers = site_message::Entity::find()
            .select_only()
            .column(site_message::Column::Id)
            .filter(site_message::Column::HandledBy.eq(id))
            .into_query();
        self.erase_hand_over_notes(id).await?;
        self.detach_content(ContentSubject::Order, of_orders).await?;
        self.detach_content(ContentSubject::SiteAnswer, of_answers).await
    }

    async fn erase_hand_over_notes(&mut self, id: PersonId) -> Result<()> {
        if self.mode == Mode::DryRun {
            return Ok(());
        }
        site_message::Entity::update_many()
            .col_expr(site_message::Column::HandOverNote, Expr::value(None::<String>))
            .filter(site_message::Column::HandedBy.eq(id))
            .exec(self.txn)
            .await?;
        Ok(())
    }

    /// A check under way no longer knows whose words it looks at; an operator decides.
    async fn detach_content(&mut self, subject: ContentSubject, ids: SelectStatement) -> Result<()> {
        if self.mode == Mode::DryRun {
            return Ok(());
        }
        content_check::Entity::update_many()
            .col_expr(content_check::Column::OpenidSealed, Expr::value(None::<Vec<u8>>))
            .filter(content_check::Column::Subject.eq(subject))
            .filter(content_check::Column::SubjectId.in_subquery(ids))
            .exec(self.txn)
            .await?;
        Ok(())
    }

    async fn remove<E>(&mut self, what: &'static str, his: sea_orm::sea_query::SimpleExpr) -> Result<()>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        let rows = match self.mode {
            Mode::DryRun => E::find().filter(his).count(self.txn).await?,
            Mode::Real => E::delete_many().filter(his).exec(self.txn).await?.rows_affected,
        };
        self.lines.push(PurgedRows { what, rows });
        Ok(())
    }
}

/// Erases a resident's message, known by its receipt: words, contact, and the photos that no order has. What a delegate has
/// made an order of stays in the order.
pub async fn message(app: &App, receipt: &Receipt, mode: Mode) -> Result<Vec<PurgedRows>> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let found = site_message::Entity::find()
        .filter(site_message::Column::ReceiptHash.eq(receipt.hash(app.state::<Sealer>())))
        .lock_exclusive()
        .one(&txn)
        .await?;
    let found = found.ok_or_else(Error::not_found)?;
    let photos = photos_of_no_order(&txn, &found).await?;
    let lines = vec![
        PurgedRows {
            what: "messages",
            rows: 1,
        },
        PurgedRows {
            what: "photos",
            rows: photos.len() as u64,
        },
    ];
    if mode == Mode::DryRun {
        return Ok(lines);
    }
    empty_message(&txn, &found).await?;
    release_photos(&txn, &photos, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(lines)
}

async fn photos_of_no_order(
    txn: &WriteTransaction,
    message: &site_message::Model,
) -> Result<Vec<photo::Model>> {
    let ids: Vec<PhotoId> = serde_json::from_value(message.photo_ids.clone()).map_err(anyhow::Error::from)?;
    let in_orders = order_photo::Entity::find()
        .select_only()
        .column(order_photo::Column::PhotoId)
        .filter(order_photo::Column::PhotoId.is_in(ids.iter().copied()))
        .into_query();
    let photos = photo::Entity::find()
        .filter(photo::Column::Id.is_in(ids))
        .filter(photo::Column::Id.not_in_subquery(in_orders));
    Ok(photos.all(txn).await?)
}

async fn empty_message(txn: &WriteTransaction, message: &site_message::Model) -> Result<()> {
    use site_message::Column as C;
    // What nobody has taken up is nobody's to take up any more.
    let status = match message.status {
        SiteMessageStatus::Received => SiteMessageStatus::Refused,
        handled => handled,
    };
    site_message::Entity::update_many()
        .col_expr(C::Text, Expr::value(MESSAGE_ERASED))
        .col_expr(C::Answer, Expr::value(None::<String>))
        .col_expr(C::ContactSealed, Expr::value(None::<Vec<u8>>))
        .col_expr(C::DeviceHash, Expr::value(""))
        .col_expr(C::PhotoIds, Expr::value(serde_json::json!([])))
        .col_expr(C::Status, Expr::value(status))
        .filter(C::Id.eq(message.id))
        .exec(txn)
        .await?;
    content_check::Entity::update_many()
        .col_expr(content_check::Column::Text, Expr::value(""))
        .col_expr(content_check::Column::OpenidSealed, Expr::value(None::<Vec<u8>>))
        .filter(
            content_check::Column::Subject.is_in([ContentSubject::SiteMessage, ContentSubject::SiteAnswer]),
        )
        .filter(content_check::Column::SubjectId.eq(message.id.0))
        .exec(txn)
        .await?;
    Ok(())
}

/// The clean-up of unused photos does the rest, objects included.
async fn release_photos(txn: &WriteTransaction, photos: &[photo::Model], now: DateTime<Utc>) -> Result<()> {
    let ids: Vec<PhotoId> = photos.iter().map(|photo| photo.id).collect();
    content_picture::Entity::delete_many()
        .filter(content_picture::Column::PhotoId.is_in(ids.iter().copied()))
        .exec(txn)
        .await?;
    photo::Entity::update_many()
        .col_expr(photo::Column::Attached, Expr::value(false))
        .filter(photo::Column::Id.is_in(ids))
        .exec(txn)
        .await?;
    for photo in photos {
        let job = NewJob::of::<cleanup::RemoveUnusedPhoto>(&photo.sha256, now)?;
        queue::enqueue(txn, job, now).await?;
    }
    Ok(())
}
