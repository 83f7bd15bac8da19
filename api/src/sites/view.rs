//! Sites and messages as each kind of reader is shown them.

use std::collections::HashMap;

use entity::ids::{PersonId, PhotoId, SiteId, SiteMessageId, UnitId};
use entity::kinds::{ContentCheck, PersonLevel, SiteMessageStatus};
use entity::{person, photo, site, site_message};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::time::{LocalTime, local};
use crate::orders::submit::draft::GivenPoint;
use crate::orders::view::progress::Progress;
use crate::photos::routes::PhotoLinks;
use crate::photos::service::links;
use crate::sealing::Sealer;
use crate::sites::code_image;
use crate::sites::message_limits::MessageLimits;
use places::datum::Wgs84;

/// A code with the name it has in the city.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Named {
    pub code: String,
    pub name: String,
}

/// The public data of a site.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PublicSite {
    pub code: String,
    pub name: String,
    pub kind: String,
    pub address: Option<String>,
    pub area: Option<Named>,
    /// The default category of reports from here.
    pub category: Option<Named>,
}

impl PublicSite {
    #[must_use]
    pub fn of(app: &App, site: &site::Model) -> Self {
        let city = app.state::<CityHandle>().load();
        let area = site.area_code.as_ref().map(|code| Named {
            code: code.clone(),
            name: city.county_name(code).to_owned(),
        });
        let category = site.category_code.as_ref().map(|code| Named {
            code: code.clone(),
            name: city.categories.name_of(code).to_owned(),
        });
        Self {
            code: site.code.clone(),
            name: site.name.clone(),
            kind: site.kind.clone(),
            address: site.address.clone(),
            area,
            category,
        }
    }
}

/// A site as its visitor sees it, with the limits of a message to its delegates.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct VisitedSite {
    #[serde(flatten)]
    pub site: PublicSite,
    pub limits: MessageLimits,
}

/// A site as an admin keeps it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SiteView {
    pub id: SiteId,
    #[serde(flatten)]
    pub public: PublicSite,
    /// In WGS-84.
    pub location: GivenPoint,
    pub township: Option<String>,
    /// Which gets reports from here.
    pub unit: Option<SiteUnit>,
    pub delegates: Vec<SiteDelegate>,
    pub active: bool,
    /// The link in an ordinary QR code.
    pub link: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: LocalTime,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: LocalTime,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SiteUnit {
    pub id: UnitId,
    pub name: String,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SiteDelegate {
    pub id: PersonId,
    pub name: String,
    pub level: Option<PersonLevel>,
}

impl SiteView {
    #[must_use]
    pub fn of(app: &App, site: site::Model, delegates: Vec<person::Model>) -> Self {
        let city = app.state::<CityHandle>().load();
        let township = site.township_code.as_deref().and_then(|code| city.township(code));
        let unit = site.unit_id.and_then(|id| city.unit(id));
        let delegate = |person: person::Model| SiteDelegate {
            id: person.id,
            name: person.name,
            level: person.level,
        };
        Self {
            id: site.id,
            public: PublicSite::of(app, &site),
            location: point(&site),
            township: township.map(|township| township.name.clone()),
            unit: unit.map(|unit| SiteUnit {
                id: unit.id,
                name: unit.name.clone(),
            }),
            delegates: delegates.into_iter().map(delegate).collect(),
            active: site.active,
            link: code_image::link(app, &site.code),
            created_at: local(site.created_at, city.zone()),
            updated_at: local(site.updated_at, city.zone()),
        }
    }
}

/// Where a site is, as a report would say it.
#[must_use]
pub fn point(site: &site::Model) -> GivenPoint {
    let place = Wgs84 {
        longitude: site.longitude,
        latitude: site.latitude,
    };
    GivenPoint {
        longitude: place.longitude,
        latitude: place.latitude,
        datum: entity::kinds::Datum::Wgs84,
        accuracy_m: None,
    }
}

/// A message as the site's delegates and the operators read it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageView {
    pub id: SiteMessageId,
    pub site: Named,
    pub text: String,
    /// How to reach the resident; for the site's delegates.
    pub contact: Option<String>,
    pub photos: Vec<MessagePhoto>,
    pub status: SiteMessageStatus,
    /// 待审 unless `pass`; delegates are shown nothing else.
    pub content_check: ContentCheck,
    pub answer: Option<String>,
    /// The last hand-over to another delegate.
    pub hand_over: Option<HandOverView>,
    /// Whether the caller is the one who handled it.
    pub mine: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: LocalTime,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub handled_at: Option<LocalTime>,
}

/// A message handed over from one delegate to another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HandOverView {
    pub from: String,
    pub to: String,
    pub note: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: LocalTime,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessagePhoto {
    pub id: PhotoId,
    pub urls: PhotoLinks,
}

/// The photos a message refers to.
#[must_use]
pub fn photo_ids(message: &site_message::Model) -> Vec<PhotoId> {
    serde_json::from_value(message.photo_ids.clone()).unwrap_or_default()
}

/// The rows that belong to messages.
pub struct MessageContext {
    /// Names of the delegates who hand messages over and get them.
    pub people: HashMap<PersonId, String>,
    pub sites: HashMap<SiteId, site::Model>,
    pub photos: HashMap<PhotoId, photo::Model>,
}

impl MessageContext {
    /// Returns the message for one reader. `reads_contact` is `true` for the delegates whom the resident wrote to.
    pub async fn view(
        &self,
        app: &App,
        message: site_message::Model,
        reader: PersonId,
        reads_contact: bool,
    ) -> Result<MessageView> {
        let zone = app.state::<CityHandle>().load().zone();
        let mut photos = Vec::new();
        for photo in photo_ids(&message).iter().filter_map(|id| self.photos.get(id)) {
            let (large, thumb) = links(app, photo).await?;
            photos.push(MessagePhoto {
                id: photo.id,
                urls: PhotoLinks { large, thumb },
            });
        }
        let hand_over = self.hand_over(&message, zone);
        let sealed = message.contact_sealed.as_deref().filter(|_| reads_contact);
        let contact = sealed
            .map(|sealed| app.state::<Sealer>().open_text(sealed))
            .transpose();
        let site = self.sites.get(&message.site_id);
        Ok(MessageView {
            id: message.id,
            site: Named {
                code: site.map_or_else(String::new, |site| site.code.clone()),
                name: site.map_or_else(String::new, |site| site.name.clone()),
            },
            text: message.text,
            contact: contact.map_err(anyhow::Error::from)?,
            photos,
            status: message.status,
            content_check: message.content_check,
            answer: message.answer,
            hand_over,
            mine: message.handled_by == Some(reader),
            created_at: local(message.created_at, zone),
            handled_at: message.handled_at.map(|at| local(at, zone)),
        })
    }

    fn hand_over(&self, message: &site_message::Model, zone: chrono_tz::Tz) -> Option<HandOverView> {
        let name = |id: Option<PersonId>| id.and_then(|id| self.people.get(&id).cloned());
        Some(HandOverView {
            from: name(message.handed_by)?,
            to: name(message.handed_to)?,
            note: message.hand_over_note.clone().unwrap_or_default(),
            at: local(message.handed_at?, zone),
        })
    }
}

/// The message as its receipt shows it to the resident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptView {
    pub site: Named,
    pub state: SiteMessageStatus,
    /// 待审: only operators have seen it so far.
    pub in_review: bool,
    /// State and review in words for the resident.
    pub title: &'static str,
    /// The resident's text.
    pub text: String,
    /// The delegate's answer, once it has been found fit to be shown.
    pub answer: Option<String>,
    /// The order that it became.
    pub order: Option<Progress>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: LocalTime,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub handled_at: Option<LocalTime>,
}

/// How a message stands, as its resident reads it.
#[must_use]
pub const fn progress_title(status: SiteMessageStatus, in_review: bool) -> &'static str {
    match status {
        SiteMessageStatus::Received if in_review => "正在审核，审核后转给人大代表",
        SiteMessageStatus::Received => "代表尚未处理",
        SiteMessageStatus::Adopted => "代表已采纳，正在办理",
        SiteMessageStatus::Answered => "代表已答复",
        SiteMessageStatus::Refused => "内容不符合规定，未予转交",
    }
}
