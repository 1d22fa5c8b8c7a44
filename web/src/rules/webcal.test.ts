import { expect, it } from 'vitest'
import { inCalendarApp } from './webcal'

it('a calendar app is asked for by the scheme alone', () => {
  expect(inCalendarApp('https://meet.example/calendar/x.ics')).toBe('webcal://meet.example/calendar/x.ics')
  expect(inCalendarApp('http://127.0.0.1:8080/calendar/http:.ics')).toBe('webcal://127.0.0.1:8080/calendar/http:.ics')
})
