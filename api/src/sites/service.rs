//! Sites: created and changed by an admin, read by staff; their public data are for all who scan.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, SiteId};
use entity::kinds::{ActKind, Role};
use entity::{person, site};
use places::datum::Wgs84;
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::caller::Caller;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::db::{self, WriteTransaction};
use crate::error::{Error, FieldError, Result};
use crate::http::idempotency::{self, StoredResponse};
use crate::http::paging::{Page, Paging};
use crate::orders::submit::IdempotencyScope;
use crate::orders::submit::draft::{GivenPoint, MAX_ADDRESS_CHARS, validate_text};
use crate::sealing::Phone;
use crate::sealing::Sealer;
use crate::sites::view::SiteView;
use crate::sites::{code, store};

const NAME_CHARS: std::ops::RangeInclusive<usize> = 2..=60;
/// A station's delegates; more is an electoral unit.
const MAX_DELEGATES: usize = 50;
/// Attempts to find a free code.
const CODE_TRIES: usize = 5;
/// Kinds of places, for filters and signs.
pub const KINDS: [&str; 9] = [
    "liaison_station",
    "bus_stop",
    "school_gate",
    "tunnel",
    "building_site",
    "residential_area",
    "market",
    "service_hall",
    "other",
];

/// An admin's entries for a site.
#[derive(Clone, Debug)]
pub struct NewSite {
    pub name: String,
    pub kind: String,
    pub location: GivenPoint,
    pub address: Option<String>,
    /// By code or name.
    pub category: Option<String>,
    /// By name, code or what people call it.
    pub unit: Option<String>,
    /// Each by id or by phone number.
    pub delegates: Vec<String>,
    pub active: bool,
}

/// The active site with this code, whatever it was typed like; else 404.
pub async fn active(app: &App, text: &str) -> Result<site::Model> {
    let site = any(app, text).await?;
    if site.active {
        Ok(site)
    } else {
        Err(Error::not_found())
    }
}

/// Returns the active site that is nearest to a point (WGS-84), and no farther away than `within_m` metres.
pub async fn nearest(app: &App, longitude: f64, latitude: f64, within_m: f64) -> Result<Option<site::Model>> {
    let here = Wgs84 { longitude, latitude };
    let distance = |site: &site::Model| {
        here.distance_m(Wgs84 {
            longitude: site.longitude,
            latitude: site.latitude,
        })
    };
    let sites = store::active_around(&app.db, here, within_m).await?;
    let nearest = sites.into_iter().map(|site| (distance(&site), site));
    let nearest = nearest.min_by(|(one, _), (other, _)| one.total_cmp(other));
    Ok(nearest
        .filter(|(away, _)| *away <= within_m)
        .map(|(_, site)| site))
}

/// Returns an active site for matters of any kind: one of the township if there is one, otherwise one of the county.
///
/// A site with a category or a unit of its own is about one thing and is left out. The first code decides, so the same words
/// lead to the same site.
pub async fn of_area(app: &App, county: &str, township: Option<&str>) -> Result<Option<site::Model>> {
    let sites = store::general_in(&app.db, county).await?;
    let is_there = |site: &site::Model| township.is_some() && site.township_code.as_deref() == township;
    let chosen = sites.iter().position(is_there).unwrap_or_default();
    Ok(sites.into_iter().nth(chosen))
}

pub async fn any(app: &App, text: &str) -> Result<site::Model> {
    let code = code::read(text).ok_or_else(Error::not_found)?;
    store::by_code(&app.db, &code).await?.ok_or_else(Error::not_found)
}

pub async fn list(
    app: &App,
    caller: &Caller,
    active: Option<bool>,
    part: Option<&str>,
    paging: &Paging,
) -> Result<Page<SiteView>> {
    caller.require_any(&[Role::Admin, Role::Operator])?;
    let limit = paging.limit()?;
    let rows = store::list(&app.db, active, part, paging.after()?, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |site| site.code.clone());
    let ids = page.items.iter().map(|site| site.id).collect();
    let mut delegates = store::delegates_of(&app.db, ids).await?;
    Ok(page.map(|site| {
        let delegates = delegates.remove(&site.id).unwrap_or_default();
        SiteView::of(app, site, delegates)
    }))
}

/// Makes a site; the code is ours.
pub async fn create(
    app: &App,
    caller: &Caller,
    new: NewSite,
    claim: Option<&IdempotencyScope>,
) -> Result<StoredResponse<SiteView>> {
    caller.require(Role::Admin)?;
    let now = app.clock.now();
    let city = app.state::<CityHandle>().load();
    let checked = Checked::read(app, &city, new).await?;
    let txn = db::write(&app.db).await?;
    if let Some(claim) = claim
        && let Some(first) =
            idempotency::begin(&txn, claim.person, &claim.key, &claim.fingerprint, now).await?
    {
        return Ok(first);
    }
    let mut row = checked.row(SiteId::generate(), Some(caller.person), now);
    insert_with_new_code(&txn, &mut row).await?;
    store::set_delegates(&txn, row.id, &checked.ids()).await?;
    note(&txn, caller, ActKind::SiteCreated, &row).await?;
    let answer = StoredResponse::created(SiteView::of(app, row, checked.delegates));
    if let Some(claim) = claim {
        idempotency::complete(&txn, claim.person, &claim.key, &answer).await?;
    }
    txn.commit().await?;
    Ok(answer)
}

pub(super) async fn insert_with_new_code(txn: &impl ConnectionTrait, row: &mut site::Model) -> Result<()> {
    for _ in 0..CODE_TRIES {
        row.code = code::from_random(rand::random());
        if store::insert(txn, row).await? {
            return Ok(());
        }
    }
    Err(anyhow::anyhow!("no free site code in {CODE_TRIES} tries").into())
}

/// Changes a site. The code stays: it is printed.
pub async fn change(app: &App, caller: &Caller, text: &str, new: NewSite) -> Result<SiteView> {
    caller.require(Role::Admin)?;
    let now = app.clock.now();
    let old = any(app, text).await?;
    let city = app.state::<CityHandle>().load();
    let checked = Checked::read(app, &city, new).await?;
    let row = site::Model {
        code: old.code,
        created_at: old.created_at,
        ..checked.row(old.id, old.created_by, now)
    };
    let txn = db::write(&app.db).await?;
    store::update(&txn, &row).await?;
    store::set_delegates(&txn, row.id, &checked.ids()).await?;
    note(&txn, caller, ActKind::SiteChanged, &row).await?;
    txn.commit().await?;
    Ok(SiteView::of(app, row, checked.delegates))
}

/// A site as an admin keeps it, in use or not.
pub async fn shown(app: &App, caller: &Caller, text: &str) -> Result<SiteView> {
    caller.require_any(&[Role::Admin, Role::Operator])?;
    let site = any(app, text).await?;
    let mut delegates = store::delegates_of(&app.db, vec![site.id]).await?;
    let delegates = delegates.remove(&site.id).unwrap_or_default();
    Ok(SiteView::of(app, site, delegates))
}

/// Deactivates or reactivates a site.
pub async fn set_active(app: &App, caller: &Caller, text: &str, active: bool) -> Result<()> {
    caller.require(Role::Admin)?;
    let row = site::Model {
        active,
        updated_at: app.clock.now(),
        ..any(app, text).await?
    };
    let txn = db::write(&app.db).await?;
    store::update(&txn, &row).await?;
    note(&txn, caller, ActKind::SiteChanged, &row).await?;
    Ok(txn.commit().await?)
}

async fn note(txn: &WriteTransaction, caller: &Caller, kind: ActKind, row: &site::Model) -> Result<()> {
    let act = AuditEntry {
        by: AuditActor::Person(caller.person),
        kind,
        subject: &row.name,
        detail: json!({ "code": row.code, "active": row.active }),
    };
    audit_log::record(txn, act, row.updated_at).await
}

/// The validated entries.
pub(super) struct Checked {
    new: NewSite,
    area: Option<String>,
    township: Option<String>,
    category: Option<String>,
    unit: Option<entity::ids::UnitId>,
    delegates: Vec<person::Model>,
}

impl Checked {
    async fn read(app: &App, city: &City, new: NewSite) -> Result<Self> {
        new.location.check_coordinates()?;
        let mut faults = Vec::new();
        let people = delegates(app, &new.delegates, &mut faults).await?;
        match Self::of(city, new, people) {
            Ok(checked) if faults.is_empty() => Ok(checked),
            Ok(_) => Err(Error::invalid(faults)),
            Err(mut found) => {
                found.append(&mut faults);
                Err(Error::invalid(found))
            }
        }
    }

    /// A site whose delegates are known already; the place is one on earth.
    pub(super) fn of(
        city: &City,
        mut new: NewSite,
        delegates: Vec<person::Model>,
    ) -> std::result::Result<Self, Vec<FieldError>> {
        let mut faults = Vec::new();
        new.name = validate_text("name", &new.name, NAME_CHARS, &mut faults);
        let address = new
            .address
            .map(|text| validate_text("address", &text, 0..=MAX_ADDRESS_CHARS, &mut faults));
        new.address = address.filter(|text| !text.is_empty());
        if !KINDS.contains(&new.kind.as_str()) {
            faults.push(FieldError::new("kind", "unknown_kind", "没有这种点位类型。"));
        }
        let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let category = said(&new.category).and_then(|text| {
            let found = city.categories.find(&text).map(|category| category.code.clone());
            if found.is_none() {
                faults.push(FieldError::new("category", "unknown_category", "没有这个类别。"));
            }
            found
        });
        let unit = said(&new.unit).and_then(|text| {
            let found = city.units.resolve(text.trim()).map(|unit| unit.id);
            if found.is_none() {
                faults.push(FieldError::new("unit", "unknown_unit", "没有这个承办单位。"));
            }
            found
        });
        if !faults.is_empty() {
            return Err(faults);
        }
        let located = city.locate(new.location.wgs84(), new.location.accuracy_m);
        let area = located.division.map(|division| division.code.clone());
        let told = format!("{}\n{}", new.address.as_deref().unwrap_or_default(), new.name);
        let township = city.words.find(&told, area.as_deref());
        Ok(Self {
            township: township.map(|township| township.code.clone()),
            area,
            category,
            unit,
            delegates,
            new,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.new.name
    }

    pub(super) fn ids(&self) -> Vec<PersonId> {
        self.delegates.iter().map(|person| person.id).collect()
    }

    pub(super) fn row(&self, id: SiteId, created_by: Option<PersonId>, now: DateTime<Utc>) -> site::Model {
        let point = self.new.location.wgs84();
        site::Model {
            id,
            code: String::new(),
            name: self.new.name.clone(),
            kind: self.new.kind.clone(),
            longitude: point.longitude,
            latitude: point.latitude,
            area_code: self.area.clone(),
            township_code: self.township.clone(),
            category_code: self.category.clone(),
            unit_id: self.unit,
            address: self.new.address.clone(),
            active: self.new.active,
            created_by,
            created_at: now,
            updated_at: now,
        }
    }
}

/// The delegates that were named; one who is not on the roster is a fault.
async fn delegates(app: &App, named: &[String], faults: &mut Vec<FieldError>) -> Result<Vec<person::Model>> {
    if named.len() > MAX_DELEGATES {
        let detail = format!("一个点位最多 {MAX_DELEGATES} 名代表。");
        faults.push(FieldError::new("delegates", "too_many", detail));
        return Ok(Vec::new());
    }
    let (mut ids, mut hashes) = (
        std::collections::BTreeSet::new(),
        std::collections::BTreeSet::new(),
    );
    for (index, text) in named.iter().enumerate() {
        if let Ok(id) = text.trim().parse::<PersonId>() {
            ids.insert(id);
        } else if let Some(phone) = Phone::parse(text) {
            hashes.insert(app.state::<Sealer>().phone_hash(&phone));
        } else {
            let detail = "请填写代表的编号或手机号。";
            faults.push(FieldError::new(
                format!("delegates[{index}]"),
                "malformed",
                detail,
            ));
        }
    }
    let found = store::delegates(
        &app.db,
        ids.iter().copied().collect(),
        hashes.iter().cloned().collect(),
    )
    .await?;
    let missing = |known: &dyn Fn(&person::Model) -> bool| !found.iter().any(known);
    let unknown = ids.iter().any(|id| missing(&|person| person.id == *id))
        || hashes
            .iter()
            .any(|hash| missing(&|person| person.phone_hash == *hash));
    if unknown {
        let detail = "有的人不在代表名册上。";
        faults.push(FieldError::new("delegates", "not_a_delegate", detail));
    }
    Ok(found)
}
