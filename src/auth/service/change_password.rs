//! Changing one's password.

use crate::auth::log::AccountEntry;
use crate::auth::model::attempts::Begun;
use crate::auth::model::{device, secret};
use crate::auth::service::guessing::{Guesser, warning};
use crate::auth::service::{sign_in, whole_seconds};
use crate::auth::{Actor, Auth, Denial, store};
use crate::base::words;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use sea_orm::DbErr;

impl Auth {
    /// Replaces the caller's password and ends every other sign-in of theirs: whoever had got hold of the
    /// old one is out, and no device is known any more but the one at hand, whose new tickets are given back.
    /// Wrong guesses of the old one slow down this sign-in alone.
    pub async fn change_password(
        &self,
        actor: &Actor,
        current: &str,
        new: &str,
        devices: &str,
    ) -> Result<String, Denial> {
        let (current, new) = (secret::normal(current), secret::normal(new));
        let now = self.0.clock.now();
        let account = store::account_by_login(self.0.db.reader(), &actor.login).await?;
        let mut account = account.ok_or_else(Problem::not_signed_in)?;
        let enterprise = actor.enterprise.as_ref().map(|own| own.name.as_str()).unwrap_or_default();
        let email = account.email.as_deref().unwrap_or_default();
        let same = current == new;
        if !same {
            secret::check("new_password", &new, &[&actor.login, &actor.name, email, enterprise])?;
        }
        let guesser = Guesser::signed_in(actor.sign_in_id);
        self.may_guess(&guesser, now).await?;
        let permit = self.0.passwords.permit().await?;
        let begun = self.begin_guess(&guesser, now).await?;
        if !permit.verify(current, Some(account.password_hash.clone())).await.map_err(Problem::from)? {
            self.note_failure(Some(account), begun, false, now).await?;
            return Err(wrong_password(begun));
        }
        self.forgive(guesser.subjects(), now).await?;
        if same {
            return Err(same_password().into());
        }
        account.password_hash = self.0.passwords.permit().await?.hash(new).await.map_err(Problem::from)?;
        let devices = device::renewed(devices, sign_in::owner(&account), None, now, self.device_mac());
        let (id, hash, by, kept) = (account.id, account.password_hash, actor.evidence(), actor.sign_in_id);
        let live = self.0.live.clone();
        self.0
            .db
            .write::<_, DbErr, _>(move |tx| {
                Box::pin(async move {
                    store::set_password(tx, id, hash).await?;
                    let ended = store::end_other_sessions(tx, id, Some(kept), &live).await?;
                    let what = AccountEntry::PasswordChanged { sessions_ended: ended };
                    evidence::append(tx, NewEntry::new(evidence::SYSTEM, &what, by, now)).await?;
                    Ok(())
                })
            })
            .await?;
        Ok(devices)
    }
}

fn wrong_password(begun: Begun) -> Denial {
    let problem = Problem::invalid("current_password", words::auth::wrong_password(warning(begun)));
    Denial { problem, retry_after: (begun.left == 0).then(|| whole_seconds(begun.wait.num_seconds())) }
}

fn same_password() -> Problem {
    Problem::invalid("new_password", words::auth::same_password())
}
