//! What the operations on the office's standing data are refused for.

use crate::http::refusals;

refusals! {
    GetCalendar { UNPROCESSABLE_ENTITY: "bad_range", "range_too_long", "date_out_of_range"; }
}
