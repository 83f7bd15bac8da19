//! Imports a table of sites. A row whose code or name is known changes that site; sites that are not in the file stay.

use crate::city::snapshot::CityHandle;
use crate::sealing::Sealer;
use std::collections::{HashMap, HashSet};

use entity::ids::{PersonId, SiteId};
use entity::kinds::{ActKind, Datum};
use entity::{person, site};
use serde_json::json;
use tables::kinds::sites::{Column, SITES};
use tables::{Choice, Fault, Row, Table, TableInfo, text};

use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::db;
use crate::error::{Error, FieldError, Result};
use crate::orders::submit::draft::GivenPoint;
use crate::people::profile;
use crate::sealing::Phone;
use crate::sites::service::{Checked, NewSite, insert_with_new_code};
use crate::sites::{code, store};

/// A file of sites.
#[derive(Clone, Debug)]
pub struct SiteFile {
    pub bytes: Vec<u8>,
    pub sheet: Option<String>,
    pub dry_run: bool,
    pub by: AuditActor,
}

#[derive(Clone, Debug, Default)]
pub struct SiteReport {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub table: TableInfo,
}

/// A row that is right.
struct Entry {
    line: usize,
    code: Option<String>,
    site: Checked,
}

/// All rows, or nothing and every fault.
pub async fn import(app: &App, file: SiteFile) -> Result<std::result::Result<SiteReport, Vec<Fault>>> {
    let SiteFile { bytes, sheet, .. } = file.clone();
    let read =
        tokio::task::spawn_blocking(move || tables::read(&bytes, &SITES, Choice::of(sheet.as_deref())));
    let table = match read.await.map_err(anyhow::Error::from)? {
        Ok(table) => table,
        Err(faults) => return Ok(Err(faults)),
    };
    let entries = match entries(app, &table).await? {
        Ok(entries) => entries,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut report = write(app, entries, &file).await?;
    report.table = table.info();
    Ok(Ok(report))
}

async fn entries(app: &App, table: &Table<Column>) -> Result<std::result::Result<Vec<Entry>, Vec<Fault>>> {
    let delegates = Delegates::load(app, table).await?;
    let city = app.state::<CityHandle>().load();
    let (mut entries, mut faults) = (Vec::new(), Vec::new());
    let (mut codes, mut names) = (HashMap::new(), HashMap::new());
    for row in &table.rows {
        let before = faults.len();
        let given = row.text(Column::Code);
        let code = code::read(given);
        if !given.is_empty() && code.is_none() {
            faults.push(fault(
                row,
                Column::Code,
                "malformed",
                "点位代码只能有字母、数字和横线，3 到 32 位。",
            ));
        }
        let location = location(row, &mut faults);
        let people = delegates.of(row, &mut faults);
        for (known, key, column) in [
            (&mut codes, code.clone().unwrap_or_default(), Column::Code),
            (&mut names, text::name_key(row.text(Column::Name)), Column::Name),
        ] {
            if let Some(first) = known.insert(key.clone(), row.line).filter(|_| !key.is_empty()) {
                faults.push(fault(row, column, "duplicate", &format!("与第 {first} 行相同。")));
            }
        }
        let Some(location) = location.filter(|_| faults.len() == before) else {
            continue;
        };
        match Checked::of(&city, new_site(row, location), people) {
            Ok(site) => entries.push(Entry {
                line: row.line,
                code,
                site,
            }),
            Err(wrong) => faults.extend(wrong.into_iter().map(|wrong| of_field(row, &wrong))),
        }
    }
    Ok(if faults.is_empty() {
        Ok(entries)
    } else {
        Err(faults)
    })
}

fn new_site(row: &Row<Column>, location: GivenPoint) -> NewSite {
    let some = |column| Some(row.text(column).to_owned()).filter(|text| !text.is_empty());
    NewSite {
        name: row.text(Column::Name).to_owned(),
        kind: kind(row.text(Column::Kind)).to_owned(),
        location,
        address: some(Column::Address),
        category: some(Column::Category),
        unit: some(Column::Unit),
        delegates: Vec::new(),
        active: true,
    }
}

/// The code of a kind of site, by its Chinese name.
fn kind(text: &str) -> &str {
    match text {
        "联络站" | "代表联络站" => "liaison_station",
        "公交站" => "bus_stop",
        "学校" | "学校门口" => "school_gate",
        "隧道" => "tunnel",
        "工地" | "建筑工地" => "building_site",
        "小区" | "居民小区" => "residential_area",
        "市场" | "农贸市场" => "market",
        "办事大厅" | "政务大厅" | "服务大厅" => "service_hall",
        "其他" => "other",
        other => other,
    }
}

fn location(row: &Row<Column>, faults: &mut Vec<Fault>) -> Option<GivenPoint> {
    let mut degrees = |column, most: f64| {
        let number = row.text(column).parse().ok();
        let number = number.filter(|number: &f64| number.is_finite() && number.abs() <= most);
        if number.is_none() {
            faults.push(fault(row, column, "malformed", "请填十进制度数。"));
        }
        number
    };
    let (longitude, latitude) = (degrees(Column::Longitude, 180.0), degrees(Column::Latitude, 90.0));
    let datum = match text::folded(row.text(Column::Datum)).replace('-', "").as_str() {
        "" | "wgs84" | "gps" => Some(Datum::Wgs84),
        "gcj02" | "高德" | "腾讯" | "火星坐标" => Some(Datum::Gcj02),
        "bd09" | "百度" => Some(Datum::Bd09),
        _ => {
            faults.push(fault(
                row,
                Column::Datum,
                "unknown_datum",
                "请填 wgs84、gcj02 或 bd09。",
            ));
            None
        }
    };
    Some(GivenPoint {
        longitude: longitude?,
        latitude: latitude?,
        datum: datum?,
        accuracy_m: None,
    })
}

fn fault(row: &Row<Column>, column: Column, code: &'static str, detail: &str) -> Fault {
    row.fault(SITES.field_name(column), code, detail)
}

/// A refusal of a field, under the heading that the file has.
fn of_field(row: &Row<Column>, wrong: &FieldError) -> Fault {
    let column = match wrong.field.as_str() {
        "name" => Column::Name,
        "kind" => Column::Kind,
        "address" => Column::Address,
        "category" => Column::Category,
        "unit" => Column::Unit,
        "latitude" => Column::Latitude,
        "delegates" => Column::Delegates,
        _ => Column::Longitude,
    };
    fault(row, column, "invalid", &wrong.detail)
}

/// The delegates that the table names, loaded at once.
struct Delegates {
    by_name: HashMap<String, Vec<person::Model>>,
    by_hash: HashMap<String, person::Model>,
    hashes: HashMap<String, String>,
}

impl Delegates {
    async fn load(app: &App, table: &Table<Column>) -> Result<Self> {
        let mut names = HashSet::new();
        let mut hashes = HashMap::new();
        for part in table.rows.iter().flat_map(named) {
            match Phone::parse(part) {
                Some(phone) => {
                    hashes.insert(part.to_owned(), app.state::<Sealer>().phone_hash(&phone));
                }
                None => {
                    names.insert(text::tidy_name(part));
                }
            }
        }
        let named = profile::delegates_with_name(app, names.into_iter().collect()).await?;
        let by_number = match hashes.is_empty() {
            true => Vec::new(),
            false => store::delegates(&app.db, Vec::new(), hashes.values().cloned().collect()).await?,
        };
        let mut by_name: HashMap<String, Vec<person::Model>> = HashMap::new();
        for person in named {
            by_name
                .entry(text::name_key(&person.name))
                .or_default()
                .push(person);
        }
        let by_hash = by_number
            .into_iter()
            .map(|person| (person.phone_hash.clone(), person));
        Ok(Self {
            by_name,
            by_hash: by_hash.collect(),
            hashes,
        })
    }

    fn of(&self, row: &Row<Column>, faults: &mut Vec<Fault>) -> Vec<person::Model> {
        let mut found: Vec<person::Model> = Vec::new();
        for part in named(row) {
            let by_number = self.hashes.get(part).and_then(|hash| self.by_hash.get(hash));
            let by_name = self.by_name.get(&text::name_key(part)).map(Vec::as_slice);
            match (by_number, by_name.unwrap_or_default()) {
                (Some(person), _) | (None, [person]) => {
                    if !found.iter().any(|held| held.id == person.id) {
                        found.push(person.clone());
                    }
                }
                (None, []) => {
                    faults.push(fault(
                        row,
                        Column::Delegates,
                        "not_a_delegate",
                        "有的人不在代表名册上。",
                    ));
                }
                (None, _) => {
                    let detail = format!("名册上有几位代表叫「{part}」，请改填手机号。");
                    faults.push(fault(row, Column::Delegates, "several_delegates", &detail));
                }
            }
        }
        found
    }
}

fn named(row: &Row<Column>) -> impl Iterator<Item = &str> {
    let parts = row
        .text(Column::Delegates)
        .split(['、', '，', ',', ';', '；', ' ', '\n', '/']);
    parts.filter(|part| !part.trim().is_empty())
}

#[expect(clippy::too_many_lines, reason = "one comparison of a row with what is held")]
async fn write(app: &App, entries: Vec<Entry>, file: &SiteFile) -> Result<SiteReport> {
    let now = app.clock.now();
    let created_by = match file.by {
        AuditActor::Person(person) => Some(person),
        AuditActor::CommandLine => None,
    };
    let txn = db::write(&app.db).await?;
    let held = store::all(&txn).await?;
    let mut links = store::delegates_of(&txn, held.iter().map(|site| site.id).collect()).await?;
    let by_code: HashMap<&str, &site::Model> = held.iter().map(|site| (site.code.as_str(), site)).collect();
    let by_name: HashMap<String, &site::Model> = held
        .iter()
        .map(|site| (text::name_key(&site.name), site))
        .collect();
    let mut report = SiteReport::default();
    for entry in entries {
        let by_code = entry.code.as_deref().map(|code| by_code.get(code).copied());
        let known = by_code.unwrap_or_else(|| by_name.get(&text::name_key(entry.site.name())).copied());
        let Some(old) = known else {
            report.added += 1;
            if !file.dry_run {
                let mut row = entry.site.row(SiteId::generate(), created_by, now);
                match entry.code {
                    Some(code) => {
                        row.code = code;
                        if !store::insert(&txn, &row).await? {
                            return Err(anyhow::anyhow!("site code of line {} was taken", entry.line).into());
                        }
                    }
                    None => insert_with_new_code(&txn, &mut row).await?,
                }
                store::set_delegates(&txn, row.id, &entry.site.ids()).await?;
            }
            continue;
        };
        let row = site::Model {
            code: old.code.clone(),
            created_at: old.created_at,
            updated_at: old.updated_at,
            ..entry.site.row(old.id, old.created_by, now)
        };
        let linked = links.remove(&old.id).unwrap_or_default();
        let mut linked: Vec<PersonId> = linked.iter().map(|person| person.id).collect();
        let mut wanted = entry.site.ids();
        linked.sort_unstable();
        wanted.sort_unstable();
        if row == *old && linked == wanted {
            report.unchanged += 1;
            continue;
        }
        report.changed += 1;
        if !file.dry_run {
            let row = site::Model {
                updated_at: now,
                ..row
            };
            store::update(&txn, &row).await?;
            store::set_delegates(&txn, row.id, &wanted).await?;
        }
    }
    if file.dry_run || report.added + report.changed == 0 {
        txn.rollback().await?;
        return Ok(report);
    }
    let act = AuditEntry {
        by: file.by,
        kind: ActKind::SiteChanged,
        subject: "点位表",
        detail: json!({ "added": report.added, "changed": report.changed }),
    };
    audit_log::record(&txn, act, now).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(report)
}
