//! Sessions change their node when the one that had them is dead. Recordings do not: their bytes lie where they were
//! written, and are brought to their end there, when that node comes back.

use crate::db::nodes;
use crate::video::model::token;
use crate::video::service::Video;
use crate::video::service::ending::everybody_out;
use crate::video::store;
use crate::video::store::entities::video_session::SessionState;
use sea_orm::DbErr;
use uuid::Uuid;

/// What a request is about, as far as it says on which node it is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    Session(Uuid),
    SessionOfBooking(Uuid),
    Publication(Uuid),
    /// The bytes of one.
    Recording(Uuid),
    /// The bytes of all recordings of a session.
    RecordingsOf(Uuid),
}

/// Where something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    Anywhere,
    At(Uuid),
    /// On several nodes at once.
    Scattered,
}

impl Video {
    /// On which node a request is to be answered.
    pub async fn whereabouts(&self, matter: Matter) -> Result<Whereabouts, DbErr> {
        let conn = self.0.db.reader();
        let one = match matter {
            Matter::Session(id) => store::nodes::of_session(conn, id).await?,
            Matter::SessionOfBooking(id) => store::nodes::of_booking(conn, id).await?,
            Matter::Publication(id) => store::nodes::of_publication(conn, id).await?,
            Matter::Recording(id) => store::nodes::of_recording(conn, id).await?,
            Matter::RecordingsOf(id) => {
                return Ok(match store::nodes::of_recordings(conn, id).await?[..] {
                    [] => Whereabouts::Anywhere,
                    [one] => Whereabouts::At(one),
                    _ => Whereabouts::Scattered,
                });
            }
        };
        Ok(one.map_or(Whereabouts::Anywhere, Whereabouts::At))
    }

    /// The session that a media token is for, also when its time is over.
    pub fn session_of_token(&self, token: &str) -> Option<Uuid> {
        let claims = token::read_ended(token, |bytes| self.0.keyring.mac(token::PURPOSE, bytes));
        claims.map(|claims| claims.session)
    }

    /// What is from before there were nodes is this one's.
    pub async fn adopt(&self) -> Result<(), DbErr> {
        let node = self.0.settings.node;
        self.0.db.write(move |tx| Box::pin(store::nodes::adopt(tx, node))).await
    }

    /// Takes over what a dead node had: its jobs at once, and its sessions, in which nobody is any more; people come
    /// back to their places by entering. False if another node was faster, or it lives again.
    pub async fn take_over(&self, dead: Uuid) -> Result<bool, DbErr> {
        let now = self.0.clock.now();
        let node = self.0.settings.node;
        let sessions = store::nodes::sessions(self.0.db.reader(), dead).await?;
        let moved = sessions.clone();
        let taken = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if !nodes::bury(tx, dead, now).await? {
                        return Ok(false);
                    }
                    for session in &sessions {
                        let Some(session) = store::lock_session(tx.conn(), session.id).await? else {
                            continue;
                        };
                        if session.state == SessionState::Ended || session.node_id != Some(dead) {
                            continue;
                        }
                        store::nodes::give(tx, session.id, node).await?;
                        store::media::clear_live(tx.conn(), session.id).await?;
                        if session.state == SessionState::Open {
                            everybody_out(tx, &session, now).await?;
                        }
                    }
                    Ok::<_, DbErr>(true)
                })
            })
            .await?;
        if taken {
            self.restore_pauses(&moved).await?;
            self.await_people().await?;
            moved.iter().for_each(|session| self.tell(session.id));
        }
        Ok(taken)
    }

    /// The others took this node for dead: what it held is held elsewhere, so nothing of it goes on here. What it
    /// recorded is brought to its end.
    pub async fn give_up_all(&self) -> Result<(), DbErr> {
        let (node, conn) = (self.0.settings.node, self.0.db.reader());
        let sessions: std::collections::HashSet<Uuid> =
            self.0.engine.publications(None).into_iter().map(|one| one.session).collect();
        for id in sessions {
            if store::nodes::of_session(conn, id).await? != Some(node) {
                self.0.engine.close_session(id).await;
            }
        }
        Ok(())
    }

    /// Waiting rooms outlive a process; whose page does not come back is put out in time.
    pub(super) async fn await_people(&self) -> Result<(), DbErr> {
        let (now, conn) = (self.0.clock.now(), self.0.db.reader());
        let people = store::people_inside(conn, self.0.settings.node, SessionState::Waiting).await?;
        for person in people {
            self.presence().entered(person.session_id, person.id, now);
        }
        Ok(())
    }
}
