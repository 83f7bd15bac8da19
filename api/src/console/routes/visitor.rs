//! The person who requests a page. Anonymous requests are redirected to the sign-in page, and after it to the requested
//! page.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};

use super::page::{PageError, see_other};
use crate::app::App;
use crate::caller::Caller;
use crate::console::labels;
use crate::console::page_context::{self, PageContext, Section};
use crate::error::{Error, ErrorKind};
use crate::notices::inbox;
use crate::orders::Actor;

/// More unread notices than this are not counted one by one.
const UNREAD_SHOWN: u64 = 99;

/// The signed-in person of a page, and the moment it is made.
#[derive(Clone)]
pub struct ConsoleUser {
    pub app: web::Data<App>,
    pub caller: Caller,
    pub now: DateTime<Utc>,
    /// The message of the previous page, named in `?done=`.
    done: Option<&'static str>,
    unread: u64,
}

impl ConsoleUser {
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::from(&self.caller)
    }

    #[must_use]
    pub fn frame(&self, section: Section, title: impl Into<String>) -> PageContext {
        let mut frame = PageContext::new(&self.app, &self.caller, section, title);
        frame.done = self.done;
        frame.unread = unread_mark(self.unread);
        frame
    }
}

impl FromRequest for ConsoleUser {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let app = request.app_data::<web::Data<App>>().cloned();
            let app = app.ok_or_else(|| anyhow::anyhow!("no application"))?;
            let caller = caller.await.map_err(|error| to_sign_in(error, &request))?;
            let now = app.clock.now();
            let done = done(request.query_string());
            let unread = inbox::unread_up_to(&app, caller.person, UNREAD_SHOWN + 1).await?;
            Ok(Self {
                app,
                caller,
                now,
                done,
                unread,
            })
        })
    }
}

fn unread_mark(unread: u64) -> Option<String> {
    match unread {
        0 => None,
        1..=UNREAD_SHOWN => Some(unread.to_string()),
        _ => Some(format!("{UNREAD_SHOWN}+")),
    }
}

fn to_sign_in(error: Error, request: &HttpRequest) -> PageError {
    let not_signed_in = matches!(&error, Error::Refused(refused) if refused.kind == ErrorKind::NotSignedIn);
    if !not_signed_in {
        return error.into();
    }
    // What was to be sent cannot be sent again by itself.
    let next = if request.method().is_safe() {
        request.uri().to_string()
    } else {
        "/console".to_owned()
    };
    PageError::SignIn { next }
}

/// Accepts only known names, so that a link cannot put text on our page.
fn done(query: &str) -> Option<&'static str> {
    let name = query.split('&').find_map(|part| part.strip_prefix("done="))?;
    labels::done(name)
}

/// `/console`: the page of one's role.
#[get("")]
pub async fn home(visitor: ConsoleUser) -> HttpResponse {
    see_other(page_context::home(visitor.caller.role))
}
