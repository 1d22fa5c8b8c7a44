//! What goes over the wire.

mod booking;
mod day;
mod service;

pub use booking::{
    BookingDetailDto, BookingDto, BookingRequest, Can, Cancelling, EnterpriseRef, FormCheck, HistoryItem,
    HistorySide, NewBooking, OfficerRef, OverlapDto, Prefill, ServiceRef, VenueRef,
};
pub use day::{DayBookingDto, OfficeDayDto, Refusing};
pub use service::{
    DayOfPlacesDto, DaysDto, KindNowDto, ServiceDto, ServiceList, ServiceNowDto, SlotDto, SlotsDto, VenueDto,
};
