//! Sign-ins: who is behind one, and how it ends.

use crate::auth::log::AccountEntry;
use crate::auth::model::{actor, session};
use crate::auth::service::remembered::Kept;
use crate::auth::store::entities::{account, auth_session};
use crate::auth::{Actor, Auth, store};
use crate::base::ids;
use crate::base::words::Language;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use std::sync::Arc;
use uuid::Uuid;

impl Auth {
    /// Ends the sign-in of a browser. Without one nothing happens.
    pub async fn sign_out(&self, token: &str, actor: Option<&Actor>) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        let hash = ids::token_hash(token);
        let by = actor.map_or(evidence::Actor::PROGRAM, Actor::evidence);
        let live = self.0.live.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if store::end_session(tx, hash, &live).await? {
                        let entry = NewEntry::new(evidence::SYSTEM, &AccountEntry::SignedOut {}, by, now);
                        evidence::append(tx, entry).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Who is behind a token. Whatever ends or changes it counts at once ([`crate::auth::service::remembered`]).
    pub async fn actor(&self, token: &str) -> Result<Option<Arc<Actor>>, DbErr> {
        let now = self.0.clock.now();
        let hash = ids::token_hash(token);
        let turn = match self.0.remembered.get(&hash, now) {
            Ok(actor) => return Ok(Some(actor)),
            Err(turn) => turn,
        };
        let Some((session, account, enterprise)) = store::session(self.0.db.reader(), hash.clone()).await?
        else {
            return Ok(None);
        };
        if !is_valid(&session, &account, now) {
            return Ok(None);
        }
        let mut last_seen_at = session.last_seen_at;
        if session::is_to_be_noted(last_seen_at, now) {
            let hash = hash.clone();
            let noted = self.0.db.write(move |tx| Box::pin(store::note_use(tx, hash, now))).await;
            // A store that is full or busy ends sessions early, but reading goes on meanwhile.
            match noted {
                Ok(()) => last_seen_at = now,
                Err(error) => tracing::warn!(%error, "the use of a session could not be noted"),
            }
        }
        let actor = Arc::new(actor::of(account, enterprise, session.id));
        let kept =
            Kept { actor: Arc::clone(&actor), last_seen_at, expires_at: session.expires_at, read_at: now };
        self.0.remembered.keep(hash, kept, turn);
        Ok(Some(actor))
    }

    /// Whether a sign-in still stands ([`Actor::sign_in_id`]). Looking is no use of it: it does not keep it
    /// alive. Whatever outlives its request asks this, and hears of the end at once by `Topic::SignInEnded`.
    pub async fn is_signed_in(&self, sign_in: Uuid) -> Result<bool, DbErr> {
        let now = self.0.clock.now();
        let found = store::session_by_id(self.0.db.reader(), sign_in).await?;
        Ok(found.is_some_and(|(session, account)| is_valid(&session, &account, now)))
    }

    /// One's own sign-ins that stand, the latest used first.
    pub async fn sign_ins(&self, actor: &Actor) -> Result<Vec<auth_session::Model>, DbErr> {
        let now = self.0.clock.now();
        let rows = store::sessions_of(self.0.db.reader(), actor.account_id).await?;
        Ok(rows.into_iter().filter(|row| session::is_alive(row.last_seen_at, row.expires_at, now)).collect())
    }

    /// Ends one of one's own sign-ins; 404 for any other.
    pub async fn end_sign_in(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        let (now, by, account, live) =
            (self.0.clock.now(), actor.evidence(), actor.account_id, self.0.live.clone());
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if !store::end_session_of(tx, account, id, &live).await? {
                        return Err(Problem::not_found());
                    }
                    let what = AccountEntry::SignInsEnded { sessions_ended: 1 };
                    evidence::append(tx, NewEntry::new(evidence::SYSTEM, &what, by, now)).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Ends all of one's own sign-ins but the one at hand.
    pub async fn end_other_sign_ins(&self, actor: &Actor) -> Result<(), DbErr> {
        let (now, by, account, kept) =
            (self.0.clock.now(), actor.evidence(), actor.account_id, actor.sign_in_id);
        let live = self.0.live.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let ended = store::end_other_sessions(tx, account, Some(kept), &live).await?;
                    if ended > 0 {
                        let what = AccountEntry::SignInsEnded { sessions_ended: ended };
                        evidence::append(tx, NewEntry::new(evidence::SYSTEM, &what, by, now)).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Sets the language that somebody reads.
    pub async fn set_locale(&self, actor: &Actor, locale: Language) -> Result<Actor, DbErr> {
        let id = actor.account_id;
        self.0.db.write(move |tx| Box::pin(async move { store::set_locale(tx, id, locale).await })).await?;
        Ok(Actor { locale, ..actor.clone() })
    }

    pub(in crate::auth) async fn sweep_sign_ins(&self, now: DateTime<Utc>) -> Result<u64, DbErr> {
        let ended = store::ended_sessions(self.0.db.reader(), now).await?;
        let stale = store::has_stale_failures(self.0.db.reader(), now).await?;
        let old = store::has_old_registrations(self.0.db.reader(), now).await?;
        let counted = store::has_old_counted(self.0.db.reader(), now).await?;
        if ended.is_empty() && !stale && !old && !counted {
            return Ok(0);
        }
        let live = self.0.live.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    store::delete_stale_failures(tx, now).await?;
                    store::delete_old_registrations(tx, now).await?;
                    store::delete_old_counted(tx, now).await?;
                    store::delete_ended_sessions(tx, now, &live).await
                })
            })
            .await
    }
}

fn is_valid(session: &auth_session::Model, account: &account::Model, now: DateTime<Utc>) -> bool {
    account.active && session::is_alive(session.last_seen_at, session.expires_at, now)
}
