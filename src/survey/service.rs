//! Use cases of ratings.

use super::mail::{self, Invitation};
use super::model::{self, Counts, Figure};
use super::month::Month;
use super::store::{self, Spans};
use crate::booking::model::display_reference;
use crate::clock::Clock;
use crate::db::{Db, events};
use crate::directory::{Directory, ServiceInfo, booker_address};
use crate::entity::account::Locale;
use crate::entity::{booking, feature_event, rating, rating_invite};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::ids;
use crate::keyring::Keyring;
use crate::notify::{self, Mail};
use crate::text::{Language, Text};
use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sea_orm::DbErr;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// What the office is called by from outside.
#[derive(Clone, Debug)]
pub struct Office {
    /// Links in mails begin with it; no slash at the end.
    pub public_url: String,
}

/// Ratings. Cheap to clone.
#[derive(Clone)]
pub struct Survey(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    directory: Directory,
    keyring: Keyring,
    office: Office,
}

/// What stands behind a rating link.
pub(super) struct Form {
    pub service: Text,
    pub reference_masked: String,
    pub on: NaiveDate,
    pub state: FormState,
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormState {
    Open,
    Answered,
    Expired,
}

/// One answer, without a who.
pub(super) struct Answer {
    pub id: Uuid,
    pub service: Text,
    pub level: i32,
    pub comment: Option<String>,
    pub month: Month,
}

/// The figures of a month: by service, in the order of the services, and in all.
pub(super) struct MonthFigures {
    pub month: Month,
    pub services: Vec<(Uuid, Text, Figure)>,
    pub total: Figure,
}

impl Survey {
    pub fn new(db: Db, clock: Clock, directory: Directory, keyring: Keyring, office: Office) -> Self {
        Self(Arc::new(Inner { db, clock, directory, keyring, office }))
    }

    /// Invites the booker of a completed booking to rate it, and marks the event as done. A booking
    /// that was invited for already is left as it is.
    pub async fn invite(&self, event: feature_event::Model) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        let Some(booking) = store::booking(self.0.db.reader(), event.subject_id).await? else {
            tracing::error!(event = %event.id, "the event names no booking");
            return self
                .0
                .db
                .write(move |tx| Box::pin(async move { events::done(tx, event.id, now).await }))
                .await;
        };
        let token = self.token(booking.id);
        let invite = rating_invite::Model {
            id: ids::new_id(now),
            booking_id: booking.id,
            service_id: booking.service_id,
            officer_id: booking.officer_id,
            token_hash: ids::token_hash(&token),
            invited_at: now,
            expires_at: now + model::TERM,
            answered_at: None,
        };
        let mail = self.invitation(&booking, &invite, &token).await?;
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let entry = NewEntry::new(booking.id, "rating.invited", evidence::Actor::PROGRAM, now)
                    .data(json!({"expires_at": invite.expires_at, "mailed": mail.is_some()}));
                if store::insert_invite(tx, invite).await? {
                    if let Some(mail) = mail {
                        notify::enqueue(tx, now, mail).await?;
                    }
                    evidence::append(tx, entry).await?;
                }
                events::done(tx, event.id, now).await
            })
        });
        write.await
    }

    /// The mail with the link, if the booker has an address.
    async fn invitation(
        &self,
        booking: &booking::Model,
        invite: &rating_invite::Model,
        token: &str,
    ) -> Result<Option<Mail>, DbErr> {
        let directory = &self.0.directory;
        let mut accounts = directory.accounts(&[booking.account_id]).await?;
        let enterprises: Vec<Uuid> = booking.enterprise_id.into_iter().collect();
        let enterprises = directory.enterprises(&enterprises).await?;
        let enterprise = booking.enterprise_id.and_then(|id| enterprises.get(&id));
        let (Some(account), Some(service)) =
            (accounts.remove(&booking.account_id), directory.service(booking.service_id).await?)
        else {
            return Ok(None);
        };
        let Some(to) = booker_address(&account, enterprise) else { return Ok(None) };
        let language = match account.locale {
            Locale::ZhCn => Language::Zh,
            Locale::En => Language::En,
        };
        let day = |at: DateTime<Utc>| written_day(at.with_timezone(&service.zone).date_naive(), language);
        let invitation = Invitation {
            service: &service.name(),
            reference: &display_reference(&booking.reference),
            on: &day(booking.starts_at),
            until: &day(invite.expires_at),
            url: &self.url(token),
        };
        let (subject, text, html) = mail::write(&invitation, language);
        let case_id = Some(booking.id);
        Ok(Some(Mail {
            case_id,
            template: "rating.invited",
            to,
            language,
            subject,
            text,
            html,
            calendar: None,
        }))
    }

    /// The form behind a link.
    pub(super) async fn form(&self, token: &str) -> Result<Form, Problem> {
        let now = self.0.clock.now();
        let reader = self.0.db.reader();
        let invite = store::invite_by_hash(reader, ids::token_hash(token)).await?.ok_or_else(unknown_link)?;
        let booking = store::booking(reader, invite.booking_id).await?.ok_or_else(unknown_link)?;
        let service = self.0.directory.service(invite.service_id).await?.ok_or_else(unknown_link)?;
        Ok(Form {
            service: service.name(),
            reference_masked: model::mask_reference(&display_reference(&booking.reference)),
            on: booking.starts_at.with_timezone(&service.zone).date_naive(),
            state: state(&invite, now),
            expires_at: invite.expires_at,
        })
    }

    /// Takes the one answer to an invitation.
    pub(super) async fn answer(&self, token: &str, level: i64, comment: Option<&str>) -> Result<(), Problem> {
        let level = model::check_level(level)?;
        let comment = model::check_comment(comment)?;
        let now = self.0.clock.now();
        let hash = ids::token_hash(token);
        let invite = store::invite_by_hash(self.0.db.reader(), hash).await?.ok_or_else(unknown_link)?;
        match state(&invite, now) {
            FormState::Open => {}
            FormState::Answered => return Err(already_answered()),
            FormState::Expired => return Err(expired()),
        }
        // Its id tells in which month people were invited, and no more: the time of an answer
        // would point at a person.
        let service = self.0.directory.service(invite.service_id).await?.ok_or_else(unknown_link)?;
        let id = ids::new_id(Month::of(invite.invited_at, service.zone).start(service.zone));
        let row = rating::Model { id, invite_id: invite.id, level, comment, answered_at: now };
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                if !store::insert_answer(tx, row).await? {
                    return Err(already_answered());
                }
                // Neither level nor comment: the officer concerned may read this chain.
                let rater = evidence::Actor { id: None, role: "anonymous" };
                evidence::append(tx, NewEntry::new(invite.booking_id, "rating.answered", rater, now)).await?;
                Ok(())
            })
        });
        write.await
    }

    /// The link of a booking as long as it can be answered.
    pub(super) async fn link(&self, booking_id: Uuid) -> Result<Option<String>, Problem> {
        let now = self.0.clock.now();
        let invite = store::invite_of_booking(self.0.db.reader(), booking_id).await?;
        let open = invite.is_some_and(|invite| state(&invite, now) == FormState::Open);
        Ok(open.then(|| self.url(&self.token(booking_id))))
    }

    /// A page of answers that are not about `reader`.
    pub(super) async fn answers(
        &self,
        reader: Uuid,
        month: Option<Month>,
        service_id: Option<Uuid>,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Answer>, Problem> {
        let services = self.rated_services().await?;
        let spans = month.map(|month| spans(&services, month));
        let conn = self.0.db.reader();
        let rows = store::answers(conn, reader, service_id, spans.as_ref(), before, limit).await?;
        let by_id: HashMap<Uuid, &Arc<ServiceInfo>> =
            services.iter().map(|service| (service.row.id, service)).collect();
        let shown = rows.into_iter().filter_map(|row| {
            let service = by_id.get(&row.service_id)?;
            Some(Answer {
                id: row.id,
                service: service.name(),
                level: row.level,
                comment: row.comment,
                month: Month::of(row.invited_at, service.zone),
            })
        });
        Ok(shown.collect())
    }

    /// The figures of each month from `from` to `to`. A month counts who was invited in it.
    pub(super) async fn figures(&self, from: Month, to: Month) -> Result<Vec<MonthFigures>, Problem> {
        let services = self.rated_services().await?;
        let mut months = Vec::new();
        for month in from.until(to) {
            let mut counts: HashMap<Uuid, Counts> = HashMap::new();
            for (service, level, number) in store::tally(self.0.db.reader(), &spans(&services, month)).await?
            {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                counts.entry(service).or_default().add(Counts {
                    invited: number,
                    answered: if level.is_some() { number } else { 0 },
                    top: if level == Some(model::TOP_LEVEL) { number } else { 0 },
                });
            }
            let groups: Vec<(&Arc<ServiceInfo>, Counts)> = services
                .iter()
                .filter_map(|service| Some((service, *counts.get(&service.row.id)?)))
                .collect();
            let (lines, total) =
                model::figures(&groups.iter().map(|(_, counts)| *counts).collect::<Vec<_>>());
            let named = groups.iter().zip(lines);
            let services = named.map(|((service, _), line)| (service.row.id, service.name(), line)).collect();
            months.push(MonthFigures { month, services, total });
        }
        Ok(months)
    }

    /// The services that were ever rated, in the order of the office, no longer offered ones too.
    async fn rated_services(&self) -> Result<Vec<Arc<ServiceInfo>>, DbErr> {
        let mut services = Vec::new();
        for id in store::rated_services(self.0.db.reader()).await? {
            services.extend(self.0.directory.service(id).await?);
        }
        services.sort_by_key(|service| (service.row.position, service.row.id));
        Ok(services)
    }

    /// The token of a booking's link: always the same, and nobody else can work it out.
    fn token(&self, booking_id: Uuid) -> String {
        URL_SAFE_NO_PAD.encode(self.0.keyring.mac("rating", booking_id.as_bytes()))
    }

    fn url(&self, token: &str) -> String {
        format!("{}/rate/{token}", self.0.office.public_url.trim_end_matches('/'))
    }
}

/// The month's span for the services of each zone.
fn spans(services: &[Arc<ServiceInfo>], month: Month) -> Spans {
    let mut by_zone: HashMap<chrono_tz::Tz, Vec<Uuid>> = HashMap::new();
    for service in services {
        by_zone.entry(service.zone).or_default().push(service.row.id);
    }
    by_zone.into_iter().map(|(zone, ids)| (ids, month.start(zone), month.next().start(zone))).collect()
}

fn state(invite: &rating_invite::Model, now: DateTime<Utc>) -> FormState {
    if invite.answered_at.is_some() {
        FormState::Answered
    } else if invite.expires_at <= now {
        FormState::Expired
    } else {
        FormState::Open
    }
}

fn written_day(date: NaiveDate, language: Language) -> String {
    match language {
        Language::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Language::En => date.format("%-d %B %Y").to_string(),
    }
}

fn unknown_link() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "没有这个评价链接。请检查链接是否完整。",
        "There is no such rating link. Please check that the link is complete.",
    )
}

fn already_answered() -> Problem {
    Problem::conflict(
        "rating_answered",
        "这次服务已经评过了，每次只能评一次。谢谢！",
        "This service has been rated already; each can be rated once. Thank you!",
    )
}

fn expired() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "rating_expired",
        "评价链接已过期（办完后 30 天内有效）。",
        "This rating link has expired; it was good for 30 days after the service.",
    )
}
