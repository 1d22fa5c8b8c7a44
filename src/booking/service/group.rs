//! A group: as many places of one slot as there are persons on a list, all of them or none.

use crate::auth::{Actor, Right};
use crate::base::local_time::{instant, local_date};
use crate::base::words;
use crate::booking::model::group::{self, ListFault, PersonList};
use crate::booking::service::booker::may_book;
use crate::booking::service::view::Fresh;
use crate::booking::service::{Booking, NewBooking, RequestForm, WantedTime};
use crate::directory::ServiceInfo;
use crate::directory::model::GroupTerms;
use crate::http::Problem;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use uuid::Uuid;

/// What the list is called over the API.
pub const LIST: &str = "list_base64";
/// A group is more than one.
const LEAST_PEOPLE: usize = 2;

/// A list as it came.
#[derive(Clone, Debug)]
pub struct ListFile {
    pub bytes: Vec<u8>,
    pub name: String,
}

/// A group that is to be booked.
#[derive(Clone, Debug)]
pub struct NewGroup {
    pub service_id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub list: ListFile,
    /// Without the persons.
    pub form: RequestForm,
    /// They know that they have the same place already.
    pub anyway: bool,
}

impl Booking {
    /// What a list says, line by line. Nothing is kept of it.
    pub async fn check_group(
        &self,
        actor: &Actor,
        service_id: Uuid,
        list: &ListFile,
    ) -> Result<PersonList, Problem> {
        actor.may(Right::Book)?;
        let (info, terms) = self.takes_groups(service_id).await?;
        self.read_list(&info, terms, list)
    }

    /// Books a place for everybody on a list at once.
    pub async fn book_group(&self, actor: &Arc<Actor>, new: NewGroup) -> Result<Fresh, Problem> {
        actor.may(Right::Book)?;
        may_book(actor)?;
        let (info, terms) = self.takes_groups(new.service_id).await?;
        let list = self.read_list(&info, terms, &new.list)?;
        if let Some(first) = list.faults.first() {
            let wrong = words::group::group_lines_wrong(list.faults.len(), first.line);
            return Err(Problem::invalid(LIST, wrong));
        }
        if list.persons.len() < LEAST_PEOPLE {
            return Err(Problem::invalid(LIST, words::group::group_too_small()));
        }
        let far_enough = self.far_enough(&info, terms, new.starts_at);
        self.counted(far_enough, new.service_id, Some(new.starts_at)).await?;
        let form = RequestForm { persons: list.persons, ..new.form };
        let (service_id, anyway) = (new.service_id, new.anyway);
        let time = Some(WantedTime::Slot(new.starts_at));
        self.take(actor, NewBooking { service_id, time, anyway, form: Some(form), against: None }).await
    }

    async fn takes_groups(&self, service_id: Uuid) -> Result<(Arc<ServiceInfo>, GroupTerms), Problem> {
        let (info, _) = self.service(service_id).await?;
        let terms = info.spec.groups.ok_or_else(|| Problem::conflict(words::group::no_groups()))?;
        Ok((info, terms))
    }

    fn read_list(
        &self,
        info: &ServiceInfo,
        terms: GroupTerms,
        list: &ListFile,
    ) -> Result<PersonList, Problem> {
        let today = local_date(info.zone, self.0.clock.now());
        let most = usize::try_from(terms.most_people).unwrap_or(usize::MAX);
        group::read(&list.bytes, &list.name, today, most).map_err(refused)
    }

    /// Groups are announced longer ahead than somebody alone.
    pub(super) fn far_enough(
        &self,
        info: &ServiceInfo,
        terms: GroupTerms,
        at: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let now = self.0.clock.now();
        let from = local_date(info.zone, now) + TimeDelta::days(i64::from(terms.lead_days));
        if local_date(info.zone, at) >= from {
            return Ok(());
        }
        let problem = Problem::invalid("starts_at", words::group::group_lead(terms.lead_days, from));
        Err(Problem { earliest_at: instant(info.zone, from, 0).map(Box::new), ..problem })
    }
}

fn refused(fault: ListFault) -> Problem {
    Problem::invalid(LIST, fault.text()).coded(fault.code())
}
