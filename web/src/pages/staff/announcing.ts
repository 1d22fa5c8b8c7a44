// What every announcement has: for which service, on which dates, from when to when, what bookers read, and why.
import { computed, reactive } from 'vue'
import { api, take } from '../../api/client'
import type { Locale } from '../../api/types'
import { say, t } from '../../i18n'
import { LANGUAGES } from '../../i18n/languages'
import { dayIn } from '../../rules/time'
import { serverNow } from '../../state/clock'
import { useChecks, type Checks } from '../../state/form'
import { useAct, useLoad } from '../../state/load'
import { officeZone } from '../../state/office'

export const missing = (value: string) => (value.trim() ? '' : t('staff.openings.missing'))
const empty = () => ({ service: '', date_from: '', date_to: '', from: '', to: '', reason: '' })

/** `more`: checks of what this kind of announcement has beside; `announce` sends it, `done` follows. */
export function useAnnouncing(more: () => Checks<string>, announce: () => Promise<unknown>, done: () => void) {
  const services = useLoad(() => take(api.GET('/api/v1/services')))
  const options = computed(() => services.data.value?.items.map(({ id, name }) => ({ value: id, label: say(name) })))
  const today = computed(() => dayIn(serverNow(), officeZone.value))
  const form = reactive(empty())
  const texts = reactive(Object.fromEntries(LANGUAGES.map((language) => [language, ''])) as Record<Locale, string>)
  const checks = useChecks<string>(() => {
    const all: Checks<string> = {
      service_id: () => missing(form.service), date_from: () => missing(form.date_from), date_to: () => missing(form.date_to),
      from_minute: () => missing(form.from), to_minute: () => missing(form.to), reason: () => missing(form.reason), ...more(),
    }
    for (const language of LANGUAGES) all[`text.${language}`] = () => missing(texts[language])
    return all
  })
  /** Undefined until all is chosen. */
  const times = computed(() => {
    const whole = [form.service, form.date_from, form.date_to, form.from, form.to].every(Boolean)
    return whole ? { service_id: form.service, date_from: form.date_from, date_to: form.date_to, from_minute: Number(form.from), to_minute: Number(form.to) } : undefined
  })
  const said = computed(() => ({ text: { ...texts }, reason: form.reason.trim() }))

  const act = useAct(announce)
  async function send() {
    if (act.busy.value || !checks.checkAll()) return
    if (await act.run()) {
      Object.assign(form, empty())
      for (const language of LANGUAGES) texts[language] = ''
      done()
      return
    }
    const problem = act.problem.value
    if (problem && checks.take(problem)) act.problem.value = null
  }
  return { services, options, today, form, texts, errors: checks.errors, leave: checks.leave, retype: checks.retype, times, said, act, send }
}
export type Announcing = ReturnType<typeof useAnnouncing>
