//! Inviting others into a session: a colleague, an agent, an interpreter, each with an account of their own.
//!
//! A link is for one person: whoever takes it first has it, is told so with their own notice and is let in by the
//! officer like any guest. It opens the session and nothing else of the booking. Whoever booked sees who came by
//! it and can withdraw it, which also puts that person out. The office sees who is invited, and not the link: it is
//! the key of the person that it is for.

use crate::auth::{self, Actor, Right};
use crate::base::ids;
use crate::base::words;
use crate::booking::entities::booking::{self, BookingState};
use crate::booking::model::join_window;
use crate::directory::ServiceInfo;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::video::log::{LeftBecause, SessionEntry};
use crate::video::service::Video;
use crate::video::service::ending::{Attribution, out};
use crate::video::store::entities::invitation;
use crate::video::store::entities::participant::ParticipantState;
use crate::video::store::entities::video_session::SessionState;
use crate::video::words::problems;
use crate::video::{model, store};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// What the keyring calls this use.
const PURPOSE: &str = "invitation";

/// The booker needs no invitation.
const MOST: usize = model::MAX_GUESTS - 1;

/// Longest note of whom a link is for, in characters.
const LONGEST_LABEL: usize = 40;

/// An invitation as it is listed.
#[derive(Clone, Debug)]
pub struct Invited {
    pub row: invitation::Model,
    /// Name of who took it.
    pub name: Option<String>,
    /// The end of the link's address, for those who may give it away.
    pub token: Option<String>,
}

/// What stands behind a link, for whoever has it.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub service: Arc<ServiceInfo>,
    pub booking: booking::Model,
    pub state: InvitationState,
}

/// Whether a link can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    Open,
    /// Somebody has taken it.
    Taken,
    Withdrawn,
    /// The booking came to nothing, or its session is over.
    Over,
}

impl Video {
    /// A new link for one person.
    pub async fn invite(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        label: Option<String>,
    ) -> Result<Invited, Problem> {
        actor.may(Right::Book)?;
        let label = check_label(label)?;
        let booking = self.0.booking.find_for(actor, id).await?;
        self.service_of(&booking).await?;
        let now = self.0.clock.now();
        if !may_still_come(&booking, now) {
            return Err(problems::ended());
        }
        let invitation = ids::new_id(now);
        let token = self.invitation_token(invitation);
        let row = invitation::Model {
            id: invitation,
            booking_id: booking.id,
            token_hash: ids::token_hash(&token),
            label,
            invited_by: actor.account_id,
            created_at: now,
            account_id: None,
            accepted_at: None,
            withdrawn_at: None,
        };
        let entry = NewEntry::new(booking.id, &SessionEntry::Invited { invitation }, actor.evidence(), now)
            .row(evidence::made(&row));
        let written = row.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    // The chain's head is locked by the entry: two who invite at once are counted one after the other.
                    evidence::append(tx, entry).await?;
                    if store::invite::standing(tx.conn(), written.booking_id).await? >= MOST as u64 {
                        return Err(problems::nobody_more_invited(MOST));
                    }
                    Ok::<_, Problem>(store::invite::insert(tx.conn(), written).await?)
                })
            })
            .await?;
        Ok(Invited { row, name: None, token: Some(token) })
    }

    /// The invitations of a booking that stand.
    pub async fn invitations(&self, actor: &Actor, id: Uuid) -> Result<Vec<Invited>, Problem> {
        let booking = self.0.booking.find_for(actor, id).await?;
        let rows = store::invite::of_booking(self.0.db.reader(), booking.id).await?;
        let rows: Vec<_> = rows.into_iter().filter(|row| row.withdrawn_at.is_none()).collect();
        let accounts: Vec<Uuid> = rows.iter().filter_map(|row| row.account_id).collect();
        let names: HashMap<_, _> = auth::ask::accounts(self.0.db.reader(), &accounts)
            .await?
            .into_iter()
            .map(|(id, row)| (id, row.name))
            .collect();
        let shown = |row: invitation::Model| Invited {
            name: row.account_id.and_then(|id| names.get(&id).cloned()),
            token: actor.has(Right::Book).then(|| self.invitation_token(row.id)),
            row,
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    /// Takes an invitation back; who came by it is put out.
    pub async fn withdraw(&self, actor: &Arc<Actor>, id: Uuid, invitation: Uuid) -> Result<(), Problem> {
        actor.may(Right::Book)?;
        let booking = self.0.booking.find_for(actor, id).await?;
        let (now, doer) = (self.0.clock.now(), actor.evidence());
        let this = self.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    // The session first, as in every step: what changes it queues there.
                    let session = match store::session_of_booking(tx.conn(), booking.id).await? {
                        Some(session) => store::lock_session(tx.conn(), session.id).await?,
                        None => None,
                    };
                    let row = store::invite::lock(tx.conn(), booking.id, invitation).await?;
                    let mut row = row.ok_or_else(Problem::not_found)?;
                    if row.withdrawn_at.is_some() {
                        return Ok(());
                    }
                    row.withdrawn_at = Some(now);
                    let account = row.account_id;
                    let by = Attribution { case: booking.id, actor: doer, now };
                    let what = SessionEntry::InvitationWithdrawn { invitation: row.id };
                    store::invite::save(tx, row).await?;
                    evidence::append(tx, NewEntry::new(booking.id, &what, doer, now)).await?;
                    let Some((session, account)) = session.zip(account) else { return Ok(()) };
                    let person = store::participant_of(tx.conn(), session.id, account).await?;
                    let inside = person.filter(|person| person.state != ParticipantState::Left);
                    if let Some(person) = inside.filter(|_| session.state != SessionState::Ended) {
                        this.close_media_of(tx, &person);
                        out(tx, person, by, LeftBecause::Withdrawn).await?;
                    }
                    let id = session.id;
                    tx.after_commit(move || this.tell(id));
                    Ok::<_, Problem>(())
                })
            })
            .await
    }

    /// What a link opens, told to whoever has it.
    pub async fn invitation(&self, token: &str) -> Result<Invitation, Problem> {
        let row = store::invite::by_hash(self.0.db.reader(), ids::token_hash(token)).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let booking = self.0.booking.find(row.booking_id).await?.ok_or_else(Problem::not_found)?;
        let service = self.service_of(&booking).await?;
        let state = if row.withdrawn_at.is_some() {
            InvitationState::Withdrawn
        } else if !may_still_come(&booking, self.0.clock.now()) {
            InvitationState::Over
        } else if row.account_id.is_some() {
            InvitationState::Taken
        } else {
            InvitationState::Open
        };
        Ok(Invitation { service, booking, state })
    }

    /// Takes an invitation for the caller; the booking whose session may be entered from now on.
    pub async fn accept_invitation(&self, actor: &Arc<Actor>, token: &str) -> Result<Uuid, Problem> {
        crate::video::service::role_in_session(actor)?;
        let row = store::invite::by_hash(self.0.db.reader(), ids::token_hash(token)).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let booking = self.0.booking.find(row.booking_id).await?.ok_or_else(Problem::not_found)?;
        // Who booked and the office come in anyway, and leave the link to whom it is for.
        let needs_none = !actor.has(Right::Book) || booking.account_id == actor.account_id;
        if needs_none || (row.account_id == Some(actor.account_id) && row.withdrawn_at.is_none()) {
            return Ok(booking.id);
        }
        if row.withdrawn_at.is_some() {
            return Err(problems::invitation_over());
        }
        if row.account_id.is_some() {
            return Err(problems::invitation_used());
        }
        let now = self.0.clock.now();
        if !may_still_come(&booking, now) {
            return Err(problems::ended());
        }
        let account = actor.account_id;
        let what = SessionEntry::InvitationAccepted { invitation: row.id };
        let entry = NewEntry::new(booking.id, &what, actor.evidence(), now);
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if !store::invite::take(tx, row.id, account, now).await? {
                        return Err(problems::invitation_used());
                    }
                    Ok::<_, Problem>(evidence::append(tx, entry).await?)
                })
            })
            .await?;
        Ok(booking.id)
    }

    /// The booking, for whoever may see it or was invited into its session; for everybody else there is none.
    pub(in crate::video) async fn reach(&self, actor: &Actor, id: Uuid) -> Result<booking::Model, Problem> {
        let refused = match self.0.booking.find_for(actor, id).await {
            Ok(booking) => return Ok(booking),
            Err(problem) => problem,
        };
        let conn = self.0.db.reader();
        if !actor.has(Right::Book) || !store::invite::is_invited(conn, id, actor.account_id).await? {
            return Err(refused);
        }
        self.0.booking.find(id).await?.ok_or(refused)
    }

    /// The token of an invitation: always the same, and nobody else can work it out.
    fn invitation_token(&self, id: Uuid) -> String {
        URL_SAFE_NO_PAD.encode(self.0.keyring.mac(PURPOSE, id.as_bytes()))
    }
}

/// Whether the session of a booking may still be held.
pub(super) fn may_still_come(booking: &booking::Model, now: DateTime<Utc>) -> bool {
    use BookingState::{Accepted, CheckedIn, Held, Requested};
    matches!(booking.state, Held | Requested | Accepted | CheckedIn) && now < join_window(booking).1
}

fn check_label(label: Option<String>) -> Result<Option<String>, Problem> {
    let label = label.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
    let fits =
        |label: &String| label.chars().count() <= LONGEST_LABEL && !label.chars().any(char::is_control);
    if label.as_ref().is_none_or(fits) {
        return Ok(label);
    }
    Err(Problem::invalid("label", words::video::too_long_note(LONGEST_LABEL)))
}
