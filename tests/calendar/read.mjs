// Reads calendars as ical.js does, the library of Thunderbird: a JSON list of iCalendar texts comes in, a list of the
// appointments of each goes out, in the order of the file. tests/it/calendar_readers.rs compares it with read.py.
import { readFileSync } from 'node:fs'
import ICAL from '../../web/node_modules/ical.js/dist/ical.js'

ICAL.design.strict = true

// a zone that is not described in the file has no place here
ICAL.TimezoneService.reset()

function instant(time) {
  if (time.zone === ICAL.Timezone.localTimezone) throw new Error(`${time} floats`)
  return time.toUnixTime() * 1000
}

function appointment(component) {
  const event = new ICAL.Event(component)
  const changed = component.getFirstPropertyValue('last-modified')
  return {
    uid: event.uid,
    sequence: event.sequence,
    starts_at: instant(event.startDate),
    ends_at: instant(event.endDate),
    changed_at: changed ? instant(changed) : null,
    status: component.getFirstPropertyValue('status'),
    summary: event.summary,
    description: event.description,
    location: event.location,
    url: component.getFirstPropertyValue('url'),
  }
}

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text))
  return calendar.getAllSubcomponents('vevent').map(appointment)
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(read)))
