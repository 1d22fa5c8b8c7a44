//! Changing one's password.

use super::service::{counted, locked};
use super::{Actor, Auth, Refusal, model_input, store};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::ids;
use sea_orm::DbErr;
use serde_json::json;
use std::net::IpAddr;

impl Auth {
    /// Replaces the caller's password and ends every other session of theirs: whoever had got hold of the
    /// old one is out. Wrong guesses of the old one count as failed sign-ins do.
    pub async fn change_password(
        &self,
        actor: &Actor,
        token: &str,
        current: String,
        new: String,
        address: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        model_input::check_password("new_password", &new, &actor.login)?;
        let now = self.0.clock.now();
        let account = store::account_by_login(self.0.db.reader(), &actor.login).await?;
        let stored = account.as_ref().map(|account| account.password_hash.clone());
        let place = self.0.passwords.place().await?;
        let counted = counted(&actor.login, address);
        let attempt = self.attempts().begin(&counted, now).map_err(|until| locked(until, now))?;
        let same = current == new;
        if !place.verify(current, stored).await.map_err(Problem::from)? {
            self.note_failure(account, attempt, now).await?;
            return Err(wrong_password().into());
        }
        self.attempts().succeeded(&counted);
        if same {
            return Err(same_password().into());
        }
        let hash = self.0.passwords.place().await?.hash(new).await.map_err(Problem::from)?;
        let (account, by, kept) = (actor.account_id, actor.evidence(), ids::token_hash(token));
        self.0
            .db
            .write::<_, DbErr, _>(move |tx| {
                Box::pin(async move {
                    store::set_password(tx, account, hash).await?;
                    let ended = store::delete_other_sessions(tx, account, kept).await?;
                    let entry = NewEntry::new(evidence::SYSTEM, "account.password_changed", by, now);
                    evidence::append(tx, entry.data(json!({ "sessions_ended": ended }))).await?;
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }
}

fn wrong_password() -> Problem {
    Problem::invalid(
        "current_password",
        "wrong_password",
        "现在的密码不对，请再输入一次。",
        "That is not your current password. Please type it again.",
    )
}

fn same_password() -> Problem {
    Problem::invalid(
        "new_password",
        "same_password",
        "新密码和现在的一样，请换一个。",
        "The new password is the current one. Please choose another.",
    )
}
