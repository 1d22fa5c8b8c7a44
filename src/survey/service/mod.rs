//! Use cases of ratings.

use crate::auth::{self, Actor, Right};
use crate::base::clock::Clock;
use crate::base::ids;
use crate::base::keyring::Keyring;
use crate::base::words::ByLanguage;
use crate::booking::Booking;
use crate::booking::entities::booking;
use crate::booking::model::display_reference;
use crate::db::Db;
use crate::db::jobs::Claim;
use crate::directory::Directory;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::notify::{self, Mail, Thread};
use crate::survey::log::RatingEntry;
use crate::survey::model;
use crate::survey::model::month::Month;
use crate::survey::store;
use crate::survey::store::entities::{rating, rating_invite};
use crate::survey::store::evident::answer_text;
use crate::survey::words::mails::{self, Invitation};
use crate::survey::words::problems::{already_answered, expired, unknown_link};
use crate::video;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::DbErr;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// Ratings. Cheap to clone.
#[derive(Clone)]
pub struct Survey(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) db: Db,
    pub(super) directory: Directory,
    clock: Clock,
    booking: Booking,
    keyring: Keyring,
    /// Links in mails begin with it; no slash at the end.
    public_url: String,
}

/// What stands behind a rating link.
pub(super) struct Form {
    pub service: ByLanguage,
    pub reference_masked: String,
    pub on: NaiveDate,
    pub state: FormState,
    pub expires_at: DateTime<Utc>,
}

/// What the booker is told of the link to rate.
pub(super) struct Link {
    /// As long as it can be answered.
    pub url: Option<String>,
    pub answered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormState {
    Open,
    Answered,
    Expired,
}

impl Survey {
    pub fn new(
        db: Db,
        clock: Clock,
        directory: Directory,
        booking: Booking,
        keyring: Keyring,
        public_url: &str,
    ) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self(Arc::new(Inner { db, directory, clock, booking, keyring, public_url }))
    }

    /// Invites the booker of a completed booking to rate it, and marks the job as done. A booking
    /// that was invited for already is left as it is.
    pub(super) async fn invite(&self, booking_id: Uuid, claim: &Claim) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        let Some(booking) = crate::booking::ask::booking(self.0.db.reader(), booking_id).await? else {
            tracing::error!(job = %claim.id, "the job names no booking");
            return Ok(());
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
        let about = self.officers_of(&booking).await?;
        let claim = claim.clone();
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let what =
                    RatingEntry::Invited { expires_at: Some(invite.expires_at), mailed: mail.is_some() };
                let entry = NewEntry::new(booking.id, &what, evidence::Actor::PROGRAM, now);
                let id = invite.id;
                if store::insert_invite(tx, invite).await? {
                    store::insert_about(tx, id, about).await?;
                    if let Some(mail) = mail {
                        notify::enqueue(tx, now, mail).await?;
                    }
                    evidence::append(tx, entry).await?;
                }
                claim.done(tx, now).await
            })
        });
        write.await
    }

    /// Every officer who had a part in a case: who decided, took part, admitted, ended, by rows and entries.
    async fn officers_of(&self, booking: &booking::Model) -> Result<BTreeSet<Uuid>, DbErr> {
        let conn = self.0.db.reader();
        let mut officers: BTreeSet<Uuid> = booking.officer_id.into_iter().collect();
        officers.extend(video::ask::officers_in_session(conn, booking.id).await?);
        for entry in evidence::entries(conn, booking.id).await? {
            let (id, role) = evidence::model::actor_of(&entry.bytes);
            officers.extend(id.filter(|_| matches!(role.as_str(), "officer" | "chief")));
        }
        Ok(officers)
    }

    /// The mail with the link, if the booker has an address.
    async fn invitation(
        &self,
        booking: &booking::Model,
        invite: &rating_invite::Model,
        token: &str,
    ) -> Result<Option<Mail>, DbErr> {
        let directory = &self.0.directory;
        let conn = self.0.db.reader();
        let mut accounts = auth::ask::accounts(conn, &[booking.account_id]).await?;
        let enterprises: Vec<Uuid> = booking.enterprise_id.into_iter().collect();
        let enterprises = auth::ask::enterprises(conn, &enterprises).await?;
        let enterprise = booking.enterprise_id.and_then(|id| enterprises.get(&id));
        let (Some(account), Some(service)) =
            (accounts.remove(&booking.account_id), directory.service(booking.service_id).await?)
        else {
            return Ok(None);
        };
        let Some(to) = auth::booker_address(&account, enterprise) else { return Ok(None) };
        let language = account.locale;
        let day = |at: DateTime<Utc>| at.with_timezone(&service.zone).date_naive();
        let invitation = Invitation {
            service: &service.name(),
            reference: &display_reference(&booking.reference),
            on: day(booking.starts_at),
            until: day(invite.expires_at),
            url: &self.url(token),
        };
        let (subject, text, html) = mails::write(&invitation, language);
        let case_id = Some(booking.id);
        Ok(Some(Mail {
            case_id,
            template: mails::INVITED,
            to,
            language,
            subject,
            text,
            html,
            calendar: None,
            thread: Thread::newest(booking.id),
            useful_until: Some(invite.expires_at),
        }))
    }

    /// The form behind a link.
    pub(super) async fn form(&self, token: &str) -> Result<Form, Problem> {
        let now = self.0.clock.now();
        let reader = self.0.db.reader();
        let invite = store::invite_by_hash(reader, ids::token_hash(token)).await?.ok_or_else(unknown_link)?;
        let booking =
            crate::booking::ask::booking(reader, invite.booking_id).await?.ok_or_else(unknown_link)?;
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
        let id = ids::unordered_id(Month::of(invite.invited_at, service.zone).start(service.zone));
        let salt = Some(ids::random_bytes::<16>().to_vec());
        let mut row = rating::Model {
            id,
            invite_id: invite.id,
            level,
            comment,
            answered_at: now,
            salt,
            entry_seq: None,
        };
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                // Not in the chain of the case: whoever reads that would know that this booker answered. The
                // entry holds one salted commitment and nothing that leads to a case or a person.
                let rater = evidence::Actor { id: None, role: "anonymous" };
                let salt = row.salt.as_deref().unwrap_or_default();
                let commitment = evidence::model::commitment(salt, &answer_text(&row));
                let entry = NewEntry::new(evidence::SYSTEM, &RatingEntry::Answered {}, rater, now);
                row.entry_seq =
                    Some(evidence::append_numbered(tx, entry.committed("rating", commitment)).await?);
                if !store::insert_answer(tx, row).await? {
                    return Err(already_answered());
                }
                Ok(())
            })
        });
        write.await
    }

    /// The booker's link to a booking's form, as long as it can be answered. Staff do not get it:
    /// whoever has the link answers.
    pub(super) async fn link(&self, actor: &Actor, booking_id: Uuid) -> Result<Link, Problem> {
        actor.may(Right::Book)?;
        let booking = self.0.booking.find_for(actor, booking_id).await?;
        let now = self.0.clock.now();
        let invite = store::invite_of_booking(self.0.db.reader(), booking.id).await?;
        let state = invite.map(|invite| state(&invite, now));
        let url = (state == Some(FormState::Open)).then(|| self.url(&self.token(booking.id)));
        Ok(Link { url, answered: state == Some(FormState::Answered) })
    }

    /// The token of a booking's link: always the same, and nobody else can work it out.
    fn token(&self, booking_id: Uuid) -> String {
        URL_SAFE_NO_PAD.encode(self.0.keyring.mac("rating", booking_id.as_bytes()))
    }

    fn url(&self, token: &str) -> String {
        format!("{}/rate/{token}", self.0.public_url)
    }
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
