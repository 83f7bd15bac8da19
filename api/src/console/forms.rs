//! A form as data: what it asks, what it will do, what was wrong with it.
//!
//! One template draws them all, so that every form says what will happen, names its fields, and keeps what was typed
//! when something is refused.

use askama::Template;
use askama::filters::HtmlSafe;
use entity::ids::PhotoId;
use entity::kinds::Labelled;

use crate::console::labels::Markup;
use crate::error::{Error, Rejection};

/// Photos already stored when a form is shown again for correction; ids separated by commas.
pub const KEPT_PHOTOS: &str = "photo_ids";

/// Names and texts as a form or an address sent them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormFields(Vec<(String, String)>);

impl FormFields {
    #[must_use]
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first text of this name, without blanks around it; nothing is the empty text.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(given, _)| given == name);
        found.map_or("", |(_, text)| text.trim())
    }

    /// Returns the value of a field. Returns `None` if it is empty.
    #[must_use]
    pub fn some(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(given, _)| given == name);
        named.map(|(_, text)| text.trim())
    }

    /// Remembers photos that are stored already, so that a corrected form need not bring them again.
    pub fn keep_photos(&mut self, photos: &[PhotoId]) {
        self.0.retain(|(name, _)| name != KEPT_PHOTOS);
        let ids: Vec<String> = photos.iter().map(ToString::to_string).collect();
        if !ids.is_empty() {
            self.0.push((KEPT_PHOTOS.to_owned(), ids.join(",")));
        }
    }

    /// Whether a box of this name was ticked.
    #[must_use]
    pub fn ticked(&self, name: &str) -> bool {
        self.some(name).is_some()
    }
}

/// The input type of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Line,
    /// Several lines.
    Text,
    Date,
    /// A day and a time of the city.
    Moment,
    Number,
    Tick,
    /// One of these, all of them seen.
    OneOf(Vec<Choice>),
    /// One of these, folded.
    Pick(Vec<Choice>),
    /// A unit by name, with proposals as one types.
    Unit,
    /// People by name, with proposals from the roster as one types.
    People,
    Photos,
    /// Documents that are stored: PDF, DOCX, XLSX, images.
    Attachments,
    /// A point that a click on the map sets, in WGS-84 degrees; the value is longitude and latitude.
    Point(Map),
    /// One file; what the browser proposes to choose, e.g. `.csv,text/csv`.
    File(&'static str),
}

impl Kind {
    /// The `type` of an `<input>`.
    fn input(&self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Moment => "datetime-local",
            Self::Number => "number",
            _ => "text",
        }
    }

    /// The attribute by which the script knows what to propose.
    fn proposals(&self) -> Option<&'static str> {
        match self {
            Self::Unit => Some("data-units"),
            Self::People => Some("data-people"),
            _ => None,
        }
    }
}

/// The picture in which a point is chosen, and where a street map begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    pub picture: Markup,
    pub longitude: String,
    pub latitude: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub selected: bool,
}

impl Choice {
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            selected: false,
        }
    }

    /// All variants of an enum under their labels.
    #[must_use]
    pub fn of<E: Labelled>() -> Vec<Self> {
        let labels = E::labels().into_iter();
        labels.map(|(value, label)| Self::new(value, label)).collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub kind: Kind,
    pub value: String,
    pub hint: String,
    pub required: bool,
    pub max_chars: usize,
    /// Of choices: each is reached by the key of its number.
    pub keyed: bool,
    pub wrong: Option<String>,
}

impl Field {
    #[must_use]
    pub fn new(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            name,
            label,
            kind,
            value: String::new(),
            hint: String::new(),
            required: false,
            max_chars: 2_000,
            keyed: false,
            wrong: None,
        }
    }

    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub fn at_most(mut self, chars: usize) -> Self {
        self.max_chars = chars;
        self
    }

    #[must_use]
    pub fn keyed(mut self) -> Self {
        self.keyed = true;
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self.choose();
        self
    }

    /// Marks the choice that the value names.
    fn choose(&mut self) {
        if let Kind::OneOf(choices) | Kind::Pick(choices) = &mut self.kind {
            for choice in choices {
                choice.selected = choice.value == self.value;
            }
        }
    }

    /// Whether it takes the width of the form.
    fn is_wide(&self) -> bool {
        matches!(
            self.kind,
            Kind::Text | Kind::People | Kind::Photos | Kind::Attachments | Kind::Point(_)
        )
    }

    /// The part of a point before or after the blank.
    fn degrees(&self, name: &str) -> &str {
        let mut parts = self.value.split(' ');
        let longitude = parts.next().unwrap_or_default();
        if name == "longitude" {
            longitude
        } else {
            parts.next().unwrap_or_default()
        }
    }

    fn is_several(&self) -> bool {
        matches!(self.kind, Kind::OneOf(_))
    }
}

/// A form that changes something.
#[derive(Clone, Debug, Template)]
#[template(path = "form.html")]
pub struct Form {
    /// Unique on the page; begins the ids of the fields.
    pub id: String,
    pub action: String,
    pub title: String,
    /// The effect of sending the form, shown next to its button.
    pub summary: String,
    pub fields: Vec<Field>,
    pub submit: &'static str,
    pub csrf: String,
    /// Hidden texts that go along.
    pub carried: Vec<(&'static str, String)>,
    /// Whether it is shown unfolded.
    pub open: bool,
    /// Whether it has to be unfolded even without fields: its effect is not undone by one more click.
    pub grave: bool,
    pub error: Option<String>,
    /// Whether photos may be HEIC: only where the machine has a converter.
    pub heic: bool,
}

impl HtmlSafe for Form {}

impl Form {
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        action: impl Into<String>,
        title: impl Into<String>,
        csrf: &str,
    ) -> Self {
        Self {
            id: id.into(),
            action: action.into(),
            title: title.into(),
            summary: String::new(),
            fields: Vec::new(),
            submit: "提交",
            csrf: csrf.to_owned(),
            carried: Vec::new(),
            open: false,
            grave: false,
            error: None,
            heic: false,
        }
    }

    /// Offers HEIC for photos, if it can be converted.
    #[must_use]
    pub fn offer_heic(mut self, convertible: bool) -> Self {
        self.heic = convertible;
        if convertible {
            for field in self.fields.iter_mut().filter(|field| field.kind == Kind::Photos) {
                field.hint = field.hint.replace("PNG 或 WebP", "PNG、WebP 或 HEIC");
            }
        }
        self
    }

    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    #[must_use]
    pub fn submit(mut self, label: &'static str) -> Self {
        self.submit = label;
        self
    }

    #[must_use]
    pub fn grave(mut self) -> Self {
        self.grave = true;
        self
    }

    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    #[must_use]
    pub fn carry(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.carried.push((name, text.into()));
        self
    }

    /// Returns the form with the entries and the error, unfolded.
    #[must_use]
    pub fn refused(mut self, entries: &FormFields, error: &Error) -> Self {
        for field in &mut self.fields {
            field.value = match field.kind {
                Kind::Point(_) => format!("{} {}", entries.text("longitude"), entries.text("latitude")),
                _ => entries.text(field.name).to_owned(),
            };
            field.choose();
        }
        self.open = true;
        if let Some(kept) = entries.some(KEPT_PHOTOS) {
            let photos = kept.split(',').count();
            if let Some(field) = self.fields.iter_mut().find(|field| field.kind == Kind::Photos) {
                field.value = String::new();
                field.hint = format!("已上传 {photos} 张照片，不必重新选择。");
            }
            self.carried.push((KEPT_PHOTOS, kept.to_owned()));
        }
        let Error::Refused(refused) = error else {
            self.error = Some("系统出错了，没有提交成功。您填写的内容还在，请稍后再试。".to_owned());
            return self;
        };
        self.error = Some(self.explain(refused));
        self
    }

    /// Puts what is wrong beside its fields; gives what has no field, or the whole.
    fn explain(&mut self, refused: &Rejection) -> String {
        let mut homeless = Vec::new();
        for fault in &refused.errors {
            // `contacted.at` of the API is `contacted_at` here; its photos come as files.
            let name = fault.field.replace('.', "_").replace("photo_ids", "photos");
            match self.fields.iter_mut().find(|field| field.name == name) {
                Some(field) => field.wrong = Some(fault.detail.clone()),
                None => homeless.push(fault.detail.as_str()),
            }
        }
        if refused.errors.is_empty() {
            refused.detail.clone()
        } else if homeless.is_empty() {
            "有的内容需要修改，见下面的提示。".to_owned()
        } else {
            homeless.join(" ")
        }
    }

    /// Nothing to fill in: one button, not folded.
    fn is_direct(&self) -> bool {
        self.fields.is_empty() && !self.grave
    }

    fn has_files(&self) -> bool {
        let is_file = |field: &Field| matches!(field.kind, Kind::Photos | Kind::Attachments | Kind::File(_));
        self.fields.iter().any(is_file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FieldError;

    fn form() -> Form {
        let yes_or_no = vec![Choice::new("yes", "是"), Choice::new("no", "否")];
        Form::new("reply", "/console/x", "答复", "token")
            .summary("答复后由代表评价。")
            .field(Field::new("account", "办理情况", Kind::Text).required())
            .field(Field::new("solved", "是否解决", Kind::OneOf(yes_or_no)))
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_where() {
        let typed = FormFields::new(vec![
            ("account".to_owned(), "<b>已修</b>".to_owned()),
            ("solved".to_owned(), "no".to_owned()),
        ]);
        let error = Error::invalid(vec![FieldError::new("account", "too_short", "至少 10 个字。")]);
        let html = form().refused(&typed, &error).render().unwrap();
        assert!(html.contains("至少 10 个字。"), "{html}");
        assert!(!html.contains("<b>") && html.contains("已修"), "{html}");
        assert!(html.contains("aria-invalid"), "{html}");
        let no = html.split("value=\"no\"").nth(1).unwrap();
        assert!(no.starts_with(" checked"), "{html}");
    }

    #[test]
    fn a_fault_without_a_field_is_told_above_the_form() {
        let error = Error::refused(
            crate::error::ErrorKind::Stale,
            "stale_version",
            "工单刚刚有了变化。",
        );
        let refused = form().refused(&FormFields::default(), &error);
        assert_eq!(refused.error.as_deref(), Some("工单刚刚有了变化。"));
        assert!(refused.open);
        assert_eq!(form().error, None);
    }
}
