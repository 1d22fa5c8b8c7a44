//! Media for those who may: tokens, publishing (WHIP), playing (WHEP), closing.
//!
//! The token is only a ticket; acknowledgement, admission and the open session are looked up each
//! time, and once more in the transaction that writes the publication down.

use super::engine::{Answer, Play, Publish, RecordingSpec};
use super::service::Video;
use super::token::{self, Claims};
use super::{model, problems, store};
use crate::auth::Actor;
use crate::entity::publication::{self, Source};
use crate::entity::recording::{self, RecordingState};
use crate::entity::{participant, video_session};
use crate::http::Problem;
use crate::ids;
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use std::sync::{Arc, PoisonError};
use uuid::Uuid;

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
            .ok_or_else(|| problems::refused(model::Refusal::Outside))?;
        if !model::may_send_media(found.session.state, &me, self.0.settings.notice_version) {
            return Err(problems::not_admitted());
        }
        let expires_at = self.0.clock.now() + token::LIFE;
        let claims = Claims { participant: me.id, session: id, expires_at };
        let token = token::issue(&claims, |message| self.0.keyring.mac(token::PURPOSE, message));
        Ok(MediaToken { token, expires_at })
    }

    /// WHIP: takes an offer that sends, answers it, and records from the first media on. What is wrong
    /// with the body is told only to whom the token clears.
    pub async fn publish(
        &self,
        bearer: Option<&str>,
        session: Uuid,
        source: Source,
        offer: Result<String, Problem>,
    ) -> Result<Answer, Problem> {
        self.refuse_when_stopping()?;
        let now = self.0.clock.now();
        let claims = self.claims(bearer, now)?;
        if claims.session != session {
            return Err(problems::bad_token());
        }
        let cleared = self.cleared(self.0.db.reader(), claims).await?;
        let offer = offer?;
        let known = store::media::publication_of(self.0.db.reader(), cleared.person.id, source).await?;
        let publication = known.as_ref().map_or_else(|| ids::new_id(now), |row| row.id);
        let recording = ids::new_id(now);
        let file = super::recorded::file_name(session, recording);
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
                participant: cleared.person.id,
                publication,
                offer,
                recording: Some(RecordingSpec { id: recording, path }),
            })
            .await
            .map_err(problems::engine)?;
        let row = publication::Model {
            id: publication,
            session_id: session,
            participant_id: cleared.person.id,
            source,
            live: false,
            created_at: now,
        };
        let written = self.write_publication(claims, row, known.is_none(), recording, file, now).await;
        if let Err(problem) = written {
            self.0.engine.close(answer.resource).await;
            return Err(problem);
        }
        self.publishers().insert(publication, answer.resource);
        if source == Source::Camera && !cleared.person.camera {
            self.0.engine.set_camera(publication, false);
        }
        Ok(answer)
    }

    async fn write_publication(
        &self,
        claims: Claims,
        row: publication::Model,
        new: bool,
        recording: Uuid,
        file: String,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
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
                    };
                    store::media::insert_recording(conn, recording).await?;
                    Ok(())
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
        let claims = self.claims(bearer, self.0.clock.now())?;
        let cleared = self.cleared(self.0.db.reader(), claims).await?;
        let row = store::media::publication(self.0.db.reader(), publication)
            .await?
            .filter(|row| row.session_id == cleared.session.id)
            .ok_or_else(Problem::not_found)?;
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
        Ok(answer)
    }

    /// Closes a WHIP or WHEP resource for whoever it belongs to: by token, or as who is signed in.
    pub async fn close_media(
        &self,
        bearer: Option<&str>,
        actor: Option<&Actor>,
        resource: Uuid,
    ) -> Result<(), Problem> {
        let claims = match bearer {
            Some(_) => Some(self.claims(bearer, self.0.clock.now())?),
            None => None,
        };
        let owner = self.0.engine.owner(resource);
        match (claims, actor, owner) {
            (Some(claims), _, Some(owner)) if claims.participant == owner => {}
            (Some(_), _, _) => return Err(Problem::not_found()),
            (None, Some(actor), Some(owner)) => {
                let person = store::participant(self.0.db.reader(), owner).await?;
                // Without a token nothing is told about what is not one's own.
                if person.is_none_or(|person| person.account_id != actor.account_id) {
                    return Err(problems::bad_token());
                }
            }
            (None, _, _) => return Err(problems::bad_token()),
        }
        self.0.engine.close(resource).await;
        Ok(())
    }

    fn claims(&self, bearer: Option<&str>, now: DateTime<Utc>) -> Result<Claims, Problem> {
        bearer
            .and_then(|bearer| {
                token::read(bearer, now, |message| self.0.keyring.mac(token::PURPOSE, message))
            })
            .ok_or_else(problems::bad_token)
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

    pub(super) fn publishers(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<Uuid, Uuid>> {
        self.0.publishers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
