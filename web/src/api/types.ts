// The API's shapes by short names. ./schema is generated from the program's OpenAPI document: `make generate`.
import type { components } from './schema'

type Schemas = components['schemas']

export interface Page<Item> { items: Item[]; next_cursor: string | null }

export type Text = Schemas['Text']
export type ProblemBody = Schemas['ProblemBody']

export type Locale = Schemas['Locale']
export type Office = Schemas['Office']
export type CalendarDay = Schemas['CalendarDay']
export type CalendarPreview = Schemas['CalendarPreview']
export type CalendarVersion = Schemas['CalendarVersion']
export type TouchedBooking = Schemas['TouchedBooking']
export type CustomsOffice = Schemas['CustomsOffice']
export type CustomsOffices = Schemas['CustomsOffices']

export type Role = Schemas['Role']
export type Me = Schemas['Me']
export type SignIn = Schemas['OwnSignIn']
export type CalendarFeed = Schemas['CalendarFeed']
export type CalendarCovers = Schemas['Covers']
export type FailedAttempts = Schemas['FailedAttempts']
export type Member = Schemas['Member']
export type Confirmed = Schemas['Confirmed']
export type EnterpriseState = Schemas['EnterpriseState']
export type Enterprise = Schemas['Enterprise']

export type ServiceKind = Schemas['ServiceKind']
export type Service = Schemas['Service']
export type ServiceList = Schemas['ServiceList']
export type Prefill = Schemas['Prefill']
export type FormWarning = Schemas['FormWarning']
export type FieldKind = Schemas['FieldKind']
export type FieldSpec = Schemas['FieldSpec']
export type FieldValue = Schemas['FieldValue']
export type Day = Schemas['ServiceDay']
export type Slot = Schemas['Slot']
export type Stage = Schemas['Stage']
export type ServiceStage = Schemas['ServiceStage']
export type StageWay = Schemas['StageWay']
export type WantedStage = Schemas['WantedStage']
export type BookedStage = Schemas['BookedStage']

export type BookingState = Schemas['BookingState']
export type Booking = Schemas['Booking']
export type BookingDetail = Schemas['BookingDetail']
export type DayBooking = Schemas['DayBooking']
export type Overlap = Schemas['Overlap']
export type HistoryItem = Schemas['HistoryItem']

export type OfficerDay = Schemas['OfficeDay']
export type WaitingPerson = Schemas['WaitingPerson']
export type FailedJob = Schemas['FailedJob']
export type Message = Schemas['Message']

export type Session = Schemas['Session']
export type Participant = Schemas['Participant']
export type Publication = Schemas['Publication']

export type ReviewRow = Schemas['ReviewRow']
export type ReviewDetail = Schemas['ReviewDetail']
export type Entry = Schemas['Entry']
export type Integrity = Schemas['Integrity']
export type Playback = Schemas['Playback']
export type Track = Schemas['PlaybackTrack']

export type FigureRow = Schemas['FigureRow']
export type FigureTotal = Schemas['FigureTotal']
export type FigureSum = Schemas['FigureSum']
export type ServiceSum = Schemas['ServiceSum']
