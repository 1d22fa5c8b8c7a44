//! People whom an officer books for: they have no password and never sign in.

use crate::auth::store::entities::account::{self, Role};
use crate::base::ids;
use crate::base::words::Language;
use crate::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

/// What stands before a caller's number in `account.login`. No login that is typed has a colon (`model::input`): nobody
/// signs in with one, and nobody who registers with that number finds it taken.
const CALLER: &str = "caller:";

/// The account in whose name somebody's bookings stand who has not signed in: one for each mobile number, so that they
/// count together; one of its own for who leaves none.
pub async fn caller(tx: &Tx, name: &str, mobile: Option<&str>, now: DateTime<Utc>) -> Result<Uuid, DbErr> {
    let id = ids::new_id(now);
    let login = format!("{CALLER}{}", mobile.map_or_else(|| id.to_string(), str::to_owned));
    let row = account::Model {
        id,
        login: login.clone(),
        // No password has this hash.
        password_hash: String::new(),
        name: name.to_owned(),
        role: Role::Traveller,
        enterprise_id: None,
        membership: None,
        member_since: None,
        badge_no: None,
        email: None,
        mobile: mobile.map(str::to_owned),
        locale: Language::default(),
        active: false,
        created_at: now,
    };
    // Of two who take calls from one number at once, the later one waits here for the first.
    account::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(account::Column::Login).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    let found = account::Entity::find().select_only().column(account::Column::Id);
    let found = found.filter(account::Column::Login.eq(login)).into_tuple().one(tx.conn()).await?;
    found.ok_or_else(|| DbErr::RecordNotFound("the account of a caller".into()))
}
