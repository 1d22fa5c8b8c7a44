//! Media for those who may: tokens, publishing (WHIP), playing (WHEP), closing.
//!
//! The token is only a ticket; acknowledgement, admission and the open session are looked up each
//! time, and once more in the transaction that writes the publication down.

use crate::auth::Actor;
use crate::base::ids;
use crate::http::Problem;
use crate::video::engine::{Amended, Answer, Meant, MediaKind, Play, Publish, RecordingSpec};
use crate::video::model::limits::Offering;
use crate::video::model::relay::Relay;
use crate::video::model::token::{self, Claims};
use crate::video::model::turns::Turns;
use crate::video::service::Video;
use crate::video::store::entities::publication::{self, Source};
use crate::video::store::entities::recording::{self, RecordingState};
use crate::video::store::entities::{participant, video_session};
use crate::video::words::problems;
use crate::video::{model, store};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use std::sync::{Arc, MutexGuard, PoisonError};
use uuid::Uuid;

/// How often a publication that another process makes at the same time is looked for.
const TRIES: u32 = 3;

/// A token and when it ends.
#[derive(Clone, Debug)]
pub struct MediaToken {
    pub token: String,
    pub expires_at: DateTime<Utc>,
}

/// Somebody whose media may flow now.
struct Cleared {
    session: video_session::Model,
    person: participant::Model,
}

impl Video {
    /// A bearer token for the caller, who must be in the open call.
    pub async fn media_token(&self, actor: &Arc<Actor>, id: Uuid) -> Result<MediaToken, Problem> {
        self.refuse_when_stopping()?;
        let found = self.find(actor, id).await?;
        let me = store::participant_of(self.0.db.reader(), id, actor.account_id)
            .await?
            .ok_or_else(|| problems::refused(model::StepRefused::Outside))?;
        if !model::may_send_media(found.session.state, &me, self.0.settings.notice_version) {
            return Err(problems::not_admitted());
        }
        let expires_at = self.0.clock.now() + token::LIFE;
        let claims = Claims { participant: me.id, session: id, sign_in: actor.sign_in_id, expires_at };
        let token = token::issue(&claims, self.key());
        Ok(MediaToken { token, expires_at })
    }

    /// WHIP: takes an offer that sends, answers it, and records from the first media on. What is wrong
    /// with the body is told only to whom the token clears. `page` tells windows of one person apart.
    pub async fn publish(
        &self,
        bearer: Option<&str>,
        session: Uuid,
        source: Source,
        page: Option<Uuid>,
        offer: Result<String, Problem>,
    ) -> Result<Answer, Problem> {
        self.refuse_when_stopping()?;
        let claims = self.claims(bearer).await?;
        if claims.session != session {
            return Err(problems::bad_token());
        }
        self.cleared(self.0.db.reader(), claims).await?;
        self.count(claims, Offering::ToPublish)?;
        let offer = offer?;
        // One after the other: two first offers at a time would make the same publication twice.
        let turn = self.turns().of(claims.participant, source);
        let _turn = turn.lock().await;
        for _ in 0..TRIES {
            if let Some(answer) = self.publish_once(claims, source, page, offer.clone()).await? {
                return Ok(answer);
            }
        }
        Err(problems::busy())
    }

    /// `None`: another process has made the publication meanwhile, so it has to be taken over.
    async fn publish_once(
        &self,
        claims: Claims,
        source: Source,
        page: Option<Uuid>,
        offer: String,
    ) -> Result<Option<Answer>, Problem> {
        let (now, session) = (self.0.clock.now(), claims.session);
        let known = store::media::publication_of(self.0.db.reader(), claims.participant, source).await?;
        let publication = known.as_ref().map_or_else(|| ids::new_id(now), |row| row.id);
        if self.turns().is_taken_from(publication, page) && self.publishers().contains_key(&publication) {
            return Err(problems::taken_over());
        }
        let recording = ids::new_id(now);
        let file = crate::video::service::recorded::file_name(session, recording);
        let path = self.0.settings.recordings_dir.join(&file);
        if let Some(directory) = path.parent()
            && let Err(error) = tokio::fs::create_dir_all(directory).await
        {
            return Err(problems::engine(error.into()));
        }
        // The engine first: an offer that cannot be taken leaves no rows behind.
        let answer = self
            .0
            .engine
            .publish(Publish {
                session,
                participant: claims.participant,
                publication,
                offer,
                recording: Some(RecordingSpec { id: recording, path, camera: source == Source::Camera }),
            })
            .await
            .map_err(problems::engine)?;
        let row = publication::Model {
            id: publication,
            session_id: session,
            participant_id: claims.participant,
            source,
            live: false,
            created_at: now,
        };
        match self.write_publication(claims, row, known.is_none(), recording, file, now).await {
            Ok(true) => {
                self.publishers().insert(publication, answer.resource);
                self.turns().taken_by(publication, page);
                self.opened(answer.resource, claims.sign_in).await?;
                let person = store::participant(self.0.db.reader(), claims.participant).await?;
                if let Some(person) = person.filter(|_| source == Source::Camera) {
                    self.0.engine.switched(publication, MediaKind::Video, person.camera);
                    self.0.engine.switched(publication, MediaKind::Audio, person.microphone);
                }
                Ok(Some(answer))
            }
            Ok(false) => {
                self.0.engine.close(answer.resource).await;
                Ok(None)
            }
            Err(problem) => {
                self.0.engine.close(answer.resource).await;
                Err(problem)
            }
        }
    }

    /// False: the publication is not new any more.
    pub(in crate::video) async fn write_publication(
        &self,
        claims: Claims,
        row: publication::Model,
        new: bool,
        recording: Uuid,
        file: String,
        now: DateTime<Utc>,
    ) -> Result<bool, Problem> {
        let this = self.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let conn = tx.conn();
                    // Somebody may have ended the session while the answer was made.
                    store::lock_session(conn, claims.session).await?;
                    this.cleared(conn, claims).await?;
                    let publication = row.id;
                    if new {
                        let made = store::media::publication_of(conn, row.participant_id, row.source).await?;
                        if made.is_some() {
                            return Ok(false);
                        }
                        store::media::insert_publication(conn, row).await?;
                    }
                    let segment = store::media::next_segment(conn, publication).await?;
                    let recording = recording::Model {
                        id: recording,
                        session_id: claims.session,
                        publication_id: publication,
                        segment,
                        state: RecordingState::Recording,
                        file,
                        created_at: now,
                        started_at: None,
                        ended_at: None,
                        duration_ms: 0,
                        bytes: 0,
                        clusters: 0,
                        manifest_sha256: None,
                        reason: None,
                        audio_error_ms: None,
                        video_error_ms: None,
                        node_id: Some(this.0.settings.node),
                    };
                    store::media::insert_recording(conn, recording).await?;
                    if store::unrecorded::is_paused(conn, claims.session).await? {
                        // An engine that has begun since does not know it yet.
                        let engine = this.0.engine.clone();
                        tx.after_commit(move || engine.pause(claims.session, true));
                    }
                    Ok(true)
                })
            })
            .await
    }

    /// WHEP: takes an offer that receives one publication of the same session.
    pub async fn play(
        &self,
        bearer: Option<&str>,
        publication: Uuid,
        offer: Result<String, Problem>,
    ) -> Result<Answer, Problem> {
        self.refuse_when_stopping()?;
        let claims = self.claims(bearer).await?;
        let cleared = self.cleared(self.0.db.reader(), claims).await?;
        let row = store::media::publication(self.0.db.reader(), publication)
            .await?
            .filter(|row| row.session_id == cleared.session.id)
            .ok_or_else(Problem::not_found)?;
        self.count(claims, Offering::ToPlay)?;
        let offer = offer?;
        let (session, viewer) = (cleared.session.id, cleared.person.id);
        let answer = self
            .0
            .engine
            .play(Play { session, publication: row.id, viewer, offer })
            .await
            .map_err(problems::engine)?;
        // The viewer may have left, or the session ended, while the answer was made.
        if let Err(problem) = self.cleared(self.0.db.reader(), claims).await {
            self.0.engine.close(answer.resource).await;
            return Err(problem);
        }
        self.opened(answer.resource, claims.sign_in).await?;
        Ok(answer)
    }

    /// Closes a WHIP or WHEP resource for whoever it belongs to. A token whose time is over still closes:
    /// calls last longer than tokens. A cookie does not, so that no other page can close anything.
    pub async fn close_media(
        &self,
        bearer: Option<&str>,
        resource: Uuid,
        offering: Offering,
    ) -> Result<(), Problem> {
        self.holder(bearer, resource, offering)?;
        self.0.engine.close(resource).await;
        Ok(())
    }

    /// Takes what the peer of a WHIP or WHEP resource sends after its offer, from whoever it belongs to, like closing it.
    pub fn amend_media(
        &self,
        bearer: Option<&str>,
        resource: Uuid,
        offering: Offering,
        meant: Option<Meant>,
        fragment: Result<String, Problem>,
    ) -> Result<Amended, Problem> {
        let claims = self.holder(bearer, resource, offering)?;
        let meant = meant.ok_or_else(problems::tag_missing)?;
        self.count(claims, offering)?;
        self.0.engine.amend(resource, &fragment?, &meant).map_err(problems::engine)
    }

    /// What the token says of whoever a WHIP or WHEP resource belongs to.
    fn holder(&self, bearer: Option<&str>, resource: Uuid, offering: Offering) -> Result<Claims, Problem> {
        let claims = bearer
            .and_then(|bearer| token::read_ended(bearer, self.key()))
            .ok_or_else(problems::bad_token)?;
        let publishes = offering == Offering::ToPublish;
        let is_theirs = self.0.engine.owner(resource) == Some(claims.participant)
            && self.0.engine.publishes(resource) == Some(publishes);
        if is_theirs { Ok(claims) } else { Err(Problem::not_found()) }
    }

    /// By which somebody's media may take a way round.
    pub(in crate::video) fn relay(&self, participant: Uuid) -> Option<Relay> {
        self.0.settings.turn.as_ref().map(|turn| Relay::of(turn, participant, self.0.clock.now()))
    }

    /// The same for whom a token names.
    pub fn relay_of(&self, bearer: Option<&str>) -> Option<Relay> {
        let claims = token::read(bearer?, self.0.clock.now(), self.key())?;
        self.relay(claims.participant)
    }

    /// How tokens are signed.
    fn key(&self) -> impl Fn(&[u8]) -> [u8; 32] {
        |message| self.0.keyring.mac(token::PURPOSE, message)
    }

    fn count(&self, claims: Claims, offering: Offering) -> Result<(), Problem> {
        let mut limits = self.0.limits.lock().unwrap_or_else(PoisonError::into_inner);
        if limits.take(claims.participant, offering, self.0.clock.now()) {
            Ok(())
        } else {
            Err(problems::too_many_offers())
        }
    }

    /// What a token says that is ours, whose time is not over, and whose sign-in still stands.
    async fn claims(&self, bearer: Option<&str>) -> Result<Claims, Problem> {
        let now = self.0.clock.now();
        let claims = bearer.and_then(|bearer| token::read(bearer, now, self.key()));
        let claims = claims.ok_or_else(problems::bad_token)?;
        if self.0.auth.is_signed_in(claims.sign_in).await? { Ok(claims) } else { Err(problems::bad_token()) }
    }

    /// Looks up that the media of whom the token names may flow at this moment.
    async fn cleared(&self, conn: &impl ConnectionTrait, claims: Claims) -> Result<Cleared, Problem> {
        let session = store::session(conn, claims.session).await?.ok_or_else(problems::bad_token)?;
        let person = store::participant(conn, claims.participant)
            .await?
            .filter(|person| person.session_id == session.id)
            .ok_or_else(problems::bad_token)?;
        if !model::may_send_media(session.state, &person, self.0.settings.notice_version) {
            return Err(problems::not_admitted());
        }
        Ok(Cleared { session, person })
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.0.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::video) fn publishers(&self) -> MutexGuard<'_, std::collections::HashMap<Uuid, Uuid>> {
        self.0.publishers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
