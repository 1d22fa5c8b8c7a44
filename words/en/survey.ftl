### Ratings.

invalid_level = Choose one of the five levels (1 to 5, where 5 is very satisfied).
comment_too_long = A comment can have up to 1000 characters. Please shorten it.
not_found = There is no such rating link. Please check that the link is complete.
rating_answered = This service has been rated already; each can be rated once. Thank you!
rating_expired = This rating link has expired; it was good for 30 days after the service.
invalid_range = The last month must not be before the first, and one look covers up to 36 months.
invalid_month = This is not a month. Write it like 2026-11.
