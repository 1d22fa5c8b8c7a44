import { ref } from 'vue'

const query = matchMedia('(max-width: 59.99rem)')

/** True on a window too narrow for two columns: what is chosen above would push its effect out of sight. */
export const narrow = ref(query.matches)
query.addEventListener('change', () => (narrow.value = query.matches))
