import { t } from '../../i18n'

/** What a booking takes, for the steps above its pages. */
export const bookingSteps = () => [t('booking.step.time'), t('booking.step.form'), t('booking.step.done')]
