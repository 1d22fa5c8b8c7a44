//! Ratings of completed bookings and their figures.
