//! Bookings: free places, holds, requests and what officers decide.
