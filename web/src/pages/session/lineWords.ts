// What was measured of a line, in few words; for pages of every side.
import type { LineQuality, LineMeasured } from '../../api/types'
import { t } from '../../i18n'

const percent = (permille: number) => (permille < 100 ? Math.round(permille) / 10 : Math.round(permille / 10))
const megabits = (kbps: number) => (kbps < 1_000 ? Math.round(kbps / 10) / 100 : Math.round(kbps / 100) / 10)

/** Its figures, one text each. What got through is said where it was measured for itself. */
export function lineFacts(line: LineMeasured): string[] {
  const loss = line.worst_loss_permille ?? Math.max(line.loss_up_permille ?? 0, line.loss_down_permille ?? 0)
  const counted = line.loss_up_permille !== null || line.loss_down_permille !== null
  const trip = line.round_trip_ms
  return [
    counted ? t('common.line.loss', { n: percent(loss) }) : '',
    trip === null ? '' : t('common.line.round_trip', { ms: trip }),
    line.kbps_up === null || line.kbps_down === null ? '' : t('common.line.speed', { up: megabits(line.kbps_up), down: megabits(line.kbps_down) }),
    line.path ? t(`common.line.path.${line.path}`) : '',
  ].filter(Boolean)
}

/** How a quality looks. */
export const LINE_LOOKS = {
  good: { chip: 'chip-ok', icon: 'signal' },
  usable: { chip: 'chip-warn', icon: 'signal' },
  weak: { chip: 'chip-bad', icon: 'warn' },
  down: { chip: 'chip-bad', icon: 'offline' },
} as const satisfies Record<LineQuality, { chip: string; icon: string }>
