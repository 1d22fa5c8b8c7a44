import { computed, ref, watch } from 'vue'
import { t } from '../../i18n'
import { isOddHour } from '../../rules/oddHours'
import { startsText, type Place } from '../../rules/stages'
import { viewerZone } from '../../rules/time'

/** Whether a place begins in the reader's night, and whether they have said that they mean it. */
export function useOddHour(place: () => Place | undefined, zone: () => string) {
  const mine = viewerZone()
  const meant = ref(false)
  const asked = ref(false)
  const odd = computed(() => {
    const wanted = place()
    if (!wanted) return []
    return ('stages' in wanted ? wanted.stages : [wanted]).filter(({ starts_at }) => isOddHour(starts_at, zone(), mine))
  })
  // said of another time, it is not said of this one
  watch(() => { const wanted = place(); return wanted && startsText(wanted) }, () => (meant.value = asked.value = false))
  const error = computed(() => (asked.value && odd.value.length && !meant.value ? t('booking.odd.missing') : ''))
  /** True when it can go on; else the question shows that it waits. */
  function isMeant() {
    asked.value = true
    return !odd.value.length || meant.value
  }
  return { odd, meant, error, isMeant }
}
