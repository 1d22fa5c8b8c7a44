// Generated from the program's OpenAPI document: `make generate`.

/** How many characters a text has, at least and at most, by what is sent and its field. */
export const LIMITS = {
  BookingRequest: { contact_name: { min: 1, max: 60 } },
  CalendarFile: { file_base64: { min: 0, max: 32000 } },
  Calling: { counter: { min: 1, max: 12 } },
  CallingNext: { counter: { min: 1, max: 12 } },
  Cancelling: { reason: { min: 0, max: 500 } },
  Confirmation: { login: { min: 3, max: 32 } },
  Decline: { reason: { min: 0, max: 300 } },
  Explaining: { explanation: { min: 1, max: 2000 } },
  NewAnswer: { comment: { min: 0, max: 1000 } },
  NewCalendarFeed: { label: { min: 0, max: 40 } },
  NewCalendarImport: { file_base64: { min: 0, max: 32000 }, reason: { min: 1, max: 500 }, source: { min: 1, max: 200 } },
  NewClosing: { reason: { min: 1, max: 500 } },
  NewEnterprise: { contact_name: { min: 1, max: 60 }, login: { min: 3, max: 32 }, name: { min: 2, max: 100 }, password: { min: 10, max: 128 } },
  NewExtraOpening: { reason: { min: 1, max: 500 } },
  NewInvitation: { label: { min: 0, max: 40 } },
  NewTraveller: { login: { min: 3, max: 32 }, name: { min: 1, max: 60 }, password: { min: 10, max: 128 } },
  OpenPlayback: { purpose: { min: 4, max: 300 } },
  PasswordChange: { new_password: { min: 10, max: 128 } },
  RefuseEnterprise: { reason: { min: 2, max: 500 } },
  Refusing: { reason: { min: 1, max: 500 } },
  Rescheduling: { reason: { min: 0, max: 500 } },
  SetCreditTier: { reason: { min: 2, max: 500 } },
  SetTerms: { reason: { min: 1, max: 500 } },
} as const
