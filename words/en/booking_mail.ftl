### Mails about a booking, and its calendar file.

accepted =
    .subject = Booking accepted: { $service }
    .opening = Your booking “{ $service }” is accepted.
    .video = The video meeting opens 15 minutes before the start; please check camera and microphone first. It is recorded from beginning to end.
    .desk = Please be on time and bring what is needed. If you cannot come, please cancel early, so that somebody else can have the place.
refused =
    .subject = Booking refused: { $service }
    .opening = Your request for “{ $service }” was refused.
    .closing = You can book again at another time. If you have questions, please call { $phone }.
undecided =
    .subject = Booking not answered: { $service }
    .opening = We are sorry: no officer decided about your request for “{ $service }” before its time was over. It has ended and the place was given back.
    .closing = Please choose another time, or call { $phone } and we will arrange one.
cancelled =
    .subject = Booking cancelled: { $service }
    .opening = Your booking “{ $service }” is cancelled and the place was given back.
see = See the booking
join = Join the video meeting:
cancel = If you cannot come, cancel here:
reference = Reference: { $reference }
time = Time: { $when }
place = Place: { $place }
reason = Reason: { $reason }
when = { $weekday }, { $day }, { $from }–{ $until } ({ $zone }, { $utc })
online = Online video meeting, entered from the booking's page
venue = { $name }, { $address }
