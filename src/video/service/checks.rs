//! What an officer checks of the people in a session: the service says what, and each tick is an entry.

use crate::auth::{Actor, Right};
use crate::evidence;
use crate::http::Problem;
use crate::video::log::SessionEntry;
use crate::video::service::Found;
use crate::video::service::{SessionView, Video};
use crate::video::store;
use crate::video::store::entities::session_check;
use std::sync::Arc;
use uuid::Uuid;

impl Video {
    /// An officer in the call notes that something was checked, or takes that back.
    pub async fn check(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        key: String,
        done: bool,
    ) -> Result<SessionView, Problem> {
        actor.may(Right::HoldSessions)?;
        let Found { booking, .. } = self.find(actor, id).await?;
        let service = self.service_of(&booking).await?;
        if !service.spec.checks.iter().any(|check| check.key == key) {
            return Err(Problem::not_found());
        }
        self.in_room(actor, id, move |tx, room, context| {
            Box::pin(async move {
                room.needs_officer_inside()?;
                let what = SessionEntry::Checked { participant: room.me.id, check: key.clone(), done };
                let changed = if done {
                    let row = session_check::Model {
                        session_id: room.session.id,
                        key,
                        account_id: context.actor.account_id,
                        checked_at: context.now,
                    };
                    store::insert_check(tx, row).await?
                } else {
                    store::delete_check(tx, room.session.id, &key).await?
                };
                if changed {
                    evidence::append(tx, context.entry(&what)).await?;
                }
                Ok(())
            })
        })
        .await?;
        self.view(actor, id).await
    }
}
