//! People's lines: tried ahead of a meeting over the way that media takes, and told of during it.
//!
//! A check is a publication of its own in the engine, which nobody else plays and nothing records. Both offers come in
//! one request, so that no token is needed and any node can answer; it is over by itself, whatever its page does.

use crate::auth::{Actor, Right};
use crate::base::ids;
use crate::booking::Booking;
use crate::booking::entities::booking;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::video::engine::{EngineError, OfferFault, Play, Publish};
use crate::video::log::SessionEntry;
use crate::video::model::limits::Offering;
use crate::video::model::line::{self, DeviceFound, Figures, KEPT_CHECKS, Told};
use crate::video::model::relay::Relay;
use crate::video::model::{self, StepRefused};
use crate::video::service::invite::may_still_come;
use crate::video::service::{Video, role_in_session};
use crate::video::store;
use crate::video::store::entities::line_check;
use crate::video::store::entities::participant::ParticipantRole;
use crate::video::store::entities::video_session::SessionState;
use crate::video::words::problems;
use base64::{Engine, prelude::BASE64_STANDARD};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// The checks that are kept with a booking, as the caller may see them.
#[derive(Clone, Debug)]
pub struct LineChecks {
    pub booking: booking::Model,
    pub rows: Vec<line_check::Model>,
    /// Who came by an invitation.
    pub invited: HashSet<Uuid>,
    /// By which the caller's media may take a way round.
    pub relay: Option<Relay>,
    /// The caller.
    pub account: Uuid,
}

/// The offers of a check: SDP in base64, because line ends count in it.
#[derive(Clone, Debug)]
pub struct Offers {
    pub publish: String,
    pub play: String,
}

/// The answers to them.
#[derive(Clone, Debug)]
pub struct Answers {
    pub publish: String,
    pub play: String,
}

/// What a page found.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    pub camera: DeviceFound,
    pub microphone: DeviceFound,
    pub speaker: DeviceFound,
    pub figures: Figures,
}

impl Video {
    /// The checks of a booking: guests see their own, officers those of everybody.
    pub async fn line_checks(&self, actor: &Actor, id: Uuid) -> Result<LineChecks, Problem> {
        let booking = self.reach(actor, id).await?;
        self.service_of(&booking).await?;
        self.line_checks_of(actor, booking).await
    }

    async fn line_checks_of(&self, actor: &Actor, booking: booking::Model) -> Result<LineChecks, Problem> {
        let conn = self.0.db.reader();
        let account = actor.account_id;
        let whose = (!actor.has(Right::HoldSessions)).then_some(account);
        Ok(LineChecks {
            rows: store::line::checks(conn, booking.id, whose).await?,
            invited: store::invite::accounts(conn, booking.id).await?,
            relay: self.relay(account),
            booking,
            account,
        })
    }

    /// Takes the offers of a check: what the caller sends comes back to them, for some seconds, and to nobody else.
    /// One of theirs that still runs is over with it.
    pub async fn try_line(&self, actor: &Arc<Actor>, id: Uuid, offers: Offers) -> Result<Answers, Problem> {
        self.refuse_when_stopping()?;
        self.may_check(actor, id).await?;
        self.count_for(actor.account_id, Offering::ToCheck, problems::too_many_line_checks)?;
        let (publish, play) = (sdp(&offers.publish)?, sdp(&offers.play)?);
        let (now, account) = (self.0.clock.now(), actor.account_id);
        let session = ids::new_id(now);
        if let Some(former) = self.begin_try(account, session)? {
            self.0.engine.close_session(former).await;
        }
        let this = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = this.0.drain.cancelled() => {}
                () = tokio::time::sleep(Duration::from_secs(u64::from(line::CHECK_SECONDS))) => {}
            }
            this.end_try(account, session).await;
        });
        let publication = ids::new_id(now);
        let sending = Publish { session, participant: account, publication, offer: publish, recording: None };
        let playing = Play { session, publication, viewer: account, offer: play };
        let answers = self.answers(sending, playing, actor.sign_in_id).await;
        if answers.is_err() {
            self.end_try(account, session).await;
        }
        answers
    }

    async fn answers(&self, sending: Publish, playing: Play, sign_in: Uuid) -> Result<Answers, Problem> {
        let sent = self.0.engine.publish(sending).await.map_err(problems::engine)?;
        // Like all media it ends with the sign-in.
        self.opened(sent.resource, sign_in).await.map_err(|_| Problem::not_signed_in())?;
        let back = self.0.engine.play(playing).await.map_err(|error| match error {
            // Another check of theirs has taken its place meanwhile.
            EngineError::NothingPublished => problems::busy(),
            error => problems::engine(error),
        })?;
        Ok(Answers { publish: sent.sdp, play: back.sdp })
    }

    /// Keeps what a page found with the booking; the newest few of each person stay.
    pub async fn keep_line_check(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        found: Found,
    ) -> Result<LineChecks, Problem> {
        let (booking, role) = self.may_check(actor, id).await?;
        self.count_for(actor.account_id, Offering::OfCheck, problems::too_many_line_checks)?;
        let now = self.0.clock.now();
        let Found { camera, microphone, speaker, figures } = found;
        let row = line_check::Model {
            id: ids::new_id(now),
            booking_id: booking.id,
            account_id: actor.account_id,
            role,
            checked_at: now,
            camera,
            microphone,
            speaker,
            loss_up: figures.loss_up,
            loss_down: figures.loss_down,
            round_trip_ms: figures.round_trip_ms,
            kbps_up: figures.kbps_up,
            kbps_down: figures.kbps_down,
            path: figures.path,
        };
        let what = SessionEntry::LineChecked { check: row.id, quality: line::judge(&figures).0 };
        let entry = NewEntry::new(booking.id, &what, actor.evidence(), now);
        let (this, session) =
            (self.clone(), store::session_of_booking(self.0.db.reader(), booking.id).await?);
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    Booking::lock(tx, row.booking_id).await?;
                    store::line::insert_check(tx, row, KEPT_CHECKS).await?;
                    evidence::append(tx, entry).await?;
                    // Officers see it beside who waits.
                    if let Some(session) = session {
                        tx.after_commit(move || this.tell_inside(session.id));
                    }
                    Ok::<_, Problem>(())
                })
            })
            .await?;
        let running = self.tries().get(&actor.account_id).copied();
        if let Some(session) = running {
            self.end_try(actor.account_id, session).await;
        }
        self.line_checks_of(actor, booking).await
    }

    /// A page in the call tells how its lines were in the last half minute or so. No entry tells of it: it is what a page
    /// says of itself, many times an hour, and what of it matters to the recording is told by the gaps of that.
    pub async fn tell_line(&self, actor: &Arc<Actor>, id: Uuid, told: Told) -> Result<(), Problem> {
        let session = self.find(actor, id).await?.session;
        let me = store::participant_of(self.0.db.reader(), id, actor.account_id)
            .await?
            .ok_or_else(|| problems::refused(StepRefused::Outside))?;
        let now = self.0.clock.now();
        let is_inside = model::may_send_media(session.state, &me, self.0.settings.notice_version);
        if !is_inside && !line::was_just_inside(&me, session.ended_at, now) {
            return Err(problems::not_admitted());
        }
        self.count_for(me.id, Offering::OfLine, problems::too_many_line_reports)?;
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let conn = tx.conn();
                    let before = store::line::lock_quality(conn, me.id, line::stretch_of(now)).await?;
                    let known = before.is_some();
                    let row = line::with_told(before, (id, me.id), &told, now);
                    match known {
                        true => store::line::save_quality(conn, row).await?,
                        false => store::line::insert_quality(conn, row).await?,
                    }
                    Ok::<_, Problem>(())
                })
            })
            .await
    }

    /// The booking, if its meeting can still be held and the caller may come to it.
    async fn may_check(&self, actor: &Actor, id: Uuid) -> Result<(booking::Model, ParticipantRole), Problem> {
        let role = role_in_session(actor)?;
        let booking = self.reach(actor, id).await?;
        self.service_of(&booking).await?;
        let session = store::session_of_booking(self.0.db.reader(), booking.id).await?;
        let state = session.map(|session| session.state);
        let to_come = may_still_come(&booking, self.0.clock.now()) && state != Some(SessionState::Ended);
        if to_come || state == Some(SessionState::Open) {
            Ok((booking, role))
        } else {
            Err(problems::ended())
        }
    }

    /// Notes that a check of an account runs. Gives the one that it takes the place of.
    fn begin_try(&self, account: Uuid, session: Uuid) -> Result<Option<Uuid>, Problem> {
        let mut tries = self.tries();
        if !tries.contains_key(&account) && tries.len() >= line::MOST_CHECKS {
            return Err(problems::busy());
        }
        Ok(tries.insert(account, session))
    }

    async fn end_try(&self, account: Uuid, session: Uuid) {
        {
            let mut tries = self.tries();
            if tries.get(&account) == Some(&session) {
                tries.remove(&account);
            }
        }
        self.0.engine.close_session(session).await;
    }

    fn tries(&self) -> MutexGuard<'_, HashMap<Uuid, Uuid>> {
        self.0.line_tries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what somebody asks for; `refused` says that it is too much.
    fn count_for(
        &self,
        who: Uuid,
        offering: Offering,
        refused: impl FnOnce() -> Problem,
    ) -> Result<(), Problem> {
        let mut limits = self.0.limits.lock().unwrap_or_else(PoisonError::into_inner);
        if limits.take(who, offering, self.0.clock.now()) { Ok(()) } else { Err(refused()) }
    }
}

fn sdp(base64: &str) -> Result<String, Problem> {
    let bytes = BASE64_STANDARD.decode(base64).map_err(|_| problems::bad_sdp(OfferFault::NotUtf8))?;
    String::from_utf8(bytes).map_err(|_| problems::bad_sdp(OfferFault::NotUtf8))
}
