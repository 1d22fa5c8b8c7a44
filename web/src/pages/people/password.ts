/** The program refuses shorter ones; checked here too, so that one learns it while typing. */
export const SHORTEST_PASSWORD = 10
