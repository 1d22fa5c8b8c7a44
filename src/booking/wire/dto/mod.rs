//! What goes over the wire.

mod board;
mod booking;
mod clearance;
mod day;
mod group;
mod moves;
mod official_calendar;
mod results;
mod service;
mod settings;
mod terms_tried;
mod waiting_list;
mod why;

pub use board::{BoardBookingDto, BoardDayDto, BoardDto, BoardPlaceDto, BoardServiceDto, OpenSpanDto};
pub use booking::{
    BookedStageDto, BookingDetailDto, BookingDto, BookingRequest, Can, Cancelling, ConsentDto, EnterpriseRef,
    Explaining, FieldValue, FormCheck, FoundBookings, HistoryItem, HistoryMove, HistorySide,
    LateCancellingDto, NewBookingDto, OfficerRef, OverlapDto, OverlapOf, Prefill, Rescheduling, ServiceRef,
    VenueRef, WantedStageDto,
};
pub use clearance::{ClearanceFileDto, ClearanceReportDto, NewClearanceImport};
pub use day::{DayBookingDto, MissingYear, OfficeDayDto, Refusing};
pub use group::{GroupListDto, GroupReportDto, LineFaultDto, NewGroupDto};
pub use moves::{
    MoveOutcomeDto, MoveRefusalDto, MovedDto, MovesPreviewDto, MovesWishDto, NewMovesDto, PickedDto,
};
pub use official_calendar::{
    CalendarChangeDto, CalendarFileDto, CalendarImportedDto, CalendarPreviewDto, CalendarVersionDto,
    ImporterRef, NewCalendarImport, OddityDto, TouchedDto, WouldTouch, YearVersion,
};
pub use results::{ResultsDto, ResultsDueDto, ResultsDueList};
pub use service::{
    AnnouncementDto, DayOfPlacesDto, DaysDto, DeskAlternativesDto, DeskWayDto, KindNowDto, ServiceDto,
    ServiceList, ServiceNowDto, ServiceStageDto, SlotDto, SlotsDto, StageAlternativesDto, StageOfferDto,
    StageWayDto, VenueDto,
};
pub use settings::{
    ServiceSetupDto, ServiceSetupList, SettingsEffectDto, SharesEffectDto, VenueEffectDto, VenueSetupDto,
    VenueSetupList,
};
pub use terms_tried::TermsTriedDto;
pub use waiting_list::{
    NewWaiting, WaitedStageDto, WaitingEntries, WaitingEntryDto, WaitingLineDto, WaitingList,
    WaitingOfferDto, WaitingTaken,
};
pub use why::{HindranceDto, KeptDto, WhyDto};
