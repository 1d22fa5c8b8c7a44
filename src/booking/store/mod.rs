//! Every query of bookings.

pub mod appointments;
pub mod ask;
pub mod consents;
pub mod desks;
pub mod entities;
mod evident;
pub mod external_numbers;
pub mod facts;
pub mod feeds;
pub mod figures;
pub mod past_requests;
pub mod read;
pub mod refusals;
pub mod reminders;
pub mod touched;
pub mod waiting_list;
pub mod write;

use crate::booking::store::entities::booking;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

/// Whose bookings somebody may reach. Every query about named bookings begins with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Staff who handle bookings.
    Office,
    Enterprise(Uuid),
    /// A person who books for themselves.
    Person(Uuid),
}

impl Scope {
    fn find(self) -> Select<booking::Entity> {
        let all = booking::Entity::find();
        match self {
            Self::Office => all,
            Self::Enterprise(id) => all.filter(booking::Column::EnterpriseId.eq(id)),
            Self::Person(id) => {
                all.filter(booking::Column::AccountId.eq(id)).filter(booking::Column::EnterpriseId.is_null())
            }
        }
    }
}
