//! What the people of the demo (`auth/demo.rs`) do: booking, deciding, receiving, rating.

use crate::app::App;
use crate::app::demo::DemoFault;
use crate::app::demo::api::Api;
use crate::auth::Actor;
use crate::base::clock::Clock;
use crate::base::local_time;
use crate::booking::jobs::BookingCompleted;
use crate::db::jobs::{Kinds, Worker};
use crate::directory;
use crate::video::MadeUpMedia;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The demo's office, and the clock that is moved through its days.
pub(super) struct DemoOffice<'a> {
    pub app: &'a App,
    pub clock: Clock,
    /// When the demo is laid: nothing happens after it.
    pub now: DateTime<Utc>,
    pub zone: Tz,
    api: Api,
    people: HashMap<&'static str, Arc<Actor>>,
    services: HashMap<String, Value>,
}

/// A booking that somebody made.
#[derive(Clone, Debug)]
pub(super) struct Booked {
    pub id: String,
    pub booker: &'static str,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub accepted: bool,
}

/// How long the recordings of the demo are, and when a line was gone.
const RECORDED: Duration = Duration::from_secs(30);
const BREAK: std::ops::Range<Duration> = Duration::from_secs(12)..Duration::from_secs(19);
const BOOKERS_AND_STAFF: [&str; 8] = ["lin", "gao", "bai", "luo", "zhou", "han", "shen", "yi"];

impl<'a> DemoOffice<'a> {
    pub async fn new(app: &'a App, clock: Clock, now: DateTime<Utc>) -> Result<Self, DemoFault> {
        let api = Api::new(app);
        let mut people = HashMap::new();
        for login in BOOKERS_AND_STAFF {
            let actor = app.auth.acting_as(login).await?;
            people
                .insert(login, actor.ok_or_else(|| DemoFault::Told(format!("there is no account {login}")))?);
        }
        let list = api.get(None, "/services").await?;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        let services =
            items.into_iter().map(|service| (text(&service["code"]), service)).collect::<HashMap<_, _>>();
        Ok(Self { app, clock, now, zone: directory::office().zone, api, people, services })
    }

    pub fn who(&self, login: &str) -> Option<&Arc<Actor>> {
        self.people.get(login)
    }

    /// Today by the office's calendar.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// A time of a day by the office's clock.
    pub fn at(&self, date: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
        local_time::instant(self.zone, date, (hour * 60 + minute) as i32).unwrap_or_default()
    }

    /// Whether nobody was ever invited to rate: then the months before today are still empty.
    pub async fn is_new(&self) -> Result<bool, DemoFault> {
        let month = |date: NaiveDate| date.format("%Y-%m");
        let year_ago = self.today().checked_sub_days(Days::new(365)).unwrap_or_default();
        let range = format!("from={}&to={}", month(year_ago), month(self.today()));
        let figures = self.api.get(self.who("yi"), &format!("/figures/ratings?{range}")).await?;
        Ok(count(&figures["rows"]) == 0)
    }

    /// Whether today's bookings are there.
    pub async fn has_work_today(&self) -> Result<bool, DemoFault> {
        let day = self.api.get(self.who("zhou"), &format!("/day?date={}", self.today())).await?;
        Ok(count(&day["bookings"]) > 0)
    }

    /// Whether the office works on a date.
    pub async fn is_working(&self, date: NaiveDate) -> Result<bool, DemoFault> {
        let answer = self.api.get(None, &format!("/calendar?from={date}&to={date}")).await?;
        let kind = text(&answer["days"][0]["kind"]);
        Ok(kind == "workday" || kind == "makeup_workday")
    }

    /// Takes the first free time of a date at or after `earliest`, else the day's last one, and sends the form; None
    /// when nothing is free.
    pub async fn book(
        &self,
        booker: &'static str,
        service: &str,
        date: NaiveDate,
        earliest: DateTime<Utc>,
        answers: Value,
    ) -> Result<Option<Booked>, DemoFault> {
        let service =
            self.services.get(service).ok_or_else(|| DemoFault::Told(format!("no service {service}")))?;
        let id = text(&service["id"]);
        let slots = self.api.get(None, &format!("/services/{id}/slots?date={date}")).await?;
        let free: Vec<&Value> = slots["slots"]
            .as_array()
            .map(|slots| slots.iter().filter(|slot| slot["reason"].is_null() && slot["free"] != 0).collect())
            .unwrap_or_default();
        let fits = free.iter().find(|slot| time(&slot["starts_at"]) >= earliest);
        let Some(slot) = fits.or(free.last()) else { return Ok(None) };
        let who = self.who(booker);
        let wish = json!({"service_id": id, "starts_at": slot["starts_at"], "anyway": true});
        let held = self.api.post(who, "/bookings", Some(wish)).await?;
        let id = text(&held["id"]);
        let form = json!({
            "contact_name": who.map(|actor| actor.name.clone()),
            "contact_mobile": "15400001001",
            "fields": filled_in(service, answers),
        });
        let sent = self.api.post(who, &format!("/bookings/{id}/request"), Some(form)).await?;
        Ok(Some(Booked {
            id,
            booker,
            starts_at: time(&sent["starts_at"]),
            ends_at: time(&sent["ends_at"]),
            accepted: sent["state"] == "accepted",
        }))
    }

    /// An officer does something with a booking: `accept`, `check-in`, `complete`, `no-show`.
    pub async fn handle(&self, officer: &str, booked: &Booked, what: &str) -> Result<(), DemoFault> {
        // An officer of the demo may have two at a time.
        let anyway = if what == "accept" { "?anyway=true" } else { "" };
        let path = format!("/bookings/{}/{what}{anyway}", booked.id);
        self.api.post(self.who(officer), &path, None).await.map(drop)
    }

    /// An officer refuses, or the booker cancels, for a reason.
    pub async fn give_up(
        &self,
        who: &str,
        booked: &Booked,
        what: &str,
        reason: &str,
    ) -> Result<(), DemoFault> {
        let body = Some(json!({ "reason": reason }));
        self.api.post(self.who(who), &format!("/bookings/{}/{what}", booked.id), body).await.map(drop)
    }

    /// Goes into the session of a booking; an officer is in the call then, others wait. Gives session
    /// and participant.
    pub async fn enter(&self, who: &str, booked: &Booked) -> Result<(String, String), DemoFault> {
        let actor = self.who(who);
        let session = self.api.post(actor, &format!("/bookings/{}/session", booked.id), None).await?;
        let id = text(&session["id"]);
        let notice = json!({"notice_version": directory::office().notice.version});
        self.api.post(actor, &format!("/sessions/{id}/acknowledge"), Some(notice)).await?;
        let session = self.api.post(actor, &format!("/sessions/{id}/wait"), None).await?;
        Ok((id, text(&session["me"]["id"])))
    }

    pub async fn admit(&self, officer: &str, session: &str, guest: &str) -> Result<(), DemoFault> {
        let path = format!("/sessions/{session}/participants/{guest}/admit");
        self.api.post(self.who(officer), &path, None).await.map(drop)
    }

    /// Somebody's camera and microphone for half a minute, with a break in it or without.
    pub async fn record(
        &self,
        session: &str,
        who: &str,
        media: &MadeUpMedia,
        broken: bool,
    ) -> Result<(), DemoFault> {
        let (Some(actor), Ok(session)) = (self.who(who), session.parse()) else { return Ok(()) };
        let silent = if broken { BREAK } else { Duration::ZERO..Duration::ZERO };
        let done = self.app.video.record_made_up(actor, session, media, RECORDED, silent).await;
        done.map_err(|problem| DemoFault::Told(problem.code.to_owned()))
    }

    pub async fn end(&self, officer: &str, session: &str) -> Result<(), DemoFault> {
        self.api.post(self.who(officer), &format!("/sessions/{session}/end"), None).await.map(drop)
    }

    /// Has the jobs done of what was completed, and answers the invitation that follows.
    pub async fn rate(&self, booked: &Booked, level: u8, comment: Option<&str>) -> Result<(), DemoFault> {
        self.hand_over().await?;
        self.clock.advance(TimeDelta::hours(2));
        let link = self.api.get(self.who(booked.booker), &format!("/bookings/{}/rating", booked.id)).await?;
        let url = text(&link["url"]);
        let Some((_, token)) = url.rsplit_once('/') else { return Ok(()) };
        let answer = json!({"level": level, "comment": comment});
        self.api.post(None, &format!("/ratings/{token}"), Some(answer)).await.map(drop)
    }

    /// The mails of the past are not sent any more.
    pub async fn forget_mails(&self) -> Result<(), DemoFault> {
        Ok(self.app.notify.discard_pending().await?)
    }

    /// What is to be done now about what was completed. The mails wait.
    pub async fn hand_over(&self) -> Result<(), DemoFault> {
        let failed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&failed);
        let kinds = Kinds::default().take::<BookingCompleted, _>(self.app.survey.clone());
        let worker = Worker::new(self.app.db.clone(), self.clock.clone(), self.app.node(), kinds);
        let worker = worker.telling(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        worker.do_due().await?;
        match failed.load(Ordering::Relaxed) {
            0 => Ok(()),
            failed => Err(DemoFault::Told(format!("{failed} jobs failed"))),
        }
    }
}

/// The answers that are given, and something that passes the checks for every other required field.
fn filled_in(service: &Value, answers: Value) -> Value {
    let mut fields = Map::new();
    for field in service["fields"].as_array().into_iter().flatten() {
        if field["required"] != true {
            continue;
        }
        let value = match field["kind"].as_str().unwrap_or_default() {
            "choice" => field["options"][0]["value"].clone(),
            "consent" => json!(true),
            "port_code" => json!("1900"),
            "hs_codes" => json!("0306179000"),
            "number" => json!(2),
            _ => json!("样例货物"),
        };
        fields.insert(text(&field["key"]), value);
    }
    if let Value::Object(answers) = answers {
        let known = service["fields"].as_array().cloned().unwrap_or_default();
        fields.extend(answers.into_iter().filter(|(key, _)| known.iter().any(|field| field["key"] == **key)));
    }
    Value::Object(fields)
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}
