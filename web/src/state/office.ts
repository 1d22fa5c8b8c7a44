import { computed, ref } from 'vue'
import { api, take } from '../api/client'
import { ApiError } from '../api/problem'
import type { Office } from '../api/types'

/** The office: name, zone, duty phone. Asked once; the band and the foot do without it until it is there. */
export const office = ref<Office>()
/** What calls its duty phone. */
export const dutyLink = computed(() => office.value && `tel:${office.value.duty_phone.replace(/\s/g, '')}`)
/** The zone its times are in. */
export const officeZone = computed(() => office.value?.zone ?? 'Asia/Shanghai')
let asked: Promise<void> | undefined

export function loadOffice(): Promise<void> {
  asked ??= take(api.GET('/api/v1/office')).then(
    (answer) => void (office.value = answer),
    (caught: unknown) => {
      ApiError.of(caught)
      asked = undefined
    },
  )
  return asked
}
