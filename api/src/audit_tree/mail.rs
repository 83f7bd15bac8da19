//! Mails checkpoints to the committee, one message for all recipients. Nothing of the message is logged.

use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use entity::audit_checkpoint;
use entity::kinds::CheckpointMail;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Attachment, Body, Message, MultiPart, SinglePart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use secrecy::ExposeSecret as _;

use super::signed_checkpoint::SignedCheckpoint;
use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::config::CheckpointMailConfig;
use crate::error::Result;
use crate::jobs::{Job, Lane};

/// Time limit of each step of the conversation with the mail server.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Stored if the server gave no reply code.
const UNREACHED: &str = "unreached";

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Mails a checkpoint, given its row's id.
pub struct MailCheckpoint;

impl Job for MailCheckpoint {
    const NAME: &'static str = "mail_checkpoint";
    // A hanging server does not delay short jobs.
    const LANE: Lane = Lane::Heavy;
    type Input = i64;

    /// Idempotent, except that a crash between sending and recording sends twice, with the same `Message-ID`.
    async fn run(app: &App, id: i64) -> Result<()> {
        let Some(settings) = &app.config.audit.mail else {
            return Ok(());
        };
        let waiting = find(&app.db, id).await?;
        let is_waiting =
            |row: &audit_checkpoint::Model| matches!(row.mail, None | Some(CheckpointMail::Delayed));
        let Some(row) = waiting.filter(is_waiting) else {
            return Ok(());
        };
        let message = compose(app, settings, row)?;
        let outcome = match send(settings, message).await {
            Ok(()) => MailOutcome::SENT,
            Err(error) => MailOutcome::of(&error),
        };
        save(&app.db, id, outcome.clone(), app.clock.now()).await?;
        let code = outcome.code.unwrap_or_default();
        match outcome.status {
            CheckpointMail::Sent => Ok(()),
            CheckpointMail::Refused => {
                tracing::error!(checkpoint = id, %code, "checkpoint mail refused");
                Ok(())
            }
            // The job queue tries again.
            CheckpointMail::Delayed => Err(anyhow!("checkpoint mail not sent ({code})").into()),
        }
    }
}

/// The outcome of one attempt.
#[derive(Clone, Debug)]
struct MailOutcome {
    status: CheckpointMail,
    /// The server's reply code, without its text, which repeats addresses.
    code: Option<String>,
}

impl MailOutcome {
    const SENT: Self = Self {
        status: CheckpointMail::Sent,
        code: None,
    };

    fn of(error: &SmtpError) -> Self {
        Self {
            status: if error.is_permanent() {
                CheckpointMail::Refused
            } else {
                CheckpointMail::Delayed
            },
            code: Some(reason(error)),
        }
    }
}

/// Returns the reply code, without the server's text.
fn reason(error: &SmtpError) -> String {
    error
        .status()
        .map_or_else(|| UNREACHED.to_owned(), |code| code.to_string())
}

fn transport(settings: &CheckpointMailConfig) -> std::result::Result<Transport, SmtpError> {
    let server = Transport::from_url(settings.server.expose_secret())?;
    Ok(server.timeout(Some(TIMEOUT)).build())
}

async fn send(settings: &CheckpointMailConfig, message: Message) -> std::result::Result<(), SmtpError> {
    transport(settings)?.send(message).await?;
    Ok(())
}

/// Signs in at the mail server and sends nothing.
///
/// # Errors
/// The server's reply code, or `unreached`.
pub async fn try_server(settings: &CheckpointMailConfig) -> std::result::Result<(), String> {
    let tried = match transport(settings) {
        Ok(transport) => transport.test_connection().await,
        Err(error) => Err(error),
    };
    match tried {
        Ok(true) => Ok(()),
        Ok(false) => Err(UNREACHED.to_owned()),
        Err(error) => Err(reason(&error)),
    }
}

/// Returns the line about the last mail for the audit page, or `None` if nothing is mailed.
pub async fn status_line(app: &App) -> Result<Option<String>> {
    let Some(settings) = &app.config.audit.mail else {
        return Ok(None);
    };
    let last = last_mailed(&app.db).await?;
    let tried = last.and_then(|row| Some((row.mail?, row.mail_code, row.mail_at?)));
    let Some((status, code, at)) = tried else {
        return Ok(Some(format!(
            "存证邮件：{} 个收件人，还没有寄过。",
            settings.to.len()
        )));
    };
    let zone = app.state::<CityHandle>().load().zone();
    let time = at.with_timezone(&zone).format("%Y-%m-%d %H:%M");
    let code = code.map(|code| format!("（{code}）")).unwrap_or_default();
    let count = settings.to.len();
    Ok(Some(format!(
        "存证邮件：{count} 个收件人，{time} {}{code}。",
        status.label()
    )))
}

/// Attaches the note, because mail servers may rewrap a body and the signature covers every byte.
fn compose(app: &App, settings: &CheckpointMailConfig, row: audit_checkpoint::Model) -> Result<Message> {
    let zone = app.state::<CityHandle>().load().zone();
    let id = format!("<{}-{}@{}>", row.id, row.root, settings.from.email.domain());
    let SignedCheckpoint { size, code, at, note } = SignedCheckpoint::of(row);
    let time = at.with_timezone(&zone).format("%Y-%m-%d %H:%M");
    let text = format!(
        "附件是历史记录截至 {time} 的签名存证，共 {size} 条记录，存证码 {code}。\r\n\r\n\
         请原样保存附件，不要改动文件内容。以后核验时，把保存的附件放进一个文件夹，在服务器上运行\r\n\
         zhitong audit verify --checkpoint 文件夹\r\n\
         记录如被改动或删除，会逐条列出。\r\n"
    );
    let mut message = Message::builder()
        .from(settings.from.clone())
        .date(SystemTime::from(at))
        .message_id(Some(id))
        .subject(format!("存证 {code}（截至 {time}）"));
    for recipient in &settings.to {
        message = message.to(recipient.clone());
    }
    // Other encodings may change the ends of lines.
    let note = Body::new_with_encoding(note.into_bytes(), ContentTransferEncoding::Base64);
    let note = note.map_err(|_| anyhow!("the checkpoint cannot be encoded"))?;
    let attachment = Attachment::new(format!("{size:012}-{code}.txt")).body(note, ContentType::TEXT_PLAIN);
    let parts = MultiPart::mixed()
        .singlepart(SinglePart::plain(text))
        .singlepart(attachment);
    Ok(message.multipart(parts).map_err(anyhow::Error::from)?)
}

/// Records the outcome of the mail and the server's reply code.
async fn save(
    connection: &impl ConnectionTrait,
    id: i64,
    outcome: MailOutcome,
    at: DateTime<Utc>,
) -> Result<()> {
    audit_checkpoint::Entity::update_many()
        .col_expr(audit_checkpoint::Column::Mail, Expr::value(outcome.status))
        .col_expr(audit_checkpoint::Column::MailCode, Expr::value(outcome.code))
        .col_expr(audit_checkpoint::Column::MailAt, Expr::value(at))
        .filter(audit_checkpoint::Column::Id.eq(id))
        .exec(connection)
        .await?;
    Ok(())
}

/// Returns the last checkpoint with an attempt to mail it.
async fn last_mailed(connection: &impl ConnectionTrait) -> Result<Option<audit_checkpoint::Model>> {
    let query = audit_checkpoint::Entity::find()
        .filter(audit_checkpoint::Column::MailAt.is_not_null())
        .order_by_desc(audit_checkpoint::Column::Id);
    Ok(query.one(connection).await?)
}

async fn find(connection: &impl ConnectionTrait, id: i64) -> Result<Option<audit_checkpoint::Model>> {
    Ok(audit_checkpoint::Entity::find_by_id(id).one(connection).await?)
}
