//! `GET /categories`, `POST /categories/suggest`, `GET /reply-texts`.

use actix_web::{get, post, web};
use entity::kinds::Role;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::caller::Caller;
use crate::city::categories::reply_texts::ReplyText;
use crate::city::categories::service;
use crate::city::categories::suggest::Suggestion as Found;
use crate::city::categories::tree::Category;
use crate::city::emergencies::EmergencyView;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, FieldError, Result};
use crate::http::problem::Problem;
use crate::http::responses::ReadErrors;

/// As much as a report's description may hold.
const MAX_CHARS: usize = 2_000;

/// A kind of matter an order can be of.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Leaf {
    pub code: String,
    pub name: String,
    /// 普通 or 紧急 by default.
    pub urgency: String,
    /// Words by which people mean it.
    pub keywords: Vec<String>,
}

/// A first-level category with its kinds.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Group {
    pub code: String,
    pub name: String,
    pub children: Vec<Leaf>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Categories {
    pub items: Vec<Group>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Words {
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Suggestion {
    pub code: String,
    pub name: String,
    /// 0 to 1; below the city's limit an order would go to an operator first.
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
}

/// One of two matters that a text tells of.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SuggestedMatter {
    /// Its part of the text, in the person's own words.
    pub text: String,
    /// The likeliest kind of this part.
    pub category: Suggestion,
}

/// The likeliest kinds, the best first; empty when no word says anything.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Suggestions {
    pub suggestions: Vec<Suggestion>,
    /// Two if the text seems to tell of two matters, which are better filed apart; otherwise left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub matters: Vec<SuggestedMatter>,
    /// Set if the text tells of an emergency: show it before anything is sent.
    #[schema(required = true)]
    pub emergency: Option<EmergencyView>,
}

/// The tree of categories.
#[utoipa::path(
    operation_id = "list_categories",
    tag = "categories",
    responses(
        (status = 200, body = Categories),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/categories")]
pub async fn list(app: web::Data<App>, _caller: Caller) -> web::Json<Categories> {
    let city = app.state::<CityHandle>().load();
    let tree = &city.categories;
    let items = tree.groups().map(|group| Group {
        code: group.code.clone(),
        name: group.name.clone(),
        children: tree.children(&group.code).map(leaf).collect(),
    });
    web::Json(Categories {
        items: items.collect(),
    })
}

fn leaf(category: &Category) -> Leaf {
    let Category {
        code,
        parent: _,
        name,
        keywords,
        urgency,
    } = category.clone();
    Leaf {
        code,
        name,
        urgency,
        keywords,
    }
}

/// Which category a description means.
#[utoipa::path(
    tag = "categories",
    request_body = Words,
    responses(
        (status = 200, body = Suggestions),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/categories/suggest")]
pub async fn suggest(
    app: web::Data<App>,
    _caller: Caller,
    words: web::Json<Words>,
) -> Result<web::Json<Suggestions>> {
    let text = words.into_inner().text;
    if text.trim().is_empty() || text.chars().count() > MAX_CHARS {
        let detail = format!("请填写 1 到 {MAX_CHARS} 个字的描述。");
        return Err(Error::invalid(vec![FieldError::new("text", "length", detail)]));
    }
    let shown = |found: Found| {
        let Found {
            code,
            name,
            confidence,
        } = found;
        Suggestion {
            code,
            name,
            confidence,
        }
    };
    let found = service::understand(&app.state::<CityHandle>().load(), &text).await?;
    Ok(web::Json(Suggestions {
        suggestions: found.suggestions.into_iter().map(shown).collect(),
        matters: found
            .matters
            .into_iter()
            .map(|matter| SuggestedMatter {
                text: matter.text,
                category: shown(matter.category),
            })
            .collect(),
        emergency: found.emergency,
    }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReplyTextQuery {
    /// Code or name.
    pub category: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReplyTexts {
    pub items: Vec<ReplyText>,
}

/// 标准答复: what a unit may start its public reply from, the most particular first.
#[utoipa::path(
    tag = "categories",
    params(ReplyTextQuery),
    responses((status = 200, body = ReplyTexts), ReadErrors),
    security(("bearer" = []))
)]
#[get("/reply-texts")]
pub async fn reply_texts(
    app: web::Data<App>,
    caller: Caller,
    of: web::Query<ReplyTextQuery>,
) -> Result<web::Json<ReplyTexts>> {
    caller.require_any(&[Role::Handler, Role::Operator, Role::Admin])?;
    let city = app.state::<CityHandle>().load();
    let category = city.categories.find(&of.category).ok_or_else(Error::not_found)?;
    let items = city.reply_texts.of(&category.code, category.parent.as_deref());
    Ok(web::Json(ReplyTexts { items }))
}
