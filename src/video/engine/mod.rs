//! The media engine behind one door.
